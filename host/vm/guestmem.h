/* SPDX-License-Identifier: BSD-2-Clause */
/* guestmem.h: the only way from a guest-physical address to a pointer. */

/*
 * Guest RAM is a sorted list of regions.  A range is valid iff it lies
 * entirely in RAM; it may cross from one region into an adjacent one.  For
 * each region the test is exactly
 *
 *	reject iff gpa > size or len > size - gpa	(gpa relative to it)
 *
 * so that a buffer that ends with the last byte of RAM is good, and nothing
 * can wrap.  A range of length 0 is valid at any RAM byte and just after it.
 *
 * Guest memory changes under the host's feet: copy it once (guestmem_read),
 * check the copy, use the copy.
 *
 * All functions may be called from any thread; the list never changes after
 * it is made.
 */
#ifndef HF_VM_GUESTMEM_H
#define HF_VM_GUESTMEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "gpa.h"

#define GUESTMEM_REGIONS_MAX 4

struct guestmem_region {
	gpa_t base;
	uint64_t len_bytes;
	void *host; /* owned by the caller, outlives the guestmem */
};

struct guestmem;

/*
 * The accessor over nregions regions (1..GUESTMEM_REGIONS_MAX), sorted by
 * base and not overlapping; a violation is a host bug (hf_check).
 */
struct guestmem *guestmem_new(
    const struct guestmem_region *regions, unsigned int nregions);
void guestmem_free(struct guestmem *);

/* Whether [gpa, gpa + len) lies entirely in RAM. */
bool guestmem_valid(const struct guestmem *, gpa_t gpa, uint64_t len_bytes);

/*
 * A pointer to all of [gpa, gpa + len) if it is valid and lies in one region,
 * else NULL.  For rings and page tables; use guestmem_iov for data.
 */
void *guestmem_ptr(const struct guestmem *, gpa_t gpa, uint64_t len_bytes);

/*
 * The pieces of [gpa, gpa + len) in order, at most max of them.  Returns how
 * many (0 for len 0), or -1 when the range is not valid or needs more than max;
 * then iov is unchanged.  GUESTMEM_REGIONS_MAX pieces always suffice.
 */
int guestmem_iov(const struct guestmem *, gpa_t gpa, uint64_t len_bytes,
    struct iovec *iov, int max);

/* Copy out of, into guest RAM.  False, and nothing done, if not valid. */
bool guestmem_read(
    const struct guestmem *, gpa_t gpa, void *buf, size_t len_bytes);
bool guestmem_write(
    const struct guestmem *, gpa_t gpa, const void *buf, size_t len_bytes);

/*
 * Replaces the pages [gpa, gpa + len) by a private mapping of the file from
 * offset on: what the guest writes stays in memory.  Before any vCPU runs.
 * False, and nothing done, if these are not whole pages of one region or the
 * host refuses (a hugetlb region cannot be cut).
 */
bool guestmem_map_private(const struct guestmem *, gpa_t gpa,
    uint64_t len_bytes, int fd, uint64_t offset);

/* The regions, for the memory map and the memory slots. */
unsigned int guestmem_nregions(const struct guestmem *);
struct guestmem_region guestmem_region(
    const struct guestmem *, unsigned int idx);
/* Bytes of RAM in all regions. */
uint64_t guestmem_bytes(const struct guestmem *);

#endif
