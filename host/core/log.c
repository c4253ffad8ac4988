/* SPDX-License-Identifier: BSD-2-Clause */
/* log.c: messages on standard error. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/io.h"
#include "core/log.h"
#include "core/text.h"

#define LOG_LINE_MAX 2048

static void
log_put(const char *kind, const char *fmt, va_list ap)
{
	char line[LOG_LINE_MAX], *clean;
	int used, n;

	used = snprintf(line, sizeof(line), "holdfast: %s", kind);
	n = vsnprintf(line + used, sizeof(line) - used, fmt, ap);
	if (n < 0)
		return;
	used += n;
	if (used > (int)sizeof(line) - 2)
		used = sizeof(line) - 2;
	/* A file's name may have anything in it. */
	clean = text_clean_line(line, used);
	used = (int)strlen(clean);
	clean[used++] = '\n';
	/* Nowhere to report that standard error is gone. */
	(void)io_write_all(STDERR_FILENO, clean, used);
	free(clean);
}

void
log_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_put("", fmt, ap);
	va_end(ap);
}

void
log_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_put("warning: ", fmt, ap);
	va_end(ap);
}
