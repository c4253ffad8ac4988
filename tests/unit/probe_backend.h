/* SPDX-License-Identifier: BSD-2-Clause */
/* probe_backend.h: a disk in memory that tests can watch and hold up. */
#ifndef HF_TESTS_UNIT_PROBE_BACKEND_H
#define HF_TESTS_UNIT_PROBE_BACKEND_H

#include <stdbool.h>
#include <stdint.h>

#include "blk/backend.h"

#define PROBE_TRACE_MAX 4096

/*
 * What happened, in order: 'r', 'w', 'f' when an op is submitted, 'R', 'W',
 * 'F' when it is about to be completed.
 */
struct probe;

/*
 * Whether ops can be tried (blk_try), by the environment, so that whole suites
 * run in each way: HF_PROBE_TRY is "always" (unless they are held), "odd"
 * (every second one is refused), or not set (never).
 *
 * Sector s holds probe_byte(s) in each byte.
 */
struct blk_backend *probe_new(
    uint64_t sectors, bool readonly, struct probe **out);
uint8_t probe_byte(uint64_t sector);
uint8_t *probe_bytes(struct probe *);

/* Ops are kept from now on, until probe_release. */
void probe_hold(struct probe *);
/*
 * Starts a thread that, after delay_ms, does all that is kept and stops
 * holding: completions come from that thread.  Call probe_join before the end.
 */
void probe_release_later(struct probe *, unsigned int delay_ms);
void probe_join(struct probe *);
/* How many are kept now. */
unsigned int probe_held(struct probe *);
/* In how many pieces of memory the op was that was done last. */
unsigned int probe_pieces(struct probe *);
/* Ops of kind fail with error (0: none). */
void probe_fail(struct probe *, enum blk_kind kind, int error);
/* The trace so far, NUL-terminated; owned by the probe. */
const char *probe_trace(struct probe *);

#endif
