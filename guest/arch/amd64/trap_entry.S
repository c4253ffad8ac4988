/* SPDX-License-Identifier: BSD-2-Clause */
/* trap_entry.S: from a gate of the IDT to hf_trap() and back. */

#include <machine/specialreg.h>

#define TF_SIZE	  (22 * 8)
#define TF_RBP	  (14 * 8)
#define TF_TRAPNO (15 * 8)
#define TF_CS	  (18 * 8)

	.text

/* Vectors for which the CPU pushes an error code (SDM volume 3A, 6.3.1). */
#define HAS_ERROR_CODE(v) \
	((v) == 8 || ((v) >= 10 && (v) <= 14) || (v) == 17 || (v) == 21 || \
	 (v) == 29 || (v) == 30)

	.macro	STUB v
	.balign	16
vector_\v:
	.if !HAS_ERROR_CODE(\v)
	pushq	$0
	.endif
	pushq	$\v
	.if (\v == 2) || (\v == 8)
	jmp	entry_paranoid
	.else
	jmp	entry_common
	.endif
	.endm

	.altmacro
	.set	i, 0
	.rept	256
	STUB	%i
	.set	i, i + 1
	.endr

	.macro	PUSH_REGS
	subq	$(15 * 8), %rsp
	movq	%rdi, 0(%rsp)
	movq	%rsi, 8(%rsp)
	movq	%rdx, 16(%rsp)
	movq	%rcx, 24(%rsp)
	movq	%r8, 32(%rsp)
	movq	%r9, 40(%rsp)
	movq	%rax, 48(%rsp)
	movq	%rbx, 56(%rsp)
	movq	%r10, 64(%rsp)
	movq	%r11, 72(%rsp)
	movq	%r12, 80(%rsp)
	movq	%r13, 88(%rsp)
	movq	%r14, 96(%rsp)
	movq	%r15, 104(%rsp)
	movq	%rbp, 112(%rsp)
	cld
	.endm

	.macro	POP_REGS
	movq	0(%rsp), %rdi
	movq	8(%rsp), %rsi
	movq	16(%rsp), %rdx
	movq	24(%rsp), %rcx
	movq	32(%rsp), %r8
	movq	40(%rsp), %r9
	movq	48(%rsp), %rax
	movq	56(%rsp), %rbx
	movq	64(%rsp), %r10
	movq	72(%rsp), %r11
	movq	80(%rsp), %r12
	movq	88(%rsp), %r13
	movq	96(%rsp), %r14
	movq	104(%rsp), %r15
	movq	112(%rsp), %rbp
	addq	$(17 * 8), %rsp
	.endm

	.type	entry_common, @function
entry_common:
	PUSH_REGS
	testb	$3, TF_CS(%rsp)
	jz	1f
	swapgs
1:	movq	%rsp, %rdi
	call	hf_trap
	testb	$3, TF_CS(%rsp)
	jz	2f
	swapgs
2:	POP_REGS
	iretq
	.size	entry_common, . - entry_common

/*
 * NMI and double fault may come between the CPU's entry from ring 3 and swapgs:
 * the sign of the %gs base tells whose it is.  They run on stacks of their own.
 */
	.type	entry_paranoid, @function
entry_paranoid:
	PUSH_REGS
	xorl	%ebx, %ebx
	movl	$MSR_GSBASE, %ecx
	rdmsr
	testl	%edx, %edx
	js	1f
	swapgs
	incl	%ebx
1:	movq	%rsp, %rdi
	call	hf_trap
	testl	%ebx, %ebx
	jz	2f
	swapgs
2:	POP_REGS
	iretq
	.size	entry_paranoid, . - entry_paranoid

/*
 * void panic(const char *fmt, ...): takes the caller's registers first, as if
 * the call were a trap, then hf_panic_frame() has a frame to tell about.
 */
	.globl	panic
	.type	panic, @function
panic:
	pushq	%rbp
	movq	%rsp, %rbp
	pushq	$GSEL_KDATA
	pushq	%rbp
	addq	$16, (%rsp)		/* as it will be after the return */
	pushfq
	pushq	$GSEL_KCODE
	pushq	8(%rbp)
	pushq	$0
	pushq	$TRAPNO_CALL
	PUSH_REGS
	movq	(%rbp), %rax
	movq	%rax, TF_RBP(%rsp)
	movq	%rsp, %rdi
	call	hf_panic_frame
	ud2
	.size	panic, . - panic

	.section .rodata
	.balign	8
	.globl	hf_vector_stubs
hf_vector_stubs:
	.macro	STUB_ADDR v
	.quad	vector_\v
	.endm
	.set	i, 0
	.rept	256
	STUB_ADDR %i
	.set	i, i + 1
	.endr

	.section .note.GNU-stack, "", @progbits
