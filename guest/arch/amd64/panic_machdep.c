/* SPDX-License-Identifier: BSD-2-Clause */
/* panic_machdep.c: what a panic tells of the CPU, and the end. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <kern/fail_nth.h>
#include <kern/panic.h>
#include <machine/specialreg.h>
#include <machine/vmparam.h>
#include "abi.h"
#include "cpu.h"

#define PANIC_BT_MAX 24

extern const char hf_text_start[], etext[];

/* On the thread's stack, or on one that this CPU has for double fault and NMI. */
static bool
on_stack(uint64_t va, size_t bytes)
{
	struct thread *td = curthread;
	uint64_t low = td->td_kstack;
	uint64_t high = low + ptoa(td->td_kstack_pages);
	struct amd64_cpu *md = PCPU_GET(md);

	if (va % 8 != 0)
		return (false);
	if (va >= low && va <= high - bytes)
		return (true);
	return (
	    va >= (uint64_t)md->df_stack && va <= (uint64_t)(md + 1) - bytes);
}

static bool
is_code(uint64_t va)
{
	return (va >= (uint64_t)hf_text_start && va < (uint64_t)etext);
}

/* Return addresses from a frame on, as long as it stays on a known stack. */
static int
follow(uint64_t rbp, uint64_t *bt, int n, int max)
{
	while (n < max && on_stack(rbp, 16)) {
		const uint64_t *frame = (const uint64_t *)rbp;

		if (frame[1] == 0)
			break;
		bt[n++] = frame[1];
		if (frame[0] <= rbp)
			break;
		rbp = frame[0];
	}
	return (n);
}

int
hf_backtrace(uint64_t *bt, int max)
{
	/* Without the caller itself. */
	const uint64_t *frame = __builtin_frame_address(0);

	return (follow(frame[0], bt, 0, max));
}

/*
 * From a trap.  Where rip is no code, somebody has called it: the return
 * address is on top.
 */
static int
backtrace(const struct trapframe *tf, uint64_t bt[PANIC_BT_MAX])
{
	int n = 0;

	bt[n++] = tf->tf_rip;
	if (!is_code(tf->tf_rip) && on_stack(tf->tf_rsp, 8) &&
	    is_code(*(const uint64_t *)tf->tf_rsp))
		bt[n++] = *(const uint64_t *)tf->tf_rsp;
	return (follow(tf->tf_rbp, bt, n, PANIC_BT_MAX));
}

/* The call's registers, where a variadic function would have saved them. */
_Static_assert(offsetof(struct trapframe, tf_rdi) == 0 &&
	offsetof(struct trapframe, tf_rsi) == 8 &&
	offsetof(struct trapframe, tf_rdx) == 16 &&
	offsetof(struct trapframe, tf_rcx) == 24 &&
	offsetof(struct trapframe, tf_r8) == 32 &&
	offsetof(struct trapframe, tf_r9) == 40,
    "System V ABI for AMD64, 3.5.7: the register save area");

void
hf_panic_frame(struct trapframe *tf)
{
	va_list ap;

	/* The same section: va_start() behind the first argument. */
	ap[0].gp_offset = 8;
	ap[0].fp_offset = 48;
	ap[0].overflow_arg_area = (void *)tf->tf_rsp;
	ap[0].reg_save_area = tf;
	hf_vpanic(tf, (const char *)tf->tf_rdi, ap);
}

void
hf_panic_fatal(const char *text, struct trapframe *tf)
{
	const uint64_t regs[] = { tf->tf_rax, tf->tf_rbx, tf->tf_rcx,
		tf->tf_rdx, tf->tf_rsi, tf->tf_rdi, tf->tf_rbp, tf->tf_rsp,
		tf->tf_r8, tf->tf_r9, tf->tf_r10, tf->tf_r11, tf->tf_r12,
		tf->tf_r13, tf->tf_r14, tf->tf_r15, tf->tf_rip, tf->tf_rflags,
		tf->tf_cs, tf->tf_ss };
	uint64_t bt[PANIC_BT_MAX];
	struct hf_death d = { .text = text,
		.cpu = curcpu,
		.trap = tf->tf_trapno == TRAPNO_CALL ? -1 : (int)tf->tf_trapno,
		.err = tf->tf_err,
		.regs = regs,
		.nregs = nitems(regs),
		.rip = tf->tf_rip,
		.rsp = tf->tf_rsp,
		.rbp = tf->tf_rbp,
		.cr2 = rcr2(),
		.bt = bt,
		.nbt = backtrace(tf, bt) };

	hf_report_panic(&d);
	hf_machine_exit(HF_EXIT_PANIC);
}
