/* SPDX-License-Identifier: BSD-2-Clause */
/* tree.c: random insertions and deletions against a plain array. */

#include <kern/plan.h>
#include <test/scenario.h>
#include <test/space.h>

#define SLOTS 48
#define BASE  HF_SPACE_BASE

/* What the map should say about each page: 0 free, else its protection. */
static uint8_t oracle[SLOTS];

static vm_offset_t
first_fit(u_long start, u_long npages)
{
	u_long i, run;

	for (i = start, run = 0; i < SLOTS; i++) {
		run = oracle[i] == 0 ? run + 1 : 0;
		if (run == npages)
			return (BASE + ptoa(i + 1 - npages));
	}
	return (0);
}

static void
compare(vm_map_t map)
{
	vm_map_entry_t e;
	vm_size_t size;
	vm_prot_t prot;
	u_long i;
	bool same;

	same = true;
	size = 0;
	vm_map_lock_read(map);
	for (i = 0; i < SLOTS; i++) {
		prot = vm_map_lookup_entry(map, BASE + ptoa(i), &e)
		    ? e->protection
		    : 0;
		if (prot != oracle[i])
			same = false;
		size += oracle[i] != 0 ? PAGE_SIZE : 0;
	}
	vm_map_unlock_read(map);
	hf_expect(same);
	hf_expect_eq(map->size, size);
}

HF_SCENARIO(map_random, "map.random", "MP-06 MP-08 MP-11 MP-17 IM-1 IM-2",
    "random maps agree with a plain array, and the tree with itself")
{
	static const vm_prot_t prots[] = { VM_PROT_READ, VM_PROT_RW };
	struct hf_rng *rng;
	vm_map_t map;
	vm_offset_t va, want;
	vm_prot_t prot;
	u_long i, n, at, round, rounds;
	bool clear;
	int rv;

	map = hf_space_enter();
	rng = hf_scenario_rng();
	rounds = hf_plan_param_u64("effort", 1) * 150;
	bzero(oracle, sizeof(oracle));
	for (round = 0; round < rounds; round++) {
		at = hf_random_below(rng, SLOTS - 6);
		n = 1 + hf_random_below(rng, 6);
		prot = prots[hf_random_below(rng, 2)];
		va = BASE + ptoa(at);
		switch (hf_random_below(rng, 4)) {
		case 0:
			hf_expect_eq(
			    vm_map_remove(map, va, va + ptoa(n)), KERN_SUCCESS);
			bzero(&oracle[at], n);
			break;
		case 1:
			hf_expect_eq(vm_map_protect(map, va, va + ptoa(n), prot,
					 0, VM_MAP_PROTECT_SET_PROT),
			    KERN_SUCCESS);
			for (i = at; i < at + n; i++)
				if (oracle[i] != 0)
					oracle[i] = prot;
			break;
		case 2:
			clear = true;
			for (i = at; i < at + n; i++)
				clear = clear && oracle[i] == 0;
			vm_map_lock(map);
			rv = vm_map_insert(map, NULL, 0, va, va + ptoa(n), prot,
			    VM_PROT_ALL, 0);
			vm_map_unlock(map);
			hf_expect_eq(rv, clear ? KERN_SUCCESS : KERN_NO_SPACE);
			if (clear)
				memset(&oracle[at], prot, n);
			break;
		case 3:
			want = first_fit(at, n);
			rv = vm_map_find(map, NULL, 0, &va, ptoa(n),
			    BASE + ptoa(SLOTS), VMFS_ANY_SPACE, prot,
			    VM_PROT_ALL, 0);
			hf_expect_eq(rv == KERN_SUCCESS ? va : 0, want);
			if (rv == KERN_SUCCESS)
				memset(&oracle[atop(va - BASE)], prot, n);
			break;
		}
		if (round % 16 == 0) {
			compare(map);
			hf_space_check();
		}
	}
	compare(map);
	hf_space_check();
}

/* The nth of 15 entries that lie apart, from either end. */
static vm_offset_t
one_of_15(int nth, bool mirrored)
{
	return (BASE + ptoa(2 * (mirrored ? 16 - nth : nth)));
}

HF_SCENARIO(map_tree_even, "map.tree_even", "IM-1",
    "a tree that loses one side stays balanced, where the other is even or "
    "bent")
{
	/* Of a full tree: half a grandchild, then all of the other half. */
	static const uint8_t goes[] = { 11, 1, 3, 5, 7, 2, 6, 4, 9, 8 };
	vm_map_t map;
	vm_offset_t va;
	u_int bent, i;
	int mirrored;

	map = hf_space_enter();
	for (mirrored = 0; mirrored < 2; mirrored++) {
		for (bent = 0; bent < 2; bent++) {
			for (i = 1; i <= 15; i++) {
				va = one_of_15((int)i, mirrored);
				hf_space_map_at(
				    va, 1, NULL, 0, VM_PROT_READ, 0);
			}
			for (i = bent; i < nitems(goes); i++) {
				va = one_of_15(goes[i], mirrored);
				hf_expect_eq(
				    vm_map_remove(map, va, va + PAGE_SIZE),
				    KERN_SUCCESS);
				hf_space_check();
			}
			hf_expect_eq(vm_map_remove(map, BASE, BASE + ptoa(32)),
			    KERN_SUCCESS);
		}
	}
}
