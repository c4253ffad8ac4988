/* SPDX-License-Identifier: BSD-2-Clause */
/* second_stage.c: the first touch ever of a frame of guest memory. */
#include <machine/vmparam.h>
#include <test/bench.h>
#include <vm/vm_page.h>
#include <vm/vm_phys.h>

#define FRAMES 16

/*
 * A frame whose page struct was not even set up has not been allocated since
 * boot, so nobody has touched it.  From the top of memory down; once
 * allocated, a frame is never taken for fresh again.
 */
static bool
run_is_fresh(const struct vm_phys_seg *seg, vm_paddr_t pa)
{
	vm_page_t m = seg->first_page + atop(pa - seg->start);

	for (u_int i = 0; i < FRAMES; i++)
		if (hf_vm_page_is_set_up(m + i))
			return (false);
	return (true);
}

/* The next run of fresh frames below *below, allocated; NULL: none left. */
static vm_page_t
fresh_frames(vm_paddr_t *below)
{
	const vm_paddr_t size = ptoa((vm_paddr_t)FRAMES);
	vm_page_t m;

	for (int i = vm_phys_nsegs - 1; i >= 0; i--) {
		const struct vm_phys_seg *seg = &vm_phys_segs[i];
		vm_paddr_t pa = rounddown2(MIN(*below, seg->end), size);

		while (pa >= seg->start + size) {
			pa -= size;
			*below = pa;
			if (!run_is_fresh(seg, pa))
				continue;
			m = vm_page_alloc_noobj_contig(VM_ALLOC_WIRED, FRAMES,
			    pa, pa + size, PAGE_SIZE, 0, VM_MEMATTR_DEFAULT);
			if (m != NULL)
				return (m);
		}
	}
	return (NULL);
}

static void
touch(vm_page_t m)
{
	vm_offset_t va = PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m));

	for (u_int i = 0; i < FRAMES; i++)
		*(volatile uint64_t *)(va + ptoa(i)) = 1;
}

HF_BENCH(bench_second_stage, "bench.second_stage_first_touch",
    "the first write ever to a frame, through the direct map", HF_NEEDS_MMU)
{
	vm_paddr_t below = ~(vm_paddr_t)0;
	struct hf_bench *b;
	vm_page_t m;

	b = hf_bench_open("second_stage_first_touch", FRAMES, HF_LAYER_VM);
	while (hf_bench_next(b)) {
		m = fresh_frames(&below);
		if (m == NULL) {
			hf_note("no fresh frames after %u samples", b->bn_done);
			hf_bench_cut(b);
			break;
		}
		hf_bench_start(b);
		touch(m);
		hf_bench_stop(b);
		for (u_int i = 0; i < FRAMES; i++) {
			(void)vm_page_unwire_noq(m + i);
			vm_page_free(m + i);
		}
	}
	/* The host says whether a touch must be an exit here. */
	if (hf_bench_param("touch_exits", 0) != 0 && b->bn_exits.count != 0)
		hf_expect_le(FRAMES, b->bn_exits.min);
	hf_bench_close(b);
}
