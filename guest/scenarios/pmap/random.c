/* SPDX-License-Identifier: BSD-2-Clause */
/* random.c: random operations; no modification is lost, no count drifts. */

#include "lab.h"

#define PAGES 4
#define SLOTS 12

/* Slots 0-3 share a table, 4-7 another, 8-11 have one each. */
static vm_offset_t
slot_va(u_int s)
{
	return (
	    s < 8 ? lab_va(s / 4 * 512 + s % 4) : lab_va((s - 6) * 512 + 7));
}

struct world {
	struct lab lab;
	pmap_t other;
	bool stored[PAGES]; /* since the page was last made clean */
	uint64_t next;
};

static int
page_at(struct world *w, vm_offset_t va)
{
	vm_paddr_t pa;
	int i;

	pa = pmap_extract(w->lab.pmap, va);
	for (i = 0; i < PAGES; i++)
		if (pa != 0 && pa == VM_PAGE_TO_PHYS(w->lab.m[i]))
			return (i);
	return (-1);
}

static void
random_enter(struct world *w, struct hf_rng *r, pmap_t pmap, vm_offset_t va)
{
	static const struct {
		vm_prot_t prot;
		u_int access;
	} kinds[] = { { VM_PROT_READ, VM_PROT_READ },
		{ VM_PROT_RW, VM_PROT_READ }, { VM_PROT_RW, VM_PROT_WRITE },
		{ VM_PROT_READ | VM_PROT_EXECUTE, VM_PROT_READ } };
	u_int k, i;

	k = hf_random_below(r, nitems(kinds));
	i = hf_random_below(r, PAGES);
	hf_expect_eq(
	    pmap_enter(pmap, va, w->lab.m[i], kinds[k].prot,
		kinds[k].access |
		    (hf_random_below(r, 8) == 0 ? PMAP_ENTER_WIRED : 0),
		0),
	    KERN_SUCCESS);
	/* Where the page was writable before, the store is to set M. */
	if ((hf_pmap_leaf(pmap, va) & X86_PG_M) != 0)
		w->stored[i] = true;
}

static void
random_page_op(struct world *w, struct hf_rng *r)
{
	u_int i = hf_random_below(r, PAGES);
	vm_page_t m = w->lab.m[i];

	switch (hf_random_below(r, 4)) {
	case 0:
		pmap_remove_all(m);
		break;
	case 1:
		pmap_remove_write(m);
		break;
	case 2:
		(void)pmap_ts_referenced(m);
		break;
	default:
		(void)pmap_page_wired_mappings(m);
		break;
	}
}

/* As the cleaner does it before a page is written. */
static void
random_clean(struct world *w, struct hf_rng *r)
{
	u_int i = hf_random_below(r, PAGES);

	pmap_clear_modify(w->lab.m[i]);
	vm_page_undirty(w->lab.m[i]);
	w->stored[i] = false;
}

static void
random_step(struct world *w, struct hf_rng *r)
{
	vm_offset_t va = slot_va(hf_random_below(r, SLOTS)), end;
	pmap_t pmap = hf_random_below(r, 4) == 0 ? w->other : w->lab.pmap;
	int i;

	end = va + PAGE_SIZE * (1 + hf_random_below(r, 600));
	switch (hf_random_below(r, 10)) {
	case 0:
		pmap_remove(pmap, va, end);
		break;
	case 1:
		pmap_protect(pmap, va, end, VM_PROT_READ);
		break;
	case 2:
		pmap_protect(pmap, va, end, VM_PROT_RW);
		break;
	case 3:
		pmap_enter_quick(pmap, va, w->lab.m[hf_random_below(r, PAGES)],
		    VM_PROT_READ);
		break;
	case 4:
	case 5:
		random_page_op(w, r);
		break;
	case 6:
	case 7:
		i = page_at(w, va);
		if (lab_store(va, ++w->next) && i >= 0)
			w->stored[i] = true;
		break;
	default:
		random_enter(w, r, pmap, va);
		break;
	}
}

HF_SCENARIO(pmap_random, "pmap.random", "PM-48 PM-07 PM-28",
    "random operations lose no modification and keep every invariant")
{
	struct hf_rng *r = hf_scenario_rng();
	struct world w;
	const char *bad;
	u_long step, lost, stray;
	int i;

	memset(&w, 0, sizeof(w));
	lab_open(&w.lab, PAGES);
	w.other = lab_pmap();
	lost = stray = 0;
	bad = NULL;
	for (step = 0; step < lab_rounds(120) && bad == NULL; step++) {
		random_step(&w, r);
		if (hf_random_below(r, 3) == 0)
			random_clean(&w, r);
		for (i = 0; i < PAGES; i++) {
			if (w.stored[i] && w.lab.m[i]->dirty == 0 &&
			    !pmap_is_modified(w.lab.m[i]))
				lost++;
			if (!w.stored[i] && pmap_is_modified(w.lab.m[i]))
				stray++;
		}
		if (step % 32 == 31)
			bad = hf_pmap_check();
	}
	hf_expect_eq(lost, 0);
	hf_expect_eq(stray, 0);
	if (bad == NULL)
		bad = hf_pmap_check();
	if (bad != NULL)
		hf_note("%s", bad);
	hf_expect(bad == NULL);
	lab_pmap_free(w.other);
	lab_close(&w.lab);
}
