/* SPDX-License-Identifier: BSD-2-Clause */
/* write_back.c: an overlay that only a flush brings to the backend below. */

/*
 * What a disk with a volatile cache does when the power fails: everything that
 * was acknowledged and not flushed is gone.  Here the power is the process:
 * what was not flushed when it is killed, or ends, never reaches the image.
 *
 * The overlay keeps what was flushed, too, so that reads need not know how far
 * a flush has got; a second bit a sector says what is not below yet.  One flush
 * is carried out at a time, run by run through a buffer of its own, as the
 * guest may write to the overlay meanwhile; the others wait.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "blk/blk.h"
#include "blk/snapshot.h"
#include "core/err.h"
#include "core/lock.h"
#include "core/log.h"

#define RUN_SECTORS 256u

/* Who goes on when the run below is written: the caller, or the completion. */
enum turn { TURN_SUBMITTING, TURN_WAITING, TURN_DONE };

struct waiting {
	struct blk_op *op;
	struct waiting *next;
};

struct write_back {
	struct snapshot *s;
	uint8_t *dirty;		 /* one bit a sector; s->lock */
	struct blk_op *flush;	 /* carried out now; s->lock to set */
	struct waiting *waiting; /* oldest first; s->lock */
	/* The flush's own. */
	struct blk_op io;
	struct iovec iov;
	uint64_t next; /* sector */
	uint64_t run_first, run_sectors;
	int error;
	enum turn turn; /* atomic */
	uint8_t buf[RUN_SECTORS * BLK_SECTOR_BYTES];
};

static size_t
dirty_bytes(const struct write_back *w)
{
	return ((size_t)((w->s->blk.capacity_sectors + 7) / 8));
}

static bool
is_dirty(const struct write_back *w, uint64_t sector)
{
	return ((w->dirty[sector / 8] & (1u << sector % 8)) != 0);
}

struct write_back *
write_back_new(struct snapshot *s)
{
	struct write_back *w = calloc(1, sizeof(*w));

	hf_check(w != NULL);
	w->s = s;
	w->dirty = snapshot_reserve(dirty_bytes(w));
	hf_check(w->dirty != NULL);
	return (w);
}

void
write_back_free(struct write_back *w)
{
	uint64_t lost = 0;

	if (w == NULL)
		return;
	for (uint64_t i = 0; i < w->s->blk.capacity_sectors; i++)
		lost += is_dirty(w, i);
	if (lost != 0)
		log_warn("volatile cache: %ju sectors that were never flushed "
			 "are forgotten",
		    (uintmax_t)lost);
	(void)munmap(w->dirty, dirty_bytes(w));
	free(w);
}

void
write_back_mark(struct write_back *w, uint64_t first, uint64_t end)
{
	for (; first < end; first++)
		w->dirty[first / 8] |= (uint8_t)(1u << first % 8);
}

/* The next run of dirty sectors goes to buf and is clean; false: none. */
static bool
take_run(struct write_back *w)
{
	uint64_t end = w->s->blk.capacity_sectors, n = 0;

	lock_take(&w->s->lock);
	while (w->next < end && !is_dirty(w, w->next))
		w->next += w->dirty[w->next / 8] == 0 ? 8 - w->next % 8 : 1;
	w->run_first = w->next;
	while (n < RUN_SECTORS && w->next < end && is_dirty(w, w->next)) {
		w->dirty[w->next / 8] &= (uint8_t) ~(1u << w->next % 8);
		w->next++;
		n++;
	}
	memcpy(w->buf, w->s->overlay + w->run_first * BLK_SECTOR_BYTES,
	    n * BLK_SECTOR_BYTES);
	lock_drop(&w->s->lock);
	w->run_sectors = n;
	return (n != 0);
}

static void carry_out(struct write_back *w);

/* The flush is over; the next one that waits begins. */
static void
flush_done(struct blk_op *io, int error)
{
	struct write_back *w =
	    (struct write_back *)((char *)io - offsetof(struct write_back, io));
	struct waiting *next;
	struct blk_op *op;

	lock_take(&w->s->lock);
	op = w->flush;
	next = w->waiting;
	w->flush = next != NULL ? next->op : NULL;
	if (next != NULL)
		w->waiting = next->next;
	lock_drop(&w->s->lock);
	blk_op_complete(op, w->error != 0 ? w->error : error);
	if (next != NULL) {
		free(next);
		carry_out(w);
	}
}

static void go_on(struct write_back *w);

static void
run_done(struct blk_op *io, int error)
{
	struct write_back *w =
	    (struct write_back *)((char *)io - offsetof(struct write_back, io));

	if (error != 0) {
		/* Still not below: for the next flush. */
		lock_take(&w->s->lock);
		write_back_mark(w, w->run_first, w->run_first + w->run_sectors);
		lock_drop(&w->s->lock);
		w->error = error;
	}
	if (__atomic_exchange_n(&w->turn, TURN_DONE, __ATOMIC_ACQ_REL) ==
	    TURN_WAITING)
		go_on(w);
}

static void
start(struct write_back *w, enum blk_kind kind, blk_done_fn *done)
{
	w->iov.iov_base = w->buf;
	w->iov.iov_len =
	    kind == BLK_FLUSH ? 0 : w->run_sectors * BLK_SECTOR_BYTES;
	w->io = (struct blk_op){ .kind = kind,
		.iov = &w->iov,
		.iov_count = kind == BLK_FLUSH ? 0 : 1,
		.offset_bytes =
		    kind == BLK_FLUSH ? 0 : w->run_first * BLK_SECTOR_BYTES,
		.length_bytes = w->iov.iov_len,
		.done = done };
	blk_submit(w->s->blk.lower, &w->io);
	blk_kick(w->s->blk.lower);
}

/* Run after run, as long as each is written at once. */
static void
go_on(struct write_back *w)
{
	do {
		if (w->error != 0 || !take_run(w)) {
			start(w, BLK_FLUSH, flush_done);
			return;
		}
		__atomic_store_n(&w->turn, TURN_SUBMITTING, __ATOMIC_RELEASE);
		start(w, BLK_WRITE, run_done);
	} while (__atomic_exchange_n(
		     &w->turn, TURN_WAITING, __ATOMIC_ACQ_REL) == TURN_DONE);
}

static void
carry_out(struct write_back *w)
{
	w->next = 0;
	w->error = 0;
	go_on(w);
}

void
write_back_flush(struct write_back *w, struct blk_op *op)
{
	struct waiting *mine = calloc(1, sizeof(*mine)), **at;
	bool busy;

	hf_check(mine != NULL);
	mine->op = op;
	lock_take(&w->s->lock);
	busy = w->flush != NULL;
	if (busy) {
		for (at = &w->waiting; *at != NULL; at = &(*at)->next)
			continue;
		*at = mine;
	} else
		w->flush = op;
	lock_drop(&w->s->lock);
	if (busy)
		return;
	free(mine);
	carry_out(w);
}
