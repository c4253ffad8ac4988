/* SPDX-License-Identifier: BSD-2-Clause */
/* gdb_server.h: a debugger at a guest, by gdb's remote serial protocol. */

/*
 * gdb sees a thread for each vCPU: registers, memory by virtual address (of the
 * thread that it looks at), steps of one with the others held, breakpoints
 * (CONTROL_BREAKS_MAX; those that gdb calls software ones, too, are the
 * processor's) and its interrupt key.  All calls are the machine's owner's.
 */
#ifndef HF_DEBUG_GDB_SERVER_H
#define HF_DEBUG_GDB_SERVER_H

#include <stdbool.h>

#include "core/err.h"
#include "vm/vm.h"

struct gdb_server;

/* Whether such a socket can be made.  0, or -1: *err. */
int gdb_server_check(const char *path, struct hf_err *err);

/*
 * Before vm_start of a machine with this kernel, whose bytes outlive the result:
 * waits at a new Unix socket of that name until a debugger
 * connects, and has the machine held from its first instruction on.  wake(arg)
 * is called on vCPU threads when gdb_server_serve should be.  NULL: *err, or a
 * signal was noted (core/interrupt.h) and *err has nothing.
 */
struct gdb_server *gdb_server_open(struct vm *vm, const struct vm_image *image,
    const char *path, void (*wake)(void *arg), void *arg, struct hf_err *err);

/* Readable: gdb_server_serve should be called.  -1: the debugger is gone. */
int gdb_server_fd(const struct gdb_server *g);

/*
 * If a vCPU came to a breakpoint, the debugger wants the machine stopped, or it
 * has just started: does what the debugger asks until the machine is to go on,
 * or a signal was noted; it goes on then.  False: it was not stopped.
 */
bool gdb_server_serve(struct gdb_server *g);

/* The machine has ended, if it has: tells the debugger, and lets go of it. */
void gdb_server_close(struct gdb_server *g);

#endif
