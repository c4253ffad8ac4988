/* SPDX-License-Identifier: BSD-2-Clause */
/* copy_entry.c: locked memory that becomes writable is copied at once. */

#include <sys/proc.h>
#include <sys/vmmeter.h>
#include <kern/failpoint.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/script_pager.h>
#include <test/space.h>

#define VA  HF_SPACE_BASE
#define SET VM_MAP_PROTECT_SET_PROT

/* Two pages of a pager's, mapped private and read-only, and locked. */
static vm_map_t
lock_private(struct hf_script *s)
{
	hf_script_begin(s, 2);
	hf_space_map_at(VA, 2, s->object, 0, VM_PROT_READ, MAP_COPY_ON_WRITE);
	hf_require_eq(
	    vm_map_wire(hf_space_map(), VA, VA + ptoa(2), VM_MAP_WIRE_USER),
	    KERN_SUCCESS);
	return (hf_space_map());
}

HF_SCENARIO(fault_upgrade, "fault.upgrade", "FT-80 IM-5",
    "protect adds WRITE to a locked private range by copying it now")
{
	struct hf_script s;
	vm_map_t map;
	vm_page_t orig;
	u_long faults;

	map = lock_private(&s);
	orig = hf_space_page(VA);
	hf_expect_eq(orig->object, s.object);
	hf_expect_eq(vm_page_wire_count(orig), 1);
	vm_object_reference(s.object);
	hf_expect_eq(vm_map_protect(map, VA, VA + ptoa(2), VM_PROT_RW, 0, SET),
	    KERN_SUCCESS);
	faults = VM_CNT_FETCH(v_vm_faults);
	hf_expect(hf_probe_write(VA, 1).ok);
	hf_expect(hf_probe_write(VA + ptoa(1), 2).ok);
	hf_expect_eq(VM_CNT_FETCH(v_vm_faults), faults);
	hf_expect_ne(hf_space_page(VA), orig);
	hf_expect_eq(vm_page_wire_count(orig), 0);
	hf_expect_eq(vm_page_wire_count(hf_space_page(VA)), 1);
	hf_expect_read(VA + 9, hf_script_byte(0));
	hf_space_check();
	hf_expect_eq(vm_map_unwire(map, VA, VA + ptoa(2), VM_MAP_WIRE_USER),
	    KERN_SUCCESS);
	hf_space_check();
	vm_map_remove(map, VA, VA + ptoa(2));
	vm_object_deallocate(s.object);
	hf_script_end(&s);
}

HF_SCENARIO(fault_upgrade_deep, "fault.upgrade_deep", "FT-80 FT-81 CW-24",
    "what is copied when locked memory becomes writable may lie far below")
{
	struct proc *home = curproc, *child, *grandchild;
	vm_map_t map;
	vm_page_t orig;

	hf_space_anon_at(VA, 3);
	hf_poke(VA, 0x11);
	hf_poke(VA + ptoa(1), 0x12);
	child = hf_space_fork("child");
	hf_space_run(child);
	hf_poke(VA + ptoa(1), 0x22);
	grandchild = hf_space_fork("grandchild");
	hf_space_run(grandchild);
	hf_poke(VA + ptoa(2), 0x33);
	map = hf_space_map();
	hf_require_eq(
	    vm_map_protect(map, VA, VA + ptoa(3), VM_PROT_READ, 0, SET),
	    KERN_SUCCESS);
	hf_require_eq(
	    vm_map_wire(map, VA, VA + ptoa(3), VM_MAP_WIRE_USER), KERN_SUCCESS);
	orig = hf_space_page(VA);
	hf_expect_eq(vm_page_wire_count(orig), 1);
	hf_expect_eq(vm_map_protect(map, VA, VA + ptoa(3), VM_PROT_RW, 0, SET),
	    KERN_SUCCESS);
	hf_expect_ne(hf_space_page(VA), orig);
	hf_expect_eq(vm_page_wire_count(orig), 0);
	hf_poke(VA, 0x31);
	hf_expect_eq(hf_peek(VA + ptoa(1)), 0x22);
	hf_expect_eq(hf_peek(VA + ptoa(2)), 0x33);
	hf_expect_eq(vm_map_unwire(map, VA, VA + ptoa(3), VM_MAP_WIRE_USER),
	    KERN_SUCCESS);
	hf_space_check();
	hf_space_run(home);
	hf_space_end(grandchild);
	hf_space_end(child);
	hf_expect_eq(hf_peek(VA), 0x11);
	hf_expect_eq(hf_peek(VA + ptoa(1)), 0x12);
}

HF_SCENARIO(fault_upgrade_no_memory, "fault.upgrade_no_memory", "FT-80 FT-81",
    "without memory for a copy a protect waits for some, and copies all")
{
	struct hf_script s;
	vm_page_t m, orig[2];
	vm_map_t map;
	int i;

	map = lock_private(&s);
	for (i = 0; i < 2; i++)
		orig[i] = hf_space_page(VA + ptoa(i));
	vm_object_reference(s.object);
	/* The second page's frame, once. */
	hf_failpoint_arm("vm_page_alloc", 1, 1);
	hf_expect_eq(vm_map_protect(map, VA, VA + ptoa(2), VM_PROT_RW, 0, SET),
	    KERN_SUCCESS);
	hf_expect_eq(hf_failpoint_fired("vm_page_alloc"), 1);
	hf_failpoint_disarm_all();
	for (i = 0; i < 2; i++) {
		hf_expect_ne(hf_space_page(VA + ptoa(i)), orig[i]);
		/* Who waited called the page daemon, which may have it now. */
		VM_OBJECT_RLOCK(s.object);
		m = vm_page_lookup(s.object, (vm_pindex_t)i);
		hf_expect(m == NULL || !vm_page_wired(m));
		VM_OBJECT_RUNLOCK(s.object);
		hf_expect_eq(
		    vm_page_wire_count(hf_space_page(VA + ptoa(i))), 1);
		hf_expect_read(VA + ptoa(i) + 9, hf_script_byte(i));
	}
	hf_expect_eq(vm_map_unwire(map, VA, VA + ptoa(2), VM_MAP_WIRE_USER),
	    KERN_SUCCESS);
	hf_space_check();
	vm_map_remove(map, VA, VA + ptoa(2));
	vm_object_deallocate(s.object);
	hf_script_end(&s);
}

HF_SCENARIO(fault_upgrade_cycle, "fault.upgrade_cycle", "FT-81",
    "READ to RW and back, five times, on a locked forked page")
{
	struct proc *parent, *child;
	vm_map_t map;
	vm_offset_t va;
	int i;

	va = hf_space_anon(1);
	map = hf_space_map();
	parent = curproc;
	hf_poke(va, 0x5a5a);
	child = hf_space_fork("child");
	hf_require_eq(
	    vm_map_protect(map, va, va + ptoa(1), VM_PROT_READ, 0, SET),
	    KERN_SUCCESS);
	hf_require_eq(
	    vm_map_wire(map, va, va + ptoa(1), VM_MAP_WIRE_USER), KERN_SUCCESS);
	for (i = 0; i < 5; i++) {
		hf_expect_eq(
		    vm_map_protect(map, va, va + ptoa(1), VM_PROT_RW, 0, SET),
		    KERN_SUCCESS);
		hf_expect_eq(hf_peek(va), 0x5a5a + i);
		hf_poke(va, 0x5a5a + i + 1);
		hf_expect_eq(vm_page_wire_count(hf_space_page(va)), 1);
		hf_expect_eq(
		    vm_map_protect(map, va, va + ptoa(1), VM_PROT_READ, 0, SET),
		    KERN_SUCCESS);
		hf_space_check();
	}
	hf_expect_eq(vm_user_wire_count, 1);
	hf_space_run(child);
	hf_expect_eq(hf_peek(va), 0x5a5a);
	hf_space_run(parent);
	hf_space_end(child);
	hf_expect_eq(vm_map_unwire(map, va, va + ptoa(1), VM_MAP_WIRE_USER),
	    KERN_SUCCESS);
	hf_expect_eq(vm_page_wire_count(hf_space_page(va)), 0);
	hf_space_check();
}
