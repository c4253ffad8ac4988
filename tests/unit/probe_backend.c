/* SPDX-License-Identifier: BSD-2-Clause */
/* probe_backend.c: a disk in memory that tests can watch and hold up. */
#include "probe_backend.h"

#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "blk/backend_priv.h"

#define HELD_MAX 512

struct probe {
	struct blk_backend blk;
	uint8_t *bytes;
	pthread_mutex_t lock; /* the rest */
	bool holding;
	struct blk_op *held[HELD_MAX];
	unsigned int nheld;
	int errors[BLK_FLUSH + 1];
	char trace[PROBE_TRACE_MAX];
	unsigned int ntrace;
	pthread_t thread;
	bool have_thread;
	unsigned int delay_ms;
	bool refuses_odd; /* constant */
	unsigned int ntries;
	unsigned int npieces;
};

uint8_t
probe_byte(uint64_t sector)
{
	return ((uint8_t)(sector * 7 + 1));
}

uint8_t *
probe_bytes(struct probe *p)
{
	return (p->bytes);
}

static void
trace(struct probe *p, const char *letters, enum blk_kind kind)
{
	pthread_mutex_lock(&p->lock);
	if (p->ntrace + 1 < PROBE_TRACE_MAX)
		p->trace[p->ntrace++] = letters[kind];
	pthread_mutex_unlock(&p->lock);
}

static void
perform(struct probe *p, struct blk_op *op)
{
	uint8_t *at = p->bytes + op->offset_bytes;
	int error;

	pthread_mutex_lock(&p->lock);
	error = p->errors[op->kind];
	p->npieces = op->iov_count;
	pthread_mutex_unlock(&p->lock);
	if (error == 0 && op->kind == BLK_READ)
		blk_iov_write(op->iov, op->iov_count, 0, at, op->length_bytes);
	if (error == 0 && op->kind == BLK_WRITE)
		blk_iov_read(op->iov, op->iov_count, 0, at, op->length_bytes);
	trace(p, "RWF", op->kind);
	blk_op_complete(op, error);
}

static void
probe_submit(struct blk_backend *b, struct blk_op *op)
{
	struct probe *p = (struct probe *)b;
	bool keep;

	trace(p, "rwf", op->kind);
	pthread_mutex_lock(&p->lock);
	keep = p->holding;
	if (keep) {
		ck_assert_uint_lt(p->nheld, HELD_MAX);
		p->held[p->nheld++] = op;
	}
	pthread_mutex_unlock(&p->lock);
	if (!keep)
		perform(p, op);
}

/* blk_backend_ops.try_now */
static bool
probe_try(struct blk_backend *b, struct blk_op *op)
{
	struct probe *p = (struct probe *)b;
	bool refuse;

	pthread_mutex_lock(&p->lock);
	refuse = p->holding || (p->refuses_odd && p->ntries++ % 2 != 0);
	pthread_mutex_unlock(&p->lock);
	if (refuse)
		return (false);
	trace(p, "rwf", op->kind);
	perform(p, op);
	return (true);
}

static void *
release_main(void *arg)
{
	struct probe *p = arg;
	struct timespec delay = { .tv_sec = p->delay_ms / 1000,
		.tv_nsec = p->delay_ms % 1000 * 1000000l };
	struct blk_op *op;

	nanosleep(&delay, NULL);
	for (;;) {
		op = NULL;
		pthread_mutex_lock(&p->lock);
		if (p->nheld > 0)
			op = p->held[--p->nheld];
		else
			p->holding = false;
		pthread_mutex_unlock(&p->lock);
		if (op == NULL)
			return (NULL);
		perform(p, op);
	}
}

unsigned int
probe_pieces(struct probe *p)
{
	unsigned int n;

	pthread_mutex_lock(&p->lock);
	n = p->npieces;
	pthread_mutex_unlock(&p->lock);
	return (n);
}

void
probe_hold(struct probe *p)
{
	pthread_mutex_lock(&p->lock);
	p->holding = true;
	pthread_mutex_unlock(&p->lock);
}

void
probe_release_later(struct probe *p, unsigned int delay_ms)
{
	p->delay_ms = delay_ms;
	ck_assert_int_eq(pthread_create(&p->thread, NULL, release_main, p), 0);
	p->have_thread = true;
}

void
probe_join(struct probe *p)
{
	if (p->have_thread)
		pthread_join(p->thread, NULL);
	p->have_thread = false;
}

unsigned int
probe_held(struct probe *p)
{
	unsigned int n;

	pthread_mutex_lock(&p->lock);
	n = p->nheld;
	pthread_mutex_unlock(&p->lock);
	return (n);
}

void
probe_fail(struct probe *p, enum blk_kind kind, int error)
{
	pthread_mutex_lock(&p->lock);
	p->errors[kind] = error;
	pthread_mutex_unlock(&p->lock);
}

const char *
probe_trace(struct probe *p)
{
	return (p->trace);
}

static void
probe_close(struct blk_backend *b)
{
	struct probe *p = (struct probe *)b;

	probe_join(p);
	ck_assert_uint_eq(p->nheld, 0);
	pthread_mutex_destroy(&p->lock);
	free(p->bytes);
	free(p);
}

static const struct blk_backend_ops probe_ops = { .submit = probe_submit,
	.close = probe_close };

static const struct blk_backend_ops probe_try_ops = {
	.submit = probe_submit, .try_now = probe_try, .close = probe_close
};

struct blk_backend *
probe_new(uint64_t sectors, bool readonly, struct probe **out)
{
	struct probe *p = calloc(1, sizeof(*p));
	const char *tries = getenv("HF_PROBE_TRY");

	ck_assert_ptr_nonnull(p);
	p->blk.ops = tries != NULL ? &probe_try_ops : &probe_ops;
	p->refuses_odd = tries != NULL && strcmp(tries, "odd") == 0;
	p->blk.name = "probe";
	p->blk.capacity_sectors = sectors;
	p->blk.readonly = readonly;
	p->bytes = malloc(sectors * BLK_SECTOR_BYTES);
	ck_assert_ptr_nonnull(p->bytes);
	for (uint64_t s = 0; s < sectors; s++)
		memset(p->bytes + s * BLK_SECTOR_BYTES, probe_byte(s),
		    BLK_SECTOR_BYTES);
	pthread_mutex_init(&p->lock, NULL);
	*out = p;
	return (&p->blk);
}
