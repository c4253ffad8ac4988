/* SPDX-License-Identifier: BSD-2-Clause */
/* explore_priv.h: the explorer, as the model's scheduler calls it. */

#ifndef HF_MODEL_EXPLORE_PRIV_H
#define HF_MODEL_EXPLORE_PRIV_H

#include <sys/types.h>
#include <kern/explore.h>
#include "explore.h"

struct thread;

/* All of these while exploring (hf_exploring); (h): the host's lock is held. */

/* A new thread, which does not run yet. */
void hf_explore_add(struct thread *td);
/* Its first call: returns when it may run. */
void hf_explore_enter(struct thread *td);
/* (h) Its last: others run when the lock is free. */
void hf_explore_leave(struct thread *td);

/* (h) curthread sleeps until it is woken or this time comes, 0: never. */
void hf_explore_sleep(uint64_t deadline_ns);
/* (h) td may run again. */
void hf_explore_wake(struct thread *td);
/* Others before curthread. */
void hf_explore_yield(void);

uint64_t hf_explore_now_ns(void);

/* explore_report.c: every thread of the table, what it waits for and has. */
void hf_explore_report(struct thread *const *threads, int n, const char *why);

/*
 * sched_model.c: curthread is inside a sleep queue, where nobody may come
 * between.
 */
bool hf_sleepq_is_locked(void);

#endif
