/* SPDX-License-Identifier: BSD-2-Clause */
/* console.h: the debug console, ports HF_PORT_CONSOLE and _CONSOLE_BLOCK. */
#ifndef HF_DEV_CONSOLE_H
#define HF_DEV_CONSOLE_H

#include <stddef.h>

struct bus;
struct guestmem;
struct console;

/*
 * The guest's bytes, in order; a whole string instruction's worth at a time (a
 * line may still be cut anywhere).  Called on vCPU threads but never twice at
 * once.  The guest chose every byte: check before use.
 */
typedef void console_sink_fn(void *arg, const char *bytes, size_t len_bytes);

/* Claims the ports on bus; NULL if one is taken.  Free it after the bus. */
struct console *console_new(struct bus *, console_sink_fn *sink, void *arg);

/*
 * Lets the guest hand over whole blocks of its memory.  Call before the first
 * vCPU runs; without it the block port is not there.
 */
void console_set_guestmem(struct console *, const struct guestmem *);

void console_free(struct console *);

#endif
