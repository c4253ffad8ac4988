/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_phys_feed.c: memory enters the free lists when they run out of it. */

/*
 * Each segment has a frontier, vm_phys_seg.fed: what lies below it has been on
 * the free lists, what lies above is free, and counted as free, but nothing
 * knows its structs.  A list that has nothing to give moves the frontier of its
 * segments, by 1 MiB at first and by as much as there is already after that.
 * So boot touches 4 pages of the page array instead of 23 on a machine with 64
 * MiB, where the heads of all free blocks were linked from the start.
 *
 * What looks at free memory by address, or counts its blocks, wants all of it
 * (hf_vm_phys_feed_all).
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <vm/vm.h>
#include <vm/vm_page.h>
#include "vm_phys_priv.h"

#define FEED_MIN ((vm_paddr_t)1 << 20)

static bool all_fed; /* under the free lock */

static void
feed_to(struct vm_phys_seg *seg, vm_paddr_t end)
{
	vm_paddr_t start = seg->fed;

	seg->fed = end;
	vm_phys_free_contig(
	    seg->first_page + atop(start - seg->start), atop(end - start));
}

/*
 * Puts some more memory on one free list; false if there is none left to put
 * there.  Free lock held.
 */
bool
hf_vm_phys_feed(int freelist)
{
	struct vm_phys_seg *seg;
	vm_paddr_t step;
	int i;

	if (all_fed)
		return (false);
	for (i = 0; i < vm_phys_nsegs; i++) {
		seg = &vm_phys_segs[i];
		if (seg->freelist != freelist || seg->fed == seg->end)
			continue;
		step = rounddown2(seg->fed - seg->start, FEED_MIN);
		step = MAX(step, FEED_MIN);
		feed_to(
		    seg, MIN(seg->end, rounddown2(seg->fed, FEED_MIN) + step));
		return (true);
	}
	return (false);
}

/* Free lock held. */
void
hf_vm_phys_feed_all(void)
{
	int i;

	mtx_assert(&hf_vm_phys_free_mtx, MA_OWNED);
	for (i = 0; i < vm_phys_nsegs && !all_fed; i++)
		if (vm_phys_segs[i].fed < vm_phys_segs[i].end)
			feed_to(&vm_phys_segs[i], vm_phys_segs[i].end);
	all_fed = true;
}

/* Frames above the frontiers.  Free lock held. */
u_long
hf_vm_phys_unfed(void)
{
	u_long n;
	int i;

	n = 0;
	for (i = 0; i < vm_phys_nsegs; i++)
		n += atop(vm_phys_segs[i].end - vm_phys_segs[i].fed);
	return (n);
}
