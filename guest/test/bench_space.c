/* SPDX-License-Identifier: BSD-2-Clause */
/* bench_space.c: memory for bench scenarios, page tables kept alive. */
#include <test/bench_space.h>

#define REGION (2ul << 20)

_Static_assert(BENCH_VA % REGION == PAGE_SIZE, "a keeper fits below");

vm_map_t
hf_bench_space(void)
{
	vm_map_t map = hf_space_enter();

	/* below the samples in their first region, above in their second */
	hf_space_anon_at(BENCH_VA - PAGE_SIZE, 1);
	hf_poke(BENCH_VA - PAGE_SIZE, 1);
	hf_space_anon_at(BENCH_VA + 2 * REGION - 2 * PAGE_SIZE, 1);
	hf_poke(BENCH_VA + 2 * REGION - 2 * PAGE_SIZE, 1);
	return (map);
}

void
hf_bench_anon(u_long n)
{
	KASSERT(n < BENCH_PAGES, ("hf_bench_anon: %lu pages", n));
	hf_space_anon_at(BENCH_VA, n + 1);
	hf_poke(BENCH_VA + ptoa(n), 1);
}

void
hf_bench_anon_gone(u_long n)
{
	(void)vm_map_remove(hf_space_map(), BENCH_VA, BENCH_VA + ptoa(n + 1));
}

const char *
hf_bench_name(const char *name, u_long n)
{
	static char text[64];

	snprintf(text, sizeof(text), "%s_%lu", name, n);
	return (text);
}

struct hf_bench *
hf_bench_open_size(const char *name, u_long n)
{
	return (hf_bench_open_few(
	    hf_bench_name(name, n), 1, HF_LAYER_VM, n >= 512 ? 20 : 4));
}
