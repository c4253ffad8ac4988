/* SPDX-License-Identifier: BSD-2-Clause */
/* support.S: accesses to user memory that survive a fault. */

/*
 * Each function arms *onfault (rcx) with its recovery address for the time of
 * the access; the trap handler jumps there when the fault cannot be resolved.
 * 0, or 1 after such a fault.  Leaf functions: the stack is as at entry.
 */
	.text

/* int hf_copy_onfault(void *to, const void *from, size_t len, onfault) */
	.globl	hf_copy_onfault
	.type	hf_copy_onfault, @function
hf_copy_onfault:
	movq	%rcx, %r8
	leaq	fault(%rip), %rax
	movq	%rax, (%r8)
	movq	%rdx, %rcx
	shrq	$3, %rcx
	rep movsq
	movl	%edx, %ecx
	andl	$7, %ecx
	rep movsb
	movq	$0, (%r8)
	xorl	%eax, %eax
	ret
	.size	hf_copy_onfault, . - hf_copy_onfault

/* int hf_fetch8_onfault(from, to, unused, onfault): one byte access */
	.globl	hf_fetch8_onfault
	.type	hf_fetch8_onfault, @function
hf_fetch8_onfault:
	movq	%rcx, %r8
	leaq	fault(%rip), %rax
	movq	%rax, (%r8)
	movb	(%rdi), %al
	movb	%al, (%rsi)
	movq	$0, (%r8)
	xorl	%eax, %eax
	ret
	.size	hf_fetch8_onfault, . - hf_fetch8_onfault

/* int hf_fetch64_onfault(from, to, unused, onfault): one 8-byte access */
	.globl	hf_fetch64_onfault
	.type	hf_fetch64_onfault, @function
hf_fetch64_onfault:
	movq	%rcx, %r8
	leaq	fault(%rip), %rax
	movq	%rax, (%r8)
	movq	(%rdi), %rax
	movq	%rax, (%rsi)
	movq	$0, (%r8)
	xorl	%eax, %eax
	ret
	.size	hf_fetch64_onfault, . - hf_fetch64_onfault

fault:
	movq	$0, (%r8)
	movl	$1, %eax
	ret

	.section .note.GNU-stack, "", @progbits
