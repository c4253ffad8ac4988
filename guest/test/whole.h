/* SPDX-License-Identifier: BSD-2-Clause */
/* whole.h: user pages that are looked at to their last byte. */

/*
 * One word cannot show that a copy was left out, or made in part.  So hf_fill()
 * writes the whole page: a value into one word, a pattern into all others.  The
 * pattern depends on address, place and generation; each fill begins a new
 * generation.  hf_store() and hf_load() are hf_poke() and hf_peek() of that one
 * word.  They also expect that all others have the pattern of the page's
 * address and of one generation.
 *
 * The look at the others goes past all mappings, after the access: it faults
 * nothing in and repairs nothing.
 */
#ifndef HF_TEST_WHOLE_H
#define HF_TEST_WHOLE_H

#include <sys/types.h>

#define hf_fill(va, value)  hf_fill_at(__FILE__, __LINE__, (va), (value))
#define hf_store(va, value) hf_store_at(__FILE__, __LINE__, (va), (value))
#define hf_load(va)	    hf_load_at(__FILE__, __LINE__, (va))

/* Expects the pattern of va's page outside [from, to), multiples of 8. */
#define hf_expect_filled(va, from, to) \
	hf_expect_filled_at(__FILE__, __LINE__, (va), (from), (to))

/* Expects bytes [from, to) of va's page, which is mapped, to have this value. */
#define hf_expect_bytes(va, from, to, byte) \
	hf_expect_bytes_at(__FILE__, __LINE__, (va), (from), (to), (byte))

void hf_fill_at(const char *file, int line, vm_offset_t va, uint64_t value);
void hf_store_at(const char *file, int line, vm_offset_t va, uint64_t value);
uint64_t hf_load_at(const char *file, int line, vm_offset_t va);
bool hf_expect_filled_at(
    const char *file, int line, vm_offset_t va, u_int from, u_int to);
bool hf_expect_bytes_at(const char *file, int line, vm_offset_t va, u_int from,
    u_int to, uint8_t byte);

#endif
