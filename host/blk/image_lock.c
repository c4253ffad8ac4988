/* SPDX-License-Identifier: BSD-2-Clause */
/* image_lock.c: open file description locks, and who holds one. */
#include "blk/image_lock.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/log.h"

/*
 * Linux does not tell who holds such a lock (l_pid is -1), but a descriptor's
 * fdinfo lists the locks that were taken through it.
 */
static bool
fdinfo_has_lock(const char *pid, const char *fd)
{
	char path[PATH_MAX], line[160];
	bool found = false;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%s/fdinfo/%s", pid, fd);
	f = fopen(path, "re");
	if (f == NULL)
		return (false);
	while (!found && fgets(line, sizeof(line), f) != NULL)
		found = strncmp(line, "lock:", 5) == 0;
	fclose(f);
	return (found);
}

/* Whether process pid has a lock on the file that st describes. */
static bool
process_holds(const char *pid, const struct stat *st)
{
	char path[PATH_MAX];
	struct stat other;
	struct dirent *e;
	bool found = false;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	dir = opendir(path);
	if (dir == NULL)
		return (false);
	while (!found && (e = readdir(dir)) != NULL) {
		found = isdigit((unsigned char)e->d_name[0]) &&
		    fstatat(dirfd(dir), e->d_name, &other, 0) == 0 &&
		    other.st_dev == st->st_dev && other.st_ino == st->st_ino &&
		    fdinfo_has_lock(pid, e->d_name);
	}
	closedir(dir);
	return (found);
}

static void
command_of(const char *pid, char *buf, size_t buf_bytes)
{
	char path[PATH_MAX];
	FILE *f;

	buf[0] = '\0';
	(void)snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	f = fopen(path, "re");
	if (f == NULL)
		return;
	if (fgets(buf, (int)buf_bytes, f) != NULL)
		buf[strcspn(buf, "\n")] = '\0';
	fclose(f);
}

/* " by process 123 (name)", or nothing if it cannot be seen. */
static void
holder_describe(int fd, char *buf, size_t buf_bytes)
{
	char comm[32];
	struct dirent *e;
	struct stat st;
	DIR *proc;

	buf[0] = '\0';
	if (fstat(fd, &st) != 0 || (proc = opendir("/proc")) == NULL)
		return;
	while ((e = readdir(proc)) != NULL) {
		if (!isdigit((unsigned char)e->d_name[0]) ||
		    !process_holds(e->d_name, &st))
			continue;
		command_of(e->d_name, comm, sizeof(comm));
		(void)snprintf(buf, buf_bytes, " by process %.16s (%s)%s",
		    e->d_name, comm,
		    strtol(e->d_name, NULL, 10) == getpid()
			? ", as another disk of this machine"
			: "");
		break;
	}
	closedir(proc);
}

int
image_lock(int fd, const char *path, enum image_lock kind, struct hf_err *err)
{
	struct flock lock = { .l_type = kind == IMAGE_LOCK_EXCLUSIVE ? F_WRLCK
								     : F_RDLCK,
		.l_whence = SEEK_SET };
	char holder[112];

	if (fcntl(fd, F_OFD_SETLK, &lock) == 0)
		return (0);
	if (errno != EAGAIN && errno != EACCES) {
		log_warn("disk image '%s': cannot be locked: %s", path,
		    strerror(errno));
		return (0);
	}
	holder_describe(fd, holder, sizeof(holder));
	return (err_user(err, "disk image '%s' is in use%s%s", path, holder,
	    kind == IMAGE_LOCK_EXCLUSIVE
		? "; writing in place needs it for itself"
		: " and may change; wait for that to end, or use a copy"));
}
