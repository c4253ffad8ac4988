/* SPDX-License-Identifier: BSD-2-Clause */
/* taskqueue.c: one thread for work that interrupts leave behind. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <kern/intr.h>
#include <kern/thread.h>

/* All under task_mtx. */
static STAILQ_HEAD(, hf_task) tasks = STAILQ_HEAD_INITIALIZER(tasks);
static struct hf_task *running;
static struct thread *task_thread;
static struct mtx task_mtx = HF_MTX_INITIALIZER("taskqueue", HF_LOCK_SPIN);

static void
task_main(void *arg)
{
	struct hf_task *task;

	mtx_lock_spin(&task_mtx);
	for (;;) {
		while ((task = STAILQ_FIRST(&tasks)) == NULL)
			msleep_spin(&tasks, &task_mtx, "task", 0);
		STAILQ_REMOVE_HEAD(&tasks, tk_link);
		task->tk_queued = 0;
		running = task;
		mtx_unlock_spin(&task_mtx);
		task->tk_fn(task->tk_arg);
		mtx_lock_spin(&task_mtx);
		running = NULL;
		wakeup(&running);
	}
}

/* Never called by two threads at once: boot, or the first user of a device. */
void
hf_task_start(void)
{
	if (task_thread == NULL)
		task_thread = hf_thread_create(task_main, NULL, "tasks", -1);
}

void
hf_task_init(struct hf_task *task, void (*fn)(void *), void *arg)
{
	bzero(task, sizeof(*task));
	task->tk_fn = fn;
	task->tk_arg = arg;
}

void
hf_task_enqueue(struct hf_task *task)
{
	mtx_lock_spin(&task_mtx);
	if (task->tk_queued == 0) {
		task->tk_queued = 1;
		STAILQ_INSERT_TAIL(&tasks, task, tk_link);
		wakeup(&tasks);
	}
	mtx_unlock_spin(&task_mtx);
}

void
hf_task_drain(struct hf_task *task)
{
	mtx_lock_spin(&task_mtx);
	while (task->tk_queued != 0 || running == task)
		msleep_spin(&running, &task_mtx, "drain", 0);
	mtx_unlock_spin(&task_mtx);
}
