/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_pageout_flush.c: a run of pages through put-pages, and what follows. */
#include <sys/param.h>
#include <sys/systm.h>
#include <vm/vm.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pageout.h>
#include <vm/vm_pager.h>

/* Written or given up: a laundry page can go as soon as memory is short. */
static void
leave_laundry(vm_page_t m)
{
	if (vm_page_in_laundry(m))
		vm_page_deactivate_noreuse(m);
}

/*
 * Writes count pages of consecutive indices: exclusively busied, valid, not
 * writable; consumes the busies.  Returns the pages written, started or given
 * up.  *prunlen (if mreq >= 0): how many from mc[mreq] on are dealt with; *eio:
 * some of those failed.  Object write-locked, may be dropped and taken
 * again.
 */
int
vm_pageout_flush(
    vm_page_t *mc, int count, int flags, int mreq, int *prunlen, boolean_t *eio)
{
	vm_object_t object = mc[0]->object;
	int rtvals[2 * vm_pageout_page_count];
	vm_page_t m;
	int done, i, runlen;

	VM_OBJECT_ASSERT_WLOCKED(object);
	KASSERT(count > 0 && count <= nitems(rtvals),
	    ("vm_pageout_flush: %d pages", count));
	for (i = 0; i < count; i++) {
		KASSERT(vm_page_all_valid(mc[i]),
		    ("vm_pageout_flush: page %p is partly valid",
			(void *)mc[i]));
		KASSERT((vm_page_aflags(mc[i]) & PGA_WRITEABLE) == 0,
		    ("vm_pageout_flush: page %p is writeable", (void *)mc[i]));
		vm_page_busy_downgrade(mc[i]);
	}
	vm_object_pip_add(object, count);
	vm_pager_put_pages(object, mc, count, flags, rtvals);

	done = 0;
	runlen = count - mreq;
	if (eio != NULL)
		*eio = FALSE;
	for (i = 0; i < count; i++) {
		m = mc[i];
		switch (rtvals[i]) {
		case VM_PAGER_OK:
			leave_laundry(m);
			done++;
			break;
		case VM_PAGER_PEND:
			/* The pager's from here on. */
			hf_node_released(HF_NODE_PAGING, 1);
			done++;
			continue;
		case VM_PAGER_BAD:
			/* Nothing behind it: the data has no place to go. */
			vm_page_undirty(m);
			leave_laundry(m);
			done++;
			break;
		case VM_PAGER_FAIL:
			if (object->type == OBJT_SWAP) {
				vm_page_unswappable(m);
				done++;
			} else
				vm_page_activate(m);
			break;
		case VM_PAGER_ERROR:
			vm_page_activate(m);
			break;
		case VM_PAGER_AGAIN:
			if (i >= mreq && i - mreq < runlen)
				runlen = i - mreq;
			break;
		default:
			panic("vm_pageout_flush: pager answered %d", rtvals[i]);
		}
		if (eio != NULL && i >= mreq && i - mreq < runlen &&
		    (rtvals[i] == VM_PAGER_ERROR || rtvals[i] == VM_PAGER_FAIL))
			*eio = TRUE;
		vm_page_sunbusy(m);
		vm_object_pip_wakeup(object);
	}
	if (prunlen != NULL)
		*prunlen = runlen;
	return (done);
}
