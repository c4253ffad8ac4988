/* SPDX-License-Identifier: BSD-2-Clause */
/* clip.c: splitting and rejoining entries changes no memory. */

#include <sys/mman.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/space.h>

static void
expect_contents(vm_offset_t va, u_long npages)
{
	u_long i;

	for (i = 0; i < npages; i++)
		hf_expect_eq(hf_peek(va + ptoa(i)), 0x100 + i);
}

static vm_offset_t
filled(u_long npages)
{
	vm_offset_t va;
	u_long i;

	va = hf_space_anon(npages);
	for (i = 0; i < npages; i++)
		hf_poke(va + ptoa(i), 0x100 + i);
	return (va);
}

HF_SCENARIO(map_protect_middle, "map.protect_middle", "MP-15",
    "protecting the middle page makes three entries, restoring it one")
{
	vm_map_t map;
	vm_offset_t va;

	va = filled(3);
	map = hf_space_map();
	hf_expect_eq(map->nentries, 1);
	hf_expect_eq(vm_map_protect(map, va + ptoa(1), va + ptoa(2),
			 VM_PROT_READ, 0, VM_MAP_PROTECT_SET_PROT),
	    KERN_SUCCESS);
	hf_expect_eq(map->nentries, 3);
	expect_contents(va, 3);
	hf_space_check();
	hf_expect_eq(vm_map_protect(map, va + ptoa(1), va + ptoa(2), VM_PROT_RW,
			 0, VM_MAP_PROTECT_SET_PROT),
	    KERN_SUCCESS);
	hf_expect_eq(map->nentries, 1);
	expect_contents(va, 3);
	hf_space_check();
}

HF_SCENARIO(map_delete_middle, "map.delete_middle", "MP-16 MP-62",
    "deleting the middle leaves both ends at their offsets in the object")
{
	vm_map_t map;
	vm_offset_t va;

	va = filled(5);
	map = hf_space_map();
	hf_expect_eq(
	    vm_map_remove(map, va + ptoa(1), va + ptoa(3)), KERN_SUCCESS);
	hf_expect_eq(map->nentries, 2);
	hf_expect_eq(hf_peek(va), 0x100);
	hf_expect_eq(hf_peek(va + ptoa(3)), 0x103);
	hf_expect_eq(hf_peek(va + ptoa(4)), 0x104);
	hf_expect_segv_map(hf_probe_read(va + ptoa(1)));
	/* The pages of the hole went at once: nobody can reach them. */
	hf_expect_eq(
	    hf_space_entry(va)->object.vm_object->resident_page_count, 3);
	hf_space_anon_at(va + ptoa(1), 2);
	hf_expect_eq(hf_peek(va + ptoa(1)), 0);
	hf_expect_eq(hf_peek(va + ptoa(2)), 0);
	hf_space_check();
}

HF_SCENARIO(map_advise_middle, "map.advise_middle", "MP-31",
    "advice for the middle page splits it off, the default rejoins it")
{
	vm_map_t map;
	vm_offset_t va;
	u_int free;

	va = filled(3);
	map = hf_space_map();
	hf_expect_eq(
	    vm_map_madvise(map, va + ptoa(1), va + ptoa(2), MADV_RANDOM), 0);
	hf_expect_eq(map->nentries, 3);
	hf_expect_eq(
	    hf_space_entry(va + ptoa(1))->eflags & MAP_ENTRY_BEHAV_MASK,
	    MAP_ENTRY_BEHAV_RANDOM);
	hf_expect_eq(hf_space_entry(va)->eflags & MAP_ENTRY_BEHAV_MASK,
	    MAP_ENTRY_BEHAV_NORMAL);
	hf_expect_eq(
	    vm_map_madvise(map, va + ptoa(1), va + ptoa(2), MADV_NORMAL), 0);
	hf_expect_eq(map->nentries, 1);
	expect_contents(va, 3);
	hf_space_anon_at(va + ptoa(8), 4);
	free = vm_free_count();
	hf_expect_eq(
	    vm_map_madvise(map, va + ptoa(8), va + ptoa(12), MADV_WILLNEED), 0);
	hf_expect_eq(vm_free_count(), free);
	hf_expect_eq(vm_map_madvise(map, va, va, 99), EINVAL);
	hf_space_check();
}
