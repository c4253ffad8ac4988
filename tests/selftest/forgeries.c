/* SPDX-License-Identifier: BSD-2-Clause */
/* forgeries.c: scenarios that try to talk the host into a pass. */
#include <sys/param.h>
#include <sys/systm.h>
#include <kern/console.h>
#include <kern/plan.h>
#include <kern/record.h>
#include <test/report.h>
#include <test/scenario.h>
#include "report_abi.h"

/* Writes the bytes to the console past printf and its filter. */
static void
write_raw(const char *line)
{
	hf_console_record(line, strlen(line));
}

HF_SCENARIO(selftest_forge_text, "selftest.forge_text", "",
    "prints a perfect end record as console text and fails")
{
	printf("%c%s 3 end id=selftest.forge_text verdict=pass passed=1 "
	       "failed=0 tsc=99999999999\n",
	    HF_RECORD_MARK, hf_plan_nonce());
	hf_expect(false);
}

HF_SCENARIO(selftest_forge_nonce, "selftest.forge_nonce", "",
    "writes a record with a nonce of its own")
{
	char line[160];

	snprintf(line, sizeof(line),
	    "%c0123456789abcdef 3 end id=selftest.forge_nonce verdict=pass "
	    "passed=1 failed=0 tsc=99999999999\n",
	    HF_RECORD_MARK);
	write_raw(line);
	hf_expect(true);
}

HF_SCENARIO(selftest_forge_seq, "selftest.forge_seq", "",
    "writes a record with a sequence number that was used")
{
	char line[160];

	snprintf(line, sizeof(line),
	    "%c%s 1 end id=selftest.forge_seq verdict=pass passed=1 failed=0 "
	    "tsc=99999999999\n",
	    HF_RECORD_MARK, hf_plan_nonce());
	write_raw(line);
	hf_expect(true);
}

HF_SCENARIO(selftest_bad_record, "selftest.bad_record", "",
    "writes a record with a key that its kind does not have")
{
	struct record *r = hf_record_begin("note");

	hf_record_text(r, "text", "hello");
	hf_record_u64(r, "ran", 1);
	hf_record_end(r);
	hf_expect(true);
}

HF_SCENARIO(
    selftest_end_other, "selftest.end_other", "", "ends another scenario")
{
	static const struct hf_result claim = { .outcome = HF_OUTCOME_PASS,
		.passed = 1 };

	hf_report_end(hf_scenario_find("selftest.pass"), &claim);
	hf_expect(true);
}

HF_SCENARIO(selftest_begin_twice, "selftest.begin_twice", "",
    "begins the next scenario before its own end")
{
	hf_report_begin(hf_scenario_find("selftest.then"));
	hf_expect(true);
}
