/* SPDX-License-Identifier: BSD-2-Clause */
/* fail_nth.h: a scenario in which one place of the kernel is made to fail. */

/*
 * The run plan's parameters: fail_nth=0 counts the places of a scenario that
 * may fail, fail_nth=N makes the N-th fail.  What the scenario expects of the
 * operation that failed does not count from then on: it must end, and leave
 * nothing, and no invariant may be broken.
 *
 * A scenario that ends early (hf_require) leaves what it had itself.
 * fail_leave=FILE:LINE tells that apart: nothing fails, but the scenario leaves
 * at that expectation, the first time after the N-th place.  What is left then
 * is the scenario's own.
 */
#ifndef HF_TEST_FAIL_NTH_H
#define HF_TEST_FAIL_NTH_H

#include <sys/types.h>

struct hf_scenario;

#ifdef INVARIANTS
/* Before the scenario's body; the process it ran in is gone. */
void hf_fail_nth_begin(const struct hf_scenario *sc);
void hf_fail_nth_end(void);
/* The body is over, by leaving or not: what it left is now judged. */
void hf_fail_nth_judge(bool left);
/* After the last check: the records that say what became of it. */
void hf_fail_nth_tell(void);

/* An expectation is looked at; does not return where the scenario is to leave. */
void hf_fail_nth_at(const char *file, int line);
/* Whether this one, which failed, does not count. */
bool hf_fail_nth_excuses(const char *file, int line);
/* The scenario is about to leave: its other threads must be through. */
void hf_fail_nth_leaving(void);
/* What the scenario still has locked is no more, or the checks would wait. */
void hf_fail_nth_unlock(void);
#else
#define hf_fail_nth_begin(sc)	  ((void)(sc))
#define hf_fail_nth_end()	  ((void)0)
#define hf_fail_nth_judge(left)	  ((void)(left))
#define hf_fail_nth_tell()	  ((void)0)
#define hf_fail_nth_at(f, l)	  ((void)(f), (void)(l))
#define hf_fail_nth_excuses(f, l) ((void)(f), (void)(l), false)
#define hf_fail_nth_leaving()	  ((void)0)
#define hf_fail_nth_unlock()	  ((void)0)
#endif

#endif
