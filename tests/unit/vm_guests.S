/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_guests.S: tiny 32-bit guests for check_vm*.c, each loaded at 2 MiB. */

#define HERE(start, label) ((label) - (start) + 0x200000)
#define LAPIC	0xfee00000
#define IOAPIC	0xfec00000

	.macro	guest name
	.globl	\name, \name\()_end
\name:
	.endm

	.section .rodata
	.code32

/* Prints "hello\n", the module and the command line; exits with 7. */
	guest	guest_hello
	cld
	movl	$HERE(guest_hello, 1f), %esi
	movl	$6, %ecx
	movl	$0xe9, %edx
	rep outsb
	movl	16(%ebx), %edi		/* module list */
	movl	(%edi), %esi
	movl	8(%edi), %ecx
	rep outsb
	movl	24(%ebx), %esi		/* command line */
	movl	$3, %ecx
	rep outsb
	movl	$0x501, %edx
	movl	$7, %eax
	outl	%eax, %dx
	jmp	.
1:	.ascii	"hello\n"
guest_hello_end:

/* The IDT is empty: the first exception is a triple fault. */
	guest	guest_triple
	ud2
guest_triple_end:

/* For ever. */
	guest	guest_spin
	movl	$0x1234, %eax
1:	jmp	1b
guest_spin_end:

/* For ever, with an exit at every turn. */
	guest	guest_ports
1:	outb	%al, $0x80
	jmp	1b
guest_ports_end:

/* Asleep with interrupts off. */
	guest	guest_halt
	cli
1:	hlt
	jmp	1b
guest_halt_end:

/* Runs on into a device window, where there are no instructions. */
	guest	guest_jump_out
	movl	$0xd0000000, %eax
	jmp	*%eax
guest_jump_out_end:

/* Reads a window (4 and 2 bytes), writes the sum back, exits with it. */
	guest	guest_mmio
	movl	0xd0000010, %eax
	movzwl	0xd0000014, %ecx
	addl	%ecx, %eax
	movl	%eax, 0xd0000018
	movl	$0x501, %edx
	outl	%eax, %dx
	jmp	.
guest_mmio_end:

/* Rings 0xd0000050 with 0, 0, 1, 0, then exits. */
	guest	guest_doorbell
	xorl	%eax, %eax
	movl	%eax, 0xd0000050
	movl	%eax, 0xd0000050
	movl	$1, 0xd0000050
	movl	%eax, 0xd0000050
	movl	$0x501, %edx
	outl	%eax, %dx
	jmp	.
guest_doorbell_end:

/* The same by a port. */
	guest	guest_port_doorbell
	movl	$0x520, %edx
	xorl	%eax, %eax
	outl	%eax, %dx
	outl	%eax, %dx
	movl	$1, %eax
	outl	%eax, %dx
	xorl	%eax, %eax
	outl	%eax, %dx
	movl	$0x501, %edx
	outl	%eax, %dx
	jmp	.
guest_port_doorbell_end:

/* IOAPIC pin 5 to vector 0x40; says so at port 0x80; waits for its IRR bit. */
	guest	guest_irq
	movl	$0x1ff, LAPIC + 0xf0	/* software enable */
	movl	$0x1b, IOAPIC
	movl	$0, IOAPIC + 0x10	/* to APIC 0 */
	movl	$0x1a, IOAPIC
	movl	$0x40, IOAPIC + 0x10	/* edge, high, fixed */
	outb	%al, $0x80
1:	testl	$1, LAPIC + 0x220
	jz	1b
	movl	$0x501, %edx
	movl	$9, %eax
	outl	%eax, %dx
	jmp	.
guest_irq_end:

/* From \from to \to is what CPU 1 runs, at 0x8000 in real mode. */
	.macro	call_cpu_1 start, from, to
	movl	$0x1ff, LAPIC + 0xf0
	cld
	movl	$HERE(\start, \from), %esi
	movl	$0x8000, %edi
	movl	$(\to - \from), %ecx
	rep movsb
	movl	$0x01000000, LAPIC + 0x310
	movl	$0x00004500, LAPIC + 0x300	/* INIT */
	movl	$0x01000000, LAPIC + 0x310
	movl	$0x00004608, LAPIC + 0x300	/* start at page 8 */
	.endm

	.macro	start_cpu_1 start
	call_cpu_1 \start, 2f, 3f
1:	jmp	1b
	.code16
2:	movw	$0xe9, %dx
	movb	$'A', %al
	outb	%al, %dx
	movw	$0x501, %dx
	movl	$5, %eax
	outl	%eax, %dx
	jmp	.
3:
	.code32
	.endm

/* Starts CPU 1 at 0x8000 in real mode; that one says "A" and exits with 5. */
	guest	guest_smp
	start_cpu_1 guest_smp
guest_smp_end:

/*
 * The same, asking the host for it first, twice; its own local APIC is on by then
 * and changes no more.
 */
	guest	guest_smp_lazy
	movl	$0x1ff, LAPIC + 0xf0
	movl	$0x50c, %edx
	outl	%eax, %dx
	outl	%eax, %dx
	start_cpu_1 guest_smp_lazy
guest_smp_lazy_end:

/* Two CPUs that count, at 0x9000 and 0x9004. */
	guest	guest_two
	call_cpu_1 guest_two, 2f, 3f
	.globl	guest_two_loop
guest_two_loop:
	incl	0x9000
	jmp	guest_two_loop
	.code16
2:	incl	0x9004
	jmp	2b
3:
	.code32
guest_two_end:

/* One instruction of each kind; check_vm_control.c knows their addresses. */
	guest	guest_steps
	movl	$3, %ecx
1:	incl	%eax
	loop	1b
	outb	%al, $0x80
	movl	%eax, 0xd0000018
	movl	0xd0000010, %eax
	nop
	nop
	jmp	.
guest_steps_end:

/* Traces one instruction of its own; exits with 6 if that was seen, else 1. */
	guest	guest_traced
	lgdt	HERE(guest_traced, 2f)
	lidt	HERE(guest_traced, 3f)
	movl	$0x10, %eax
	movw	%ax, %ss
	movl	$0x9000, %esp
	movl	$1, %ebx
	pushfl
	orl	$0x100, (%esp)
	popfl
	nop
	jmp	4f
1:	movl	$6, %ebx
4:	movl	$0x501, %edx
	movl	%ebx, %eax
	outl	%eax, %dx
	jmp	.
2:	.word	23
	.long	HERE(guest_traced, 5f)
3:	.word	15
	.long	HERE(guest_traced, 6f)
	.balign	8
5:	.quad	0, 0x00cf9b000000ffff, 0x00cf93000000ffff
6:	.quad	0
	.word	1b - guest_traced, 8, 0x8e00, 0x20
guest_traced_end:

	.section .note.GNU-stack, "", @progbits
