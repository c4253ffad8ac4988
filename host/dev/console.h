/* SPDX-License-Identifier: BSD-2-Clause */
/* console.h: the debug console, port 0xe9 (isa-debugcon). */
#ifndef HF_DEV_CONSOLE_H
#define HF_DEV_CONSOLE_H

#include <stddef.h>

struct bus;
struct console;

/*
 * The guest's bytes, in order; a whole string instruction's worth at a time (a
 * line may still be cut anywhere).  Called on vCPU threads but never twice at
 * once.  The guest chose every byte: check before use.
 */
typedef void console_sink_fn(void *arg, const char *bytes, size_t len_bytes);

/* Claims the port on bus; NULL if that is taken.  Free it after the bus. */
struct console *console_new(struct bus *, console_sink_fn *sink, void *arg);
void console_free(struct console *);

#endif
