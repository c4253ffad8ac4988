/* SPDX-License-Identifier: BSD-2-Clause */
/* trap_fatal.c: an exception that the kernel does not survive, by its cause. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <kern/panic.h>
#include <machine/specialreg.h>
#include <machine/vmparam.h>
#include "cpu.h"

static const char *const exception_names[32] = { "divide error",
	"debug exception", "NMI", "breakpoint", "overflow",
	"bound range exceeded", "invalid opcode", "device not available",
	"double fault", "coprocessor overrun", "invalid TSS",
	"segment not present", "stack fault", "general protection fault",
	"page fault", "reserved exception", "x87 error", "alignment check",
	"machine check", "SIMD error", "virtualization exception",
	"control protection exception" };

/* Whether va is where this thread's stack would grow to next. */
static bool
in_stack_guard(const struct thread *td, vm_offset_t va)
{
	return (va < td->td_kstack && td->td_kstack - va <= PAGE_SIZE);
}

/* A fetch of an instruction: the error code says so only where NX is on. */
static const char *
fetch_cause(vm_offset_t va, uint64_t err)
{
	if (va == 0)
		return ("jump to 0");
	if (va < PAGE_SIZE)
		return ("jump through a null pointer");
	if ((err & PGEX_P) != 0)
		return ("jump to non-executable memory");
	return ("jump to unmapped memory");
}

/* What a page fault that nobody can resolve comes from. */
static const char *
page_fault_cause(const struct thread *td, const struct trapframe *tf)
{
	vm_offset_t va = td->td_fault_addr;
	uint64_t err = tf->tf_err;

	if ((err & PGEX_RSV) != 0)
		return ("reserved bit set in a page table");
	if ((err & PGEX_I) != 0 || va == tf->tf_rip)
		return (fetch_cause(va, err));
	if (in_stack_guard(td, va))
		return ("access below the stack");
	if (va < PAGE_SIZE)
		return ("null pointer");
	if ((err & PGEX_P) == 0)
		return ("access to unmapped memory");
	return ((err & PGEX_W) != 0 ? "write to read-only memory"
				    : "access to protected memory");
}

/*
 * The CPU could not push the frame of an exception: nearly always the stack is
 * full, and CR2 is the address below it (SDM volume 3A, 6.15, vector 8).
 */
static void __dead2
double_fault_fatal(struct trapframe *tf)
{
	struct thread *td = curthread;
	vm_offset_t va = rcr2();

	if (in_stack_guard(td, va) || in_stack_guard(td, tf->tf_rsp))
		hf_panic_at(tf,
		    "stack overflow: thread %s has used its %u bytes at "
		    "0x%lx, rsp 0x%lx, rip 0x%lx",
		    td->td_name, (u_int)ptoa(td->td_kstack_pages),
		    td->td_kstack, tf->tf_rsp, tf->tf_rip);
	hf_panic_at(tf, "double fault, rip 0x%lx, rsp 0x%lx, cr2 0x%lx",
	    tf->tf_rip, tf->tf_rsp, va);
}

void
hf_trap_fatal(struct trapframe *tf, const char *why)
{
	struct thread *td = curthread;
	const char *name = NULL;

	if (tf->tf_trapno < nitems(exception_names))
		name = exception_names[tf->tf_trapno];
	if (tf->tf_trapno == VEC_DF)
		double_fault_fatal(tf);
	if ((tf->tf_rflags & PSL_I) != 0)
		enable_intr();
	if (tf->tf_trapno == VEC_PF)
		hf_panic_at(tf,
		    "%s: %s %s of address 0x%lx, rip 0x%lx, error 0x%lx (%s)",
		    page_fault_cause(td, tf),
		    TRAPF_USERMODE(tf) ? "user" : "kernel",
		    (tf->tf_err & PGEX_W) != 0	     ? "write"
			: (tf->tf_err & PGEX_I) != 0 ? "fetch"
						     : "read",
		    td->td_fault_addr, tf->tf_rip, tf->tf_err, why);
	hf_panic_at(tf, "%s: %s, rip 0x%lx, error 0x%lx", why,
	    name != NULL ? name : "unknown vector", tf->tf_rip, tf->tf_err);
}
