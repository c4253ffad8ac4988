/* SPDX-License-Identifier: BSD-2-Clause */
/* empty.S: the least a PVH guest can do: a byte on the console, and out. */
#define PORT_CONSOLE 0xe9  /* abi.h: HF_PORT_CONSOLE */
#define PORT_EXIT    0x501 /* HF_PORT_EXIT */
#define EXIT_DONE    1

	.section .note.Xen, "a", @note
	.balign	4
	.long	4			/* name size */
	.long	8			/* descriptor size */
	.long	18			/* XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz	"Xen"
	.quad	start

	.text
	.code32
	.globl	start
start:
	movb	$10, %al
	outb	%al, $PORT_CONSOLE
	movl	$EXIT_DONE, %eax
	movl	$PORT_EXIT, %edx
	outl	%eax, %dx
	hlt

	.section .note.GNU-stack, "", @progbits
