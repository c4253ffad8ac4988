/* SPDX-License-Identifier: BSD-2-Clause */
/* machdep.c: console and exit ports. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <kern/boot.h>
#include <kern/console.h>
#include <kern/panic.h>
#include <machine/vmparam.h>
#include "abi.h"
#include "cpu.h"

#define COM1	 0x3f8
#define COM1_LSR (COM1 + 5)
#define LSR_THRE 0x20

uint32_t hf_cpuid_1[4];

static enum {
	CONSOLE_BLOCK, /* one exit a line: our own host */
	CONSOLE_BYTES, /* isa-debugcon: QEMU */
	CONSOLE_SERIAL /* neither: the first UART */
} console_kind;

/* Only the console's lock holder writes. */
static struct {
	uint32_t len;
	char text[HF_CONSOLE_BLOCK_MAX];
} console_block;

void
hf_console_init(void)
{
	if (inl(HF_PORT_CONSOLE_BLOCK) == HF_CONSOLE_BLOCK_MAGIC)
		console_kind = CONSOLE_BLOCK;
	else if (inb(HF_PORT_CONSOLE) == HF_PORT_CONSOLE)
		console_kind = CONSOLE_BYTES;
	else
		console_kind = CONSOLE_SERIAL;
}

static void
serial_write(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		/* Bounded: there may be no UART either. */
		for (int tries = 0; tries < 10000; tries++)
			if (inb(COM1_LSR) & LSR_THRE)
				break;
		outb(COM1, bytes[i]);
	}
}

void
hf_console_write(const char *bytes, size_t len)
{
	switch (console_kind) {
	case CONSOLE_BLOCK:
		console_block.len = MIN(len, sizeof(console_block.text));
		memcpy(console_block.text, bytes, console_block.len);
		outl(HF_PORT_CONSOLE_BLOCK,
		    (vm_offset_t)&console_block - KERNBASE);
		break;
	case CONSOLE_BYTES:
		outsb(HF_PORT_CONSOLE, bytes, len);
		break;
	case CONSOLE_SERIAL:
		serial_write(bytes, len);
		break;
	}
}

void
hf_machine_exit(int value)
{
	disable_intr();
	outl(HF_PORT_EXIT, value);
	/* No such port: stop here for good. */
	for (;;)
		halt();
}
