/* SPDX-License-Identifier: BSD-2-Clause */
/* start.S: from the PVH entry to C in long mode, and the same for the APs. */

/*
 * On entry (PVH): 32-bit protected mode, paging off, ebx = hvm_start_info, flat
 * CS and DS/ES.  Every other register may hold anything (BT-03).
 */
#include <arch/amd64/boot_asm.h>

#define PHYS(sym) ((sym) - KERNBASE)

/*
 * From 32 bits to long mode on the first page tables; a far jump must follow.
 * Changes eax, ecx and edx.
 */
	.macro	enable_long_mode
	movl	$CR4_BOOT, %eax
	movl	%eax, %cr4
	movl	$PHYS(boot_pml4), %eax
	movl	%eax, %cr3
	movl	$MSR_EFER, %ecx
	movl	$EFER_BOOT, %eax
	xorl	%edx, %edx
	wrmsr
	movl	$CR0_BOOT, %eax
	movl	%eax, %cr0
	.endm

	.macro	load_data_segments
	movl	$GSEL_KDATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	.endm

	.section .note.Xen, "a", @note
	.balign	4
	.long	4			/* name size */
	.long	8			/* descriptor size: see link.ld */
	.long	18			/* XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz	"Xen"
	.quad	PHYS(hf_entry)

	.section .text.start, "ax", @progbits
	.code32
	.globl	hf_entry
	.type	hf_entry, @function
hf_entry:
	cli
	cld
	movl	%ebx, %ebp
	rdtsc
	movl	%eax, %esi
	movl	%edx, %edi
	lgdt	PHYS(boot_gdtr32)
	enable_long_mode
	ljmp	$GSEL_KCODE, $PHYS(1f)
	.code64
1:	movq	$2f, %rax
	jmp	*%rax
2:	load_data_segments
	xorl	%eax, %eax
	movl	%eax, %fs
	movl	%eax, %gs
	lldt	%ax
	movq	$boot_stack_top, %rsp
	pushq	$0			/* end of the frame pointer chain */
	pushq	$0
	movl	%esi, %esi
	shlq	$32, %rdi
	orq	%rdi, %rsi		/* TSC at entry */
	movl	%ebp, %edi		/* start_info */
	movq	%rsp, %rbp
	pushq	$2
	popfq
	call	hf_init
	ud2
	.size	hf_entry, . - hf_entry

/*
 * Among the code, which is being read anyway: the accessed bits are set
 * already, so that the CPU does not write here.
 */
	.balign	8
boot_gdt:
	.quad	0
	.quad	0x00af9b000000ffff	/* GSEL_KCODE: 64-bit code */
	.quad	0x00cf93000000ffff	/* GSEL_KDATA */
	.quad	0x00cf9b000000ffff	/* GSEL_CODE32, for the trampoline */
boot_gdt_end:
	.word	0
boot_gdtr32:
	.word	boot_gdt_end - boot_gdt - 1
	.long	PHYS(boot_gdt)

/*
 * The AP trampoline, copied to AP_TRAMPOLINE; entered in real mode with CS:IP =
 * AP_TRAMPOLINE >> 4 : 0.
 */
#define TRAMP(sym) ((sym) - hf_ap_trampoline + AP_TRAMPOLINE)
	.code16
	.balign	16
	.globl	hf_ap_trampoline, hf_ap_trampoline_end
hf_ap_trampoline:
	cli
	cld
	xorw	%ax, %ax
	movw	%ax, %ds
	lgdtl	TRAMP(tramp_gdtr)
	movl	$(CR0_PE | CR0_ET), %eax
	movl	%eax, %cr0
	ljmpl	$GSEL_CODE32, $TRAMP(1f)
	.code32
1:	load_data_segments
	enable_long_mode
	ljmp	$GSEL_KCODE, $TRAMP(2f)
	.code64
2:	movq	$ap_high, %rax
	jmp	*%rax
	.balign	4
tramp_gdtr:
	.word	boot_gdt_end - boot_gdt - 1
	.long	PHYS(boot_gdt)
hf_ap_trampoline_end:

/*
 * In the high half: the kernel's tables, since stacks are in the kernel map;
 * then the next number, which gives the stack (smp.c).
 */
ap_high:
	movq	hf_ap_cr3(%rip), %rax
	movq	%rax, %cr3
	movl	$1, %eax
	lock xaddl %eax, hf_ap_next(%rip)
	cmpl	hf_ap_count(%rip), %eax
	jae	3f
	movl	%eax, %edi
	movq	hf_ap_stacks(,%rax,8), %rsp
	xorl	%ebp, %ebp
	pushq	$0
	pushq	$0
	call	hf_ap_init
3:	cli
	hlt
	jmp	3b

/*
 * The first page tables, ready in the file: the first 4 GiB at 0 and in the
 * direct map, the first 1 GiB at KERNBASE.  pmap_bootstrap() leaves them; APs
 * start on them.  2 MiB pages, everything allowed.  One page-directory-pointer
 * table is enough, since these places use different entries of it.
 */
	.section .data.boot_tables, "aw", @progbits
	.balign	4096
	.globl	boot_pml4
boot_pml4:
	.quad	PHYS(boot_pdpt) + 3
	.fill	DMAP_PML4_SLOT - 1, 8, 0
	.quad	PHYS(boot_pdpt) + 3
	.fill	511 - DMAP_PML4_SLOT - 1, 8, 0
	.quad	PHYS(boot_pdpt) + 3
boot_pdpt:
	.quad	PHYS(boot_pd) + 0x0003
	.quad	PHYS(boot_pd) + 0x1003
	.quad	PHYS(boot_pd) + 0x2003
	.quad	PHYS(boot_pd) + 0x3003
	.fill	506, 8, 0
	.quad	PHYS(boot_pd) + 3
	.quad	0
boot_pd:
	.set	boot_pa, 0
	.rept	2048
	.quad	boot_pa + 0x83
	.set	boot_pa, boot_pa + 0x200000
	.endr

/* The boot thread's stack, above its guard page (init.c unmaps it). */
	.section .bss.kstack, "aw", @nobits
	.balign	4096
	.globl	boot_stack_guard, boot_stack, boot_stack_top
boot_stack_guard:
	.skip	4096
boot_stack:
	.skip	KSTACK_PAGES * 4096
boot_stack_top:

	.section .note.GNU-stack, "", @progbits
