/* SPDX-License-Identifier: BSD-2-Clause */
/* blk.h: makes backends: raw files, memory, and what goes on top of them. */
#ifndef HF_BLK_BLK_H
#define HF_BLK_BLK_H

#include <stddef.h>

#include "blk/backend.h"
#include "core/err.h"

enum blk_engine {
	BLK_ENGINE_AUTO,  /* io_uring if the host lets us, else sync */
	BLK_ENGINE_SYNC,  /* preadv, pwritev */
	BLK_ENGINE_URING, /* io_uring or an error */
	BLK_ENGINE_COUNT
};

enum blk_access {
	BLK_ACCESS_READ_WRITE, /* in place; nobody else may have it open */
	BLK_ACCESS_READ_ONLY,
	BLK_ACCESS_SNAPSHOT /* file never written; writes are lost at close */
};

/* An image that is open, checked and locked; fd is -1 while there is none. */
struct blk_opened {
	int fd;
	uint64_t sectors;
};

struct blk_image_options {
	const char *path;
	enum blk_access access;
	/*
	 * Where the first blk_image_open leaves what it has opened; the later
	 * ones use that, and not what the path may lead to by then.  Always of
	 * one access.  NULL: each opens path.
	 */
	struct blk_opened *opened;
	enum blk_engine engine;
	const char *faults; /* plan for blk_faulty_new, or NULL */
};

/*
 * The disk image at path: always raw bytes, whatever they look like.  A regular
 * file or block device whose size is a multiple of 512 and not 0; locked
 * against writers, and if it is to be written in place, against everybody.
 * NULL: *err says which of these does not hold.
 */
struct blk_backend *blk_image_open(
    const struct blk_image_options *, struct hf_err *err);

/* At the end; backends have descriptors of their own. */
void blk_opened_close(struct blk_opened *);

/*
 * The same for bytes in memory (the built-in image), which must outlive the
 * backend and are never written: access is READ_ONLY or SNAPSHOT.
 */
struct blk_backend *blk_image_builtin(const void *bytes, size_t len_bytes,
    enum blk_access access, const char *faults, struct hf_err *err);

/* "auto", "sync", "uring" and back; -1 for anything else. */
const char *blk_engine_name(enum blk_engine);
int blk_engine_parse(const char *text, enum blk_engine *out);

/* Why io_uring cannot be used in this process; NULL if it can. */
const char *blk_uring_refusal(void);

/* A zeroed disk in memory; nothing is touched before it is used. */
struct blk_backend *blk_ram_new(uint64_t capacity_sectors);
/* A read-only disk over bytes, which must outlive it. */
struct blk_backend *blk_ram_wrap(const void *bytes, uint64_t capacity_sectors);

/*
 * An open image: fd is owned by the backend from now on.  blk_uring_new sets
 * the ring up at the first op; if that is refused by then it logs so and goes
 * on with preadv.
 */
struct blk_backend *blk_sync_new(
    int fd, uint64_t capacity_sectors, bool readonly);
struct blk_backend *blk_uring_new(
    int fd, uint64_t capacity_sectors, bool readonly);

/*
 * Writes stay in memory; lower is only read, and owned from now on, also when
 * this fails (NULL: *err).
 */
struct blk_backend *blk_snapshot_new(
    struct blk_backend *lower, struct hf_err *err);

/*
 * A disk with a volatile cache: writes are acknowledged at once and stay in
 * memory until a flush, which brings them to lower and makes them stable there.
 * What was not flushed is lost when the backend is closed or the process
 * killed.  As above.
 */
struct blk_backend *blk_volatile_new(
    struct blk_backend *lower, struct hf_err *err);

/*
 * Fails, shortens or delays chosen ops on the way to lower (owned from now on,
 * also when this fails).  plan: rules separated by commas,
 *
 *	KIND@N=ACTION
 *	KIND	read | write | flush | any
 *	N	the Nth of that kind, from 1; "N+": all from the Nth; "*": all
 *	ACTION	fail | fail:EIO | fail:ENOSPC | short:BYTES | delay:DURATION
 *
 * "read@3=fail,write@2+=fail:ENOSPC,any@5=delay:20ms".  short moves that many
 * bytes (whole sectors of them) and then fails with EIO.  A rule that says no more
 * than "volatile" puts blk_volatile_new's cache between.  A delayed op is started
 * late, by blk_reap; DURATION has a unit, as 20ms or 2s, or is in seconds.  NULL: *err
 * quotes the rule that makes no sense.
 */
struct blk_backend *blk_faulty_new(
    struct blk_backend *lower, const char *plan, struct hf_err *err);

/* Whether it could take the plan: 0, or -1: *err quotes the rule. */
int blk_faulty_check(const char *plan, struct hf_err *err);

#endif
