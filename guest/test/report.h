/* SPDX-License-Identifier: BSD-2-Clause */
/* report.h: the record stream of shared/report_abi.h, guest side. */

#ifndef HF_TEST_REPORT_H
#define HF_TEST_REPORT_H

#include <sys/types.h>
#include "scenario_abi.h"

enum hf_outcome { HF_OUTCOME_PASS, HF_OUTCOME_FAIL, HF_OUTCOME_SKIP };

struct hf_result {
	enum hf_outcome outcome;
	u_int passed;
	u_int failed;
	char why[160]; /* of a skip, or text of the first failure */
};

void hf_report_hello(u_int cpus);
void hf_report_begin(const struct hf_scenario *sc);
void hf_report_end(const struct hf_scenario *sc, const struct hf_result *r);
void hf_report_done(u_int ran);
/* runner.c: all scenarios of this image. */
const struct hf_scenario *hf_scenario_find(const char *id);
const struct hf_scenario *hf_scenario_at(u_int i); /* NULL after the last */

/*
 * Runs one scenario with its records, baseline and invariants, in curthread,
 * which belongs to proc0.
 */
void hf_scenario_run(const struct hf_scenario *sc, struct hf_result *r);

/* Carries out the plan; the machine's exit value (enum hf_exit_value). */
int hf_plan_execute(void);

#endif
