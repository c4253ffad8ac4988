/* SPDX-License-Identifier: BSD-2-Clause */
/* alloc.c: the kernel allocator gives aligned, distinct memory and takes it back. */

#include <kern/failpoint.h>
#include <kern/kalloc.h>
#include <test/scenario.h>

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
	static const size_t sizes[] = { 1, 16, 17, 100, 496, 992, 2000, 2001,
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
