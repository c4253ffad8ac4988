/* SPDX-License-Identifier: BSD-2-Clause */
/* replace.c: write beside the target and rename. */
#include "core/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/interrupt.h"
#include "core/io.h"

struct target {
	char real[PATH_MAX];	    /* behind symbolic links */
	char beside[PATH_MAX + 32]; /* new, in the same folder */
};

bool
replace_is_stream(const char *path)
{
	struct stat st;

	if (strncmp(path, "/dev/", 5) == 0 || strncmp(path, "/proc/", 6) == 0)
		return (stat(path, &st) == 0 && !S_ISDIR(st.st_mode));
	return (stat(path, &st) == 0 && !S_ISREG(st.st_mode) &&
	    !S_ISDIR(st.st_mode));
}

/* 0, or an errno. */
static int
find_target(const char *path, struct target *t)
{
	struct stat st;
	char *slash;
	int folder;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return (EISDIR);
	if (realpath(path, t->real) == NULL) {
		if (errno != ENOENT)
			return (errno);
		if (strlen(path) >= sizeof(t->real))
			return (ENAMETOOLONG);
		strcpy(t->real, path);
	}
	slash = strrchr(t->real, '/');
	folder = slash != NULL ? (int)(slash + 1 - t->real) : 0;
	snprintf(t->beside, sizeof(t->beside), "%.*s.holdfast-%ld", folder,
	    t->real, (long)getpid());
	return (0);
}

static int
create_beside(const struct target *t)
{
	/* One that a killed process of the same number has left is stale. */
	unlink(t->beside);
	return (open(t->beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
}

static bool
may_overwrite(const struct target *t, int error)
{
	return (
	    (error == EACCES || error == EPERM) && access(t->real, W_OK) == 0);
}

static int
check_stream(const char *path)
{
	return (access(path, W_OK) == 0 ? 0 : errno);
}

int
replace_check(const char *what, const char *path, struct hf_err *err)
{
	struct target t;
	int error, fd;

	error = replace_is_stream(path) ? check_stream(path)
					: find_target(path, &t);
	if (error == 0 && !replace_is_stream(path)) {
		fd = create_beside(&t);
		error = fd < 0 ? errno : 0;
		if (fd >= 0) {
			close(fd);
			unlink(t.beside);
		}
		if (error == ENOSPC || error == EDQUOT ||
		    may_overwrite(&t, error))
			error = 0;
	}
	return (
	    error == 0 ? 0 : err_user_errno(err, error, "%s %s", what, path));
}

struct bytes {
	const void *bytes;
	size_t len_bytes;
};

static int
fill_with_bytes(int fd, void *arg)
{
	const struct bytes *b = arg;

	return (-io_write_all(fd, b->bytes, b->len_bytes));
}

/* Closes.  0, or an errno. */
static int
fill_and_close(int fd, replace_fill *fill, void *arg, bool settle)
{
	int error = fill(fd, arg);

	/* Some file systems find only now that there is no room. */
	if (error == 0 && settle && fsync(fd) != 0 && errno != EINVAL &&
	    errno != EROFS)
		error = errno;
	if (close(fd) != 0 && error == 0)
		error = errno;
	return (error);
}

/* As the old one had them, if that may be. */
static void
keep_owner_and_mode(int fd, const struct target *t)
{
	struct stat st;

	if (stat(t->real, &st) != 0)
		return;
	if (fchown(fd, st.st_uid, st.st_gid) != 0 && errno != EPERM)
		return;
	(void)fchmod(fd, st.st_mode & 0777);
}

static int
overwrite(const char *path, replace_fill *fill, void *arg, bool settle)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | (settle ? O_TRUNC : 0));

	return (fd < 0 ? errno : fill_and_close(fd, fill, arg, settle));
}

static int
replace(const struct target *t, replace_fill *fill, void *arg)
{
	int error, fd = create_beside(t);

	if (fd < 0) {
		error = errno;
		return (may_overwrite(t, error)
			? overwrite(t->real, fill, arg, true)
			: error);
	}
	interrupt_half_written(t->beside);
	keep_owner_and_mode(fd, t);
	error = fill_and_close(fd, fill, arg, true);
	if (error == 0 && rename(t->beside, t->real) != 0)
		error = errno;
	if (error != 0)
		unlink(t->beside);
	interrupt_half_written(NULL);
	return (error);
}

int
replace_file_by(
    const char *path, replace_fill *fill, void *arg, struct hf_err *err)
{
	struct target t;
	int error = find_target(path, &t);

	if (error == 0)
		error = replace(&t, fill, arg);
	return (error == 0
		? 0
		: err_host_errno(err, error, "cannot write %s", path));
}

int
replace_file(
    const char *path, const void *bytes, size_t len_bytes, struct hf_err *err)
{
	struct bytes b = { bytes, len_bytes };
	int error;

	if (!replace_is_stream(path))
		return (replace_file_by(path, fill_with_bytes, &b, err));
	error = overwrite(path, fill_with_bytes, &b, false);
	return (error == 0
		? 0
		: err_host_errno(err, error, "cannot write %s", path));
}
