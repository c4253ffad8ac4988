/* SPDX-License-Identifier: BSD-2-Clause */
/* protect.c: locked memory under copying, protection changes and fork. */

#include <sys/proc.h>
#include <sys/vmmeter.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/script_pager.h>
#include <test/space.h>
#include <test/whole.h>

#define VA   HF_SPACE_BASE
#define USER (VM_MAP_WIRE_USER | VM_MAP_WIRE_NOHOLES)
#define SET  VM_MAP_PROTECT_SET_PROT

HF_SCENARIO(wire_private, "wire.private", "WI-11 WI-24",
    "wiring a private writable mapping copies now, so later writes are free")
{
	struct hf_script s;
	vm_map_t map;
	vm_page_t orig, copy;
	u_long faults;

	hf_script_begin(&s, 2);
	vm_object_reference(s.object);
	hf_space_map_at(VA, 2, s.object, 0, VM_PROT_RW, MAP_COPY_ON_WRITE);
	map = hf_space_map();
	hf_require_eq(vm_map_wire(map, VA, VA + ptoa(2), USER), KERN_SUCCESS);
	faults = VM_CNT_FETCH(v_vm_faults);
	hf_expect(hf_probe_write(VA, 1).ok);
	hf_expect(hf_probe_write(VA + ptoa(1), 1).ok);
	hf_expect_eq(VM_CNT_FETCH(v_vm_faults), faults);
	hf_expect_ne(hf_space_page(VA)->object, s.object);
	hf_expect_bytes(VA, 1, PAGE_SIZE, hf_script_byte(0));
	hf_expect_bytes(VA + ptoa(1), 1, PAGE_SIZE, hf_script_byte(1));
	hf_space_check();
	hf_expect_eq(vm_map_unwire(map, VA, VA + ptoa(2), USER), KERN_SUCCESS);
	/* A debugger's write into locked read-only memory moves the wiring. */
	hf_space_map_at(
	    VA + ptoa(4), 1, s.object, 0, VM_PROT_READ, MAP_COPY_ON_WRITE);
	hf_require_eq(
	    vm_map_wire(map, VA + ptoa(4), VA + ptoa(5), USER), KERN_SUCCESS);
	orig = hf_space_page(VA + ptoa(4));
	hf_expect_eq(orig->object, s.object);
	hf_expect_eq(vm_page_wire_count(orig), 1);
	hf_expect_eq(vm_fault(map, VA + ptoa(4), VM_PROT_READ | VM_PROT_COPY,
			 VM_FAULT_DIRTY, &copy),
	    KERN_SUCCESS);
	hf_expect_ne(copy, orig);
	hf_expect_eq(vm_page_wire_count(orig), 0);
	hf_expect_eq(vm_page_wire_count(copy), 2);
	vm_page_unwire(copy, PQ_ACTIVE);
	hf_expect_bytes(VA + ptoa(4), 0, PAGE_SIZE, hf_script_byte(0));
	hf_space_check();
	hf_expect_eq(
	    vm_map_unwire(map, VA + ptoa(4), VA + ptoa(5), USER), KERN_SUCCESS);
	hf_expect_eq(vm_page_wire_count(copy), 0);
	vm_map_remove(map, VA, VA + ptoa(8));
	hf_script_end(&s);
}

HF_SCENARIO(wire_protect_none, "wire.protect_none", "WI-16 WI-17",
    "locked memory made inaccessible and back is unlocked without a trace")
{
	vm_map_t map;
	vm_page_t m;

	hf_space_anon_at(VA, 2);
	map = hf_space_map();
	hf_poke(VA, 0x12);
	hf_require_eq(vm_map_wire(map, VA, VA + ptoa(2), USER), KERN_SUCCESS);
	m = hf_space_page(VA);
	hf_expect_eq(
	    vm_map_protect(map, VA, VA + ptoa(2), VM_PROT_NONE, 0, SET),
	    KERN_SUCCESS);
	hf_expect_eq(hf_space_page(VA), NULL);
	hf_expect_eq(vm_page_wire_count(m), 1);
	hf_expect_eq(
	    vm_map_protect(map, VA, VA + ptoa(1), VM_PROT_READ, 0, SET),
	    KERN_SUCCESS);
	hf_expect_eq(hf_peek(VA), 0x12);
	hf_expect_eq(hf_space_page(VA), m);
	hf_expect((hf_space_leaf(VA) & PG_W) != 0);
	hf_expect_eq(vm_page_wire_count(m), 1);
	hf_space_check();
	hf_expect_eq(vm_map_unwire(map, VA, VA + ptoa(2), USER), KERN_SUCCESS);
	hf_expect_eq(vm_page_wire_count(m), 0);
	hf_expect_eq(vm_user_wire_count, 0);
	hf_space_check();
}

HF_SCENARIO(wire_fork, "wire.fork", "WI-23 CW-06 CW-07 CW-08",
    "a fork copies locked writable memory for the child; the parent keeps it")
{
	struct proc *parent, *child;
	vm_map_t map;
	vm_page_t m, ro;
	u_long faults;

	hf_space_anon_at(VA, 2);
	hf_space_anon_at(VA + ptoa(4), 1);
	map = hf_space_map();
	parent = curproc;
	hf_poke(VA, 0xa1);
	hf_poke(VA + ptoa(4), 0xa2);
	hf_require_eq(vm_map_protect(map, VA + ptoa(4), VA + ptoa(5),
			  VM_PROT_READ, 0, SET),
	    KERN_SUCCESS);
	hf_require_eq(vm_map_wire(map, VA, VA + ptoa(2), USER), KERN_SUCCESS);
	hf_require_eq(
	    vm_map_wire(map, VA + ptoa(4), VA + ptoa(5), USER), KERN_SUCCESS);
	vm_map_lock(map);
	vm_map_modflags(map, MAP_WIREFUTURE, 0);
	vm_map_unlock(map);
	m = hf_space_page(VA);
	ro = hf_space_page(VA + ptoa(4));
	child = hf_space_fork("child");
	faults = VM_CNT_FETCH(v_vm_faults);
	hf_poke(VA, 0xb1);
	hf_expect_eq(VM_CNT_FETCH(v_vm_faults), faults);
	hf_expect_eq(hf_space_page(VA), m);
	hf_expect_eq(vm_page_wire_count(m), 1);
	hf_space_run(child);
	hf_expect_eq(hf_space_map()->flags & MAP_WIREFUTURE, 0);
	hf_expect_eq(hf_space_entry(VA)->wired_count, 0);
	hf_expect_eq(hf_space_entry(VA)->eflags & MAP_ENTRY_USER_WIRED, 0);
	hf_expect_eq(hf_peek(VA), 0xa1);
	hf_expect_ne(hf_space_page(VA), m);
	hf_expect_eq(vm_page_wire_count(hf_space_page(VA)), 0);
	hf_poke(VA, 0xc1);
	/* What is read-only needs no copy yet. */
	hf_expect_eq(hf_peek(VA + ptoa(4)), 0xa2);
	hf_expect_eq(hf_space_page(VA + ptoa(4)), ro);
	hf_space_check();
	hf_space_run(parent);
	hf_space_end(child);
	hf_expect_eq(hf_peek(VA), 0xb1);
	hf_expect_eq(vm_page_wire_count(ro), 1);
	hf_expect_eq(vm_user_wire_count, 3);
	vm_map_lock(map);
	vm_map_modflags(map, 0, MAP_WIREFUTURE);
	vm_map_unlock(map);
	hf_expect_eq(vm_map_unwire(map, VA, VA + ptoa(2), USER), KERN_SUCCESS);
	hf_expect_eq(
	    vm_map_unwire(map, VA + ptoa(4), VA + ptoa(5), USER), KERN_SUCCESS);
	hf_space_check();
}

HF_SCENARIO(wire_two_processes, "wire.two_processes", "WI-22",
    "a page locked by two processes stays wired until the second lets go")
{
	struct proc *parent, *child;
	vm_object_t object;
	vm_page_t m;

	object = vm_object_allocate(OBJT_SWAP, 1);
	hf_space_map_at(VA, 1, object, 0, VM_PROT_RW, MAP_INHERIT_SHARE);
	parent = curproc;
	hf_require_eq(
	    vm_map_wire(hf_space_map(), VA, VA + ptoa(1), USER), KERN_SUCCESS);
	m = hf_space_page(VA);
	child = hf_space_fork("child");
	hf_space_run(child);
	hf_require_eq(
	    vm_map_wire(hf_space_map(), VA, VA + ptoa(1), USER), KERN_SUCCESS);
	hf_expect_eq(hf_space_page(VA), m);
	hf_expect_eq(vm_page_wire_count(m), 2);
	hf_expect_eq(vm_user_wire_count, 2);
	hf_space_run(parent);
	hf_space_end(child);
	hf_expect_eq(vm_page_wire_count(m), 1);
	hf_expect_eq(vm_user_wire_count, 1);
	hf_expect_eq(vm_map_unwire(hf_space_map(), VA, VA + ptoa(1), USER),
	    KERN_SUCCESS);
	hf_expect_eq(vm_page_wire_count(m), 0);
	hf_space_check();
}

HF_SCENARIO(wire_no_prefault, "wire.no_prefault", "IW-2 FT-51 WI-17",
    "an access to locked memory without mappings makes one, wired, and no "
    "others")
{
	vm_map_t map;
	u_int i;

	hf_space_anon_at(VA, 5);
	map = hf_space_map();
	hf_require_eq(vm_map_wire(map, VA, VA + ptoa(5), USER), KERN_SUCCESS);
	hf_expect_eq(
	    vm_map_protect(map, VA, VA + ptoa(5), VM_PROT_NONE, 0, SET),
	    KERN_SUCCESS);
	hf_expect_eq(vm_map_protect(map, VA, VA + ptoa(5), VM_PROT_RW, 0, SET),
	    KERN_SUCCESS);
	hf_expect_eq(pmap_wired_count(map->pmap), 0);
	/* A read, but the mapping is good for all that is permitted. */
	hf_expect_eq(hf_peek(VA + ptoa(2)), 0);
	for (i = 0; i < 5; i++)
		hf_expect_eq(
		    hf_space_leaf(VA + ptoa(i)) & (X86_PG_V | X86_PG_RW | PG_W),
		    i == 2 ? X86_PG_V | X86_PG_RW | PG_W : 0);
	hf_space_check();
	vm_map_remove(map, VA, VA + ptoa(5));
	hf_expect_eq(vm_user_wire_count, 0);
}

HF_SCENARIO(wire_fork_marks, "wire.fork_marks", "CW-08 CW-09",
    "a child's entries have no mark of a wiring that others wait for")
{
	struct proc *parent = curproc, *child;
	const vm_eflags_t marks = MAP_ENTRY_NEEDS_WAKEUP |
	    MAP_ENTRY_WIRE_SKIPPED | MAP_ENTRY_IN_TRANSITION;
	vm_map_entry_t entry;

	hf_space_anon_at(VA, 1);
	hf_poke(VA, 1);
	/* As a wirer leaves it that waits for an entry further on. */
	entry = hf_space_entry(VA);
	entry->eflags |= marks;
	entry->wiring_thread = curthread;
	child = hf_space_fork("child");
	entry->eflags &= ~marks;
	entry->wiring_thread = NULL;
	hf_space_run(child);
	hf_expect_eq(hf_space_entry(VA)->eflags & marks, 0);
	hf_expect_eq(hf_space_entry(VA)->wiring_thread, NULL);
	hf_expect_eq(hf_peek(VA), 1);
	hf_space_run(parent);
	hf_space_end(child);
	hf_space_check();
}
