/* SPDX-License-Identifier: BSD-2-Clause */
/* guestmem.c: the only way from a guest-physical address to a pointer. */
#include <sys/mman.h>

#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "vm/guestmem.h"

#define GUESTMEM_PAGE_BYTES 4096

struct guestmem {
	unsigned int nregions;
	struct guestmem_region regions[GUESTMEM_REGIONS_MAX];
};

struct guestmem *
guestmem_new(const struct guestmem_region *regions, unsigned int nregions)
{
	struct guestmem *gm;
	unsigned int i;

	hf_check(nregions >= 1 && nregions <= GUESTMEM_REGIONS_MAX);
	gm = calloc(1, sizeof(*gm));
	hf_check_memory(gm != NULL);
	gm->nregions = nregions;
	for (i = 0; i < nregions; i++) {
		gm->regions[i] = regions[i];
		hf_check(regions[i].len_bytes > 0);
		hf_check(
		    regions[i].len_bytes <= UINT64_MAX - regions[i].base.v);
		hf_check(i == 0 ||
		    regions[i].base.v >=
			regions[i - 1].base.v + regions[i - 1].len_bytes);
	}
	return (gm);
}

void
guestmem_free(struct guestmem *gm)
{
	free(gm);
}

/*
 * The piece of [gpa, gpa + len) that lies in one region: *piece_bytes of it,
 * at most len, at the pointer returned.  NULL if gpa is not RAM.  For len 0 the
 * byte just after a region is as good as one in it.
 */
static void *
guestmem_piece(const struct guestmem *gm, gpa_t gpa, uint64_t len_bytes,
    uint64_t *piece_bytes)
{
	const struct guestmem_region *r;
	uint64_t off, left;
	unsigned int i;

	for (i = 0; i < gm->nregions; i++) {
		r = &gm->regions[i];
		if (gpa.v < r->base.v)
			break;
		off = gpa.v - r->base.v;
		if (off > r->len_bytes)
			continue;
		left = r->len_bytes - off;
		if (left == 0 && len_bytes > 0)
			continue;
		*piece_bytes = len_bytes < left ? len_bytes : left;
		return ((char *)r->host + off);
	}
	return (NULL);
}

int
guestmem_iov(const struct guestmem *gm, gpa_t gpa, uint64_t len_bytes,
    struct iovec *iov, int max)
{
	struct iovec found[GUESTMEM_REGIONS_MAX];
	uint64_t piece_bytes;
	void *p;
	int n = 0;

	p = guestmem_piece(gm, gpa, len_bytes, &piece_bytes);
	if (p == NULL)
		return (-1);
	if (len_bytes == 0)
		return (0);
	/* Nearly always all of it lies in one region. */
	if (piece_bytes == len_bytes && max > 0) {
		iov[0] = (struct iovec){ .iov_base = p, .iov_len = len_bytes };
		return (1);
	}
	while (len_bytes > 0) {
		p = guestmem_piece(gm, gpa, len_bytes, &piece_bytes);
		if (p == NULL || n == max)
			return (-1);
		hf_check(n < GUESTMEM_REGIONS_MAX);
		found[n].iov_base = p;
		found[n].iov_len = piece_bytes;
		n++;
		/* No wrap: the piece ends inside a region, regions do not. */
		gpa.v += piece_bytes;
		len_bytes -= piece_bytes;
	}
	memcpy(iov, found, n * sizeof(found[0]));
	return (n);
}

bool
guestmem_valid(const struct guestmem *gm, gpa_t gpa, uint64_t len_bytes)
{
	struct iovec iov[GUESTMEM_REGIONS_MAX];

	if (guestmem_ptr(gm, gpa, len_bytes) != NULL)
		return (true);
	return (
	    guestmem_iov(gm, gpa, len_bytes, iov, GUESTMEM_REGIONS_MAX) >= 0);
}

void *
guestmem_ptr(const struct guestmem *gm, gpa_t gpa, uint64_t len_bytes)
{
	uint64_t piece_bytes;
	void *p;

	p = guestmem_piece(gm, gpa, len_bytes, &piece_bytes);
	return (p != NULL && piece_bytes == len_bytes ? p : NULL);
}

bool
guestmem_read(const struct guestmem *gm, gpa_t gpa, void *buf, size_t len_bytes)
{
	struct iovec iov[GUESTMEM_REGIONS_MAX];
	char *p = buf;
	int i, n;

	n = guestmem_iov(gm, gpa, len_bytes, iov, GUESTMEM_REGIONS_MAX);
	for (i = 0; i < n; i++) {
		memcpy(p, iov[i].iov_base, iov[i].iov_len);
		p += iov[i].iov_len;
	}
	return (n >= 0);
}

bool
guestmem_write(
    const struct guestmem *gm, gpa_t gpa, const void *buf, size_t len_bytes)
{
	struct iovec iov[GUESTMEM_REGIONS_MAX];
	const char *p = buf;
	int i, n;

	n = guestmem_iov(gm, gpa, len_bytes, iov, GUESTMEM_REGIONS_MAX);
	for (i = 0; i < n; i++) {
		memcpy(iov[i].iov_base, p, iov[i].iov_len);
		p += iov[i].iov_len;
	}
	return (n >= 0);
}

bool
guestmem_map_private(const struct guestmem *gm, gpa_t gpa, uint64_t len_bytes,
    int fd, uint64_t offset)
{
	void *p = guestmem_ptr(gm, gpa, len_bytes);

	if (p == NULL || ((uintptr_t)p | len_bytes) % GUESTMEM_PAGE_BYTES != 0)
		return (false);
	return (mmap(p, len_bytes, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_FIXED, fd, (off_t)offset) == p);
}

unsigned int
guestmem_nregions(const struct guestmem *gm)
{
	return (gm->nregions);
}

struct guestmem_region
guestmem_region(const struct guestmem *gm, unsigned int idx)
{
	hf_check(idx < gm->nregions);
	return (gm->regions[idx]);
}

uint64_t
guestmem_bytes(const struct guestmem *gm)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < gm->nregions; i++)
		sum += gm->regions[i].len_bytes;
	return (sum);
}
