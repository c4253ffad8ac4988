/* SPDX-License-Identifier: BSD-2-Clause */
/* hold.c: quick hold and unhold; ways to a page's bytes. */
#include <test/bench_space.h>

#define HOLD_MAX 512

enum before { ABSENT, RESIDENT, SHARED };

static void
hold(const char *name, enum before before)
{
	static const u_long sizes[] = HF_BENCH_SIZES;
	static vm_page_t ma[HOLD_MAX];
	vm_map_t map = hf_bench_space();
	struct proc *sharer = NULL;
	struct hf_bench *b;
	int got = 0;

	for (u_int i = 0; i < nitems(sizes); i++) {
		u_long n = sizes[i];

		b = hf_bench_open_size(name, n);
		while (hf_bench_next(b)) {
			hf_bench_anon(n);
			if (before != ABSENT)
				hf_bench_write(n);
			if (before == SHARED)
				sharer = hf_space_fork("sharer");
			hf_bench_start(b);
			got = vm_fault_quick_hold_pages(map, BENCH_VA, ptoa(n),
			    VM_PROT_READ | VM_PROT_WRITE, ma, HOLD_MAX);
			if (got > 0)
				vm_page_unhold_pages(ma, got);
			hf_bench_stop(b);
			if (before == SHARED)
				hf_space_end(sharer);
			hf_bench_anon_gone(n);
		}
		hf_expect_eq(got, n);
		hf_bench_close(b);
	}
}

HF_BENCH(bench_hold_resident, "bench.hold_resident",
    "quick hold and unhold of resident writable pages")
{
	hold("hold_resident", RESIDENT);
}

HF_BENCH(bench_hold_absent, "bench.hold_absent",
    "quick hold and unhold of untouched pages")
{
	hold("hold_absent", ABSENT);
}

HF_BENCH(bench_hold_cow, "bench.hold_cow",
    "quick hold for writing of pages that a fork has shared")
{
	hold("hold_cow", SHARED);
}

/* Accesses a sample: an operation is shorter than a time stamp. */
#define TOUCHES 64

HF_BENCH(bench_quick_enter, "bench.quick_enter",
    "reaching a page by pmap_quick_enter_page or the direct map")
{
	vm_page_t m = vm_page_alloc_noobj(VM_ALLOC_WIRED);
	struct hf_bench *b;
	vm_offset_t va;

	hf_require(m != NULL);
	b = hf_bench_open("quick_enter", TOUCHES, HF_LAYER_VM);
	while (hf_bench_next(b)) {
		hf_bench_start(b);
		for (int i = 0; i < TOUCHES; i++) {
			va = pmap_quick_enter_page(m);
			(void)*(volatile uint64_t *)va;
			pmap_quick_remove_page(va);
		}
		hf_bench_stop(b);
	}
	hf_bench_close(b);
	b = hf_bench_open("direct_map", TOUCHES, HF_LAYER_VM);
	while (hf_bench_next(b)) {
		hf_bench_start(b);
		for (int i = 0; i < TOUCHES; i++)
			(void)*(volatile uint64_t *)PHYS_TO_DMAP(
			    VM_PAGE_TO_PHYS(m));
		hf_bench_stop(b);
	}
	hf_bench_close(b);
	vm_page_unwire_noq(m);
	vm_page_free(m);
}
