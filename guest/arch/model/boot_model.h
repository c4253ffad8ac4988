/* SPDX-License-Identifier: BSD-2-Clause */
/* boot_model.h: starting the model, for the host programs that run it. */

#ifndef HF_MODEL_BOOT_MODEL_H
#define HF_MODEL_BOOT_MODEL_H

#include <stddef.h>
#include <stdint.h>

/*
 * Once in a process: a machine with so much RAM, full of junk and with a hole,
 * up to the point where a plan would run.  The calling thread becomes
 * the scenario thread.
 */
void hf_model_boot(size_t ram_bytes, uint64_t seed);

/*
 * The first and longest part of hf_model_boot(), which the children of a
 * process may share: the RAM, and the disk's image.
 */
void hf_model_prepare(size_t ram_bytes);

/* An access to nowhere, from now on, is told by records as in a guest. */
void hf_model_tell_faults(void);

/*
 * The process ends with this status after so long; where a scenario holds its
 * disk back, after ten seconds, and says so.
 */
#define HF_MODEL_STUCK 99
void hf_model_end_after(unsigned int seconds);

enum hf_model_verdict { HF_MODEL_PASS, HF_MODEL_FAIL, HF_MODEL_SKIP };

/* Ids and flags of the scenarios linked in; NULL after the last. */
const char *hf_model_scenario_id(unsigned int i, uint32_t *flags);
/* Runs one; why (static) of a failure or skip. */
enum hf_model_verdict hf_model_scenario_run(const char *id, const char **why);

#endif
