/* SPDX-License-Identifier: BSD-2-Clause */
/* alloc.c: the kernel allocator gives aligned, distinct memory and takes it back. */

#include <kern/failpoint.h>
#include <kern/kalloc.h>
#include <test/scenario.h>

#define COUNT 64

static bool
all_bytes(const uint8_t *p, size_t bytes, uint8_t want)
{
	for (size_t i = 0; i < bytes; i++)
		if (p[i] != want)
			return (false);
	return (true);
}

HF_SCENARIO(kern_kalloc, "kern.kalloc", "",
    "allocations of all sizes are aligned, zeroed on request and do not "
    "overlap")
{
	static const size_t sizes[] = { 1, 16, 17, 100, 496, 1000, 2016, 2017,
		PAGE_SIZE };
	uint8_t *p[nitems(sizes)][4];

	for (u_int s = 0; s < nitems(sizes); s++)
		for (u_int i = 0; i < 4; i++) {
			p[s][i] = hf_kalloc(sizes[s], M_WAITOK | M_ZERO);
			hf_expect_eq((uintptr_t)p[s][i] % 16, 0);
			hf_expect(all_bytes(p[s][i], sizes[s], 0));
			memset(p[s][i], s * 4 + i, sizes[s]);
		}
	hf_expect_eq((uintptr_t)p[nitems(sizes) - 1][0] % PAGE_SIZE, 0);
	for (u_int s = 0; s < nitems(sizes); s++)
		for (u_int i = 0; i < 4; i++) {
			hf_expect(all_bytes(p[s][i], sizes[s], s * 4 + i));
			hf_kfree(p[s][i]);
		}
	hf_kfree(NULL);
}

HF_SCENARIO(kern_zone, "kern.zone", "",
    "a zone gives distinct objects and uses freed ones again")
{
	static struct hf_zone *zone; /* zones are for ever */
	void *p[COUNT];
	u_long before;

	if (zone == NULL)
		zone = hf_zone_create("test", 200);
	before = hf_kalloc_pages();
	for (u_int i = 0; i < COUNT; i++) {
		p[i] = hf_zone_alloc(zone, M_WAITOK);
		memset(p[i], i, 200);
	}
	for (u_int i = 0; i < COUNT; i++) {
		hf_expect(all_bytes(p[i], 200, i));
		hf_zone_free(zone, p[i]);
	}
	hf_expect_eq(hf_kalloc_pages(), before);
}

HF_SCENARIO(kern_failpoint, "kern.failpoint", "",
    "an armed failpoint skips, fires as often as told, and stops")
{
	void *p;
	int got = 0;

	hf_failpoint_arm("kalloc", 1, 2);
	for (int i = 0; i < 5; i++) {
		p = hf_kalloc(32, M_NOWAIT);
		got = got * 2 + (p != NULL);
		hf_kfree(p);
	}
	hf_expect_eq(got, 0x13); /* yes, no, no, yes, yes */
	hf_expect_eq(hf_failpoint_fired("kalloc"), 2);
	hf_failpoint_disarm_all();
	hf_expect_eq(hf_failpoints_armed, 0);
}
