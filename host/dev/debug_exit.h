/* SPDX-License-Identifier: BSD-2-Clause */
/* debug_exit.h: the port by which the guest ends itself (isa-debug-exit). */
#ifndef HF_DEV_DEBUG_EXIT_H
#define HF_DEV_DEBUG_EXIT_H

#include <stdint.h>

struct bus;
struct debug_exit;

/*
 * Called on a vCPU thread with the value written to HF_PORT_EXIT, narrower
 * writes zero-extended.  Calls vm_guest_exit, which stops all vCPUs.
 */
typedef void debug_exit_fn(void *arg, uint32_t value);

/* Claims the port on bus; NULL if that is taken.  Free it after the bus. */
struct debug_exit *debug_exit_new(struct bus *, debug_exit_fn *fn, void *arg);
void debug_exit_free(struct debug_exit *);

#endif
