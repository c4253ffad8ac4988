/* SPDX-License-Identifier: BSD-2-Clause */
/* trap_floor.c: the least that a page fault can cost on this machine. */
#include <arch/amd64/cpu.h>
#include <machine/cpufunc.h>
#include <test/bench_space.h>
#include "pmap_priv.h"

HF_BENCH(bench_trap_floor, "bench.trap_floor",
    "an access whose fault handler writes one table entry and returns",
    HF_NEEDS_MMU)
{
	struct hf_trap_floor floor = { .va = BENCH_VA };
	vm_map_t map = hf_bench_space();
	u_long samples = 0;
	struct hf_bench *b;

	hf_bench_anon(1);
	hf_bench_write(1);
	floor.slot = pmap_pte(map->pmap, BENCH_VA);
	hf_require(floor.slot != NULL);
	floor.pte = pte_load(floor.slot);
	b = hf_bench_open("trap_floor", 1, HF_LAYER_TRAP);
	hf_trap_floor = &floor;
	while (hf_bench_next(b)) {
		pte_store(floor.slot, 0);
		pmap_invalidate_page(map->pmap, BENCH_VA);
		hf_bench_start(b);
		hf_bench_write(1);
		hf_bench_stop(b);
		samples++;
	}
	hf_trap_floor = NULL;
	hf_expect_eq(floor.hits, samples);
	hf_bench_close(b);
	hf_bench_anon_gone(1);
}
