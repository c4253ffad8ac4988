/* SPDX-License-Identifier: BSD-2-Clause */
/* runtime.h: the time in which a guest could run, which limits count. */

/*
 * Monotonic time, less what the guest was kept from.  The whole process may
 * have been stopped (SIGSTOP, a debugger, a frozen container): a wait that came
 * back late shows it.  Or its threads had work and waited for a CPU: their
 * schedstat shows it (Documentation/scheduler/sched-stats.rst).  A guest that
 * waits for its disk or halts could run: such time counts.
 *
 * Of a stretch of time only a share counts: what the threads that wanted a CPU
 * got, of what they could have had.  If there are more vCPUs than CPUs of the
 * host, their competition is the guest's own affair.  Where the kernel does not
 * keep schedstat, only late waits are seen.
 */
#ifndef HF_RUN_RUNTIME_H
#define HF_RUN_RUNTIME_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define RUNTIME_THREADS_MAX 128

/* What the threads other than the caller did since the last look. */
struct runtime_use {
	uint64_t ran_ns;	 /* all of them */
	uint64_t most_waited_ns; /* the worst of them */
	unsigned int wanted;	 /* how many wanted a CPU at all */
};

struct runtime_thread {
	pid_t tid;
	uint64_t ran_ns, waited_ns;
};

struct runtime {
	uint64_t lost_ns;    /* so far */
	uint64_t counted_ns; /* of what looks have seen */
	uint64_t looked_ns, lost_at_look_ns;
	unsigned int host_cpus;
	unsigned int nthreads;
	struct runtime_thread threads[RUNTIME_THREADS_MAX];
};

/* At now_ns, monotonic; the threads need not be there yet. */
void runtime_init(struct runtime *, uint64_t now_ns);

/* A wait of at most asked_ns has taken from before_ns to after_ns. */
void runtime_waited(
    struct runtime *, uint64_t asked_ns, uint64_t before_ns, uint64_t after_ns);

/* Looks at the threads; to be called a few times a second. */
void runtime_look(struct runtime *, uint64_t now_ns);

/*
 * Adds to lost_ns what does not count of span_ns, in which threads did that,
 * beside stopped_ns, which is lost already.  A wait is told when it is over,
 * and may be longer than both: then what had counted before is taken back.
 */
void runtime_account(struct runtime *, uint64_t span_ns, uint64_t stopped_ns,
    const struct runtime_use *use);

/* How much of span_ns, in which threads did that, counts. */
uint64_t runtime_counted(
    uint64_t span_ns, const struct runtime_use *use, unsigned int host_cpus);

#endif
