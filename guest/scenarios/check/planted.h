/* SPDX-License-Identifier: BSD-2-Clause */
/* planted.h: mistakes that a checker must find. */
#ifndef HF_SCENARIOS_CHECK_PLANTED_H
#define HF_SCENARIOS_CHECK_PLANTED_H

#include <test/scenario.h>

/*
 * With `change' made to `record', the checker says just that.  The record is as
 * before when this is over: nothing else looks at it meanwhile.
 */
#define hf_expect_planted(record, change, check, text)     \
	do {                                               \
		const __typeof__(record) kept_ = (record); \
		const char *why_;                          \
                                                           \
		change;                                    \
		why_ = (check);                            \
		(record) = kept_;                          \
		hf_expect_str(why_, (text));               \
	} while (0)

#endif
