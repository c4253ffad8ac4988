/* SPDX-License-Identifier: BSD-2-Clause */
/* switch.S: from one thread's stack to another's; setjmp. */

	.text
/* void hf_switch(struct pcb *from, struct pcb *to) */
	.globl	hf_switch
	.type	hf_switch, @function
hf_switch:
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, (%rdi)
	movq	(%rsi), %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	ret
	.size	hf_switch, . - hf_switch

/* First return of hf_switch() in a new thread. */
	.globl	hf_thread_entry
	.type	hf_thread_entry, @function
hf_thread_entry:
	xorl	%ebp, %ebp
	call	hf_thread_start
	ud2
	.size	hf_thread_entry, . - hf_thread_entry

/* int hf_setjmp(struct hf_jmpbuf *) */
	.globl	hf_setjmp
	.type	hf_setjmp, @function
hf_setjmp:
	movq	(%rsp), %rax
	movq	%rbx, 0(%rdi)
	movq	%rbp, 8(%rdi)
	movq	%r12, 16(%rdi)
	movq	%r13, 24(%rdi)
	movq	%r14, 32(%rdi)
	movq	%r15, 40(%rdi)
	leaq	8(%rsp), %rdx
	movq	%rdx, 48(%rdi)
	movq	%rax, 56(%rdi)
	xorl	%eax, %eax
	ret
	.size	hf_setjmp, . - hf_setjmp

/* void hf_longjmp(struct hf_jmpbuf *, int) */
	.globl	hf_longjmp
	.type	hf_longjmp, @function
hf_longjmp:
	movl	%esi, %eax
	movq	0(%rdi), %rbx
	movq	8(%rdi), %rbp
	movq	16(%rdi), %r12
	movq	24(%rdi), %r13
	movq	32(%rdi), %r14
	movq	40(%rdi), %r15
	movq	48(%rdi), %rsp
	jmp	*56(%rdi)
	.size	hf_longjmp, . - hf_longjmp

	.section .note.GNU-stack, "", @progbits
