/* SPDX-License-Identifier: BSD-2-Clause */
/* sleepq.c: queues of threads that sleep on an address. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <kern/sched.h>
#include <kern/sleepq.h>

#define CHAINS 64 /* a power of two */

TAILQ_HEAD(chain, thread);
static struct chain chains[CHAINS];

/* Made ready at its first use: nothing to do at boot. */
static struct chain *
chain_of(const void *chan)
{
	uintptr_t key = (uintptr_t)chan;
	struct chain *c = &chains[((key >> 4) ^ (key >> 12)) % CHAINS];

	if (c->tqh_last == NULL)
		TAILQ_INIT(c);
	return (c);
}

void
hf_sleepq_lock(const void *chan)
{
	hf_sched_lock();
}

void
hf_sleepq_unlock(const void *chan)
{
	hf_sched_unlock();
}

int
hf_sleepq_wait(const void *chan, const char *wmesg, int timo_ticks)
{
	struct thread *td = curthread;
	int result;

	td->td_wchan = chan;
	td->td_wmesg = wmesg;
	td->td_sleep_result = 0;
	TAILQ_INSERT_TAIL(chain_of(chan), td, td_sleepq);
	if (timo_ticks > 0)
		hf_timeout_start(td, timo_ticks);
	td->td_state = TDS_SLEEPING;
	hf_sched_switch();
	result = td->td_sleep_result;
	hf_sched_unlock();
	return (result);
}

void
hf_sleepq_remove(struct thread *td, int result)
{
	TAILQ_REMOVE(chain_of(td->td_wchan), td, td_sleepq);
	hf_timeout_cancel(td);
	td->td_wchan = NULL;
	td->td_sleep_result = result;
	hf_sched_add(td);
}

int
hf_sleepq_wake(const void *chan, int count)
{
	struct thread *td, *next;
	int left = 0;

	TAILQ_FOREACH_SAFE (td, chain_of(chan), td_sleepq, next) {
		if (td->td_wchan != chan)
			continue;
		if (count == 0) {
			left++;
			continue;
		}
		if (count > 0)
			count--;
		hf_sleepq_remove(td, 0);
	}
	return (left);
}

int
hf_sleepq_count(const void *chan)
{
	struct thread *td;
	int n = 0;

	TAILQ_FOREACH (td, chain_of(chan), td_sleepq)
		if (td->td_wchan == chan)
			n++;
	return (n);
}
