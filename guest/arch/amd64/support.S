/* SPDX-License-Identifier: BSD-2-Clause */
/* support.S: accesses to user memory that survive a fault. */

/*
 * Each function arms *onfault (rcx) with its recovery address for the time of
 * the access; the trap handler jumps there when the fault cannot be resolved.
 * 0, or 1 after such a fault.  Leaf functions: the stack is as at entry.
 */
	.text

	.macro	begin name
	.globl	\name
	.type	\name, @function
\name:
	movq	%rcx, %r8
	leaq	fault(%rip), %rax
	movq	%rax, (%r8)
	.endm

	.macro	end name
	movq	$0, (%r8)
	xorl	%eax, %eax
	ret
	.size	\name, . - \name
	.endm

/* int hf_copy_onfault(void *to, const void *from, size_t len, onfault) */
	begin	hf_copy_onfault
	movq	%rdx, %rcx
	shrq	$3, %rcx
	rep movsq
	movl	%edx, %ecx
	andl	$7, %ecx
	rep movsb
	end	hf_copy_onfault

/* int hf_fetch8_onfault(from, to, unused, onfault): one byte access */
	begin	hf_fetch8_onfault
	movb	(%rdi), %al
	movb	%al, (%rsi)
	end	hf_fetch8_onfault

/* int hf_fetch64_onfault(from, to, unused, onfault): one 8-byte access */
	begin	hf_fetch64_onfault
	movq	(%rdi), %rax
	movq	%rax, (%rsi)
	end	hf_fetch64_onfault

fault:
	movq	$0, (%r8)
	movl	$1, %eax
	ret

	.section .note.GNU-stack, "", @progbits
