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

static enum log_level log_level = LOG_LEVEL_WARN;

void
log_set_level(enum log_level level)
{
	log_level = level;
}

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

#define LOG_FUNCTION(name, kind, level)  \
	void name(const char *fmt, ...)  \
	{                                \
		va_list ap;              \
                                         \
		if (log_level < (level)) \
			return;          \
		va_start(ap, fmt);       \
		log_put(kind, fmt, ap);  \
		va_end(ap);              \
	}

LOG_FUNCTION(log_error, "", LOG_LEVEL_QUIET)
LOG_FUNCTION(log_warn, "warning: ", LOG_LEVEL_WARN)
LOG_FUNCTION(log_info, "", LOG_LEVEL_INFO)
LOG_FUNCTION(log_debug, "debug: ", LOG_LEVEL_DEBUG)
