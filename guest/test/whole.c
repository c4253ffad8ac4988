/* SPDX-License-Identifier: BSD-2-Clause */
/* whole.c: user pages that are looked at to their last byte. */

#include <sys/param.h>
#include <sys/systm.h>
#include <machine/vmparam.h>
#include <test/scenario.h>
#include <test/space.h>
#include <test/whole.h>

#define WORD sizeof(uint64_t)

static volatile u_int last_generation;

/* Odd steps, so that no two places of a page are alike. */
static uint64_t
pattern(vm_offset_t va, u_int generation, u_int off)
{
	return ((uint64_t)generation << 48 ^ (uint64_t)atop(va) << 16 ^
	    (off * 2 + 1));
}

/* The frame that va is mapped to; the failure is told when there is none. */
static uint8_t *
frame(const char *file, int line, vm_offset_t va)
{
	vm_page_t m = hf_space_page(va);

	if (m == NULL) {
		hf_note("%#lx is not mapped", va);
		hf_expect_at(file, line, "the page is mapped", false);
		return (NULL);
	}
	return ((uint8_t *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m)));
}

void
hf_fill_at(const char *file, int line, vm_offset_t va, uint64_t value)
{
	const u_int generation = atomic_fetchadd_int(&last_generation, 1) + 1;
	u_int off;
	uint8_t *p;

	/* The access of a process, so that the page is its own and modified. */
	hf_poke(va, value);
	p = frame(file, line, va);
	if (p == NULL)
		return;
	for (off = 0; off < PAGE_SIZE; off += WORD)
		if (off != (va & PAGE_MASK))
			*(uint64_t *)(p + off) = pattern(va, generation, off);
}

bool
hf_expect_filled_at(
    const char *file, int line, vm_offset_t va, u_int from, u_int to)
{
	const uint8_t *p = frame(file, line, va);
	const u_int other = from == 0 ? to : 0;
	u_int generation, off;
	uint64_t got, want;

	if (p == NULL)
		return (false);
	generation = (u_int)(*(const uint64_t *)(p + other) >> 48);
	for (off = 0; off < PAGE_SIZE; off += WORD) {
		got = *(const uint64_t *)(p + off);
		want = pattern(va, generation, off);
		if ((off >= from && off < to) ||
		    (generation != 0 && got == want))
			continue;
		hf_note("byte %u of the page at %#lx, generation %u", off,
		    trunc_page(va), generation);
		return (hf_expect_cmp_at(file, line,
		    "the rest of the page is as it was filled",
		    HF_CMP_EQ | HF_FORM_PLACE << HF_FORM_GOT |
			HF_FORM_PLACE << HF_FORM_WANT,
		    got, generation != 0 ? want : pattern(va, 1, off)));
	}
	return (hf_expect_at(file, line, "the page is filled", true));
}

void
hf_store_at(const char *file, int line, vm_offset_t va, uint64_t value)
{
	const u_int off = va & PAGE_MASK;

	hf_poke(va, value);
	(void)hf_expect_filled_at(file, line, va, off, off + WORD);
}

uint64_t
hf_load_at(const char *file, int line, vm_offset_t va)
{
	const uint64_t value = hf_peek(va);
	const u_int off = va & PAGE_MASK;

	(void)hf_expect_filled_at(file, line, va, off, off + WORD);
	return (value);
}

bool
hf_expect_bytes_at(const char *file, int line, vm_offset_t va, u_int from,
    u_int to, uint8_t byte)
{
	const uint8_t *p = frame(file, line, va);
	u_int off;

	if (p == NULL)
		return (false);
	for (off = from; off < to && p[off] == byte; off++)
		continue;
	if (off == to)
		return (hf_expect_at(file, line, "the bytes are alike", true));
	hf_note("byte %u of the page at %#lx", off, trunc_page(va));
	return (hf_expect_cmp_at(file, line, "all these bytes are alike",
	    HF_CMP_EQ | HF_FORM_PLACE << HF_FORM_GOT |
		HF_FORM_PLACE << HF_FORM_WANT,
	    p[off], byte));
}
