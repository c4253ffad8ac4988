/* SPDX-License-Identifier: BSD-2-Clause */
/* entry_flags.c: what is asked for at insertion and by advice. */

#include <sys/mman.h>
#include <test/scenario.h>
#include <test/space.h>
#include <test/vm_util.h>
#include <vm/vm_kern.h>

#define VA HF_SPACE_BASE

static int
insert(vm_map_t map, vm_object_t object, vm_offset_t va, vm_prot_t prot,
    vm_prot_t max, int cow)
{
	int rv;

	vm_map_lock(map);
	rv = vm_map_insert(map, object, 0, va, va + PAGE_SIZE, prot, max, cow);
	vm_map_unlock(map);
	return (rv);
}

HF_SCENARIO(map_entry_flags, "map.entry_flags", "MP-49",
    "an entry keeps what was asked for, and nonsense is refused")
{
	vm_map_t map = hf_space_enter();
	vm_object_t object;

	hf_expect_eq(insert(map, NULL, VA, VM_PROT_RW, VM_PROT_ALL,
			 MAP_DISABLE_COREDUMP),
	    KERN_SUCCESS);
	hf_expect_eq(hf_space_entry(VA)->eflags, MAP_ENTRY_NOCOREDUMP);
	hf_expect_eq(insert(map, NULL, VA + PAGE_SIZE, VM_PROT_READ,
			 VM_PROT_ALL, MAP_VN_EXEC),
	    KERN_SUCCESS);
	hf_expect_eq(hf_space_entry(VA + PAGE_SIZE)->eflags, MAP_ENTRY_VN_EXEC);
	object = vm_object_allocate_anon(1, NULL, NULL, 0);
	hf_expect_eq(insert(map, object, VA + ptoa(3), VM_PROT_NONE,
			 VM_PROT_NONE, MAP_CREATE_GUARD),
	    KERN_INVALID_ARGUMENT);
	vm_object_deallocate(object);
	hf_expect_eq(insert(map, NULL, VA + ptoa(3), VM_PROT_NONE, VM_PROT_ALL,
			 MAP_CREATE_GUARD),
	    KERN_INVALID_ARGUMENT);
	hf_expect_eq(
	    insert(map, NULL, VA + ptoa(3), VM_PROT_RW, VM_PROT_ALL, 1 << 19),
	    KERN_INVALID_ARGUMENT);
	hf_expect_eq(map->nentries, 2);
	hf_space_check();
}

HF_SCENARIO(map_core_advice, "map.core_advice", "MP-31",
    "advice about dumps is kept in the entries of the range alone")
{
	vm_map_t map = hf_space_enter();

	hf_space_anon_at(VA, 3);
	hf_expect_eq(
	    vm_map_madvise(map, VA + PAGE_SIZE, VA + ptoa(2), MADV_NOCORE), 0);
	hf_expect_eq(hf_space_entry(VA)->eflags & MAP_ENTRY_NOCOREDUMP, 0);
	hf_expect_ne(
	    hf_space_entry(VA + PAGE_SIZE)->eflags & MAP_ENTRY_NOCOREDUMP, 0);
	hf_expect_eq(
	    hf_space_entry(VA + ptoa(2))->eflags & MAP_ENTRY_NOCOREDUMP, 0);
	hf_expect_eq(map->nentries, 3);
	hf_expect_eq(vm_map_madvise(map, VA, VA + ptoa(3), MADV_CORE), 0);
	hf_expect_eq(
	    hf_space_entry(VA + PAGE_SIZE)->eflags & MAP_ENTRY_NOCOREDUMP, 0);
	hf_expect_eq(map->nentries, 1);
	hf_space_check();
}

HF_SCENARIO(map_write_xor_execute, "map.write_xor_execute", "MP-50",
    "a map that forbids it has nothing writable and executable, forked too")
{
	struct proc *const p = curproc;
	struct proc *child;
	vm_map_t map;

	hf_space_anon_at(VA, 1);
	map = hf_space_map();
	vm_map_modflags(map, MAP_WXORX, 0);
	hf_expect_eq(
	    insert(map, NULL, VA + ptoa(2), VM_PROT_ALL, VM_PROT_ALL, 0),
	    KERN_PROTECTION_FAILURE);
	hf_expect_eq(vm_map_protect(map, VA, VA + PAGE_SIZE, VM_PROT_ALL, 0,
			 VM_MAP_PROTECT_SET_PROT),
	    KERN_PROTECTION_FAILURE);
	hf_expect_eq(hf_space_entry(VA)->protection, VM_PROT_RW);
	hf_expect_eq(
	    vm_map_protect(map, VA, VA + PAGE_SIZE,
		VM_PROT_READ | VM_PROT_EXECUTE, 0, VM_MAP_PROTECT_SET_PROT),
	    KERN_SUCCESS);
	hf_expect_eq(map->nentries, 1);
	child = hf_space_fork("child");
	hf_space_run(child);
	hf_expect_eq(insert(hf_space_map(), NULL, VA + ptoa(2), VM_PROT_ALL,
			 VM_PROT_ALL, 0),
	    KERN_PROTECTION_FAILURE);
	hf_space_run(p);
	hf_space_end(child);
}

HF_SCENARIO(map_insert_prefault, "map.insert_prefault", "MP-51",
    "resident pages are mapped at insertion, for reading, others are not made")
{
	vm_map_t map = hf_space_enter();
	vm_object_t object;
	int rv;

	object = hf_test_object(4);
	(void)hf_test_page_resting(object, 1, 0x11);
	(void)hf_test_page_resting(object, 3, 0x33);
	VM_OBJECT_WUNLOCK(object);
	vm_map_lock(map);
	/* Two more pages than the object has. */
	rv = vm_map_insert(map, object, 0, VA, VA + ptoa(6), VM_PROT_RW,
	    VM_PROT_ALL, MAP_PREFAULT);
	vm_map_unlock(map);
	hf_require_eq(rv, KERN_SUCCESS);
	hf_expect_eq(hf_space_leaf(VA), 0);
	hf_expect_ne(hf_space_leaf(VA + ptoa(1)) & X86_PG_V, 0);
	hf_expect_eq(hf_space_leaf(VA + ptoa(1)) & X86_PG_RW, 0);
	hf_expect_ne(hf_space_leaf(VA + ptoa(3)) & X86_PG_V, 0);
	hf_expect_eq(hf_space_leaf(VA + ptoa(5)), 0);
	hf_expect_eq(object->resident_page_count, 2);
	hf_expect_eq(hf_peek(VA + ptoa(3)), 0x3333333333333333);
	hf_space_check();
}

HF_SCENARIO(map_system_locks, "map.system_locks", "MP-02",
    "a map of the kernel is locked by a mutex: tried, up and down, once")
{
	vm_map_t map = kernel_map;
	u_int timestamp;

	hf_expect(!vm_map_locked(map));
	timestamp = map->timestamp;
	hf_expect_ne(vm_map_trylock(map), 0);
	hf_expect_eq(map->timestamp, timestamp + 1);
	hf_expect_ne(vm_map_locked(map), 0);
	vm_map_lock_downgrade(map);
	hf_expect_ne(vm_map_locked(map), 0);
	hf_expect_eq(vm_map_lock_upgrade(map), 0);
	vm_map_unlock(map);
	hf_expect(!vm_map_locked(map));
	hf_expect_ne(vm_map_trylock_read(map), 0);
	hf_expect_ne(vm_map_locked(map), 0);
	vm_map_unlock_read(map);
	hf_expect(!vm_map_locked(map));
}
