/* SPDX-License-Identifier: BSD-2-Clause */
/* holds.c: the registry of who holds what, and the moves of holders. */

/*
 * A hold is on a frame, and with it on the page of the model that the frame had
 * then. The frame may come to be another page's in one way only, that of a page
 * before the held one: a copy was made for a sole user, without copying.
 *
 * The model knows less about a page that is held to be read.  What its cell
 * shows may have been copied before, when a wired entry began to share or
 * became writable.  Its wirings are checked, not whose it is.
 */
#include <sys/proc.h>
#include <test/fuzz/file.h>
#include <test/fuzz/holds.h>
#include <test/fuzz/look.h>
#include <test/fuzz/moves.h>
#include <test/scenario.h>
#include <vm/vm_extern.h>

struct held {
	vm_page_t m;
	struct hf_oracle_page *page; /* with a reference */
	/*
	 * It was cut away, and has a page of its own; an entry has wired it
	 * since.
	 */
	bool cut, kept;
};

static struct hold {
	u_int n; /* 0: none */
	bool write;
	struct held held[HF_FUZZ_PAGES];
} holds[HF_FUZZ_HOLDS];

#define FOREACH_HELD(hd, h)                             \
	for (h = holds; h < &holds[HF_FUZZ_HOLDS]; h++) \
		for (hd = h->held; hd < &h->held[h->n]; hd++)

u_int
hf_fuzz_holds_of(vm_page_t m)
{
	struct held *hd;
	struct hold *h;
	u_int n = 0;

	FOREACH_HELD(hd, h)
	n += hd->m == m;
	return (n);
}

static void
belongs_to(struct held *hd, struct hf_oracle_page *page)
{
	hf_oracle_page_hold(page);
	hf_oracle_page_unhold(hd->page);
	hd->page = page;
}

void
hf_fuzz_holds_see(const struct hf_oracle_cell *c, vm_page_t m)
{
	struct hf_oracle_page *source = hf_oracle_source(c);
	struct held *hd;
	struct hold *h;

	FOREACH_HELD(hd, h)
	{
		if (hd->m == m && hd->page != source) {
			/* A held frame serves no other memory. */
			if (hd->cut)
				hf_expect(hd->kept);
			else if (h->write)
				hf_expect(
				    hf_oracle_is_before(c->page, hd->page));
			hd->cut = false;
			belongs_to(hd, source);
		}
		/* Nor is another frame what the holder's stores should reach. */
		if (h->write && hf_oracle_owns(c) && hd->page == c->page)
			hf_expect_eq((uintptr_t)hd->m, (uintptr_t)m);
	}
}

void
hf_fuzz_holds_see_file(struct hf_oracle_page *page, vm_page_t m)
{
	struct held *hd;
	struct hold *h;

	FOREACH_HELD(hd, h)
	{
		if (hd->m != m || !hd->cut)
			continue;
		hf_expect(hd->kept);
		hd->cut = false;
		belongs_to(hd, page);
	}
}

void
hf_fuzz_holds_check(void)
{
	struct held *hd;
	struct hold *h;
	struct hf_oracle_value v;

	FOREACH_HELD(hd, h)
	{
		hf_expect_le(
		    hf_fuzz_holds_of(hd->m), vm_page_wire_count(hd->m));
		hd->kept = hd->kept && hd->m->hf_entry_wirings != 0;
		hf_expect_eq(hf_fuzz_frame_value(hd->m, &v), HF_ORACLE_WHOLE);
		if ((h->write || hd->cut) &&
		    !hf_expect(
			hf_oracle_page_may_be(hd->page, &v, HF_ORACLE_WHOLE)))
			hf_fuzz_note_value("a held frame has", &v);
	}
}

/* What the frame has is its holders' alone from now on. */
static void
detach(vm_page_t m, const struct hf_oracle_page *page)
{
	struct hf_oracle_page *own = hf_oracle_page_copy_of(page);
	struct held *hd;
	struct hold *h;

	FOREACH_HELD(hd, h)
	{
		if (hd->m != m)
			continue;
		hd->cut = true;
		hd->kept = m->hf_entry_wirings != 0;
		belongs_to(hd, own);
	}
	hf_oracle_page_release(own);
}

void
hf_fuzz_holds_cut(u_int first)
{
	struct held *hd;
	struct hold *h;

	FOREACH_HELD(hd, h)
	if (hf_fuzz_file_has(hd->m) && hd->m->pindex >= first && !hd->cut)
		detach(hd->m, hd->page);
}

static void
let_go(struct hold *h)
{
	vm_page_t ma[HF_FUZZ_PAGES];
	u_int i;

	for (i = 0; i < h->n; i++) {
		ma[i] = h->held[i].m;
		hf_oracle_page_unhold(h->held[i].page);
	}
	vm_page_unhold_pages(ma, (int)h->n);
	h->n = 0;
}

void
hf_fuzz_holds_end(void)
{
	struct hold *h;

	for (h = holds; h < &holds[HF_FUZZ_HOLDS]; h++)
		let_go(h);
}

/* Held pages were mapped there just now, with those rights (QH-23). */
static void
enter(struct hf_fuzz_move *mv, struct hold *h, vm_page_t *ma)
{
	struct hf_oracle_cell *c;
	pt_entry_t leaf;
	u_int i;

	h->n = mv->step->n;
	for (i = 0; i < h->n; i++) {
		c = &mv->me->cell[mv->step->first + i];
		h->held[i].m = ma[i];
		h->held[i].cut = h->held[i].kept = false;
		h->held[i].page = hf_oracle_source(c);
		hf_oracle_page_hold(h->held[i].page);
		leaf = hf_space_leaf(mv->start + ptoa(i));
		hf_expect((leaf & X86_PG_V) != 0);
		hf_expect(!h->write || (leaf & X86_PG_RW) != 0);
		hf_expect_eq(leaf & PG_FRAME, VM_PAGE_TO_PHYS(ma[i]));
	}
}

/* The words: r w. */
void
hf_fuzz_do_hold(struct hf_fuzz_move *mv)
{
	struct hold *h = &holds[mv->step->number];
	const vm_prot_t prot =
	    mv->step->word == 1 ? VM_PROT_WRITE : VM_PROT_READ;
	vm_page_t ma[HF_FUZZ_PAGES];
	struct hf_oracle_cell *c;
	bool whole;

	if (h->n > 0)
		return;
	whole = hf_fuzz_all_can(mv, prot);
	if (!hf_expect_eq((int64_t)vm_fault_quick_hold_pages(mv->map, mv->start,
			      mv->end - mv->start, prot, ma, HF_FUZZ_PAGES),
		whole ? mv->step->n : -1))
		return;
	h->write = prot == VM_PROT_WRITE;
	HF_FUZZ_FOREACH(c, mv)
	{
		/* A failure has copied on its way. */
		if (!hf_oracle_can(c, prot))
			break;
		if (h->write)
			hf_oracle_own(c);
	}
	if (whole)
		enter(mv, h, ma);
}

void
hf_fuzz_do_unhold(struct hf_fuzz_move *mv)
{
	let_go(&holds[mv->step->number]);
}

static void
put(struct held *hd, uint64_t value)
{
	memcpy((void *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(hd->m)),
	    hf_fuzz_page_of(value), PAGE_SIZE);
	/* It may have been written back since it was held. */
	hf_vm_page_dirty_stored(hd->m);
	hf_oracle_page_store(hd->page, value, HF_ORACLE_WHOLE);
}

/* A device stores into what is held. */
void
hf_fuzz_do_put(struct hf_fuzz_move *mv)
{
	struct hold *h = &holds[mv->step->number];
	u_int i;

	for (i = 0; i < h->n && h->write; i++)
		put(&h->held[i], hf_fuzz_stamp());
}

/* A debugger stores, whatever the rights of the mapping. */
void
hf_fuzz_do_debug(struct hf_fuzz_move *mv)
{
	struct hf_oracle_cell *c = &mv->me->cell[mv->step->first];
	const bool may = hf_fuzz_can(mv, mv->step->first, VM_PROT_READ);
	struct held hd;

	hf_expect_eq(vm_fault(mv->map, mv->start, VM_PROT_READ | VM_PROT_COPY,
			 VM_FAULT_DIRTY, &hd.m) == KERN_SUCCESS,
	    may);
	if (!may)
		return;
	hf_oracle_own(c);
	hd.page = c->page;
	put(&hd, hf_fuzz_stamp());
	vm_page_unwire(hd.m, PQ_ACTIVE);
}
