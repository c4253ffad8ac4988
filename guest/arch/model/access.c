/* SPDX-License-Identifier: BSD-2-Clause */
/* access.c: an access by the CPU, with the fault handler. */

#include <sys/signal.h>
#include <sys/proc.h>
#include <kern/explore.h>
#include <vm/vm_map.h>
#include <vm/vm_kern.h>
#include <vm/vm_extern.h>
#include <arch/amd64/pmap_priv.h>
#include "mmu.h"

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
	if ((td->td_pflags & TDP_NOFAULTING) != 0) {
		if (hf_fault_is_spurious(va))
			return (true);
		code = SEGV_ACCERR;
	} else if (map != NULL &&
	    vm_fault_trap(map, va, type, VM_FAULT_NORMAL, &signo, &code) ==
		KERN_SUCCESS)
		return (true);
	td->td_fault_addr = va;
	td->td_fault_signo = signo;
	td->td_fault_code = code;
	return (false);
}

/* One attempt; false for a page fault. */
static bool
try_access(vm_offset_t va, vm_prot_t type, void (*fn)(void *byte, void *arg),
    void *arg)
{
	struct hf_tlb *t = hf_mmu_lock(curcpu);
	void *p;

	p = hf_mmu_translate(t, va, type);
	if (p != NULL)
		fn(p, arg);
	hf_mmu_unlock(t);
	return (p != NULL);
}

bool
hf_model_with_byte(vm_offset_t va, vm_prot_t type,
    void (*fn)(void *byte, void *arg), void *arg)
{
	/* Memory is how threads meet. */
	if (curthread->td_critnest == 0)
		HF_EXPLORE_POINT();
	while (!try_access(va, type, fn, arg))
		if (!model_fault(va, type))
			return (false);
	return (true);
}

vm_offset_t
hf_kva_reach(vm_offset_t kva)
{
	struct hf_tlb *t = hf_mmu_lock(curcpu);
	void *p;

	p = hf_mmu_translate(t, kva, VM_PROT_READ);
	hf_mmu_unlock(t);
	return ((vm_offset_t)p);
}

static void
nothing(void *byte, void *arg)
{
}

bool
hf_model_fetch(vm_offset_t va)
{
	return (hf_model_with_byte(va, VM_PROT_EXECUTE, nothing, NULL));
}

static void
peek_word(void *byte, void *arg)
{
	*(uint64_t *)arg = *(volatile uint64_t *)byte;
}

bool
hf_model_peek(vm_offset_t kva, uint64_t *v)
{
	return (try_access(kva, VM_PROT_READ, peek_word, v));
}
