/* SPDX-License-Identifier: BSD-2-Clause */
/* trap.c: exceptions and interrupts, and the rules for page faults. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/signal.h>
#include <sys/smp.h>
#include <kern/intr.h>
#include <kern/panic.h>
#include <machine/specialreg.h>
#include <machine/vmparam.h>
#include <vm/vm.h>
#include <vm/vm_extern.h>
#include <vm/vm_kern.h>
#include <vm/vm_map.h>
#include "cpu.h"

struct hf_trap_floor *hf_trap_floor;

/* The access that the error code of a page fault describes. */
static vm_prot_t
fault_type(uint64_t err)
{
	if ((err & PGEX_W) != 0)
		return (VM_PROT_WRITE);
	return ((err & PGEX_I) != 0 ? VM_PROT_EXECUTE : VM_PROT_READ);
}

/* Why a fault from ring 0 may not be resolved; NULL when it may. */
static const char *
kernel_fault_barred(
    struct thread *td, const struct trapframe *tf, vm_offset_t va)
{
	if (td->td_intr_nesting != 0)
		return ("fault in an interrupt handler");
	if (td->td_critnest != 0 || (tf->tf_rflags & PSL_I) == 0)
		return ("fault in a critical section");
	if (va < VM_MAXUSER_ADDRESS && td->td_pcb->pcb_onfault == NULL)
		return ("fault on user memory without a recovery address");
	if (hf_locks_nonsleepable() != 0)
		return ("fault with a non-sleepable lock held");
	if (va >= VM_MAXUSER_ADDRESS &&
	    (va < VM_MIN_KERNEL_ADDRESS || va >= VM_MAX_KERNEL_ADDRESS))
		return ("fault on an unmapped kernel address");
	return (NULL);
}

/*
 * Resolves the fault or not; then *signo and *code say why.  Called with
 * interrupts off, resolves with them on.
 */
static bool
fault_resolve(struct trapframe *tf, vm_offset_t va, int *signo, int *code)
{
	struct thread *td = curthread;
	struct vmspace *vm = td->td_proc->p_vmspace;
	const void *onfault;
	vm_map_t map;
	int rv;

	*signo = SIGSEGV;
	*code = SEGV_MAPERR;
	if (va < VM_MAXUSER_ADDRESS)
		map = vm != NULL ? &vm->vm_map : NULL;
	else
		map = TRAPF_USERMODE(tf) ? NULL : kernel_map;
	if (map == NULL)
		return (false);
	onfault = td->td_pcb->pcb_onfault;
	td->td_pcb->pcb_onfault = NULL;
	enable_intr();
	rv = vm_fault_trap(
	    map, va, fault_type(tf->tf_err), VM_FAULT_NORMAL, signo, code);
	disable_intr();
	td->td_pcb->pcb_onfault = onfault;
	return (rv == KERN_SUCCESS);
}

/* vm_fault.md section 2. */
static void
trap_pfault(struct trapframe *tf)
{
	vm_offset_t va = rcr2();
	struct thread *td = curthread;
	const char *why;
	int signo, code;

	if (__predict_false(hf_trap_floor != NULL) &&
	    hf_trap_floor->va == trunc_page(va)) {
		*hf_trap_floor->slot = hf_trap_floor->pte;
		hf_trap_floor->hits++;
		return;
	}
	if ((tf->tf_err & PGEX_RSV) != 0) {
		td->td_fault_addr = va;
		hf_trap_fatal(tf, "fault on a bad page table entry");
	}
	if (!TRAPF_USERMODE(tf)) {
		if ((td->td_pflags & TDP_NOFAULTING) != 0 &&
		    td->td_pcb->pcb_onfault != NULL) {
			if (hf_fault_is_spurious(va))
				return;
			signo = SIGSEGV;
			code = SEGV_ACCERR;
			goto failed;
		}
		why = kernel_fault_barred(td, tf, va);
		if (why != NULL) {
			td->td_fault_addr = va;
			hf_trap_fatal(tf, why);
		}
	}
	if (fault_resolve(tf, va, &signo, &code))
		return;
failed:
	td->td_fault_addr = va;
	td->td_fault_signo = signo;
	td->td_fault_code = code;
	if (TRAPF_USERMODE(tf))
		hf_trap_fatal(tf, "fault in user mode");
	if (td->td_pcb->pcb_onfault == NULL)
		hf_trap_fatal(tf, "fault that cannot be resolved");
	tf->tf_rip = (uint64_t)td->td_pcb->pcb_onfault;
}

static void
trap_exception(struct trapframe *tf)
{
	switch (tf->tf_trapno) {
	case VEC_PF:
		trap_pfault(tf);
		return;
	case VEC_NMI:
		hf_trap_fatal(tf, "unexpected NMI");
	default:
		hf_trap_fatal(tf, "trap");
	}
}

uint64_t
hf_interrupts_taken(void)
{
	uint64_t n = 0;
	int cpu;

	CPU_FOREACH (cpu)
		n += __atomic_load_n(
		    &hf_pcpu[cpu].pc_interrupts, __ATOMIC_RELAXED);
	return (n);
}

static void
trap_interrupt(struct trapframe *tf)
{
	u_int vector = tf->tf_trapno;
	struct thread *td = curthread;

	td->td_intr_nesting++;
	td->td_critnest++;
	PCPU_SET(interrupts, PCPU_GET(interrupts) + 1);
	if (vector >= VEC_PIN0 && vector < VEC_PIN0 + HF_IOAPIC_PINS)
		hf_ioapic_interrupt(vector - VEC_PIN0);
	else if (vector >= VEC_IPI0 && vector < VEC_IPI0 + HF_IPI_COUNT)
		hf_ipi_interrupt(vector - VEC_IPI0);
	else if (vector == VEC_TIMER)
		hf_timer_interrupt();
	if (vector != VEC_SPURIOUS)
		hf_apic_eoi();
	td->td_critnest--;
	td->td_intr_nesting--;
	if (td->td_owepreempt != 0 && td->td_critnest == 0)
		hf_sched_intr_exit();
}

void
hf_trap(struct trapframe *tf)
{
	if (tf->tf_trapno < 32)
		trap_exception(tf);
	else
		trap_interrupt(tf);
}
