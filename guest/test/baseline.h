/* SPDX-License-Identifier: BSD-2-Clause */
/* baseline.h: counters and invariants checked around every scenario. */

#ifndef HF_TEST_BASELINE_H
#define HF_TEST_BASELINE_H

#include <sys/types.h>

/* A counter that must have the same value after a scenario as before. */
void hf_baseline_register(const char *name, u_long (*read)(void));

/*
 * Work to do before counters are read: drop caches, drain queues.  Called in
 * order of registration before "before" and before "after".
 */
void hf_settle_register(const char *name, void (*settle)(void));

/*
 * A checker of the VM's data; NULL when all holds, else what is wrong (static
 * text).  Called at quiescence after each scenario.
 */
void hf_invariant_register(const char *name, const char *(*check)(void));

/*
 * mark() is called when counters are taken; tell() when one differs
 * afterwards: it notes who owns what was not there at the mark.
 */
void hf_baseline_set_teller(void (*mark)(void), void (*tell)(void));

/*
 * For use inside scenarios as well: "take" stores all counters, "check" records
 * a failed expectation for each that differs, and for each broken invariant.
 * A check that finds nothing wrong does not count as a met expectation.
 */
void hf_baseline_take(void);
bool hf_baseline_check(void);

#endif
