/* SPDX-License-Identifier: BSD-2-Clause */
/* host.h: the few things that the model needs of the host's C library. */

/*
 * Included on both sides: by the kernel's sources, which see no header of the
 * host, and by host.c, which sees none of the kernel.
 */
#ifndef HF_MODEL_HOST_H
#define HF_MODEL_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One lock for all sleep queues; does not nest. */
void hf_host_lock(void);
void hf_host_unlock(void);

/* Conditions, used with the lock held.  timeout_ns 0: for ever. */
void *hf_host_cond_new(void);
void hf_host_cond_free(void *cond);
/* False after the timeout. */
bool hf_host_cond_wait(void *cond, uint64_t timeout_ns);
void hf_host_cond_signal(void *cond);

void *hf_host_thread_start(void (*fn)(void *), void *arg);
void hf_host_thread_join(void *thread);
void hf_host_yield(void);

/* 16-byte aligned, page aligned for multiples of 4096; NULL without memory. */
void *hf_host_alloc(size_t bytes);
void hf_host_free(void *p);
/* As many as were asked for. */
size_t hf_host_alloc_bytes(void *p);

/* Page-aligned memory that stays until the process ends. */
void *hf_host_ram(size_t bytes);

/* The contents of a file, for as long as the process lives; NULL: no such. */
void *hf_host_file_load(const char *path, size_t *bytes);

uint64_t hf_host_now_ns(void);
void hf_host_write(const char *bytes, size_t len);
const char *hf_host_getenv(const char *name);
/* Return addresses of the callers, innermost first; how many. */
int hf_host_backtrace(uint64_t *bt, int max);
/* fn() after so long, in a signal handler, which may say something. */
void hf_host_alarm(unsigned int seconds, void (*fn)(void));
void hf_host_say(const char *text);
/* fn(pc) when an instruction accesses no memory; it does not return. */
void hf_host_on_fault(void (*fn)(uint64_t pc));
/* Ends the process at once, as one that has said all. */
void hf_host_exit(int status) __attribute__((__noreturn__));
void hf_host_abort(void) __attribute__((__noreturn__));
void hf_host_longjmp(void *jb, int val) __attribute__((__noreturn__));

#endif
