/* SPDX-License-Identifier: BSD-2-Clause */
/* memmap.h: from the loader's memory map to a list of usable pages. */

#ifndef HF_KERN_MEMMAP_H
#define HF_KERN_MEMMAP_H

#include <sys/types.h>
#include "pvh_abi.h"

struct hf_range {
	uint64_t start;
	uint64_t end; /* one past the last byte */
};

#define HF_RANGES_MAX 32

struct hf_ranges {
	struct hf_range r[HF_RANGES_MAX]; /* sorted, disjoint, not touching */
	int count;
};

/*
 * The pages all of whose bytes some RAM entry covers and no other entry
 * does.  Entries may come in any order, overlap and be unaligned; an entry
 * that wraps around is taken up to the end of the address space.  False when
 * there are more pieces than the list can hold.
 */
bool hf_memmap_reduce(
    const struct pvh_memory *map, int entries, struct hf_ranges *out);

/* Takes [start, end) out; false when the list would overflow. */
bool hf_ranges_remove(struct hf_ranges *rs, uint64_t start, uint64_t end);

/* True when [start, start + bytes) touches (or: lies in) the list. */
bool hf_ranges_touch(
    const struct hf_ranges *rs, uint64_t start, uint64_t bytes);
bool hf_ranges_contain(
    const struct hf_ranges *rs, uint64_t start, uint64_t bytes);

#endif
