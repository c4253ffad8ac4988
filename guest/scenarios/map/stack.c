/* SPDX-License-Identifier: BSD-2-Clause */
/* stack.c: stacks grow on faults, down to their guard and no further. */

#include <test/probe.h>
#include "stack.h"
#include <vm/vm_map_priv.h>

HF_SCENARIO(map_stack_grows, "map.stack_grows", "MP-36 MP-38 IM-6",
    "a stack grows by whole steps, with its first rights, to the guard")
{
	vm_map_t map;
	vm_map_entry_t gap;

	map = stack();
	hf_expect_eq(map->size, GROW);
	hf_poke(TOP - 8, 1);
	hf_expect_eq(map->size, GROW);
	/* Rights of the lowest live page do not pass on to what grows. */
	hf_expect_eq(vm_map_protect(map, TOP - GROW, TOP - GROW + PAGE_SIZE,
			 VM_PROT_READ, 0, VM_MAP_PROTECT_SET_PROT),
	    KERN_SUCCESS);
	hf_poke(TOP - GROW - 8, 2);
	hf_expect_eq(map->size, 2 * GROW);
	hf_expect_segv_acc(hf_probe_write(TOP - GROW, 1));
	hf_expect_eq(hf_space_entry(TOP - GROW - 8)->protection, VM_PROT_RW);
	/* All the way down: the guard page stays. */
	hf_poke(BOTTOM + PAGE_SIZE, 3);
	hf_expect_eq(map->size, BYTES - PAGE_SIZE);
	gap = hf_space_entry(BOTTOM);
	hf_expect_eq(gap->end - gap->start, PAGE_SIZE);
	hf_expect_segv_acc(hf_probe_write(BOTTOM + PAGE_SIZE - 1, 1));
	hf_expect_segv_acc(hf_probe_read(BOTTOM));
	hf_expect_eq(map->size, BYTES - PAGE_SIZE);
	hf_expect_eq(hf_peek(TOP - 8), 1);
	hf_expect_eq(hf_peek(TOP - GROW - 8), 2);
	hf_space_check();
}

HF_SCENARIO(map_stack_limit, "map.stack_limit", "MP-52",
    "the stack limit of the process stops the main stack")
{
	struct proc *p;
	vm_map_t map;

	map = stack();
	p = stack_limited(GROW + 3 * PAGE_SIZE);
	hf_expect_segv_acc(hf_probe_write(TOP - GROW - 4 * PAGE_SIZE, 1));
	hf_expect_eq(map->size, GROW);
	hf_poke(TOP - GROW - 8, 1);
	hf_expect_eq(map->size, GROW + 3 * PAGE_SIZE);
	hf_expect_eq(p->p_vmspace->vm_ssize, atop(GROW) + 3);
	hf_expect_segv_acc(hf_probe_write(TOP - GROW - 4 * PAGE_SIZE, 1));
	hf_space_check();
}

HF_SCENARIO(map_stack_vmem, "map.stack_vmem", "MP-52",
    "the limit of a process's memory stops a stack, as a whole")
{
	struct proc *p = curproc;
	vm_map_t map;

	map = stack();
	p->p_limits[RLIMIT_VMEM].rlim_cur = 2 * GROW - PAGE_SIZE;
	hf_expect_segv_acc(hf_probe_write(TOP - GROW - 8, 1));
	hf_expect_eq(map->size, GROW);
	p->p_limits[RLIMIT_VMEM].rlim_cur = 2 * GROW;
	hf_poke(TOP - GROW - 8, 1);
	hf_expect_eq(map->size, 2 * GROW);
	hf_expect_segv_acc(hf_probe_write(TOP - 2 * GROW - 8, 1));
	hf_space_check();
}

HF_SCENARIO(map_guard_no_stack, "map.guard_no_stack", "MP-35 MP-36",
    "a guard that belongs to no stack, or to one that is gone, does not grow")
{
	vm_offset_t at = TOP + ptoa(16);
	vm_map_t map;
	int rv;

	map = stack();
	hf_require_eq(
	    vm_map_find(map, NULL, 0, &at, PAGE_SIZE, 0, VMFS_NO_SPACE,
		VM_PROT_NONE, VM_PROT_NONE, MAP_CREATE_GUARD),
	    KERN_SUCCESS);
	vm_map_lock_read(map);
	rv = vm_map_growstack(map, at, NULL);
	vm_map_unlock_read(map);
	hf_expect_eq(rv, KERN_FAILURE);
	hf_expect_segv_acc(hf_probe_write(at, 1));
	/* What the gap was to grow from is not there any more. */
	hf_expect_eq(vm_map_remove(map, TOP - GROW, TOP), KERN_SUCCESS);
	hf_expect_segv_acc(hf_probe_write(TOP - GROW - 8, 1));
	hf_expect_eq(map->size, 0);
	hf_space_check();
}

HF_SCENARIO(map_stack_foreign, "map.stack_foreign", "MP-37 QH-18",
    "another process's access does not grow a stack")
{
	struct proc *owner, *other;
	vm_map_t map;
	vm_page_t m;

	map = stack();
	owner = curproc;
	other = hf_space_proc("other");
	hf_space_run(other);
	hf_expect_eq(vm_fault(map, TOP - GROW - PAGE_SIZE, VM_PROT_WRITE,
			 VM_FAULT_NORMAL, NULL),
	    KERN_PROTECTION_FAILURE);
	hf_expect_eq(vm_fault_quick_hold_pages(
			 map, TOP - GROW - PAGE_SIZE, 1, VM_PROT_WRITE, &m, 1),
	    -1);
	hf_expect_eq(map->size, GROW);
	hf_expect_eq(vm_fault(map, TOP - PAGE_SIZE, VM_PROT_WRITE,
			 VM_FAULT_NORMAL, NULL),
	    KERN_SUCCESS);
	hf_space_run(owner);
	hf_space_end(other);
	hf_space_check();
}

HF_SCENARIO(map_stack_fork, "map.stack_fork", "CW-11",
    "a child's stack grows within the same limits")
{
	struct proc *parent, *child;

	(void)stack();
	parent = curproc;
	hf_poke(TOP - 8, 7);
	child = hf_space_fork("child");
	hf_space_run(child);
	hf_poke(TOP - GROW - 8, 8);
	hf_expect_eq(hf_space_map()->size, 2 * GROW);
	hf_expect_eq(hf_peek(TOP - 8), 7);
	hf_expect_segv_acc(hf_probe_write(BOTTOM, 1));
	hf_space_run(parent);
	hf_expect_eq(hf_space_map()->size, GROW);
	hf_space_end(child);
	hf_space_check();
}

HF_SCENARIO(map_stack_arguments, "map.stack_arguments", "MP-53",
    "stacks that cannot be are refused with the right code")
{
	vm_map_t map;

	map = hf_space_enter();
	hf_expect_eq(vm_map_stack(map, BOTTOM, 0, VM_PROT_RW, VM_PROT_ALL, 0),
	    KERN_INVALID_ADDRESS);
	hf_expect_eq(vm_map_stack(map, vm_map_max(map) - PAGE_SIZE,
			 4 * PAGE_SIZE, VM_PROT_RW, VM_PROT_ALL, 0),
	    KERN_INVALID_ADDRESS);
	hf_expect_eq(
	    vm_map_stack(map, BOTTOM, PAGE_SIZE, VM_PROT_RW, VM_PROT_ALL, 0),
	    KERN_INVALID_ARGUMENT);
	hf_space_anon_at(BOTTOM + 4 * PAGE_SIZE, 1);
	hf_expect_eq(vm_map_stack(map, BOTTOM, 8 * PAGE_SIZE, VM_PROT_RW,
			 VM_PROT_ALL, 0),
	    KERN_NO_SPACE);
	curproc->p_limits[RLIMIT_VMEM].rlim_cur = 4 * PAGE_SIZE;
	hf_expect_eq(vm_map_stack(map, BOTTOM + GROW, 8 * PAGE_SIZE, VM_PROT_RW,
			 VM_PROT_ALL, 0),
	    KERN_NO_SPACE);
	hf_expect_eq(map->nentries, 1);
}

HF_SCENARIO(map_stack_wired, "map.stack_wirefuture", "MP-54",
    "what a stack grows by is locked at once if the future is, or not grown")
{
	vm_map_entry_t entry;
	vm_map_t map;

	map = stack();
	map->flags |= MAP_WIREFUTURE;
	curproc->p_limits[RLIMIT_MEMLOCK].rlim_cur = GROW;
	hf_poke(TOP - GROW - 8, 1);
	entry = hf_space_entry(TOP - GROW - 8);
	hf_expect((entry->eflags & MAP_ENTRY_USER_WIRED) != 0);
	hf_expect_eq(vm_user_wire_count, atop(GROW));
	hf_expect_eq(pmap_wired_count(map->pmap), atop(GROW));
	hf_space_check();
	/* More is not allowed. */
	hf_expect_segv_acc(hf_probe_write(TOP - 2 * GROW - 8, 1));
	hf_expect_eq(map->size, 2 * GROW);
	vm_map_remove(map, BOTTOM, TOP);
	hf_expect_eq(vm_user_wire_count, 0);
}
