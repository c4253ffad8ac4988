/* SPDX-License-Identifier: BSD-2-Clause */
/* mmu.c: translation as the CPU does it, over the pmap's tables. */

#include <sys/signal.h>
#include <vm/vm_map.h>
#include <vm/vm_kern.h>
#include <vm/vm_extern.h>
#include <arch/amd64/pmap_var.h>
#include "mmu.h"

/* Does a leaf allow this access from ring 0 with CR0.WP set? */
static bool
leaf_allows(pt_entry_t e, vm_prot_t type)
{
	if ((e & X86_PG_V) == 0)
		return (false);
	if (type == VM_PROT_WRITE)
		return ((e & X86_PG_RW) != 0);
	if (type == VM_PROT_EXECUTE)
		return ((e & X86_PG_NX) == 0);
	return (true);
}

/*
 * Not under pm_mtx: the tables may go while they are walked, which is why
 * hf_model_with_byte() takes it.  A and M are set as the CPU sets them, by a
 * locked operation that fails if the leaf changed.
 */
void *
hf_model_translate(pmap_t pmap, vm_offset_t va, vm_prot_t type)
{
	pt_entry_t *pte, old, new;

	pte = pmap_pte(pmap, va);
	if (pte == NULL)
		return (NULL);
	old = pte_load(pte);
	do {
		if (!leaf_allows(old, type))
			return (NULL);
		new = old | X86_PG_A;
		if (type == VM_PROT_WRITE)
			new |= X86_PG_M;
	} while (new != old && !pte_replace(pte, &old, new));
	return ((void *)(PHYS_TO_DMAP(old & PG_FRAME) + (va & PAGE_MASK)));
}

static pmap_t
pmap_of(vm_offset_t va)
{
	return (va >= VM_MIN_KERNEL_ADDRESS ? kernel_pmap : hf_pmap_current());
}

/* The trap handler's part; false when the fault stays. */
static bool
model_fault(vm_offset_t va, vm_prot_t type)
{
	struct thread *td = curthread;
	vm_map_t map;
	int signo, code;

	signo = SIGSEGV;
	code = SEGV_MAPERR;
	if (va >= VM_MAXUSER_ADDRESS)
		map = kernel_map;
	else if (curproc->p_vmspace != NULL)
		map = &curproc->p_vmspace->vm_map;
	else
		map = NULL;
	if (map != NULL &&
	    vm_fault_trap(map, va, type, VM_FAULT_NORMAL, &signo, &code) ==
		KERN_SUCCESS)
		return (true);
	td->td_fault_addr = va;
	td->td_fault_signo = signo;
	td->td_fault_code = code;
	return (false);
}

void *
hf_model_access(vm_offset_t va, vm_prot_t type)
{
	void *p;

	while ((p = hf_model_translate(pmap_of(va), va, type)) == NULL)
		if (!model_fault(va, type))
			return (NULL);
	return (p);
}

/*
 * A CPU takes no lock to walk tables, so an access is legal where none may be waited
 * for; there a lock that is held is as good as a leaf that is not there.
 */
static bool
lock_tables(pmap_t pmap)
{
	if (curthread->td_critnest != 0)
		return (PMAP_TRYLOCK(pmap));
	PMAP_LOCK(pmap);
	return (true);
}

bool
hf_model_with_byte(vm_offset_t va, vm_prot_t type,
    void (*fn)(void *byte, void *arg), void *arg)
{
	pmap_t pmap = pmap_of(va);
	void *p;

	do {
		if (!lock_tables(pmap))
			continue;
		p = hf_model_translate(pmap, va, type);
		if (p != NULL)
			fn(p, arg);
		PMAP_UNLOCK(pmap);
		if (p != NULL)
			return (true);
	} while (model_fault(va, type));
	return (false);
}
