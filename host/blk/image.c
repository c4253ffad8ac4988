/* SPDX-License-Identifier: BSD-2-Clause */
/* image.c: opens what the user calls a disk image, or says why not. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blk/blk.h"
#include "blk/image_lock.h"
#include "blk/raw.h"
#include "core/err.h"

static const char *const engine_names[BLK_ENGINE_COUNT] = { [BLK_ENGINE_AUTO] =
								"auto",
	[BLK_ENGINE_SYNC] = "sync",
	[BLK_ENGINE_URING] = "uring" };

const char *
blk_engine_name(enum blk_engine engine)
{
	return (engine_names[engine]);
}

int
blk_engine_parse(const char *text, enum blk_engine *out)
{
	for (unsigned int i = 0; i < BLK_ENGINE_COUNT; i++) {
		if (strcmp(text, engine_names[i]) == 0) {
			*out = (enum blk_engine)i;
			return (0);
		}
	}
	return (-1);
}

static const char *
file_kind(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return ("a directory");
	case S_IFCHR:
		return ("a character device");
	case S_IFIFO:
		return ("a pipe");
	case S_IFSOCK:
		return ("a socket");
	default:
		return ("of an unknown kind");
	}
}

/* Looked at before open(2), which can have effects on a device or a pipe. */
static int
check_kind(const char *path, struct hf_err *err)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return (err_user_errno(err, errno, "disk image '%s'", path));
	if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		return (err_user(err,
		    "disk image '%s' is %s; a disk is a regular file or a "
		    "block device",
		    path, file_kind(st.st_mode)));
	return (0);
}

/* Size of what fd is now, whatever path was a moment ago. */
static int
size_sectors(int fd, const char *path, uint64_t *out, struct hf_err *err)
{
	struct stat st;
	uint64_t bytes;

	if (fstat(fd, &st) != 0)
		return (err_user_errno(err, errno, "disk image '%s'", path));
	if (S_ISREG(st.st_mode))
		bytes = (uint64_t)st.st_size;
	else if (!S_ISBLK(st.st_mode))
		return (err_user(err,
		    "disk image '%s' changed while it was "
		    "opened",
		    path));
	else if (ioctl(fd, BLKGETSIZE64, &bytes) != 0)
		return (err_user_errno(
		    err, errno, "disk image '%s': no size", path));
	if (bytes == 0)
		return (err_user(err, "disk image '%s' is empty", path));
	if (bytes % BLK_SECTOR_BYTES != 0)
		return (err_user(err,
		    "disk image '%s' is %" PRIu64 " bytes long, not a multiple "
		    "of %u: is it truncated?",
		    path, bytes, BLK_SECTOR_BYTES));
	*out = bytes / BLK_SECTOR_BYTES;
	return (0);
}

/* A descriptor, locked; or -1: *err. */
static int
image_fd(const char *path, enum blk_access access, uint64_t *sectors,
    struct hf_err *err)
{
	bool write = access == BLK_ACCESS_READ_WRITE;
	int fd;

	if (check_kind(path, err) != 0)
		return (-1);
	/* NONBLOCK has no effect on the two kinds that are let through. */
	fd = open(path,
	    (write ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return (err_user_errno(err, errno,
		    "disk image '%s' cannot be opened for %s%s", path,
		    write ? "writing" : "reading",
		    write && (errno == EACCES || errno == EROFS)
			? " (FILE,ro and --snapshot need no more than reading)"
			: ""));
	if (size_sectors(fd, path, sectors, err) != 0 ||
	    image_lock(fd, path,
		write ? IMAGE_LOCK_EXCLUSIVE : IMAGE_LOCK_SHARED, err) != 0) {
		close(fd);
		return (-1);
	}
	return (fd);
}

/* The same, of what is open already, if it is to be kept open. */
static int
image_fd_again(const struct blk_image_options *options, uint64_t *sectors,
    struct hf_err *err)
{
	struct blk_opened *o = options->opened;
	int fd;

	if (o == NULL)
		return (image_fd(options->path, options->access, sectors, err));
	if (o->fd < 0)
		o->fd =
		    image_fd(options->path, options->access, &o->sectors, err);
	if (o->fd < 0)
		return (-1);
	*sectors = o->sectors;
	fd = fcntl(o->fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		err_host_errno(err, errno, "disk image '%s'", options->path);
	return (fd);
}

void
blk_opened_close(struct blk_opened *o)
{
	if (o->fd >= 0)
		close(o->fd);
	o->fd = -1;
}

/* Puts the snapshot and the faults on top of b, which is owned from now on. */
static struct blk_backend *
dress(struct blk_backend *b, enum blk_access access, const char *faults,
    struct hf_err *err)
{
	if (access == BLK_ACCESS_SNAPSHOT)
		b = blk_snapshot_new(b, err);
	if (b != NULL && faults != NULL)
		b = blk_faulty_new(b, faults, err);
	return (b);
}

struct blk_backend *
blk_image_open(const struct blk_image_options *options, struct hf_err *err)
{
	bool readonly = options->access != BLK_ACCESS_READ_WRITE;
	struct blk_backend *b;
	uint64_t sectors = 0;
	int fd;

	fd = image_fd_again(options, &sectors, err);
	if (fd < 0)
		return (NULL);
	if (options->engine == BLK_ENGINE_SYNC)
		b = blk_sync_new(fd, sectors, readonly);
	else
		b = blk_uring_new(fd, sectors, readonly);
	if (options->engine == BLK_ENGINE_URING &&
	    blk_uring_set_up(b, err) != 0) {
		blk_close(b);
		return (NULL);
	}
	return (dress(b, options->access, options->faults, err));
}

struct blk_backend *
blk_image_builtin(const void *bytes, size_t len_bytes, enum blk_access access,
    const char *faults, struct hf_err *err)
{
	hf_check(access != BLK_ACCESS_READ_WRITE);
	hf_check(len_bytes != 0 && len_bytes % BLK_SECTOR_BYTES == 0);
	return (dress(blk_ram_wrap(bytes, len_bytes / BLK_SECTOR_BYTES), access,
	    faults, err));
}
