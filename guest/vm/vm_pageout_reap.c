/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_pageout_reap.c: emptied pages that nobody could free at once. */

/*
 * See vm_page_emptied.c.  Their last wiring put them near the head of INACTIVE,
 * where no other scan comes while memory is plenty.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <vm/vm.h>
#include <vm/vm_page.h>
#include <vm/vm_pagequeue.h>
#include <vm/vm_pageout.h>
#include "vm_pageout_priv.h"
#include "vm_page_priv.h"

#define BATCH 16

void
hf_pageout_reap_later(void)
{
	atomic_store_int(&vm_dom[0].vmd_reap, 1);
	pagedaemon_wakeup(0);
}

/* Up to BATCH emptied pages that lie near the head. */
static int
gather(struct vm_domain *vmd, vm_page_t *ma)
{
	vm_page_t m;
	int n;

	n = 0;
	vm_pagequeue_lock();
	TAILQ_FOREACH (m, &vmd->vmd_pagequeues[PQ_INACTIVE].pq_pl, plinks.q) {
		if (m == &vmd->vmd_inacthead || n == BATCH)
			break;
		if (hf_vm_page_is_emptied(m))
			ma[n++] = m;
	}
	vm_pagequeue_unlock();
	return (n);
}

void
hf_pageout_reap(struct vm_domain *vmd)
{
	vm_page_t ma[BATCH];
	int i, n, left;

	if (atomic_readandclear_int(&vmd->vmd_reap) == 0)
		return;
	do {
		n = gather(vmd, ma);
		for (i = left = 0; i < n; i++)
			if (!hf_vm_page_reap(ma[i]))
				left++;
	} while (n == BATCH && left < n);
	if (left != 0)
		atomic_store_int(&vmd->vmd_reap, 1);
}
