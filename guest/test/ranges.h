/* SPDX-License-Identifier: BSD-2-Clause */
/* ranges.h: the odd ranges on which everything that takes one is tried. */

/*
 * hf_ranges_begin() gives the current process two pieces of touched memory, whose
 * pages are numbered:
 *
 *	VA, VA + 1 page, VA + 2 pages	pages 0 to 2, one entry
 *	the map's last page		page 3
 *
 * and the kernel a page.  Inheritance, advice and wirings are those of new
 * memory; rights are read and write and cannot be raised above that.
 */
#ifndef HF_TEST_RANGES_H
#define HF_TEST_RANGES_H

#include <test/space.h>

#define HF_RANGES_PAGES 4
#define HF_RANGES_ALL	0xfu /* bits of all pages */

enum hf_range_is {
	HF_RANGE_EMPTY,
	HF_RANGE_BACKWARDS, /* its end is below its start, as after a wrap */
	HF_RANGE_INSIDE,    /* not empty, and the map's */
	HF_RANGE_ACROSS,    /* begins in the map and ends behind it */
	HF_RANGE_OUTSIDE    /* not empty, begins behind the map */
};

/* What a clamp to the map leaves. */
enum hf_range_left { HF_LEFT_NOTHING, HF_LEFT_MAPPED, HF_LEFT_HOLES };

struct hf_range {
	const char *name;
	vm_offset_t start, end; /* whole pages */
	enum hf_range_is is;
	enum hf_range_left left;
	u_int pages; /* those of the numbered ones that are left: bits */
};

/* The memory, and all of it away again. */
void hf_ranges_begin(void);
void hf_ranges_end(void);

/*
 * Calls trial() with each range, in the memory of hf_ranges_begin().  One that
 * says SAME is expected to have left all as it was; after SPOILT the memory is
 * made anew.
 */
enum hf_trial { HF_TRIAL_SAME, HF_TRIAL_SPOILT };
typedef enum hf_trial hf_ranges_trial_t(vm_map_t map, const struct hf_range *r);
void hf_ranges_try(hf_ranges_trial_t *trial);

/* The same within a hf_ranges_begin(). */
void hf_ranges_try_each(hf_ranges_trial_t *trial);

/* Its length as functions with a length see it: modulo 2^64. */
static inline vm_size_t
hf_range_bytes(const struct hf_range *r)
{
	return (r->end - r->start);
}

/* Of page i; of the page for the kernel. */
vm_offset_t hf_ranges_va(int i);
vm_offset_t hf_ranges_kernel_va(void);

/* Pages i for which has(hf_ranges_va(i)) says yes, as bits. */
u_int hf_ranges_pages(bool (*has)(vm_offset_t va));

static inline u_int
hf_ranges_count(u_int pages)
{
	u_int n;

	for (n = 0; pages != 0; pages &= pages - 1)
		n++;
	return (n);
}

/* Notes all that a trial might change; hf_ranges_begin() and _try() do. */
void hf_ranges_save(void);
/* Expects all to be as noted; says what is not, of which range. */
void hf_ranges_expect_same(const struct hf_range *r);

/* An expectation about a trial; the failure names the range. */
#define hf_ranges_expect(r, got, want)                               \
	do {                                                         \
		uint64_t got_ = (uint64_t)(got);                     \
		if (!HF_EXPECT_CMP(                                  \
			#got " == " #want, HF_CMP_EQ, got_, (want))) \
			hf_note("range \"%s\"", (r)->name);          \
	} while (0)

#endif
