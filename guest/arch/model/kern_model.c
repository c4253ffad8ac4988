/* SPDX-License-Identifier: BSD-2-Clause */
/* kern_model.c: memory, time, console and the end, over the host. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/proc.h>
#include <kern/clock.h>
#include <kern/console.h>
#include <kern/fail_nth.h>
#include <kern/failpoint.h>
#include <kern/intr.h>
#include <kern/kalloc.h>
#include <kern/panic.h>
#include <vm/uma.h>
#include "report_abi.h"
#include "host.h"
#include "model_time.h"
#include "abi.h"

/* Host memory, so that a sanitizer sees each object. */
static volatile u_long bytes_in_use;

void *
hf_kalloc(size_t bytes, int flags)
{
	void *p;

	KASSERT(bytes <= HF_KALLOC_MAX, ("hf_kalloc: %zu bytes", bytes));
	if ((flags & M_WAITOK) != 0) {
		hf_assert_may_sleep("hf_kalloc");
		(void)HF_FAIL_NTH(HF_FAIL_WAIT);
	} else if (HF_FAILPOINT("kalloc") || HF_FAIL_NTH(HF_FAIL_ALLOC))
		return (NULL);
	p = hf_host_alloc(bytes);
	if (p == NULL)
		panic("hf_kalloc: the host has no memory");
	atomic_add_long(&bytes_in_use, hf_host_alloc_bytes(p));
	memset(p, (flags & M_ZERO) != 0 ? 0 : 0xa5, bytes);
	return (p);
}

void
hf_kfree(void *p)
{
	if (p == NULL)
		return;
	atomic_subtract_long(&bytes_in_use, hf_host_alloc_bytes(p));
	hf_host_free(p);
}

void
hf_kalloc_init(void)
{
}

u_long
hf_kalloc_in_use(void)
{
	return (hf_uma_bytes() + atomic_load_long(&bytes_in_use));
}

/* One tick of the counter is a nanosecond. */
uint64_t
hf_tsc(void)
{
	return (hf_model_now_ns());
}

uint64_t
hf_ns_from_tsc(uint64_t ticks)
{
	return (ticks);
}

uint64_t
hf_tsc_from_ns(uint64_t ns)
{
	return (ns);
}

static uint64_t boot_ns;

uint64_t
hf_boot_tsc(void)
{
	if (boot_ns == 0)
		boot_ns = hf_model_now_ns();
	return (boot_ns);
}

uint64_t
hf_uptime_ns(void)
{
	return (hf_model_now_ns() - hf_boot_tsc());
}

uint64_t
hf_interrupts_taken(void)
{
	return (0);
}

bool
hf_in_interrupt(void)
{
	return (false);
}

/* The verdict tells what counts; with HF_MODEL_VERBOSE all is shown. */
void
hf_console_write(const char *bytes, size_t len)
{
	static int verbose = -1;

	if (verbose < 0)
		verbose = hf_host_getenv("HF_MODEL_VERBOSE") != NULL;
	if (verbose)
		hf_host_write(bytes, len);
}

void
hf_longjmp(struct hf_jmpbuf *jb, int val)
{
	hf_host_longjmp(jb->jb_reg, val);
}

void
panic(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	hf_vpanic(NULL, fmt, ap);
}

void
hf_panic_fatal(const char *text, struct trapframe *tf)
{
	hf_host_write("panic: ", 7);
	hf_host_write(text, strlen(text));
	hf_host_write("\n", 1);
	hf_host_abort();
}

void
hf_machine_exit(int value)
{
	if (value == HF_EXIT_DONE)
		hf_host_exit(0);
	hf_host_abort();
}

uint32_t
hf_host_count(uint16_t port)
{
	return (HF_COUNT_NONE);
}
