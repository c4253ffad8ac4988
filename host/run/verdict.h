/* SPDX-License-Identifier: BSD-2-Clause */
/* verdict.h: what one guest's records mean; the default verdict is failed. */

/*
 * One struct verdict a guest.  Records come in, results are filled:
 *
 *	             hello          begin id            end id
 *	[waiting] ----------> [idle] -------> [running] -------> [idle]
 *	                        | done        expect note value skip
 *	                        v
 *	                     [finished]         panic: from any state
 *
 * A record that the state does not allow is a violation.  From then on the
 * stream is not believed and nothing more is taken from it; the scenario at
 * fault is HF_VERDICT_DISBELIEVED.  Scenarios must begin in plan order.
 *
 * A violation or a death is the fault of the scenario that runs, or else of the
 * one that ended last in this guest.  So a result is settled only when the next
 * scenario begins, or when the guest has stopped in order.
 */
#ifndef HF_RUN_VERDICT_H
#define HF_RUN_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/result.h"
#include "run/record.h"

/* How the guest stopped, as seen from outside. */
enum guest_end {
	GUEST_END_DONE,	       /* it said so through the exit port */
	GUEST_END_PANIC,       /* exit port, after a panic */
	GUEST_END_NO_PLAN,     /* it refused the run plan */
	GUEST_END_BAD_BOOT,    /* it could not use what it was started with */
	GUEST_END_DIED,	       /* triple fault, unhandled exit, ... */
	GUEST_END_TIMEOUT,     /* we stopped it: out of time */
	GUEST_END_NO_PROGRESS, /* we stopped it: nothing could wake it */
	GUEST_END_DISBELIEVED, /* we stopped it: violation */
	GUEST_END_HOST,	       /* the host refused what it needed */
	GUEST_END_INTERRUPTED, /* we stopped it: a signal, detail names it */
	GUEST_END_UNKNOWN      /* a log that just ends */
};

enum verdict_event {
	VERDICT_NOTHING,
	VERDICT_HELLO,
	VERDICT_BEGAN, /* v->current */
	VERDICT_ENDED, /* v->last */
	VERDICT_DONE,
	VERDICT_PANICKED, /* v->panic */
	VERDICT_VIOLATED  /* v->violation */
};

#define PANIC_FRAMES_MAX 64

/* In the order of the record (report_abi.h). */
struct frame_report {
	bool known;
	bool trapped; /* trap and err are set; else panic(9) was called */
	uint64_t trap, err;
	uint64_t regs[HF_FRAME_REGS];
};

struct panic_report {
	char text[HF_RECORD_MAX];
	struct frame_report frame;
	uint64_t cpu, rip, rsp, rbp, cr2;
	unsigned int nframes;
	uint64_t frames[PANIC_FRAMES_MAX]; /* return addresses */
};

#define VERDICT_NO_SCENARIO SIZE_MAX

struct verdict {
	struct scenario_result **results; /* in plan order; not owned */
	size_t nresults;
	size_t next;	/* the one that must begin next */
	size_t current; /* running, or VERDICT_NO_SCENARIO */
	size_t last;	/* ended last, or VERDICT_NO_SCENARIO */
	bool hello, done, panicked, violated, skipping;
	uint64_t failures_seen; /* expect records with ok=0 of the current */
	uint64_t expects_seen;
	uint64_t began_ns;
	uint64_t began_tsc;
	/* from hello; loop_tsc 0: it does not tell */
	uint64_t boot_tsc, loop_tsc, cpus, memory_bytes;
	struct panic_report panic;
	char violation[160];
};

void verdict_init(
    struct verdict *v, struct scenario_result **results, size_t nresults);

/* Takes the next record, received at now_ns. */
enum verdict_event verdict_record(
    struct verdict *v, const struct record *rec, uint64_t now_ns);

/* The stream itself broke a rule (struct record_sink's violation). */
enum verdict_event verdict_violate(struct verdict *v, const char *why);

/*
 * The guest is over.  Settles the results of every scenario that began; detail
 * is a sentence about the end, may be NULL.  Returns the index of the first
 * scenario that has not begun (nresults if there is none): these are
 * untouched.  If that is 0, the guest did not get as far as any scenario.
 */
size_t verdict_finish(
    struct verdict *v, enum guest_end end, const char *detail, uint64_t now_ns);

/* The scenario at fault for what happens now, or VERDICT_NO_SCENARIO. */
size_t verdict_culprit(const struct verdict *v);

/*
 * The verdict and reason for the scenario that was next to begin when the guest
 * ended like this.
 */
void verdict_not_begun(struct scenario_result *r, const struct verdict *v,
    enum guest_end end, const char *detail);

#endif
