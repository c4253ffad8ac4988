/* SPDX-License-Identifier: BSD-2-Clause */
/* runtime.c: late waits and waiting threads. */
#include "run/runtime.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/schedstat.h"

#define TASKS "/proc/self/task"

void
runtime_init(struct runtime *rt, uint64_t now_ns)
{
	rt->lost_ns = rt->lost_at_look_ns = rt->counted_ns = 0;
	rt->looked_ns = now_ns;
	rt->host_cpus = 0;
	rt->nthreads = 0;
}

void
runtime_waited(struct runtime *rt, uint64_t asked_ns, uint64_t before_ns,
    uint64_t after_ns)
{
	if (after_ns - before_ns > asked_ns)
		rt->lost_ns += after_ns - before_ns - asked_ns;
}

uint64_t
runtime_counted(
    uint64_t span_ns, const struct runtime_use *use, unsigned int host_cpus)
{
	unsigned int room = use->wanted < host_cpus ? use->wanted : host_cpus;
	uint64_t worst, got;

	if (use->wanted == 0 || room == 0)
		return (span_ns);
	worst =
	    use->most_waited_ns < span_ns ? span_ns - use->most_waited_ns : 0;
	got = use->ran_ns / room;
	if (got > span_ns)
		got = span_ns;
	return (worst > got ? worst : got);
}

static bool
read_thread(const char *tid, uint64_t *ran_ns, uint64_t *waited_ns)
{
	char path[64];
	bool said;
	int fd;

	snprintf(path, sizeof(path), TASKS "/%.20s/schedstat", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return (false);
	said = schedstat_read(fd, ran_ns, waited_ns);
	close(fd);
	return (said);
}

/* The record of a thread; NULL: too many. */
static struct runtime_thread *
find_thread(struct runtime *rt, pid_t tid)
{
	struct runtime_thread *t;

	for (unsigned int i = 0; i < rt->nthreads; i++)
		if (rt->threads[i].tid == tid)
			return (&rt->threads[i]);
	if (rt->nthreads == RUNTIME_THREADS_MAX)
		return (NULL);
	t = &rt->threads[rt->nthreads++];
	*t = (struct runtime_thread){ .tid = tid };
	return (t);
}

/* A thread wants a CPU if it is not idle but for a twentieth of the time. */
static void
add_thread(struct runtime *rt, const char *name, uint64_t span_ns,
    struct runtime_use *use)
{
	uint64_t ran_ns, waited_ns, ran, waited;
	struct runtime_thread *t;

	if (!read_thread(name, &ran_ns, &waited_ns))
		return;
	t = find_thread(rt, (pid_t)atoi(name));
	if (t == NULL)
		return;
	ran = ran_ns - t->ran_ns;
	waited = waited_ns - t->waited_ns;
	t->ran_ns = ran_ns;
	t->waited_ns = waited_ns;
	if (ran + waited < span_ns / 20)
		return;
	use->wanted++;
	use->ran_ns += ran;
	if (waited > use->most_waited_ns)
		use->most_waited_ns = waited;
}

static unsigned int
host_cpus(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		return (1);
	return ((unsigned int)CPU_COUNT(&set));
}

void
runtime_account(struct runtime *rt, uint64_t span_ns, uint64_t stopped_ns,
    const struct runtime_use *use)
{
	uint64_t counted, back = 0;

	if (rt->host_cpus == 0)
		rt->host_cpus = host_cpus();
	counted = runtime_counted(span_ns, use, rt->host_cpus);
	rt->lost_ns += span_ns - counted;
	if (use->most_waited_ns > span_ns + stopped_ns)
		back = use->most_waited_ns - span_ns - stopped_ns;
	if (back > rt->counted_ns)
		back = rt->counted_ns;
	rt->lost_ns += back;
	rt->counted_ns += counted - back;
}

void
runtime_look(struct runtime *rt, uint64_t now_ns)
{
	uint64_t stopped_ns = rt->lost_ns - rt->lost_at_look_ns, span_ns;
	struct runtime_use use = { 0 };
	struct dirent *d;
	DIR *dir;

	span_ns = now_ns - rt->looked_ns;
	span_ns = span_ns > stopped_ns ? span_ns - stopped_ns : 0;
	rt->looked_ns = now_ns;
	dir = opendir(TASKS);
	if (dir != NULL) {
		while ((d = readdir(dir)) != NULL)
			if (d->d_name[0] != '.' && atoi(d->d_name) != gettid())
				add_thread(rt, d->d_name, span_ns, &use);
		closedir(dir);
		runtime_account(rt, span_ns, stopped_ns, &use);
	}
	rt->lost_at_look_ns = rt->lost_ns;
}
