/* SPDX-License-Identifier: BSD-2-Clause */
/* lab.c: an address space whose page tables a scenario fills itself. */

#include <vm/vm_extern.h>
#include "lab.h"
#ifndef HF_MODEL
#include <arch/amd64/cpu.h>
#endif

void
lab_open(struct lab *lab, int pages)
{
	vm_page_t m;
	int i;

	hf_require(pages <= LAB_PAGES_MAX);
	memset(lab, 0, sizeof(*lab));
	curproc->p_vmspace =
	    vmspace_alloc(VM_MIN_ADDRESS, VM_MAXUSER_ADDRESS, NULL);
	hf_require(curproc->p_vmspace != NULL);
	pmap_activate(curthread);
	lab->pmap = vmspace_pmap(curproc->p_vmspace);
	lab->object = vm_object_allocate_anon(LAB_PAGES_MAX, NULL, NULL, 0);
	VM_OBJECT_WLOCK(lab->object);
	for (i = 0; i < pages; i++) {
		m = vm_page_alloc(lab->object, i, VM_ALLOC_NORMAL);
		if (m == NULL)
			break;
		pmap_zero_page(m);
		*lab_words(m) = lab_pattern(i);
		vm_page_valid(m);
		lab->m[i] = m;
		lab->pages++;
	}
	VM_OBJECT_WUNLOCK(lab->object);
	hf_require_eq(lab->pages, pages);
}

void
lab_close(struct lab *lab)
{
	int i;

	pmap_remove(lab->pmap, VM_MIN_ADDRESS, VM_MAXUSER_ADDRESS);
	VM_OBJECT_WLOCK(lab->object);
	for (i = 0; i < lab->pages; i++) {
		pmap_remove_all(lab->m[i]);
		vm_page_free(lab->m[i]);
	}
	VM_OBJECT_WUNLOCK(lab->object);
	vm_object_deallocate(lab->object);
}

void
lab_enter(
    struct lab *lab, vm_offset_t va, vm_page_t m, vm_prot_t prot, u_int flags)
{
	hf_expect_eq(
	    pmap_enter(lab->pmap, va, m, prot, flags, 0), KERN_SUCCESS);
}

static struct pmap spare_pmaps[4];

pmap_t
lab_pmap(void)
{
	u_int i;

	for (i = 0; i < nitems(spare_pmaps); i++)
		if (spare_pmaps[i].pm_top == NULL)
			break;
	hf_require(i < nitems(spare_pmaps));
	memset(&spare_pmaps[i], 0, sizeof(spare_pmaps[i]));
	(void)pmap_pinit(&spare_pmaps[i]);
	return (&spare_pmaps[i]);
}

void
lab_pmap_free(pmap_t pmap)
{
	pmap_remove(pmap, VM_MIN_ADDRESS, VM_MAXUSER_ADDRESS);
	pmap_release(pmap);
}

#ifdef HF_MODEL
bool
lab_peek(vm_offset_t kva, uint64_t *v)
{
	return (hf_model_peek(kva, v));
}
#else
bool
lab_peek(vm_offset_t kva, uint64_t *v)
{
	int save, error;

	/* A fault on an address without an object would panic in vm_fault(). */
	save = vm_fault_disable_pagefaults();
	error = hf_fetch64_onfault(
	    (const void *)kva, v, 0, &curthread->td_pcb->pcb_onfault);
	vm_fault_enable_pagefaults(save);
	return (error == 0);
}
#endif
