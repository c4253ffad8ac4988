/* SPDX-License-Identifier: BSD-2-Clause */
/* host.c: the model's ground in terms of POSIX. */
#include <errno.h>
#include <execinfo.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#include "host.h"

/* machine/setjmp.h gives it this much room. */
_Static_assert(sizeof(jmp_buf) <= 512, "HF_MODEL_JMPBUF_BYTES");

static pthread_mutex_t big_lock = PTHREAD_MUTEX_INITIALIZER;

static void
must(int error, const char *what)
{
	if (error == 0)
		return;
	fprintf(stderr, "model: %s: error %d\n", what, error);
	abort();
}

static void *
must_have(void *p, const char *what)
{
	must(p == NULL ? ENOMEM : 0, what);
	return (p);
}

void
hf_host_lock(void)
{
	must(pthread_mutex_lock(&big_lock), "lock");
}

void
hf_host_unlock(void)
{
	must(pthread_mutex_unlock(&big_lock), "unlock");
}

void *
hf_host_cond_new(void)
{
	pthread_cond_t *cond = must_have(malloc(sizeof(*cond)), "condition");
	pthread_condattr_t attr;

	must(pthread_condattr_init(&attr), "condition");
	must(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC), "condition");
	must(pthread_cond_init(cond, &attr), "condition");
	must(pthread_condattr_destroy(&attr), "condition");
	return (cond);
}

void
hf_host_cond_free(void *cond)
{
	must(pthread_cond_destroy(cond), "condition");
	free(cond);
}

bool
hf_host_cond_wait(void *cond, uint64_t timeout_ns)
{
	struct timespec at;
	uint64_t ns;
	int error;

	if (timeout_ns == 0) {
		must(pthread_cond_wait(cond, &big_lock), "wait");
		return (true);
	}
	clock_gettime(CLOCK_MONOTONIC, &at);
	ns = (uint64_t)at.tv_nsec + timeout_ns;
	at.tv_sec += ns / 1000000000;
	at.tv_nsec = ns % 1000000000;
	error = pthread_cond_timedwait(cond, &big_lock, &at);
	if (error != ETIMEDOUT)
		must(error, "wait");
	return (error == 0);
}

void
hf_host_cond_signal(void *cond)
{
	must(pthread_cond_signal(cond), "signal");
}

struct start {
	pthread_t thread;
	void (*fn)(void *);
	void *arg;
};

static void *
start_main(void *arg)
{
	struct start *s = arg;

	s->fn(s->arg);
	return (NULL);
}

void *
hf_host_thread_start(void (*fn)(void *), void *arg)
{
	struct start *s = must_have(malloc(sizeof(*s)), "thread");

	s->fn = fn;
	s->arg = arg;
	must(pthread_create(&s->thread, NULL, start_main, s), "thread");
	return (s);
}

void
hf_host_thread_join(void *thread)
{
	struct start *s = thread;

	must(pthread_join(s->thread, NULL), "join");
	free(s);
}

void
hf_host_yield(void)
{
	sched_yield();
}

/*
 * What malloc(3) gives may be longer than asked for, as the heap happens to be,
 * and is then no measure of what is in use.  So each object's length is kept
 * before it, but for whole pages, whose excess is known by their length;
 * nothing else is page aligned. The address sanitizer knows the length, and
 * watches the bytes before.
 */
#ifdef __SANITIZE_ADDRESS__
#define HEADER_BYTES 0
#else
#define HEADER_BYTES 16
#endif
#define HOST_PAGE_MASK ((uintptr_t)4095)

struct header {
	uint64_t bytes;
	void *block;
};
_Static_assert(sizeof(struct header) == 16, "HEADER_BYTES");

static bool
has_header(const void *p)
{
	return (HEADER_BYTES != 0 && ((uintptr_t)p & HOST_PAGE_MASK) != 0);
}

static void *
alloc_with_header(size_t bytes)
{
	char *block = malloc(2 * sizeof(struct header) + bytes);
	struct header *h = (struct header *)(void *)block;

	if (block == NULL)
		return (NULL);
	if (((uintptr_t)(h + 1) & HOST_PAGE_MASK) == 0)
		h++;
	*h = (struct header){ .bytes = bytes, .block = block };
	return (h + 1);
}

void *
hf_host_alloc(size_t bytes)
{
	if (bytes % 4096 == 0 && bytes != 0)
		return (aligned_alloc(4096, bytes));
	return (HEADER_BYTES != 0 ? alloc_with_header(bytes) : malloc(bytes));
}

void
hf_host_free(void *p)
{
	if (p != NULL && has_header(p))
		p = ((struct header *)p)[-1].block;
	free(p);
}

size_t
hf_host_alloc_bytes(void *p)
{
	if (has_header(p))
		return (((struct header *)p)[-1].bytes);
	return (HEADER_BYTES != 0 ? malloc_usable_size(p) & ~HOST_PAGE_MASK
				  : malloc_usable_size(p));
}

void *
hf_host_ram(size_t bytes)
{
	void *p;

	p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	must_have(p == MAP_FAILED ? NULL : p, "memory");
	/* All of it is touched, in hundreds of processes: in few faults. */
	(void)madvise(p, bytes, MADV_HUGEPAGE);
	return (p);
}

void *
hf_host_file_load(const char *path, size_t *bytes)
{
	FILE *f;
	void *p;
	long size;

	f = fopen(path, "rb");
	if (f == NULL)
		return (NULL);
	p = NULL;
	if (fseek(f, 0, SEEK_END) == 0 && (size = ftell(f)) > 0 &&
	    fseek(f, 0, SEEK_SET) == 0) {
		*bytes = (size_t)size;
		p = malloc(*bytes);
		if (p != NULL && fread(p, 1, *bytes, f) != *bytes) {
			free(p);
			p = NULL;
		}
	}
	fclose(f);
	return (p);
}

uint64_t
hf_host_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return ((uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec);
}

void
hf_host_write(const char *bytes, size_t len)
{
	if (fwrite(bytes, 1, len, stderr) != len)
		abort();
}

const char *
hf_host_getenv(const char *name)
{
	return (getenv(name));
}

#define OURS 3 /* frames of this function and its callers in the model */

int
hf_host_backtrace(uint64_t *bt, int max)
{
	void *frames[64];
	int n = backtrace(frames, (int)(sizeof(frames) / sizeof(frames[0])));
	int i;

	for (i = 0; i < max && i + OURS < n; i++)
		bt[i] = (uint64_t)(uintptr_t)frames[i + OURS];
	return (i);
}

static void (*on_fault)(uint64_t pc);

static void
fault(int signal, siginfo_t *info, void *context)
{
	const ucontext_t *uc = context;

	on_fault((uint64_t)uc->uc_mcontext.gregs[REG_RIP]);
	_exit(1);
}

void
hf_host_on_fault(void (*fn)(uint64_t pc))
{
	struct sigaction sa = { .sa_sigaction = fault, .sa_flags = SA_SIGINFO };

	on_fault = fn;
	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
}

static void (*on_alarm)(void);

static void
alarm_rings(int signal)
{
	on_alarm();
}

void
hf_host_alarm(unsigned int seconds, void (*fn)(void))
{
	on_alarm = fn;
	signal(SIGALRM, alarm_rings);
	alarm(seconds);
}

void
hf_host_say(const char *text)
{
	if (write(STDERR_FILENO, text, strlen(text)) < 0)
		_exit(1);
}

#ifdef HF_COVERAGE
/* libgcov: else only exit(3) writes down what was reached. */
extern void __gcov_dump(void);
#else
#define __gcov_dump()
#endif

void
hf_host_exit(int status)
{
	__gcov_dump();
	_exit(status);
}

void
hf_host_abort(void)
{
	__gcov_dump();
	abort();
}

void
hf_host_longjmp(void *jb, int val)
{
	longjmp(*(jmp_buf *)jb, val);
}
