/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_pageout_active.c: the page daemon's look at the active queue: ageing. */

/*
 * A page that is found used gains act_count, one that is not loses some, and at
 * zero it leaves the queue.  What has been looked at goes to the tail: the head
 * is where the next look begins, and what became active meanwhile comes last.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/vmmeter.h>
#include <kern/clock.h>
#include <vm/vm.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pagequeue.h>
#include "vm_page_priv.h"
#include "vm_pageout_priv.h"

/* Without a shortage each page is looked at once in this time. */
#define LAP_MS (600 * 1000)

/* Ages a page of a locked object; true if it is to leave ACTIVE. */
static bool
is_cold(const struct hf_pageout *po, vm_object_t object, vm_page_t m)
{
	u_int count;
	int refs;

	refs = hf_pageout_references(object, m);
	count = m->a.act_count;
	if (po->urgent && m->dirty == 0)
		count = 0;
	else if (refs != 0)
		count = MIN(ACT_MAX, count + ACT_ADVANCE + (u_int)refs);
	else
		count -= MIN(count, ACT_DECLINE);
	m->a.act_count = (uint8_t)count;
	return (count == 0);
}

/* Where a cold page goes; how much less INACTIVE lacks by that. */
static int
retire(vm_page_t m, int lacking)
{
	if (lacking > 0 && m->dirty != 0) {
		vm_page_launder(m);
		return (1);
	}
	vm_page_deactivate(m);
	return (lacking > 0 ? 3 : 0);
}

void
hf_pageout_scan_active(struct hf_pageout *po, u_int most, int lacking)
{
	struct vm_domain *vmd = po->vmd;
	const uint64_t now = hf_uptime_ns();
	vm_object_t object;
	vm_page_t m;

	if (lacking <= 0)
		most = (u_int)(most *
		    MIN((now - vmd->vmd_active_ns) / 1000000, LAP_MS) / LAP_MS);
	if (most == 0)
		return;
	vmd->vmd_active_ns = now;
	for (; most > 0 && (m = hf_vm_page_rotate(PQ_ACTIVE)) != NULL; most--) {
		VM_CNT_INC(v_pdpages);
		/* As in hf_pageout_scan(): a locked object is passed over. */
		object = __atomic_load_n(&m->object, __ATOMIC_RELAXED);
		if (object == NULL || !VM_OBJECT_TRYRLOCK(object))
			continue;
		/* The lock keeps m from being freed and put to another use. */
		if (m->object == object && vm_page_queue(m) == PQ_ACTIVE &&
		    is_cold(po, object, m)) {
			lacking -= retire(m, lacking);
			po->moved++;
		}
		VM_OBJECT_RUNLOCK(object);
	}
}
