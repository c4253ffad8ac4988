/* SPDX-License-Identifier: BSD-2-Clause */
/* panic.c: the end of the kernel, and catching it in tests. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <kern/clock.h>
#include <kern/panic.h>
#include "abi.h"

/* 1 + the first CPU that panics, 0 before.  Later panics are its consequence. */
static volatile int panicked;
static const char *first_text; /* what is to be told */

/* About a second: the other CPU's thread may wait for a CPU of the host. */
#define AWAIT_TSC 3000000000ull

/* See hf_panic_was_trap(). */
static bool caught_trap;

/* The outermost state that a throw goes back to. */
static void
catch_enter(struct hf_catch *c, bool panics)
{
	struct thread *td = curthread;

	c->hc_outer = td->td_catch;
	c->hc_nheld = td->td_nheld;
	c->hc_nodes = td->td_nodes;
	c->hc_critnest = td->td_critnest;
	c->hc_no_sleeping = td->td_no_sleeping;
	c->hc_pinned = td->td_pinned;
	c->hc_pflags = td->td_pflags;
	c->hc_panics = panics;
	c->hc_trap = false;
	td->td_catch = c;
}

/* Forgets what was held; leaves critical sections that are still open. */
static void
catch_restore(struct hf_catch *c)
{
	struct thread *td = curthread;

	td->td_catch = c->hc_outer;
	td->td_nheld = c->hc_nheld;
	td->td_nodes = c->hc_nodes;
	td->td_no_sleeping = c->hc_no_sleeping;
	td->td_pinned = c->hc_pinned;
	td->td_pflags = c->hc_pflags;
	td->td_pcb->pcb_onfault = NULL;
	hf_catch_machine_reset(c->hc_critnest);
}

bool
hf_catch_run(struct hf_catch *c, void (*fn)(void *), void *arg)
{
	if (hf_setjmp(&c->hc_jmp) != 0) {
		catch_restore(c);
		return (true);
	}
	catch_enter(c, false);
	fn(arg);
	curthread->td_catch = c->hc_outer;
	return (false);
}

void
hf_catch_throw(struct hf_catch *c, const char *text)
{
	strlcpy(c->hc_text, text, sizeof(c->hc_text));
	hf_longjmp(&c->hc_jmp, 1);
}

bool
hf_panic_was_trap(void)
{
	return (caught_trap);
}

const char *
hf_panics(void (*fn)(void *), void *arg)
{
	static char text[HF_PANIC_TEXT_MAX];
	struct hf_catch c;

	if (hf_setjmp(&c.hc_jmp) != 0) {
		catch_restore(&c);
		strlcpy(text, c.hc_text, sizeof(text));
		caught_trap = c.hc_trap;
		return (text);
	}
	catch_enter(&c, true);
	fn(arg);
	curthread->td_catch = c.hc_outer;
	return (NULL);
}

void
hf_panic_stop(void)
{
	int by = panicked;

	if (by == 0 || by == (int)curcpu + 1)
		return;
	(void)intr_disable();
	for (;;)
		halt();
}

void
hf_panic_await(const struct mtx *m)
{
	uint64_t until = hf_tsc() + AWAIT_TSC;
	uintptr_t owner;

	do {
		owner = m->mtx_lock & ~MTX_WAITERS;
		if (owner == 0 || owner == (uintptr_t)curthread)
			return;
		cpu_spinwait();
	} while (hf_tsc() < until);
}

/* A panic in the middle of our own: at least what the first one said. */
static void __dead2
panic_again(void)
{
	static bool again;

	if (!again && first_text != NULL) {
		again = true;
		hf_report_panic(
		    &(struct hf_death){ .text = first_text, .cpu = curcpu });
	}
	hf_machine_exit(HF_EXIT_PANIC);
}

void
hf_vpanic(struct trapframe *tf, const char *fmt, va_list ap)
{
	char text[HF_PANIC_TEXT_MAX];
	struct thread *td = curthread;

	vsnprintf(text, sizeof(text), fmt, ap);
	if (td->td_catch != NULL && td->td_catch->hc_panics &&
	    td->td_intr_nesting == 0 && panicked == 0)
		hf_catch_throw(td->td_catch, text);
	/* On this CPU from here on. */
	(void)intr_disable();
	if (!atomic_cmpset_int(
		(volatile u_int *)&panicked, 0, (u_int)curcpu + 1)) {
		hf_panic_stop();
		panic_again();
	}
	first_text = text;
	hf_panic_fatal(text, tf);
}

void
hf_panic_at(struct trapframe *tf, const char *fmt, ...)
{
	va_list ap;

	if (curthread->td_catch != NULL)
		curthread->td_catch->hc_trap = true;
	va_start(ap, fmt);
	hf_vpanic(tf, fmt, ap);
}
