/* SPDX-License-Identifier: BSD-2-Clause */
/* machdep.c: console and exit ports, and the end of a panic. */

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

static bool
frame_readable(uint64_t rbp)
{
	struct thread *td = curthread;
	uint64_t low = td->td_kstack;
	uint64_t high = low + ptoa(td->td_kstack_pages);
	struct amd64_cpu *md = PCPU_GET(md);

	if (rbp % 8 != 0)
		return (false);
	if (rbp >= low && rbp <= high - 16)
		return (true);
	return (
	    rbp >= (uint64_t)md->df_stack && rbp <= (uint64_t)(md + 1) - 16);
}

/* Follows saved frame pointers as long as they stay on a known stack. */
void
hf_backtrace_from(uint64_t rbp, uint64_t rip, uint64_t *bt, int *n, int max)
{
	*n = 0;
	if (rip != 0)
		bt[(*n)++] = rip;
	while (*n < max && frame_readable(rbp)) {
		const uint64_t *frame = (const uint64_t *)rbp;

		if (frame[1] == 0)
			break;
		bt[(*n)++] = frame[1];
		if (frame[0] <= rbp)
			break;
		rbp = frame[0];
	}
}

#define PANIC_BT_MAX 24

void
hf_panic_fatal(const char *text)
{
	uint64_t bt[PANIC_BT_MAX], rip, rsp, rbp;
	struct trapframe *tf;
	int n;

	tf = curthread->td_md.md_frame;
	if (tf != NULL) {
		rip = tf->tf_rip;
		rsp = tf->tf_rsp;
		rbp = tf->tf_rbp;
		hf_backtrace_from(rbp, rip, bt, &n, PANIC_BT_MAX);
	} else {
		rbp = (uint64_t)__builtin_frame_address(0);
		rsp = rbp;
		rip = (uint64_t)__builtin_return_address(0);
		hf_backtrace_from(rbp, 0, bt, &n, PANIC_BT_MAX);
	}
	hf_report_panic(text, curcpu, rip, rsp, rbp, rcr2(), bt, n);
	hf_machine_exit(HF_EXIT_PANIC);
}
