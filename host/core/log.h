/* SPDX-License-Identifier: BSD-2-Clause */
/* log.h: messages on standard error, one write(2) a message. */
#ifndef HF_CORE_LOG_H
#define HF_CORE_LOG_H

#include "core/err.h"

/* "holdfast: " before, newline behind.  Safe from any thread. */
void log_error(const char *fmt, ...) HF_PRINTF(1, 2);
void log_warn(const char *fmt, ...) HF_PRINTF(1, 2);

#endif
