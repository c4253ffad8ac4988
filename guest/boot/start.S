/* SPDX-License-Identifier: BSD-2-Clause */
/* start.S: PVH entry. */
	.globl	hf_entry
hf_entry:
	hlt
	jmp	hf_entry
	.section .note.GNU-stack,"",@progbits
