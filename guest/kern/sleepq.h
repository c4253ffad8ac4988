/* SPDX-License-Identifier: BSD-2-Clause */
/* sleepq.h: queues of threads that sleep on an address. */

/*
 * The locks and sleep(9) are written over these calls; the model replaces them
 * by POSIX threads.  A chain lock is a spin lock: nothing between sleepq_lock()
 * and the call that releases it may block.
 */
#ifndef HF_KERN_SLEEPQ_H
#define HF_KERN_SLEEPQ_H

#include <sys/types.h>

void hf_sleepq_lock(const void *chan);
void hf_sleepq_unlock(const void *chan);

/*
 * Sleeps on chan; the chain is locked on entry and unlocked on return.
 * timo_ticks 0: for ever.  0, or EWOULDBLOCK after the timeout.
 */
int hf_sleepq_wait(const void *chan, const char *wmesg, int timo_ticks);

/*
 * Wakes up to "count" (-1: all) sleepers in the order of their coming; chain
 * locked before and after.  Returns how many are still asleep on chan.
 */
int hf_sleepq_wake(const void *chan, int count);

/* Sleepers on chan; chain locked. */
int hf_sleepq_count(const void *chan);

#endif
