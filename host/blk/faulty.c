/* SPDX-License-Identifier: BSD-2-Clause */
/* faulty.c: makes chosen ops go wrong on their way to the backend below. */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "blk/backend_priv.h"
#include "blk/blk.h"
#include "blk/fault_plan.h"
#include "core/err.h"
#include "core/lock.h"
#include "core/log.h"
#include "core/monotonic.h"

/* Long ago, and not 0, which is no time for a timer. */
#define DUE_NOW 1

/* An op that is shortened or waits; allocated: faults are few. */
struct held {
	struct faulty *owner;
	struct blk_op *op;
	struct held *next;   /* in faulty.delayed */
	uint64_t due_ns;     /* CLOCK_MONOTONIC */
	struct blk_op saved; /* what a shortened op said at first */
	struct iovec *iov;   /* its shorter one */
};

struct faulty {
	struct blk_backend blk;
	struct fault_plan plan; /* constant */
	pthread_mutex_t lock;	/* the rest; not held in callbacks */
	uint64_t counts[FAULT_KINDS];
	uint64_t touched;     /* ops that a rule was found for */
	struct held *delayed; /* sorted by due_ns */
	bool cut_short;	      /* they are all due, and fail */
	/*
	 * Only if the plan delays: an epoll set of the timer and, once there
	 * is one, of the descriptor below.  Else -1.
	 */
	int epoll_fd;
	int timer_fd;
	bool lower_polled;
	bool usable; /* constant: blk_faulty_new succeeded */
};

static struct held *
held_new(struct faulty *f, struct blk_op *op)
{
	struct held *h = calloc(1, sizeof(*h));

	hf_check_memory(h != NULL);
	h->owner = f;
	h->op = op;
	return (h);
}

/* Set to the first op that is due, or off.  Entered and left with the lock. */
static void
timer_arm(struct faulty *f)
{
	struct itimerspec when = { .it_interval = { 0 } };
	int rc;

	if (f->delayed != NULL) {
		when.it_value.tv_sec = (time_t)(f->delayed->due_ns / NS_PER_S);
		when.it_value.tv_nsec = (long)(f->delayed->due_ns % NS_PER_S);
	}
	rc = timerfd_settime(f->timer_fd, TFD_TIMER_ABSTIME, &when, NULL);
	hf_check(rc == 0);
}

static void
delay_op(struct faulty *f, struct blk_op *op, uint64_t delay_ms)
{
	struct held *h = held_new(f, op), **at;

	h->due_ns = monotonic_ns() + delay_ms * NS_PER_MS;
	lock_take(&f->lock);
	if (f->cut_short)
		h->due_ns = DUE_NOW;
	at = &f->delayed;
	while (*at != NULL && (*at)->due_ns <= h->due_ns)
		at = &(*at)->next;
	h->next = *at;
	*at = h;
	timer_arm(f);
	lock_drop(&f->lock);
}

static void
short_done(struct blk_op *op, int error)
{
	struct held *h = blk_op_layer_arg(op);

	op->iov = h->saved.iov;
	op->iov_count = h->saved.iov_count;
	op->length_bytes = h->saved.length_bytes;
	free(h->iov);
	free(h);
	blk_op_complete(op, error != 0 ? error : EIO);
}

/* Whole sectors only: the backend below moves nothing else. */
static void
shorten_op(struct faulty *f, struct blk_op *op, uint64_t bytes)
{
	struct held *h;

	bytes -= bytes % BLK_SECTOR_BYTES;
	if (bytes == 0 || bytes >= op->length_bytes) {
		blk_op_complete(op, EIO);
		return;
	}
	h = held_new(f, op);
	h->saved = *op;
	h->iov = calloc(op->iov_count, sizeof(*h->iov));
	hf_check_memory(h->iov != NULL);
	op->iov_count = blk_iov_slice(h->saved.iov, h->saved.iov_count, 0,
	    bytes, h->iov, h->saved.iov_count);
	op->iov = h->iov;
	op->length_bytes = bytes;
	blk_op_push_layer(op, short_done, h);
	blk_submit(f->blk.lower, op);
}

static const struct fault_rule *
count_op(struct faulty *f, const struct blk_op *op)
{
	const struct fault_rule *rule;

	lock_take(&f->lock);
	f->counts[op->kind]++;
	f->counts[FAULT_KIND_ANY]++;
	rule = fault_plan_find(&f->plan, op->kind, f->counts);
	f->touched += rule != NULL;
	lock_drop(&f->lock);
	return (rule);
}

static void
faulty_submit(struct blk_backend *b, struct blk_op *op)
{
	struct faulty *f = (struct faulty *)b;
	const struct fault_rule *rule = count_op(f, op);

	if (rule == NULL)
		blk_submit(f->blk.lower, op);
	else if (rule->action == FAULT_FAIL)
		blk_op_complete(op, rule->error);
	else if (rule->action == FAULT_DELAY)
		delay_op(f, op, rule->amount);
	else if (op->kind == BLK_FLUSH)
		blk_submit(f->blk.lower, op);
	else
		shorten_op(f, op, rule->amount);
}

static void
faulty_kick(struct blk_backend *b)
{
	blk_kick(b->lower);
}

static int
faulty_event_fd(struct blk_backend *b)
{
	struct faulty *f = (struct faulty *)b;
	struct epoll_event event = { .events = EPOLLIN };
	int fd = blk_event_fd(f->blk.lower), rc;

	if (f->epoll_fd < 0)
		return (fd);
	lock_take(&f->lock);
	if (fd >= 0 && !f->lower_polled) {
		rc = epoll_ctl(f->epoll_fd, EPOLL_CTL_ADD, fd, &event);
		hf_check(rc == 0);
		f->lower_polled = true;
	}
	lock_drop(&f->lock);
	return (f->epoll_fd);
}

static void
faulty_cut_short(struct blk_backend *b)
{
	struct faulty *f = (struct faulty *)b;

	lock_take(&f->lock);
	f->cut_short = true;
	for (struct held *h = f->delayed; h != NULL; h = h->next)
		h->due_ns = DUE_NOW;
	if (f->delayed != NULL)
		timer_arm(f);
	lock_drop(&f->lock);
}

/* The first op whose time has come, or NULL; *fails: it is not to be started. */
static struct held *
delayed_take(struct faulty *f, bool *fails)
{
	struct held *h;

	lock_take(&f->lock);
	h = f->delayed;
	if (h != NULL && h->due_ns > monotonic_ns())
		h = NULL;
	if (h != NULL) {
		f->delayed = h->next;
		timer_arm(f);
	}
	*fails = f->cut_short;
	lock_drop(&f->lock);
	return (h);
}

static void
faulty_reap(struct blk_backend *b)
{
	struct faulty *f = (struct faulty *)b;
	struct held *h;
	bool any = false, fails;

	while (f->epoll_fd >= 0 && (h = delayed_take(f, &fails)) != NULL) {
		if (fails)
			blk_op_complete(h->op, ECANCELED);
		else
			blk_submit(f->blk.lower, h->op);
		free(h);
		any = true;
	}
	if (any)
		blk_kick(f->blk.lower);
	blk_reap(f->blk.lower);
}

/* A run that went well in spite of its plan shows here whether there was one. */
static void
report_touched(const struct faulty *f)
{
	log_warn("fault plan: %" PRIu64 " of %" PRIu64
		 " disk operations were failed, shortened or delayed",
	    f->touched, f->counts[FAULT_KIND_ANY]);
}

static void
faulty_close(struct blk_backend *b)
{
	struct faulty *f = (struct faulty *)b;

	hf_check(f->delayed == NULL);
	if (f->usable)
		report_touched(f);
	blk_close(f->blk.lower);
	if (f->epoll_fd >= 0)
		close(f->epoll_fd);
	if (f->timer_fd >= 0)
		close(f->timer_fd);
	lock_destroy(&f->lock);
	free(f);
}

static const struct blk_backend_ops faulty_ops = { .submit = faulty_submit,
	.kick = faulty_kick,
	.event_fd = faulty_event_fd,
	.reap = faulty_reap,
	.cut_short = faulty_cut_short,
	.close = faulty_close };

static bool
plan_delays(const struct fault_plan *plan)
{
	for (unsigned int i = 0; i < plan->nrules; i++) {
		if (plan->rules[i].action == FAULT_DELAY)
			return (true);
	}
	return (false);
}

/* 0, or an errno. */
static int
timer_create_fds(struct faulty *f)
{
	struct epoll_event event = { .events = EPOLLIN };

	f->timer_fd =
	    timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	f->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (f->timer_fd < 0 || f->epoll_fd < 0 ||
	    epoll_ctl(f->epoll_fd, EPOLL_CTL_ADD, f->timer_fd, &event) != 0)
		return (errno);
	return (0);
}

int
blk_faulty_check(const char *plan, struct hf_err *err)
{
	struct fault_plan parsed;

	return (fault_plan_parse(plan, &parsed, err));
}

struct blk_backend *
blk_faulty_new(struct blk_backend *lower, const char *plan, struct hf_err *err)
{
	struct faulty *f = calloc(1, sizeof(*f));
	int error;

	hf_check_memory(f != NULL);
	f->blk.ops = &faulty_ops;
	f->blk.capacity_sectors = blk_capacity_sectors(lower);
	f->blk.readonly = blk_readonly(lower);
	f->blk.name = "faulty";
	f->blk.lower = lower;
	f->epoll_fd = -1;
	f->timer_fd = -1;
	lock_init(&f->lock);
	if (fault_plan_parse(plan, &f->plan, err) != 0) {
		faulty_close(&f->blk);
		return (NULL);
	}
	if (f->plan.volatile_cache) {
		f->blk.lower = blk_volatile_new(lower, err);
		if (f->blk.lower == NULL) {
			faulty_close(&f->blk);
			return (NULL);
		}
	}
	if (plan_delays(&f->plan) && (error = timer_create_fds(f)) != 0) {
		err_host_errno(err, error, "--faulty: no timer");
		faulty_close(&f->blk);
		return (NULL);
	}
	f->usable = true;
	return (&f->blk);
}
