/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_page_startup.c: the page array, the watermarks, all RAM freed. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/vmmeter.h>
#include <kern/plan.h>
#include <machine/vmparam.h>
#include <vm/vm.h>
#include <vm/vm_param.h>
#include <vm/vm_page.h>
#include <vm/vm_pagequeue.h>
#include <vm/vm_phys.h>
#include "vm_page_priv.h"

struct vm_domain vm_dom[1];
struct vmmeter vm_cnt;

static void
init_marker(vm_page_t marker, uint8_t queue)
{
	memset(marker, 0, sizeof(*marker));
	marker->flags = PG_MARKER;
	marker->busy_lock = VPB_CURTHREAD_EXCLUSIVE;
	marker->a.queue = queue;
}

static void
domain_init(struct vm_domain *vmd)
{
	static const char *const names[PQ_COUNT] = { "inactive", "active",
		"laundry", "unswappable" };
	int i;

	mtx_init(&vmd->vmd_queue_mtx, "vm page queue", NULL, MTX_DEF);
	mtx_init(&vmd->vmd_wait_mtx, "vm wait", NULL, MTX_SPIN);
	for (i = 0; i < PQ_COUNT; i++) {
		TAILQ_INIT(&vmd->vmd_pagequeues[i].pq_pl);
		vmd->vmd_pagequeues[i].pq_name = names[i];
	}
	init_marker(&vmd->vmd_inacthead, PQ_INACTIVE);
	init_marker(&vmd->vmd_scan, PQ_INACTIVE);
	TAILQ_INSERT_HEAD(&vmd->vmd_pagequeues[PQ_INACTIVE].pq_pl,
	    &vmd->vmd_inacthead, plinks.q);
}

void
hf_vm_domain_set_watermarks(struct vm_domain *vmd, u_int npages, u_int nfree)
{
	const u_int share = npages / 200;
	const u_int cluster = npages < 2000 ? 8 : 32;

	vmd->vmd_page_count = npages;
	vmd->vmd_interrupt_free_min = 2;
	vmd->vmd_pageout_free_min = 2 * 65536 / PAGE_SIZE + 2;
	vmd->vmd_free_reserved =
	    cluster + vmd->vmd_pageout_free_min + npages / 768;
	vmd->vmd_free_min = share + vmd->vmd_free_reserved;
	vmd->vmd_free_severe = share / 2 + vmd->vmd_free_reserved;
	vmd->vmd_free_target = 4 * share + vmd->vmd_free_reserved;
	vmd->vmd_pageout_wakeup_thresh = 9 * (vmd->vmd_free_target / 10);
	/*
	 * The formulas cross over in tiny memories: vm_page.md pitfall 16.  And
	 * whoever has waited for free_min must get a page.
	 */
	if (vmd->vmd_free_min <= vmd->vmd_free_reserved)
		vmd->vmd_free_min = vmd->vmd_free_reserved + 1;
	if (vmd->vmd_pageout_wakeup_thresh <= vmd->vmd_free_min)
		vmd->vmd_pageout_wakeup_thresh = vmd->vmd_free_min + 1;
	if (vmd->vmd_free_target < vmd->vmd_pageout_wakeup_thresh)
		vmd->vmd_free_target = vmd->vmd_pageout_wakeup_thresh;
	vmd->vmd_inactive_target = MIN(3 * vmd->vmd_free_target / 2, nfree / 3);
	vmd->vmd_background_launder_target =
	    (vmd->vmd_free_target - vmd->vmd_free_min) / 10;
}

void
hf_vm_domain_publish(const struct vm_domain *vmd)
{
	vm_cnt.v_page_size = PAGE_SIZE;
	vm_cnt.v_page_count = vmd->vmd_page_count;
	vm_cnt.v_free_reserved = vmd->vmd_free_reserved;
	vm_cnt.v_free_target = vmd->vmd_free_target;
	vm_cnt.v_free_min = vmd->vmd_free_min;
	vm_cnt.v_free_severe = vmd->vmd_free_severe;
	vm_cnt.v_inactive_target = vmd->vmd_inactive_target;
	vm_cnt.v_pageout_free_min = vmd->vmd_pageout_free_min;
	vm_cnt.v_interrupt_free_min = vmd->vmd_interrupt_free_min;
}

/* The largest range of phys_avail, by the index of its start. */
static int
largest_range(void)
{
	vm_size_t size, best;
	int i, found;

	best = 0;
	found = 0;
	for (i = 0; phys_avail[i + 1] != 0; i += 2) {
		size = phys_avail[i + 1] - phys_avail[i];
		if (size > best) {
			best = size;
			found = i;
		}
	}
	return (found);
}

/*
 * Boot, one CPU, direct map in place.  Takes the page array out of the largest
 * range of phys_avail[] and makes the rest allocatable; the array and all free
 * memory are left untouched (RAM may hold junk).  Returns vaddr: no kernel
 * addresses are used up.
 */
vm_offset_t
vm_page_startup(vm_offset_t vaddr)
{
	struct vm_domain *vmd = &vm_dom[0];
	vm_paddr_t pa;
	u_long structs, map_bytes, bytes, managed;
	int i, largest;

	largest = largest_range();
	for (i = 0; phys_avail[i + 1] != 0; i += 2)
		vm_phys_add_seg(phys_avail[i], phys_avail[i + 1]);
	structs = hf_vm_phys_array_pages();
	map_bytes = hf_vm_phys_map_bytes(structs);
	bytes = round_page(structs * sizeof(struct vm_page) + map_bytes);
	if (phys_avail[largest + 1] - phys_avail[largest] < bytes + PAGE_SIZE)
		panic("vm_page_startup: no room for %lu bytes of pages", bytes);
	/* From its start: RAM mostly ends aligned, in few large blocks. */
	pa = phys_avail[largest];
	phys_avail[largest] += bytes;
	vm_phys_nsegs = 0;
	managed = 0;
	for (i = 0; phys_avail[i + 1] != 0; i += 2) {
		vm_phys_add_seg(phys_avail[i], phys_avail[i + 1]);
		managed += atop(phys_avail[i + 1] - phys_avail[i]);
	}
	MPASS(hf_vm_phys_array_pages() <= structs);
	/* The map in front: it shares a page with the first structs. */
	vm_page_array = (vm_page_t)(PHYS_TO_DMAP(pa) + map_bytes);
	vm_phys_init((void *)PHYS_TO_DMAP(pa));

	domain_init(vmd);
	hf_vm_page_sleep_init();
	hf_vm_junk = hf_plan_param_u64("junk", 0) != 0;
	hf_vm_domain_set_watermarks(vmd, managed, managed);
	hf_vm_domain_publish(vmd);
	vmd->vmd_free_count = managed;
	return (vaddr);
}
