/* SPDX-License-Identifier: BSD-2-Clause */
/* job.c: one call on the map by a second thread, which may have to wait. */

#include <sys/param.h>
#include <sys/systm.h>
#include <kern/thread.h>
#include <test/job.h>

int
hf_job_fault(const struct hf_job *j)
{
	return (vm_fault(j->map, j->start, j->prot, VM_FAULT_NORMAL, NULL));
}

int
hf_job_wire(const struct hf_job *j)
{
	return (vm_map_wire(j->map, j->start, j->end, j->flags));
}

int
hf_job_unwire(const struct hf_job *j)
{
	return (vm_map_unwire(j->map, j->start, j->end, j->flags));
}

int
hf_job_remove(const struct hf_job *j)
{
	return (vm_map_remove(j->map, j->start, j->end));
}

int
hf_job_protect(const struct hf_job *j)
{
	return (vm_map_protect(
	    j->map, j->start, j->end, j->prot, 0, VM_MAP_PROTECT_SET_PROT));
}

static void
job_main(void *arg)
{
	struct hf_job *j = arg;

	j->rv = j->call(j);
	j->done = 1;
}

void
hf_job_start(struct hf_job *j)
{
	j->map = hf_space_map();
	j->done = 0;
	j->rv = -1;
	j->td = hf_space_thread(job_main, j);
}

void
hf_job_start_asleep(struct hf_job *j, const char *wmesg)
{
	hf_job_start(j);
	hf_await_sleep(j->td, wmesg);
}

void
hf_job_start_held(struct hf_job *j, struct hf_script *s)
{
	s->hold = true;
	hf_job_start(j);
	hf_await(&s->waiting, 1);
}

int
hf_job_join(struct hf_job *j)
{
	hf_thread_join(j->td);
	return (j->rv);
}
