/* SPDX-License-Identifier: BSD-2-Clause */
/* io.c: whole reads and writes. */
#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "core/io.h"

int
io_write_all(int fd, const void *buf, size_t len_bytes)
{
	const char *p = buf;
	ssize_t n;

	while (len_bytes > 0) {
		n = write(fd, p, len_bytes);
		if (n < 0) {
			if (errno == EINTR)
				continue;
			return (-errno);
		}
		p += n;
		len_bytes -= n;
	}
	return (0);
}

void
io_reserve_standard(void)
{
	struct pollfd fds[] = { { .fd = STDIN_FILENO }, { .fd = STDOUT_FILENO },
		{ .fd = STDERR_FILENO } };

	/* One system call tells all three; what is open may be in any state. */
	if (poll(fds, 3, 0) <= 0)
		return;
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if ((fds[fd].revents & POLLNVAL) != 0)
			(void)open("/dev/null", O_RDONLY);
}

/* The descriptor of a file that can be an input, and its size; -1: *err. */
static int
open_input(
    const char *what, const char *path, size_t *len_bytes, struct hf_err *err)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return (err_user_errno(err, errno, "%s %s", what, path));
	if (fstat(fd, &st) != 0)
		err_user_errno(err, errno, "%s %s", what, path);
	else if (!S_ISREG(st.st_mode))
		err_user(err, "%s %s: %s, not a regular file", what, path,
		    S_ISDIR(st.st_mode) ? "a directory" : "special");
	else if (st.st_size == 0)
		err_user(err, "%s %s: the file is empty", what, path);
	else if ((uint64_t)st.st_size > IO_FILE_MAX)
		err_user(err, "%s %s: %lld bytes are too many (at most %llu)",
		    what, path, (long long)st.st_size, IO_FILE_MAX);
	else {
		*len_bytes = (size_t)st.st_size;
		return (fd);
	}
	close(fd);
	return (-1);
}

/* What cannot be read is the user's; what the copy is refused, the host's. */
static int
copy_all(int to, int from, size_t len_bytes, const char *what, const char *path,
    struct hf_err *err)
{
	char buf[1 << 16];
	ssize_t n;
	int error;

	while (len_bytes > 0) {
		n = read(from, buf,
		    len_bytes < sizeof(buf) ? len_bytes : sizeof(buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			return (err_user(err,
			    "%s %s: the file shrank while it was read", what,
			    path));
		if (n < 0)
			return (
			    err_user_errno(err, errno, "%s %s", what, path));
		error = io_write_all(to, buf, (size_t)n);
		if (error != 0)
			return (err_host_errno(err, -error,
			    "%s %s: copying it to a memfd", what, path));
		len_bytes -= (size_t)n;
	}
	return (0);
}

/* A sealed copy, mapped. */
static int
copy_sealed(int fd, size_t len_bytes, struct io_file *out, const char *what,
    const char *path, struct hf_err *err)
{
	int copy =
	    memfd_create("holdfast-input", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	void *bytes;

	if (copy < 0)
		return (err_host_errno(
		    err, errno, "%s %s: memfd_create", what, path));
	if (copy_all(copy, fd, len_bytes, what, path, err) != 0) {
		close(copy);
		return (-1);
	}
	bytes = MAP_FAILED;
	if (fcntl(copy, F_ADD_SEALS,
		F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
		bytes = mmap(NULL, len_bytes, PROT_READ, MAP_PRIVATE, copy, 0);
	if (bytes == MAP_FAILED)
		err_host_errno(
		    err, errno, "%s %s: mapping a sealed copy", what, path);
	close(copy);
	if (bytes == MAP_FAILED)
		return (-1);
	out->bytes = bytes;
	out->len_bytes = len_bytes;
	return (0);
}

int
io_file_read(
    const char *what, const char *path, struct io_file *out, struct hf_err *err)
{
	size_t len_bytes = 0;
	int rc, fd;

	fd = open_input(what, path, &len_bytes, err);
	if (fd < 0)
		return (-1);
	rc = copy_sealed(fd, len_bytes, out, what, path, err);
	close(fd);
	return (rc);
}

void
io_file_free(struct io_file *file)
{
	if (file->bytes != NULL)
		munmap((void *)(uintptr_t)file->bytes, file->len_bytes);
	file->bytes = NULL;
	file->len_bytes = 0;
}
