/* SPDX-License-Identifier: BSD-2-Clause */
/* report.c: the records of a run: its start, its scenarios, its end. */

#include <sys/param.h>
#include <sys/systm.h>
#include <kern/boot.h>
#include <kern/clock.h>
#include <kern/record.h>
#include <test/report.h>
#include "abi.h"
#include "report_abi.h"

/* Tells the host whether somebody emulates ring 0 (shared/report_abi.h). */
static uint64_t
loop_ticks(void)
{
	uint64_t least = UINT64_MAX, start, ticks;
	uint32_t n;

	for (int i = 0; i < 3; i++) {
		n = HF_SPEED_INSTRUCTIONS / 2;
		start = hf_tsc();
		__asm__ __volatile__("1: decl %0; jnz 1b" : "+r"(n) : : "cc");
		ticks = hf_tsc() - start;
		least = MIN(least, ticks);
	}
	return (least);
}

void
hf_report_hello(u_int cpus)
{
	uint64_t ticks = loop_ticks();
	struct record *r = hf_record_begin("hello");

	hf_record_u64(r, "abi", HF_ABI_VERSION);
	hf_record_u64(r, "cpus", cpus);
	hf_record_u64(r, "mem", ptoa(realmem));
	hf_record_u64(r, "boot_tsc", hf_record_tsc());
	hf_record_u64(r, "loop_tsc", ticks);
	hf_record_end(r);
}

void
hf_report_begin(const struct hf_scenario *sc)
{
	struct record *r = hf_record_begin("begin");

	hf_record_text(r, "id", sc->id);
	hf_record_u64(r, "tsc", hf_record_tsc());
	hf_record_end(r);
}

void
hf_report_end(const struct hf_scenario *sc, const struct hf_result *result)
{
	static const char *const names[] = { "pass", "fail", "skip" };
	struct record *r;

	if (result->outcome == HF_OUTCOME_SKIP) {
		r = hf_record_begin("skip");
		hf_record_text(r, "reason", result->why);
		hf_record_end(r);
	}
	r = hf_record_begin("end");
	hf_record_text(r, "id", sc->id);
	hf_record_text(r, "verdict", names[result->outcome]);
	hf_record_u64(r, "passed", result->passed);
	hf_record_u64(r, "failed", result->failed);
	hf_record_u64(r, "tsc", hf_record_tsc());
	hf_record_end(r);
}

void
hf_report_done(u_int ran)
{
	struct record *r = hf_record_begin("done");

	hf_record_u64(r, "ran", ran);
	hf_record_end(r);
}
