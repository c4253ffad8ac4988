/* SPDX-License-Identifier: BSD-2-Clause */
/* snapshot.h: the overlay, as snapshot.c and write_back.c see it. */
#ifndef HF_BLK_SNAPSHOT_H
#define HF_BLK_SNAPSHOT_H

#include <pthread.h>

#include "blk/backend_priv.h"

struct write_back;

struct snapshot {
	struct blk_backend blk;
	pthread_mutex_t lock; /* present, overlay, nwritten, back's bits */
	uint8_t *overlay;
	uint8_t *present;  /* one bit a sector */
	uint64_t nwritten; /* sectors present; 0: nothing to patch (atomic) */
	struct write_back *back; /* constant; NULL: writes go nowhere, ever */
};

/* Makes a snapshot a cache that a flush empties; NULL: errno. */
struct write_back *write_back_new(struct snapshot *);
void write_back_free(struct write_back *);

/* Sectors [first, end) were written to the overlay.  Lock held. */
void write_back_mark(struct write_back *, uint64_t first, uint64_t end);

/* Carries out a flush: all that was written before it, then the lower flush. */
void write_back_flush(struct write_back *, struct blk_op *op);

/* Zeroed memory that costs nothing before it is touched; NULL: errno. */
void *snapshot_reserve(size_t len_bytes);

#endif
