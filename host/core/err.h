/* SPDX-License-Identifier: BSD-2-Clause */
/* err.h: the three classes of errors, told apart. */

/*
 * (a) The user's, or the environment's.  A function returns failure with a
 *     message in struct hf_err, which names the option or object, the values
 *     and the errno text.  The command prints it and exits with its status.
 * (b) The guest's: never an error of the host; a verdict and a dump.
 * (c) Our own: hf_check, which is always on: backtrace, abort.
 */
#ifndef HF_CORE_ERR_H
#define HF_CORE_ERR_H

#include <stdarg.h>
#include <stdnoreturn.h>

#include "core/exitcode.h"

#define HF_PRINTF(f, a) __attribute__((format(printf, f, a)))

struct hf_err {
	enum exitcode status; /* EXITCODE_OK: no error */
	char text[1024];      /* no newline at its end */
};

/* Fill err (NULL is fine) and return -1, for "return (err_user(err, ...))". */
int err_set(struct hf_err *err, enum exitcode status, const char *fmt, ...)
    HF_PRINTF(3, 4);
/* Status EXITCODE_USAGE. */
int err_user(struct hf_err *err, const char *fmt, ...) HF_PRINTF(2, 3);
/*
 * The same with ": strerror(error)" behind it; EXITCODE_HARNESS if the errno is
 * a limit of the host's (ENOMEM, EMFILE, ENFILE, EFBIG): no option cures that.
 */
int err_user_errno(struct hf_err *err, int error, const char *fmt, ...)
    HF_PRINTF(3, 4);
/* Status EXITCODE_HARNESS. */
int err_host(struct hf_err *err, const char *fmt, ...) HF_PRINTF(2, 3);
int err_host_errno(struct hf_err *err, int error, const char *fmt, ...)
    HF_PRINTF(3, 4);

/* Put "prefix: " before the text that is there. */
void err_prefix(struct hf_err *err, const char *fmt, ...) HF_PRINTF(2, 3);

/*
 * A condition that holds unless the host has a bug.  Always compiled in;
 * expr must have no side effect.
 */
#define hf_check(expr)    \
	((expr) ? (void)0 \
		: hf_check_failed(__FILE__, __LINE__, __func__, #expr))

/*
 * What was asked of the host's memory is there; or the program ends with a
 * message and EXITCODE_HARNESS, since there is no doing without.
 */
#define hf_check_memory(expr) ((expr) ? (void)0 : hf_out_of_memory(__func__))

noreturn void hf_out_of_memory(const char *func);
noreturn void hf_check_failed(
    const char *file, int line, const char *func, const char *expr);

#endif
