/* SPDX-License-Identifier: BSD-2-Clause */
/* vmspace.c: the life of a process's address space. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <kern/thread.h>
#include <vm/uma.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>
#include <vm/vm_map_priv.h>
#include <vm/vm_object.h>

static uma_zone_t vmspace_zone;
volatile u_long hf_vmspaces;

/*
 * Once at boot, alone, after the allocator works.
 */
void
vm_map_startup(void)
{
	vmspace_zone = uma_zcreate("vmspace", sizeof(struct vmspace), NULL,
	    NULL, NULL, NULL, UMA_ALIGN_PTR, 0);
	hf_map_entry_init();
	vm_page_max_user_wired = (u_long)vm_cnt.v_page_count * 4 / 5;
	hf_proc_set_exit_hook(vmspace_exitfree);
}

/*
 * An empty address space with one reference.  May sleep.  NULL if pinit (NULL:
 * pmap_pinit) cannot make the pmap.
 */
struct vmspace *
vmspace_alloc(vm_offset_t min, vm_offset_t max, int (*pinit)(struct pmap *))
{
	struct vmspace *vm;

	vm = uma_zalloc(vmspace_zone, M_WAITOK | M_ZERO);
	if ((pinit != NULL ? pinit : pmap_pinit)(vmspace_pmap(vm)) == 0) {
		uma_zfree(vmspace_zone, vm);
		return (NULL);
	}
	vm_map_init(&vm->vm_map, vmspace_pmap(vm), min, max);
	vm->vm_refcnt = 1;
	atomic_add_long(&hf_vmspaces, 1);
	return (vm);
}

/*
 * Drops a reference; the last one unmaps everything and frees the space.  The
 * caller can sleep, and no CPU runs on it any more then.
 */
void
vmspace_free(struct vmspace *vm)
{
	u_int old;

	hf_assert_may_sleep("vmspace_free");
	old = atomic_fetchadd_int(&vm->vm_refcnt, -1);
	if (old == 0)
		panic("vmspace_free: %p is free", (void *)vm);
	if (old > 1)
		return;
	vm_map_remove(
	    &vm->vm_map, vm_map_min(&vm->vm_map), vm_map_max(&vm->vm_map));
	KASSERT(vm->vm_map.nentries == 0 && vm->vm_map.size == 0,
	    ("vmspace_free: %d entries left", vm->vm_map.nentries));
	hf_map_list_remove(&vm->vm_map);
	pmap_release(vmspace_pmap(vm));
	sx_destroy(&vm->vm_map.lock);
	atomic_subtract_long(&hf_vmspaces, 1);
	uma_zfree(vmspace_zone, vm);
}

/* A reference to p's space, or NULL if it has none (any more). */
struct vmspace *
vmspace_acquire_ref(struct proc *p)
{
	struct vmspace *vm;
	u_int refs;

	PROC_LOCK(p);
	vm = p->p_vmspace;
	if (vm != NULL) {
		refs = vm->vm_refcnt;
		do {
			if (refs == 0) {
				vm = NULL;
				break;
			}
		} while (!atomic_fcmpset_int(&vm->vm_refcnt, &refs, refs + 1));
	}
	PROC_UNLOCK(p);
	return (vm);
}

/* p ends and no thread runs in it: its space goes. */
void
vmspace_exitfree(struct proc *p)
{
	struct vmspace *vm;

	PROC_LOCK(p);
	vm = p->p_vmspace;
	p->p_vmspace = NULL;
	PROC_UNLOCK(p);
	if (vm != NULL)
		vmspace_free(vm);
}

/* Puts vm (NULL: none) in the place of the current process's space. */
static void
switch_space(struct proc *p, struct vmspace *vm)
{
	struct vmspace *old;

	PROC_LOCK(p);
	old = p->p_vmspace;
	p->p_vmspace = vm;
	PROC_UNLOCK(p);
	hf_thread_setproc(p);
	if (old != NULL)
		vmspace_free(old);
}

/* curthread, alone in its process, leaves its space for the kernel's. */
void
vmspace_exit(struct thread *td)
{
	KASSERT(td == curthread, ("vmspace_exit: not the current thread"));
	switch_space(td->td_proc, NULL);
}

/* A new empty space for the current process; ENOMEM changes nothing. */
int
vmspace_exec(struct proc *p, vm_offset_t minuser, vm_offset_t maxuser)
{
	struct vmspace *vm;

	KASSERT(p == curproc, ("vmspace_exec: not the current process"));
	vm = vmspace_alloc(minuser, maxuser, NULL);
	if (vm == NULL)
		return (ENOMEM);
	switch_space(p, vm);
	return (0);
}

/* Gives the current process a space of its own if it shares one. */
int
vmspace_unshare(struct proc *p)
{
	struct vmspace *vm;
	vm_ooffset_t charge;

	KASSERT(p == curproc, ("vmspace_unshare: not the current process"));
	if (p->p_vmspace->vm_refcnt == 1)
		return (0);
	charge = 0;
	vm = vmspace_fork(p->p_vmspace, &charge);
	if (vm == NULL)
		return (ENOMEM);
	switch_space(p, vm);
	return (0);
}

/* Pages that the space has mapped / wired now; a racy count. */
long
vmspace_resident_count(struct vmspace *vm)
{
	return (pmap_resident_count(vmspace_pmap(vm)));
}

long
vmspace_wired_count(struct vmspace *vm)
{
	return (pmap_wired_count(vmspace_pmap(vm)));
}
