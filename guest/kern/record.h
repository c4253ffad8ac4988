/* SPDX-License-Identifier: BSD-2-Clause */
/* record.h: building one line of the record stream (shared/report_abi.h). */

#ifndef HF_KERN_RECORD_H
#define HF_KERN_RECORD_H

#include <sys/types.h>

/* Longest text value before encoding; longer ones are cut. */
#define HF_RECORD_TEXT_MAX 200

struct record;

/*
 * A spin mutex is held from begin to end: one record at a time, in the order of
 * their numbers.  Values are encoded as report_abi.h says.
 */
struct record *hf_record_begin(const char *kind);
void hf_record_text(struct record *r, const char *key, const char *s);
void hf_record_u64(struct record *r, const char *key, uint64_t v);
/* As many as there is room for. */
void hf_record_hex_list(
    struct record *r, const char *key, const uint64_t *v, int n);
void hf_record_end(struct record *r);

/* TSC ticks since the kernel's entry. */
uint64_t hf_record_tsc(void);

#endif
