/* SPDX-License-Identifier: BSD-2-Clause */
/* contents.c: clearing and copying bytes of pages. */

#include "lab.h"

#define RW VM_PROT_RW

static uint8_t
byte_of(vm_page_t m, u_int off)
{
	return (((volatile uint8_t *)lab_words(m))[off]);
}

static void
fill(vm_page_t m, uint8_t seed)
{
	volatile uint8_t *p = (volatile uint8_t *)lab_words(m);
	u_int i;

	/* The part that the scenarios look at. */
	for (i = 0; i < 512; i++)
		p[i] = (uint8_t)(seed + i * 7) | 1;
	for (i = PAGE_SIZE - 64; i < PAGE_SIZE; i++)
		p[i] = (uint8_t)(seed + i * 7) | 1;
}

HF_SCENARIO(pmap_zero, "pmap.zero", "PM-42 PM-43",
    "exactly the named bytes are cleared; the page's state is not touched")
{
	struct lab lab;
	vm_page_t m;
	u_int i, wrong;

	lab_open(&lab, 1);
	m = lab.m[0];
	fill(m, 3);
	pmap_zero_page_area(m, 100, 200);
	wrong = 0;
	for (i = 0; i < 512; i++)
		wrong += (byte_of(m, i) == 0) != (i >= 100 && i < 300);
	hf_expect_eq(wrong, 0);
	lab_enter(&lab, LAB_BASE, m, RW, VM_PROT_READ);
	pmap_zero_page(m);
	hf_expect_eq(byte_of(m, 0), 0);
	hf_expect_eq(byte_of(m, PAGE_SIZE - 1), 0);
	hf_expect_eq(lab_bits(&lab, LAB_BASE, X86_PG_M), 0);
	hf_expect_eq(m->valid, VM_PAGE_BITS_ALL);
	hf_expect_eq(m->dirty, 0);
	lab_close(&lab);
}

HF_SCENARIO(pmap_copy_bytes, "pmap.copy_pages", "PM-42 PM-43",
    "bytes are copied across page edges at any alignment, and no others")
{
	struct lab lab;
	vm_page_t from[2], to[2];
	u_int i, wrong;

	lab_open(&lab, 4);
	for (i = 0; i < 4; i++)
		fill(lab.m[i], i < 2 ? 11 : 90);
	/* From 10 bytes before the edge of page 0 to 20 before that of 2. */
	pmap_copy_pages(
	    &lab.m[0], PAGE_SIZE - 10, &lab.m[2], PAGE_SIZE - 20, 70);
	wrong = 0;
	for (i = 0; i < 10; i++)
		wrong += byte_of(lab.m[2], PAGE_SIZE - 20 + i) !=
		    byte_of(lab.m[0], PAGE_SIZE - 10 + i);
	for (i = 0; i < 60; i++)
		wrong += byte_of(i < 10 ? lab.m[2] : lab.m[3],
			     i < 10 ? PAGE_SIZE - 10 + i : i - 10) !=
		    byte_of(lab.m[1], i);
	hf_expect_eq(wrong, 0);
	hf_expect_eq(byte_of(lab.m[2], PAGE_SIZE - 21),
	    (uint8_t)(90 + (PAGE_SIZE - 21) * 7) | 1);
	hf_expect_eq(byte_of(lab.m[3], 50), (uint8_t)(90 + 50 * 7) | 1);
	/* The destination's edge comes first; its pages do not adjoin. */
	from[0] = lab.m[1];
	from[1] = lab.m[0];
	to[0] = lab.m[3];
	to[1] = lab.m[2];
	pmap_copy_pages(from, PAGE_SIZE - 20, to, PAGE_SIZE - 10, 15);
	hf_expect_eq(
	    byte_of(to[0], PAGE_SIZE - 1), byte_of(from[0], PAGE_SIZE - 11));
	hf_expect_eq(byte_of(to[1], 0), byte_of(from[0], PAGE_SIZE - 10));
	hf_expect_eq(byte_of(to[1], 4), byte_of(from[0], PAGE_SIZE - 6));
	pmap_copy_page(lab.m[0], lab.m[3]);
	hf_expect_eq(byte_of(lab.m[3], 50), byte_of(lab.m[0], 50));
	hf_expect_eq(lab.m[3]->dirty, 0);
	lab_close(&lab);
}
