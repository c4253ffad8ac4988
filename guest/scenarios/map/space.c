/* SPDX-License-Identifier: BSD-2-Clause */
/* space.c: a process changes, copies and leaves its address space. */

#include <kern/thread.h>
#include <sys/proc.h>
#include <test/scenario.h>
#include <test/space.h>

#define VA HF_SPACE_BASE

HF_SCENARIO(space_exec, "map.space_exec", "MP-43 MP-01",
    "exec gives an empty space of the wanted extent; the old one ends")
{
	const u_long spaces = hf_vmspaces;
	struct vmspace *old;
	vm_map_t map;
	u_int nfree;

	hf_space_anon_at(VA, 2);
	hf_poke(VA, 1);
	nfree = vm_free_count();
	old = curproc->p_vmspace;
	hf_require_eq(
	    vmspace_exec(curproc, VM_MINUSER_ADDRESS, VA + ptoa(64)), 0);
	map = hf_space_map();
	hf_expect_ne(curproc->p_vmspace, old);
	hf_expect_eq(hf_vmspaces, spaces + 1);
	hf_expect_le(nfree, vm_free_count());
	hf_expect_eq(map->nentries, 0);
	hf_expect_eq(vm_map_min(map), VM_MINUSER_ADDRESS);
	hf_expect_eq(vm_map_max(map), VA + ptoa(64));
	hf_expect_eq(fuword64((const void *)VA, &(int64_t){ 0 }), -1);
	hf_space_anon_at(VA, 1);
	hf_expect_eq(hf_peek(VA), 0);
	hf_space_check();
}

HF_SCENARIO(space_exec_shared, "map.space_exec_shared", "MP-43",
    "a space that somebody else has a reference to outlives exec")
{
	struct vmspace *old;

	hf_space_anon_at(VA, 1);
	hf_poke(VA, 7);
	old = vmspace_acquire_ref(curproc);
	hf_require(old != NULL);
	hf_expect_eq(old->vm_refcnt, 2);
	hf_require_eq(
	    vmspace_exec(curproc, VM_MINUSER_ADDRESS, VM_MAXUSER_ADDRESS), 0);
	hf_expect_eq(old->vm_refcnt, 1);
	hf_expect_eq(old->vm_map.nentries, 1);
	hf_expect_eq(vmspace_resident_count(old) > 0, true);
	vmspace_free(old);
	hf_space_check();
}

HF_SCENARIO(space_unshare, "map.space_unshare", "MP-44",
    "who shares his space gets a copy of his own; who does not keeps it")
{
	struct proc *const p = curproc;
	struct vmspace *old;
	struct proc *other;

	hf_space_anon_at(VA, 2);
	hf_poke(VA, 1);
	old = curproc->p_vmspace;
	hf_expect_eq(vmspace_unshare(curproc), 0);
	hf_expect_eq(curproc->p_vmspace, old);

	/* Another process in the same space. */
	other = hf_proc_create("other");
	other->p_vmspace = vmspace_acquire_ref(curproc);
	hf_expect_eq(vmspace_unshare(curproc), 0);
	hf_expect_ne(curproc->p_vmspace, old);
	hf_expect_eq(old->vm_refcnt, 1);
	hf_expect_eq(hf_peek(VA), 1);
	hf_poke(VA, 2);
	hf_poke(VA + PAGE_SIZE, 3);
	hf_space_check();
	hf_space_run(other);
	hf_expect_eq(hf_peek(VA), 1);
	hf_expect_eq(hf_peek(VA + PAGE_SIZE), 0);
	hf_space_run(p);
	hf_space_end(other);
}

HF_SCENARIO(space_exit, "map.space_exit", "MP-45",
    "a thread that leaves its space runs on, and nobody gets that space again")
{
	const u_long spaces = hf_vmspaces;
	struct proc *p = curproc;

	hf_space_anon_at(VA, 1);
	hf_poke(VA, 1);
	hf_expect_eq(hf_vmspaces, spaces + 1);
	vmspace_exit(curthread);
	hf_expect_eq(p->p_vmspace, NULL);
	hf_expect_eq(vmspace_acquire_ref(p), NULL);
	hf_expect_eq(hf_vmspaces, spaces);
	/* It can have another. */
	hf_space_anon_at(VA, 1);
	hf_expect_eq(hf_peek(VA), 0);
}

static int
no_pmap(struct pmap *pmap)
{
	return (0);
}

HF_SCENARIO(space_no_pmap, "map.space_no_pmap", "MP-46",
    "a space whose pmap cannot be made is not made")
{
	const u_long spaces = hf_vmspaces;

	hf_expect_eq(
	    vmspace_alloc(VM_MINUSER_ADDRESS, VM_MAXUSER_ADDRESS, no_pmap),
	    NULL);
	hf_expect_eq(hf_vmspaces, spaces);
}

HF_SCENARIO(space_counts, "map.space_counts", "MP-47",
    "a space counts what it has mapped and wired")
{
	struct vmspace *vm;
	vm_map_t map;

	map = hf_space_enter();
	vm = curproc->p_vmspace;
	hf_space_anon_at(VA, 4);
	hf_poke(VA, 1);
	hf_expect_eq(vmspace_wired_count(vm), 0);
	hf_require_eq(vm_map_wire(map, VA, VA + ptoa(3),
			  VM_MAP_WIRE_USER | VM_MAP_WIRE_NOHOLES),
	    KERN_SUCCESS);
	hf_expect_eq(vmspace_wired_count(vm), 3);
	hf_expect_le(3, vmspace_resident_count(vm));
	hf_expect_eq(vm_map_unwire(map, VA, VA + ptoa(3),
			 VM_MAP_WIRE_USER | VM_MAP_WIRE_NOHOLES),
	    KERN_SUCCESS);
	hf_expect_eq(vmspace_wired_count(vm), 0);
}

HF_SCENARIO(space_exitfree, "map.space_exitfree", "MP-01",
    "the space of a process that ends goes once; who has a reference keeps it")
{
	const u_long spaces = hf_vmspaces;
	struct proc *const home = curproc;
	struct proc *child;
	struct vmspace *vm;

	hf_space_anon_at(VA, 1);
	hf_poke(VA, 5);
	child = hf_space_fork("child");
	vm = vmspace_acquire_ref(child);
	hf_require(vm != NULL);
	vmspace_exitfree(child);
	hf_expect_eq(child->p_vmspace, NULL);
	hf_expect_eq(vmspace_acquire_ref(child), NULL);
	hf_expect_eq(vm->vm_refcnt, 1);
	hf_expect_eq(vm->vm_map.nentries, 1);
	hf_expect_eq(hf_vmspaces, spaces + 2);
	/* It has none: nothing happens. */
	vmspace_exitfree(child);
	hf_expect_eq(vm->vm_refcnt, 1);
	vmspace_free(vm);
	hf_expect_eq(hf_vmspaces, spaces + 1);
	hf_expect_eq(curproc, home);
	hf_expect_eq(hf_peek(VA), 5);
	hf_space_end(child);
}
