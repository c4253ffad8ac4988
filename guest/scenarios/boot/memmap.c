/* SPDX-License-Identifier: BSD-2-Clause */
/* memmap.c: the loader's memory map becomes a list of usable pages. */

#include <kern/memmap.h>
#include <test/scenario.h>

#define RAM PVH_MEMORY_RAM
#define RES PVH_MEMORY_RESERVED

/* Random maps live in so many pages, entries start at multiples of a byte. */
#define SPACE_PAGES 40
#define MAPS	    40

/* The definition: all bytes RAM, none anything else. */
static bool
page_usable(const struct pvh_memory *map, int n, uint64_t page)
{
	uint64_t a = page * PAGE_SIZE, b = a + PAGE_SIZE, at = a, best;

	for (int i = 0; i < n; i++)
		if (map[i].type != RAM && map[i].len_bytes != 0 &&
		    map[i].addr < b && map[i].addr + map[i].len_bytes > a)
			return (false);
	/* Walk from RAM entry to RAM entry as long as they touch. */
	while (at < b) {
		best = at;
		for (int i = 0; i < n; i++)
			if (map[i].type == RAM && map[i].addr <= at)
				best =
				    MAX(best, map[i].addr + map[i].len_bytes);
		if (best == at)
			return (false);
		at = best;
	}
	return (true);
}

HF_SCENARIO(boot_memmap_random, "boot.memmap_random", "BT-05",
    "unsorted, overlapping, unaligned maps give the pages of the definition")
{
	static struct hf_ranges out;
	struct pvh_memory map[12];
	struct hf_rng *rng = hf_scenario_rng();
	u_int wrong = 0;

	for (int round = 0; round < MAPS; round++) {
		int n = 1 + (int)hf_random_below(rng, nitems(map));

		for (int i = 0; i < n; i++) {
			map[i].addr =
			    hf_random_below(rng, SPACE_PAGES * PAGE_SIZE);
			map[i].len_bytes = hf_random_below(rng, 12 * PAGE_SIZE);
			if (hf_random_below(rng, 2) == 0) {
				map[i].addr = trunc_page(map[i].addr);
				map[i].len_bytes = trunc_page(map[i].len_bytes);
			}
			map[i].type = hf_random_below(rng, 3) != 0
			    ? RAM
			    : 2 + (uint32_t)hf_random_below(rng, 6);
			map[i].reserved = 0;
		}
		hf_require(hf_memmap_reduce(map, n, &out));
		for (uint64_t p = 0; p < SPACE_PAGES + 12; p++)
			if (hf_ranges_contain(&out, p * PAGE_SIZE, PAGE_SIZE) !=
			    page_usable(map, n, p))
				wrong++;
	}
	hf_expect_eq(wrong, 0);
}

HF_SCENARIO(boot_memmap_edges, "boot.memmap_edges", "BT-05",
    "high RAM, empty and wrapping entries are handled")
{
	static struct hf_ranges out;
	static const struct pvh_memory map[] = {
		{ 0x100000000, 0x1000, RAM, 0 }, { 0, 0xa0000, RAM, 0 },
		{ 0xf0000, 0x10000, RES, 0 }, { 0x100000, 0x200000, RAM, 0 },
		{ 0x300000, 0x1000, RAM, 0 }, /* touches the one before */
		{ 0x400000, 0, RAM, 0 },      /* empty */
		{ 0x180000, 0x10, 7, 0 },     /* pmem splits a page out */
		{ UINT64_MAX - 0xfff, 0x10000, RES, 0 }, /* wraps */
	};

	hf_require(hf_memmap_reduce(map, nitems(map), &out));
	hf_require_eq(out.count, 4);
	hf_expect_eq(out.r[0].start, 0);
	hf_expect_eq(out.r[0].end, 0xa0000);
	hf_expect_eq(out.r[1].end, 0x180000);
	hf_expect_eq(out.r[2].start, 0x181000);
	hf_expect_eq(out.r[2].end, 0x301000);
	hf_expect_eq(out.r[3].start, 0x100000000);
	hf_expect(hf_ranges_touch(&out, 0x9ffff, 1));
	hf_expect(!hf_ranges_touch(&out, 0xa0000, 0x60000));
	hf_expect(hf_ranges_touch(&out, 0xa0000, 0x60001));
	hf_expect(hf_ranges_contain(&out, 0x9f000, 0x1000));
	hf_expect(!hf_ranges_contain(&out, 0x9f000, 0x1001));
}

HF_SCENARIO(boot_memmap_full, "boot.memmap_full", "BT-05",
    "a map of more pieces than the list holds is refused, and cut no further")
{
	static struct hf_ranges out;
	static struct pvh_memory map[HF_RANGES_MAX + 1];
	const uint64_t step = 16 * PAGE_SIZE;
	int i;

	for (i = 0; i < (int)nitems(map); i++)
		map[i] = (struct pvh_memory){ (uint64_t)i * step, 8 * PAGE_SIZE,
			RAM, 0 };
	hf_expect(!hf_memmap_reduce(map, nitems(map), &out));
	hf_require(hf_memmap_reduce(map, HF_RANGES_MAX, &out));
	hf_expect_eq(out.count, HF_RANGES_MAX);
	hf_expect(!hf_ranges_touch(&out, 0, 0));
	hf_expect(!hf_ranges_touch(&out, 8 * PAGE_SIZE, 8 * PAGE_SIZE));
	/* A hole in the middle of one would make two of it. */
	hf_expect(!hf_ranges_remove(&out, PAGE_SIZE, 2 * PAGE_SIZE));
	hf_expect_eq(out.count, HF_RANGES_MAX);
	map[HF_RANGES_MAX] = (struct pvh_memory){ PAGE_SIZE, 0x10, RES, 0 };
	hf_expect(!hf_memmap_reduce(map, nitems(map), &out));
	/* An end cut off makes no piece more. */
	hf_require(hf_memmap_reduce(map, HF_RANGES_MAX, &out));
	hf_expect(hf_ranges_remove(&out, 0, PAGE_SIZE));
	hf_expect_eq(out.r[0].start, PAGE_SIZE);
	hf_expect(hf_ranges_remove(&out, 0, 0));
	hf_expect_eq(out.count, HF_RANGES_MAX);
}
