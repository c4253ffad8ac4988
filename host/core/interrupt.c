/* SPDX-License-Identifier: BSD-2-Clause */
/* interrupt.c: note signals, and die by them. */
#include "core/interrupt.h"
#include "core/monotonic.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

static const int enders[] = { SIGINT, SIGTERM, SIGHUP };
static const int questions[] = { SIGQUIT, SIGUSR1 };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* All of them atomic: shared by the handlers on any thread. */
static int noted;	   /* signal, or 0 */
static uint64_t noted_ns;  /* when; set before noted is */
static bool asked;	   /* QUIT or USR1 since interrupt_asked */
static const char *victim; /* half-written file */
static int wake_fd = -1;

static void
wake(void)
{
	uint64_t one = 1;
	int fd = __atomic_load_n(&wake_fd, __ATOMIC_ACQUIRE);

	/* Only a count that is full is refused, and that wakes as well. */
	if (fd >= 0 && write(fd, &one, sizeof(one)) < 0)
		return;
}

/* In a handler, or at the end of the program. */
static void
die_by(int signal)
{
	struct sigaction action = { .sa_handler = SIG_DFL };
	sigset_t one;

	sigaction(signal, &action, NULL);
	sigemptyset(&one);
	sigaddset(&one, signal);
	raise(signal);
	/* A handler has it blocked: it comes now. */
	sigprocmask(SIG_UNBLOCK, &one, NULL);
}

static void
on_ender(int signal)
{
	const char *path;
	int saved = errno;

	if (__atomic_load_n(&noted, __ATOMIC_ACQUIRE) == 0)
		interrupt_note(signal);
	else if (monotonic_ns() -
		__atomic_load_n(&noted_ns, __ATOMIC_ACQUIRE) >=
	    INTERRUPT_INSIST_MS * NS_PER_MS) {
		path = __atomic_load_n(&victim, __ATOMIC_ACQUIRE);
		if (path != NULL)
			unlink(path);
		die_by(signal);
	}
	errno = saved;
}

static void
on_question(int signal)
{
	int saved = errno;

	__atomic_store_n(&asked, true, __ATOMIC_RELEASE);
	wake();
	errno = saved;
}

/* Adds it to those that are to be unblocked, unless it was ignored. */
static void
heed(int signal, void (*handler)(int), sigset_t *heeded)
{
	struct sigaction old,
	    action = { .sa_handler = handler, .sa_flags = SA_RESTART };

	/* One handler at a time, on a thread. */
	for (size_t i = 0; i < COUNT(enders); i++)
		sigaddset(&action.sa_mask, enders[i]);
	if (sigaction(signal, &action, &old) != 0)
		return;
	if (old.sa_handler == SIG_IGN)
		sigaction(signal, &old, NULL);
	else
		sigaddset(heeded, signal);
}

int
interrupt_catch(struct hf_err *err)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	sigset_t heeded;

	if (fd < 0)
		return (err_host_errno(err, errno, "eventfd"));
	__atomic_store_n(&wake_fd, fd, __ATOMIC_RELEASE);
	sigemptyset(&heeded);
	for (size_t i = 0; i < COUNT(enders); i++)
		heed(enders[i], on_ender, &heeded);
	for (size_t i = 0; i < COUNT(questions); i++)
		heed(questions[i], on_question, &heeded);
	sigprocmask(SIG_UNBLOCK, &heeded, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	return (0);
}

int
interrupt_noted(void)
{
	return (__atomic_load_n(&noted, __ATOMIC_ACQUIRE));
}

void
interrupt_note(int signal)
{
	int none = 0;

	__atomic_store_n(&noted_ns, monotonic_ns(), __ATOMIC_RELEASE);
	__atomic_compare_exchange_n(
	    &noted, &none, signal, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
	wake();
}

bool
interrupt_asked(void)
{
	return (__atomic_exchange_n(&asked, false, __ATOMIC_ACQ_REL));
}

int
interrupt_fd(void)
{
	return (__atomic_load_n(&wake_fd, __ATOMIC_ACQUIRE));
}

void
interrupt_clear(void)
{
	uint64_t count;

	/* EAGAIN: nothing came since. */
	if (wake_fd >= 0 && read(wake_fd, &count, sizeof(count)) < 0)
		return;
}

const char *
interrupt_name(int signal)
{
	switch (signal) {
	case SIGINT:
		return ("SIGINT");
	case SIGTERM:
		return ("SIGTERM");
	case SIGHUP:
		return ("SIGHUP");
	case SIGPIPE:
		return ("SIGPIPE");
	}
	return ("a signal");
}

void
interrupt_half_written(const char *path)
{
	__atomic_store_n(&victim, path, __ATOMIC_RELEASE);
}

void
interrupt_die(void)
{
	if (interrupt_noted() != 0)
		die_by(interrupt_noted());
}
