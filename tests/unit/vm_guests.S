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

	.macro	start_cpu_1 start
	cld
	movl	$HERE(\start, 2f), %esi
	movl	$0x8000, %edi
	movl	$(3f - 2f), %ecx
	rep movsb
	movl	$0x01000000, LAPIC + 0x310
	movl	$0x00004500, LAPIC + 0x300	/* INIT */
	movl	$0x01000000, LAPIC + 0x310
	movl	$0x00004608, LAPIC + 0x300	/* start at page 8 */
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
	movl	$0x1ff, LAPIC + 0xf0
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

	.section .note.GNU-stack, "", @progbits
