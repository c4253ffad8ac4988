/* SPDX-License-Identifier: BSD-2-Clause */
/* shootdown.c: taking a mapping away from the CPUs that use it. */
#include <test/bench_crew.h>

/* The page is in this CPU's TLB when it returns. */
static void
use_page(u_int who)
{
	(void)fubyte((const void *)BENCH_VA);
}

HF_BENCH(bench_shootdown, "bench.shootdown",
    "pmap_remove of a page that N CPUs hold in their TLBs",
    HF_NEEDS_MMU | HF_NEEDS_SMP)
{
	vm_map_t map = hf_bench_space();
	struct hf_crew *crew;
	struct hf_bench *b;
	u_long ipis;

	hf_bench_anon(1);
	hf_bench_write(1);
	for (u_int n = 1; n != 0; n = hf_crew_next(n)) {
		crew = hf_crew_start(n, false);
		b = hf_bench_open_few(
		    hf_crew_name("shootdown", n), 1, HF_LAYER_VM, 2);
		hf_bench_crowd(b);
		ipis = 0;
		while (hf_bench_next(b)) {
			hf_crew_turn(crew, use_page);
			ipis -= hf_tlb_ipi_count();
			hf_bench_start(b);
			pmap_remove(map->pmap, BENCH_VA, BENCH_VA + PAGE_SIZE);
			hf_bench_stop(b);
			ipis += hf_tlb_ipi_count();
		}
		hf_expect_eq(ipis, (u_long)b->bn_done * (n - 1));
		hf_bench_close(b);
		hf_crew_end(crew);
	}
	hf_bench_anon_gone(1);
}
