/* SPDX-License-Identifier: BSD-2-Clause */
/* check_blk_raw.c: what the host does to an image's reader in the middle of it. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "blk_try.h"
#include "unit.h"

#define SECTORS 128
#define PAGE	4096

/* An image in memory. */
static int
memory_fd(void)
{
	int fd = memfd_create("image", 0);
	static uint8_t page[PAGE];

	ck_assert_int_ge(fd, 0);
	memset(page, 0x5a, sizeof(page));
	for (int i = 0; i < SECTORS * 512 / PAGE; i++)
		ck_assert_int_eq(write(fd, page, PAGE), PAGE);
	return (fd);
}

/*
 * The kernel's answers to io_uring_submit are the test's: refusal until "gate"
 * has completed.
 */
struct io_uring;
int __real_io_uring_submit(struct io_uring *ring);
int __wrap_io_uring_submit(struct io_uring *ring);

static struct try gate;
static int refusal;
static unsigned int nrefused;

int
__wrap_io_uring_submit(struct io_uring *ring)
{
	if (refusal != 0 && times_done(&gate) == 0) {
		ck_assert_uint_lt(++nrefused, 1000);
		return (-refusal);
	}
	return (__real_io_uring_submit(ring));
}

/* The kernel has no room before somebody takes what is complete: the submitter. */
START_TEST(full_ring_is_emptied_by_who_wants_to_submit)
{
	static const int refusals[] = { EBUSY, EAGAIN };
	static uint8_t buf[2][PAGE];
	struct pollfd p = { .events = POLLIN };
	struct blk_backend *b;
	struct try t;

	if (blk_uring_refusal() != NULL) {
		fprintf(stderr, "skipped: %s\n", blk_uring_refusal());
		return;
	}
	b = blk_uring_new(memory_fd(), SECTORS, false);
	start(b, &gate, BLK_READ, 0, buf[0], PAGE, 1);
	blk_kick(b);
	p.fd = blk_event_fd(b);
	ck_assert_int_eq(poll(&p, 1, 30000), 1);
	ck_assert_uint_eq(times_done(&gate), 0);
	refusal = refusals[_i];
	start(b, &t, BLK_READ, 8, buf[1], PAGE, 1);
	blk_kick(b);
	ck_assert_uint_gt(nrefused, 0);
	ck_assert_uint_eq(times_done(&gate), 1);
	ck_assert_int_eq(finish(b, &t), 0);
	ck_assert_int_eq(gate.error, 0);
	ck_assert_uint_eq(buf[1][PAGE - 1], 0x5a);
	blk_close(b);
}
END_TEST

static uint8_t *unready;

/* The destination of a copy: somebody sends SIGBUS while it is written to. */
static void
send_then_make_ready(int number)
{
	(void)number;
	kill(getpid(), SIGBUS);
	mprotect(unready, PAGE, PROT_READ | PROT_WRITE);
}

static void
read_often(struct blk_backend *b, uint8_t *buf)
{
	struct try t;

	for (int i = 0; i < 20; i++) {
		memset(&t, 0, sizeof(t));
		t.iov[0] = (struct iovec){ buf, PAGE };
		t.op = (struct blk_op){ .kind = BLK_READ,
			.iov = t.iov,
			.iov_count = 1,
			.offset_bytes = PAGE,
			.length_bytes = PAGE,
			.done = on_done };
		if (!blk_try(b, &t.op) || t.error != 0)
			_exit(1);
	}
}

static void
die_of_a_signal(bool inside)
{
	struct sigaction fault = { .sa_handler = send_then_make_ready };
	struct blk_backend *b = blk_sync_new(memory_fd(), SECTORS, true);
	static uint8_t buf[PAGE];

	/* Check's own handlers are not the program's. */
	signal(SIGBUS, SIG_DFL);
	read_often(b, buf); /* by now from the mapping */
	if (!inside)
		kill(getpid(), SIGBUS);
	unready =
	    mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	sigaction(SIGSEGV, &fault, NULL);
	read_often(b, unready);
	_exit(0);
}

/* Only a SIGBUS that the copy itself has raised is a truncated image. */
START_TEST(bus_error_that_somebody_sends_ends_the_program)
{
	pid_t pid = fork();
	int status;

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		die_of_a_signal(_i != 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(
	    WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS, "%#x", status);
}
END_TEST

int
main(void)
{
	TCase *t = tcase_create("all");

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(
	    t, full_ring_is_emptied_by_who_wants_to_submit, 0, 2);
	tcase_add_loop_test(
	    t, bus_error_that_somebody_sends_ends_the_program, 0, 2);
	return (unit_run("blk_raw", t));
}
