/* SPDX-License-Identifier: BSD-2-Clause */
/* intr.h: device interrupts and deferred work. */

#ifndef HF_KERN_INTR_H
#define HF_KERN_INTR_H

#include <sys/types.h>
#include <sys/queue.h>

/*
 * Routes an IOAPIC pin (edge, active high) to the boot CPU and calls
 * handler(arg) in interrupt context: spin mutexes and wakeup() only.  0; EBUSY
 * when the pin is taken; EINVAL when there is no such pin.
 */
int hf_intr_register(int ioapic_pin, void (*handler)(void *), void *arg);

/* True in an interrupt handler. */
bool hf_in_interrupt(void);

/* By all CPUs since the start: devices', the timer's, other CPUs'. */
uint64_t hf_interrupts_taken(void);

/*
 * One thread that runs tasks in the order of queueing; created at the first
 * enqueue.  A task that is queued already is not queued again.
 */
struct hf_task {
	STAILQ_ENTRY(hf_task) tk_link;
	void (*tk_fn)(void *);
	void *tk_arg;
	int tk_queued;
};
void hf_task_init(struct hf_task *task, void (*fn)(void *), void *arg);
void hf_task_enqueue(struct hf_task *task); /* any context but NMI */
/* Waits until the task is neither queued nor running. */
void hf_task_drain(struct hf_task *task);
/* Starts the thread; needed before an enqueue from interrupt context. */
void hf_task_start(void);

#endif
