/* SPDX-License-Identifier: BSD-2-Clause */
/* fault_cpus.c: anonymous faults by several CPUs at once. */
#include <test/bench_crew.h>

#define FAULTS 15 /* of each CPU */
_Static_assert(MAXCPU *FAULTS < BENCH_PAGES, "room for each and the keeper");

static bool own_spaces;

static u_long
page_of(u_int who)
{
	return (own_spaces ? 0 : who * FAULTS);
}

static vm_offset_t
keeper(void)
{
	return (BENCH_VA + ptoa(BENCH_PAGES - 1));
}

/* The tables and, in a page behind those to come, the object are there. */
static void
get_ready(u_int who)
{
	if (own_spaces || who == 0) {
		(void)subyte((void *)(BENCH_VA - PAGE_SIZE), 1);
		(void)subyte((void *)keeper(), 1);
	}
}

static void
fault(u_int who)
{
	vm_offset_t va = BENCH_VA + ptoa(page_of(who));

	for (u_int i = 0; i < FAULTS; i++)
		(void)subyte((void *)(va + ptoa(i)), 1);
}

static void
map_pages(vm_map_t map)
{
	vm_offset_t va = BENCH_VA - PAGE_SIZE;
	int rv;

	vm_map_lock(map);
	rv = vm_map_insert(
	    map, NULL, 0, va, keeper() + PAGE_SIZE, VM_PROT_RW, VM_PROT_ALL, 0);
	vm_map_unlock(map);
	hf_require_eq(rv, KERN_SUCCESS);
}

static void
unmap_pages(vm_map_t map)
{
	(void)vm_map_remove(map, BENCH_VA - PAGE_SIZE, keeper() + PAGE_SIZE);
}

static void
fault_cpus(const char *name, bool own)
{
	struct hf_crew *crew;
	struct hf_bench *b;

	own_spaces = own;
	hf_space_enter();
	for (u_int n = 1; n != 0; n = hf_crew_next(n)) {
		u_int spaces = own ? n : 1;

		crew = hf_crew_start(n, own);
		b = hf_bench_open_few(
		    hf_crew_name(name, n), FAULTS, HF_LAYER_TRAP, 2);
		hf_bench_crowd(b);
		while (hf_bench_next(b)) {
			for (u_int i = 0; i < spaces; i++)
				map_pages(hf_crew_map(crew, i));
			hf_crew_turn(crew, get_ready);
			hf_bench_start(b);
			hf_crew_turn(crew, fault);
			hf_bench_stop(b);
			for (u_int i = 0; i < spaces; i++)
				unmap_pages(hf_crew_map(crew, i));
		}
		hf_bench_close(b);
		hf_crew_end(crew);
	}
}

HF_BENCH(bench_fault_one_space, "bench.fault_one_space",
    "anonymous faults of N CPUs at once in one address space", HF_NEEDS_SMP)
{
	fault_cpus("fault_one_space", false);
}

HF_BENCH(bench_fault_own_space, "bench.fault_own_space",
    "anonymous faults of N CPUs at once, each in a space of its own",
    HF_NEEDS_SMP)
{
	fault_cpus("fault_own_space", true);
}
