/* SPDX-License-Identifier: BSD-2-Clause */
/* panic.h: the end of the kernel, and catching it in tests. */

#ifndef HF_KERN_PANIC_H
#define HF_KERN_PANIC_H

#include <sys/types.h>
#include <sys/cdefs.h>
#include <sys/lock.h>
#include <sys/systm.h>
#include <machine/setjmp.h>

#define HF_PANIC_TEXT_MAX 256

/* What td_catch points at while panics (or a scenario's end) are caught. */
struct hf_catch {
	struct hf_jmpbuf hc_jmp;
	struct hf_catch *hc_outer;
	int hc_nheld; /* locks held on entry */
	struct hf_nodes_held hc_nodes;
	u_int hc_critnest;
	int hc_no_sleeping;
	int hc_pinned;
	u_int hc_pflags;
	bool hc_panics; /* panics are caught, not only hf_catch_throw() */
	bool hc_trap;	/* a trap ended it, no call of panic(9) */
	char hc_text[HF_PANIC_TEXT_MAX];
};

/*
 * Runs fn(arg).  Returns NULL when it returns, or the message of the panic that
 * ended it (static buffer, valid until the next call).  Locks that fn held at
 * that moment are forgotten, not released: use it for assertions at the entry
 * of functions.
 */
const char *hf_panics(void (*fn)(void *), void *arg);
/* What hf_panics() caught last was a trap that nobody expected, not panic(9). */
bool hf_panic_was_trap(void);

/*
 * Runs fn(arg); true when hf_catch_throw() ended it.  Panics are not caught.
 */
bool hf_catch_run(struct hf_catch *c, void (*fn)(void *), void *arg);
void hf_catch_throw(struct hf_catch *c, const char *text) __dead2;

/*
 * For whoever is about to speak: returns unless another CPU panics; then this
 * one stops here for good, and keeps what it holds.
 */
void hf_panic_stop(void);

/*
 * On the CPU that panics: until a spin mutex is free, or our own, or its owner
 * has had time enough.  Who takes it afterwards meets hf_panic_stop().
 */
struct mtx;
void hf_panic_await(const struct mtx *m);

/* What a panic leaves behind, as report_abi.h has it. */
struct hf_death {
	const char *text;
	int cpu;
	int trap;	      /* vector, -1: panic(9) was called */
	uint64_t err;	      /* the trap's error code */
	const uint64_t *regs; /* at that moment, in the order of the record */
	int nregs;	      /* 0: not known */
	uint64_t rip, rsp, rbp, cr2;
	const uint64_t *bt; /* return addresses, innermost first */
	int nbt;
};

/*
 * Writes the frame and panic records (kern/record.c).  Any context; takes no
 * lock that a panicking CPU could hold.  The second call does nothing.
 */
void hf_report_panic(const struct hf_death *d);

/* panic(9) where the registers of the culprit are known; NULL: they are not. */
struct trapframe;
void hf_panic_at(struct trapframe *tf, const char *fmt, ...) __dead2
    __printflike(2, 3);
void hf_vpanic(struct trapframe *tf, const char *fmt, va_list ap) __dead2
    __printflike(2, 0);

/*
 * Machine: writes the panic record, then ends the machine, and the other CPUs
 * with it.  Nothing is sent to them: one that is only starting could not take
 * an NMI, and would lose the record in a triple fault.
 */
void hf_panic_fatal(const char *text, struct trapframe *tf) __dead2;
/* Machine: closes critical sections opened since critnest was as given. */
void hf_catch_machine_reset(u_int critnest);
/* Machine: ends the machine with an enum hf_exit_value. */
void hf_machine_exit(int value) __dead2;

#endif
