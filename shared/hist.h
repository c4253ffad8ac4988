/* SPDX-License-Identifier: BSD-2-Clause */
/* hist.h: log-linear histogram of unsigned 64-bit values, both halves. */

/*
 * Values below 2 * HF_HIST_SUB have a bucket each; above, every power of two
 * is divided into HF_HIST_SUB equal buckets, so a bucket's width is at most
 * 1/32 (3.2 %) of its lower bound.  Two histograms of the same layout merge by
 * adding their counts; nothing is lost but order.  Count, sum, minimum and
 * maximum are exact.  Not thread safe: one writer.
 */
#ifndef HF_SHARED_HIST_H
#define HF_SHARED_HIST_H

#include <stdint.h>

#define HF_HIST_SUB_BITS 5
#define HF_HIST_SUB	 (1u << HF_HIST_SUB_BITS)
#define HF_HIST_BUCKETS	 ((64 - HF_HIST_SUB_BITS) * HF_HIST_SUB + HF_HIST_SUB)

struct hf_hist {
	uint64_t count;
	uint64_t sum; /* of the values; wraps only past 2^64 */
	uint64_t min; /* UINT64_MAX while count is 0 */
	uint64_t max;
	uint32_t bucket[HF_HIST_BUCKETS];
};

/* The bucket of a value: 0 .. HF_HIST_BUCKETS - 1. */
static inline unsigned
hf_hist_index(uint64_t value)
{
	unsigned msb;

	if (value < 2 * HF_HIST_SUB)
		return ((unsigned)value);
	msb = 63 - (unsigned)__builtin_clzll(value);
	return ((msb - HF_HIST_SUB_BITS) * HF_HIST_SUB +
	    (unsigned)(value >> (msb - HF_HIST_SUB_BITS)));
}

/* The least value that falls into a bucket. */
static inline uint64_t
hf_hist_floor(unsigned index)
{
	unsigned octave;

	if (index < 2 * HF_HIST_SUB)
		return (index);
	octave = index / HF_HIST_SUB - 1;
	return ((uint64_t)(HF_HIST_SUB + index % HF_HIST_SUB) << octave);
}

static inline void
hf_hist_reset(struct hf_hist *h)
{
	h->count = h->sum = h->max = 0;
	h->min = UINT64_MAX;
	for (unsigned i = 0; i < HF_HIST_BUCKETS; i++)
		h->bucket[i] = 0;
}

static inline void
hf_hist_add(struct hf_hist *h, uint64_t value)
{
	h->count++;
	h->sum += value;
	if (value < h->min)
		h->min = value;
	if (value > h->max)
		h->max = value;
	h->bucket[hf_hist_index(value)]++;
}

static inline void
hf_hist_merge(struct hf_hist *into, const struct hf_hist *from)
{
	into->count += from->count;
	into->sum += from->sum;
	if (from->min < into->min)
		into->min = from->min;
	if (from->max > into->max)
		into->max = from->max;
	for (unsigned i = 0; i < HF_HIST_BUCKETS; i++)
		into->bucket[i] += from->bucket[i];
}

/*
 * The value at or below which per_100k / 100000 of the samples lie (50000:
 * median, 99900: p99.9), as the middle of its bucket, clipped to min and max;
 * 0 for an empty histogram.
 */
static inline uint64_t
hf_hist_quantile(const struct hf_hist *h, uint32_t per_100k)
{
	uint64_t rank, seen = 0, lo, hi, mid;

	if (h->count == 0)
		return (0);
	rank = (h->count * per_100k + 99999) / 100000;
	if (rank == 0)
		rank = 1;
	for (unsigned i = 0; i < HF_HIST_BUCKETS; i++) {
		seen += h->bucket[i];
		if (seen < rank)
			continue;
		lo = hf_hist_floor(i);
		hi = i + 1 < HF_HIST_BUCKETS ? hf_hist_floor(i + 1) - 1
					     : UINT64_MAX;
		mid = lo + (hi - lo) / 2;
		if (mid < h->min)
			mid = h->min;
		return (mid > h->max ? h->max : mid);
	}
	return (h->max);
}

#endif
