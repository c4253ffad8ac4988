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

int
io_file_map(
    const char *what, const char *path, struct io_file *out, struct hf_err *err)
{
	struct stat st;
	void *bytes;
	int error, fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return (err_user_errno(err, errno, "%s %s", what, path));
	if (fstat(fd, &st) != 0) {
		error = errno;
		close(fd);
		return (err_user_errno(err, error, "%s %s", what, path));
	}
	if (!S_ISREG(st.st_mode)) {
		close(fd);
		return (err_user(err, "%s %s: %s, not a regular file", what,
		    path, S_ISDIR(st.st_mode) ? "a directory" : "special"));
	}
	if (st.st_size == 0) {
		close(fd);
		return (err_user(err, "%s %s: the file is empty", what, path));
	}
	bytes = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	error = errno;
	close(fd);
	if (bytes == MAP_FAILED)
		return (err_user_errno(err, error, "%s %s", what, path));
	out->bytes = bytes;
	out->len_bytes = st.st_size;
	return (0);
}

void
io_file_free(struct io_file *file)
{
	if (file->bytes != NULL)
		munmap((void *)(uintptr_t)file->bytes, file->len_bytes);
	file->bytes = NULL;
	file->len_bytes = 0;
}
