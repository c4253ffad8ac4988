/* SPDX-License-Identifier: BSD-2-Clause */
/* sequence.c: short sequences around a lock that once went wrong somewhere. */

#include <sys/mman.h>
#include <sys/proc.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/space.h>
#include <test/whole.h>

#define VA HF_SPACE_BASE

static void
protect(vm_prot_t prot, u_long n)
{
	hf_expect_eq(vm_map_protect(hf_space_map(), VA, VA + ptoa(n), prot, 0,
			 VM_MAP_PROTECT_SET_PROT),
	    KERN_SUCCESS);
}

static void
lock(u_long n)
{
	hf_expect_eq(
	    vm_map_wire(hf_space_map(), VA, VA + ptoa(n), VM_MAP_WIRE_USER),
	    KERN_SUCCESS);
}

static void
unlock(u_long n)
{
	hf_expect_eq(
	    vm_map_unwire(hf_space_map(), VA, VA + ptoa(n), VM_MAP_WIRE_USER),
	    KERN_SUCCESS);
	hf_expect_eq(vm_user_wire_count, 0);
}

HF_SCENARIO(wire_fork_read_lock, "wire.fork_read_lock_write", "FT-80 WI-23",
    "after a fork: read-only, locked, writable again, unmapped")
{
	struct proc *child, *parent = curproc;

	hf_space_anon_at(VA, 2);
	hf_fill(VA, 1);
	child = hf_space_fork("child");
	protect(VM_PROT_READ, 2);
	lock(2);
	protect(VM_PROT_RW, 2);
	hf_space_check();
	hf_store(VA, 2);
	hf_poke(VA + ptoa(1), 3);
	hf_expect_eq(
	    vm_map_remove(hf_space_map(), VA, VA + ptoa(2)), KERN_SUCCESS);
	hf_space_check();
	hf_space_run(child);
	hf_expect_eq(hf_load(VA), 1);
	hf_expect_eq(hf_peek(VA + ptoa(1)), 0);
	hf_space_run(parent);
	hf_space_end(child);
	hf_expect_eq(vm_user_wire_count, 0);
}

HF_SCENARIO(wire_fork_toggle, "wire.fork_lock_toggle", "FT-81",
    "after a fork: locked, then read-only and writable in turn")
{
	struct proc *child, *parent = curproc;
	vm_page_t m;
	int i;

	hf_space_anon_at(VA, 1);
	hf_poke(VA, 1);
	child = hf_space_fork("child");
	lock(1);
	m = hf_space_page(VA);
	for (i = 0; i < 4; i++) {
		protect(VM_PROT_READ, 1);
		protect(VM_PROT_RW, 1);
		hf_expect_eq(hf_peek(VA), 1);
		/* Copied once, by the lock. */
		hf_expect_eq(hf_space_page(VA), m);
		hf_expect_eq(m->object->resident_page_count, 1);
		hf_expect_eq(vm_page_wire_count(m), 1);
	}
	hf_poke(VA, 2);
	hf_space_check();
	hf_space_run(child);
	hf_expect_eq(hf_peek(VA), 1);
	hf_space_run(parent);
	hf_space_end(child);
	unlock(1);
	hf_space_check();
}

HF_SCENARIO(wire_none_write, "wire.lock_none_write_unmap", "WI-16 WI-17",
    "locked, inaccessible, write-only, unmapped")
{
	vm_map_t map = hf_space_enter();
	int touch;

	for (touch = 0; touch < 2; touch++) {
		hf_space_map_at(VA, 2, NULL, 0, VM_PROT_READ, 0);
		lock(2);
		protect(VM_PROT_NONE, 2);
		hf_space_check();
		protect(VM_PROT_WRITE, 2);
		if (touch != 0) {
			hf_poke(VA, 7);
			hf_expect_eq(pmap_wired_count(map->pmap), 1);
		}
		hf_space_check();
		hf_expect_eq(
		    vm_map_remove(map, VA, VA + ptoa(2)), KERN_SUCCESS);
		hf_space_check();
		hf_expect_eq(vm_user_wire_count, 0);
		hf_expect_eq(pmap_wired_count(map->pmap), 0);
	}
}

HF_SCENARIO(wire_exec_willneed, "wire.lock_exec_willneed", "WI-18 MP-33",
    "locked, execute-only, advised as needed, unlocked")
{
	hf_space_map_at(VA, 3, NULL, 0, VM_PROT_READ, 0);
	lock(3);
	protect(VM_PROT_EXECUTE, 3);
	hf_space_check();
	hf_expect_eq(
	    vm_map_madvise(hf_space_map(), VA, VA + ptoa(3), MADV_WILLNEED), 0);
	hf_space_check();
	unlock(3);
	hf_space_check();
	hf_expect(hf_probe_exec(VA).ok);
}
