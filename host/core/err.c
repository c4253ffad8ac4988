/* SPDX-License-Identifier: BSD-2-Clause */
/* err.c: user errors are messages, host bugs are aborts. */
#include <errno.h>
#include <execinfo.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/err.h"

#define BACKTRACE_MAX 64

static void
err_vset(struct hf_err *err, enum exitcode status, int error, const char *fmt,
    va_list ap)
{
	size_t used;

	if (err == NULL)
		return;
	err->status = status;
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	if (error != 0) {
		used = strlen(err->text);
		snprintf(err->text + used, sizeof(err->text) - used, ": %s",
		    strerror(error));
	}
}

int
err_set(struct hf_err *err, enum exitcode status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_vset(err, status, 0, fmt, ap);
	va_end(ap);
	return (-1);
}

int
err_user(struct hf_err *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_vset(err, EXITCODE_USAGE, 0, fmt, ap);
	va_end(ap);
	return (-1);
}

static bool
is_host_limit(int error)
{
	return (error == ENOMEM || error == EMFILE || error == ENFILE ||
	    error == EFBIG);
}

int
err_user_errno(struct hf_err *err, int error, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_vset(err, is_host_limit(error) ? EXITCODE_HARNESS : EXITCODE_USAGE,
	    error, fmt, ap);
	va_end(ap);
	return (-1);
}

int
err_host(struct hf_err *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_vset(err, EXITCODE_HARNESS, 0, fmt, ap);
	va_end(ap);
	return (-1);
}

int
err_host_errno(struct hf_err *err, int error, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_vset(err, EXITCODE_HARNESS, error, fmt, ap);
	va_end(ap);
	return (-1);
}

void
err_prefix(struct hf_err *err, const char *fmt, ...)
{
	char old[sizeof(err->text)];
	va_list ap;
	size_t used;

	if (err == NULL)
		return;
	memcpy(old, err->text, sizeof(old));
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	used = strlen(err->text);
	snprintf(err->text + used, sizeof(err->text) - used, ": %s", old);
}

noreturn void
hf_out_of_memory(const char *func)
{
	dprintf(STDERR_FILENO,
	    "holdfast: out of memory (%s): the host refuses it; see ulimit -v "
	    "and free memory\n",
	    func);
	_exit(EXITCODE_HARNESS);
}

noreturn void
hf_check_failed(const char *file, int line, const char *func, const char *expr)
{
	void *frames[BACKTRACE_MAX];
	int n;

	dprintf(STDERR_FILENO,
	    "holdfast: internal error: %s:%d: %s: check failed: %s\n", file,
	    line, func, expr);
	n = backtrace(frames, BACKTRACE_MAX);
	backtrace_symbols_fd(frames, n, STDERR_FILENO);
	abort();
}
