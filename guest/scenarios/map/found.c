/* SPDX-License-Identifier: BSD-2-Clause */
/* found.c: space from the map's start on, stacks that are found a place. */

#include <sys/mman.h>
#include <sys/proc.h>
#include <test/scenario.h>
#include <test/space.h>

static void
free_again(void *arg)
{
	vmspace_free(arg);
}

HF_SCENARIO(space_gone, "map.space_gone", "MP-45",
    "nobody gets a reference to a space without any, nor drops one of it")
{
	struct proc *const p = curproc;
	static struct vmspace gone;

	gone.vm_refcnt = 0;
	p->p_vmspace = &gone;
	hf_expect_eq(vmspace_acquire_ref(p), NULL);
	p->p_vmspace = NULL;
	hf_expect_eq(gone.vm_refcnt, 0);
	hf_expect_panic_always(free_again, &gone, "");
}

HF_SCENARIO(map_findspace_low, "map.findspace_low", "MP-11",
    "a search from below the map's start begins there")
{
	vm_map_t map = hf_space_enter();

	vm_map_lock_read(map);
	hf_expect_eq(vm_map_findspace(map, 0, PAGE_SIZE), vm_map_min(map));
	vm_map_unlock_read(map);
}

HF_SCENARIO(map_stack_found, "map.stack_found", "MP-36 MP-48",
    "a stack can be given any place, and grows there")
{
	vm_offset_t va = HF_SPACE_BASE, top;
	const vm_size_t bytes = ptoa(64);
	vm_map_t map = hf_space_enter();

	hf_require_eq(vm_map_find(map, NULL, 0, &va, bytes, 0, VMFS_ANY_SPACE,
			  VM_PROT_RW, VM_PROT_ALL, MAP_STACK_GROWS_DOWN),
	    KERN_SUCCESS);
	top = va + bytes;
	hf_poke(top - 8, 1);
	hf_expect_ne(hf_space_entry(va)->eflags & MAP_ENTRY_GUARD, 0);
	/* Less than all rights for what it grows into, and never more. */
	hf_expect_eq(vm_map_protect(map, va, top, 0, VM_PROT_READ,
			 VM_MAP_PROTECT_SET_MAXPROT),
	    KERN_SUCCESS);
	hf_expect_eq(
	    PROT_MAX_EXTRACT(hf_space_entry(va)->offset), VM_PROT_READ);
	hf_expect_eq(PROT_EXTRACT(hf_space_entry(va)->offset), VM_PROT_READ);
	hf_expect_eq(vm_map_protect(
			 map, va, top, VM_PROT_RW, 0, VM_MAP_PROTECT_SET_PROT),
	    KERN_PROTECTION_FAILURE);
	hf_space_check();
}
