/* SPDX-License-Identifier: BSD-2-Clause */
/* no_memory.c: a map of the kernel's that gets no entry to cut another one with. */

#include <sys/mman.h>
#include <kern/failpoint.h>
#include <test/scenario.h>
#include <test/space.h>
#include <vm/vm_extern.h>
#include <vm/vm_kern.h>
#include <vm/vm_map.h>

#define PAGES 3

/* Each would cut the middle page out of an entry of three. */
static int
protect_middle(vm_offset_t va)
{
	return (vm_map_protect(kernel_map, va, va + PAGE_SIZE, VM_PROT_READ, 0,
	    VM_MAP_PROTECT_SET_PROT));
}

static int
inherit_middle(vm_offset_t va)
{
	return (
	    vm_map_inherit(kernel_map, va, va + PAGE_SIZE, VM_INHERIT_NONE));
}

static int
advise_middle(vm_offset_t va)
{
	/* Advice that cannot be noted is no error. */
	return (vm_map_madvise(kernel_map, va, va + PAGE_SIZE, MADV_RANDOM) == 0
		? KERN_RESOURCE_SHORTAGE
		: KERN_FAILURE);
}

static int
wire_middle(vm_offset_t va)
{
	return (vm_map_wire(kernel_map, va, va + PAGE_SIZE,
	    VM_MAP_WIRE_SYSTEM | VM_MAP_WIRE_NOHOLES));
}

static int
remove_middle(vm_offset_t va)
{
	return (vm_map_remove(kernel_map, va, va + PAGE_SIZE));
}

static int
replace_middle(vm_offset_t va)
{
	return (vm_map_find(kernel_map, NULL, 0, &va, PAGE_SIZE, 0,
	    VMFS_NO_SPACE, VM_PROT_ALL, VM_PROT_ALL, MAP_REMAP));
}

/* As claimed by somebody: the cut that was not made is told so (vm_map.h). */
static int
expected(int (*call)(vm_offset_t))
{
	return (call == wire_middle ? KERN_INVALID_ARGUMENT
				    : KERN_RESOURCE_SHORTAGE);
}

/* A copy of the entry that has the address. */
static struct vm_map_entry
entry_at(vm_offset_t va)
{
	struct vm_map_entry copy;
	vm_map_entry_t entry;
	bool found;

	vm_map_lock(kernel_map);
	found = vm_map_lookup_entry(kernel_map, va, &entry);
	copy = *entry;
	vm_map_unlock(kernel_map);
	hf_require(found);
	return (copy);
}

/* The cut at the start of the middle page fails, or (skip) the one at its end. */
static void
try_call(int (*call)(vm_offset_t), int skip)
{
	struct vm_map_entry before, now;
	vm_offset_t va;
	vm_size_t size;
	u_int i;

	va = kva_alloc(ptoa(PAGES));
	hf_require(va != 0);
	before = entry_at(va);
	size = kernel_map->size;
	hf_failpoint_arm("kalloc", skip, 1);
	hf_expect_eq(call(va + PAGE_SIZE), expected(call));
	hf_expect_eq(hf_failpoint_fired("kalloc"), 1);
	hf_failpoint_disarm_all();
	hf_expect_eq(kernel_map->size, size);
	for (i = 0; i < PAGES; i++) {
		now = entry_at(va + ptoa(i));
		hf_expect_eq(now.protection, before.protection);
		hf_expect_eq(now.inheritance, before.inheritance);
		hf_expect_eq(now.wired_count, before.wired_count);
		hf_expect_eq(now.eflags, before.eflags);
	}
	kva_free(va, ptoa(PAGES));
}

HF_SCENARIO(map_no_entry, "map.no_memory_to_cut", "MP-15 MP-16 MP-17",
    "without memory to cut an entry with nothing of the kernel's map changes")
{
	static int (*const calls[])(vm_offset_t) = { protect_middle,
		inherit_middle, advise_middle, wire_middle, remove_middle,
		replace_middle };
	u_int i;
	int skip;

	for (i = 0; i < nitems(calls); i++)
		for (skip = 0; skip < 2; skip++)
			try_call(calls[i], skip);
}
