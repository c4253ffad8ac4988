/* SPDX-License-Identifier: BSD-2-Clause */
/* maps.c: what the checker of maps finds. */
#include <test/space.h>
#include <vm/vm_map_priv.h>
#include <vm/vm_phys.h>
#include "planted.h"

/* Five entries that are alike but for their rights, so that none grow together. */
#define N     5
#define va(i) (HF_SPACE_BASE + 2 * ptoa((vm_offset_t)(i)))

static vm_map_t
five_entries(void)
{
	for (int i = 0; i < N; i++)
		hf_space_map_at(va(i), 2, NULL, 0,
		    i % 2 == 0 ? VM_PROT_RW : VM_PROT_ALL, 0);
	return (hf_space_map());
}

#define EXPECT(record, change, text) \
	hf_expect_planted(record, change, hf_map_check(map), text)

HF_SCENARIO(check_map_shape, "check.map_shape", "IM-1 IM-2 IM-10",
    "each rule about the list and the tree of a map is looked at")
{
	vm_map_entry_t e, root;
	vm_map_t map;

	map = five_entries();
	e = hf_space_entry(va(1));
	root = map->root;
	hf_require(root->left != NULL && root->right != NULL);
	EXPECT(*e, e->start = e->end, "IM-1: entries out of order");
	EXPECT(*e, e->start += 512, "IM-1: entries out of order");
	EXPECT(*e, e->prev = e, "IM-1: entries out of order");
	EXPECT(map->nentries, map->nentries++,
	    "IM-1: wrong number or extent of entries");
	EXPECT(*root, root->height++, "IM-1: map tree out of balance");
	EXPECT(
	    *root->left, root->left->height++, "IM-1: map tree out of balance");
	EXPECT(*root->left, root->left->parent = NULL,
	    "IM-1: map tree out of order");
	EXPECT(*root->right, root->right->parent = NULL,
	    "IM-1: map tree out of order");
	EXPECT(*root, root->max_free += PAGE_SIZE,
	    "IM-1: wrong max_free in the map tree");
	EXPECT(map->root, map->root = NULL, "IM-1: tree and list disagree");
	EXPECT(map->size, map->size += PAGE_SIZE,
	    "IM-2: map size is not the sum of its entries");
	EXPECT(map->busy, map->busy = 1,
	    "IM-10: busy map without an entry in transition");
	hf_expect_eq(hf_map_check(map), NULL);
}

HF_SCENARIO(check_map_entry, "check.map_entry", "IM-3 IM-4 IM-5 IW-5 IW-8",
    "each rule about the flags and wirings of an entry is looked at")
{
	vm_map_entry_t e;
	vm_map_t map;

	map = five_entries();
	e = hf_space_entry(va(2));
	EXPECT(*e, e->max_protection = VM_PROT_READ,
	    "IM-3: protection exceeds max_protection");
	EXPECT(*e, e->eflags |= MAP_ENTRY_NEEDS_COPY,
	    "IM-3: NEEDS_COPY without COW");
	EXPECT(*e, e->eflags |= MAP_ENTRY_GUARD,
	    "IM-3: guard with object, rights or wiring");
	EXPECT(*e, e->wired_count = -1,
	    "IM-4: traces of wiring in an entry at rest");
	EXPECT(*e, e->wiring_thread = curthread,
	    "IM-4: traces of wiring in an entry at rest");
	EXPECT(*e, e->eflags |= MAP_ENTRY_WIRE_SKIPPED,
	    "IM-4: traces of wiring in an entry at rest");
	EXPECT(*e, e->eflags |= MAP_ENTRY_USER_WIRED,
	    "IM-4: USER_WIRED without a wiring");
	EXPECT(*e,
	       e->eflags |=
	       MAP_ENTRY_USER_WIRED | MAP_ENTRY_NEEDS_COPY | MAP_ENTRY_COW;
	       e->wired_count = 1,
	       "IM-5: locked, writable and still to be copied");
	hf_expect_eq(hf_map_check(map), NULL);
	hf_expect_planted(*e, e->wired_count = -1, hf_map_check_all(),
	    "IM-4: traces of wiring in an entry at rest");
	hf_expect_planted(vm_user_wire_count, vm_user_wire_count++,
	    hf_map_check_all(),
	    "IW-5: user wire count is not the sum of locked pages");
	hf_expect_eq(hf_map_check_all(), NULL);
}

HF_SCENARIO(check_map_pages, "check.map_pages", "IM-8 IM-9 IW-1 IW-2 IF-2 IF-6",
    "each rule about the pages of an entry and their mappings is looked at")
{
	struct vm_page kept;
	vm_map_entry_t e, x;
	const char *why;
	vm_map_t map;
	vm_page_t m;

	map = five_entries();
	hf_poke(va(0), 1);
	hf_poke(va(0) + PAGE_SIZE, 2);
	e = hf_space_entry(va(0));
	m = hf_space_page(va(0));
	hf_require(m != NULL);
	EXPECT(
	    *e, e->wired_count = 1, "IW-1: page of a wired entry is not wired");
	kept = *m;
	m->ref_count++;
	m->hf_entry_wirings = 1;
	EXPECT(
	    *e, e->wired_count = 1, "IW-2: wired bit and wired_count disagree");
	*m = kept;
	EXPECT(
	    *e, e->offset += PAGE_SIZE, "IM-8: mapped page is not the chain's");
	EXPECT(*m, m->valid = 1, "IF-2: mapped page is not valid");
	EXPECT(*e, e->protection = VM_PROT_READ,
	    "IM-8: mapping permits more than the entry");
	EXPECT(*e, e->eflags |= MAP_ENTRY_NEEDS_COPY | MAP_ENTRY_COW,
	    "IM-9: writable mapping of a shared page");

	/* Its first page is not there. */
	x = hf_space_entry(va(1));
	hf_poke(va(1) + PAGE_SIZE, 3);
	EXPECT(*x, x->wired_count = 1, "IW-1: wired entry without a page");
	EXPECT(*x, x->protection = VM_PROT_RW,
	    "IM-8: mapping permits more than the entry");
	why = hf_map_check(map);
	hf_expect_eq(why, NULL);
}
