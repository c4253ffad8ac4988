/* SPDX-License-Identifier: BSD-2-Clause */
/* slab.c: pieces of pages for the VM system's own structures. */
#include <test/vm_util.h>
#include <vm/vm_slab.h>

#define PIECE 1000 /* four of them a page */
#define PAGES 3

static struct hf_vm_slab slab;
static char *piece[PAGES * 4];

static void
fill(u_int from)
{
	for (u_int i = from; i < nitems(piece); i++) {
		piece[i] = hf_vm_slab_alloc(&slab);
		hf_require(piece[i] != NULL);
		memset(piece[i], (int)i, PIECE);
	}
}

/* Nobody has written into another's. */
static void
expect_own(u_int n)
{
	for (u_int i = 0; i < n; i++) {
		hf_expect_eq((u_char)piece[i][0], i);
		hf_expect_eq((u_char)piece[i][PIECE - 1], i);
	}
}

HF_SCENARIO(slab_packs, "page.slab_packs", "PA-32",
    "pieces of one size share their pages, and give them back")
{
	u_long pages;
	u_int i;

	hf_vm_slab_init(&slab, PIECE);
	hf_require_eq(slab.sl_per_page, 4);
	pages = hf_vm_kpage_count();
	fill(0);
	expect_own(nitems(piece));
	hf_expect_eq(hf_vm_kpage_count(), pages + PAGES);
	hf_expect_eq(slab.sl_used, nitems(piece));
	/* One of each page is free, and found again. */
	for (i = 0; i < PAGES; i++)
		hf_vm_slab_free(&slab, piece[4 * i]);
	for (i = 0; i < PAGES; i++) {
		piece[4 * i] = hf_vm_slab_alloc(&slab);
		hf_require(piece[4 * i] != NULL);
		memset(piece[4 * i], (int)(4 * i), PIECE);
	}
	expect_own(nitems(piece));
	hf_expect_eq(hf_vm_kpage_count(), pages + PAGES);
	/* All but one page goes back, and that one when it is asked for. */
	for (i = 0; i < nitems(piece); i++)
		hf_vm_slab_free(&slab, piece[i]);
	hf_expect_eq(hf_vm_kpage_count(), pages + 1);
	fill(nitems(piece) - 4);
	hf_expect_eq(hf_vm_kpage_count(), pages + 1);
	for (i = nitems(piece) - 4; i < nitems(piece); i++)
		hf_vm_slab_free(&slab, piece[i]);
	hf_vm_slab_drain(&slab);
	hf_expect_eq(hf_vm_kpage_count(), pages);
	hf_expect_eq(slab.sl_used, 0);
}
