/* SPDX-License-Identifier: BSD-2-Clause */
/* virtio_blk_request.c: decodes a descriptor chain, trusting nothing. */
#include "dev/virtio_blk_request.h"

#include <string.h>

#include "core/err.h"

/* One direction's segments of a chain, and their total length. */
struct part {
	const struct virtqueue_seg *segs;
	unsigned int nsegs;
	uint64_t bytes;
};

static struct part
part_make(const struct virtqueue_seg *segs, unsigned int nsegs)
{
	struct part p = { .segs = segs, .nsegs = nsegs };

	for (unsigned int i = 0; i < nsegs; i++)
		p.bytes += segs[i].len_bytes;
	return (p);
}

static bool
part_in_ram(const struct guestmem *mem, const struct part *p)
{
	for (unsigned int i = 0; i < p->nsegs; i++) {
		if (p->segs[i].len_bytes != 0 &&
		    !guestmem_valid(mem, p->segs[i].addr, p->segs[i].len_bytes))
			return (false);
	}
	return (true);
}

/* Where the last byte of p lies in host memory; NULL if that is not RAM. */
static uint8_t *
part_last_byte(const struct guestmem *mem, const struct part *p)
{
	unsigned int i = p->nsegs;
	uint64_t addr, offset;

	while (p->segs[i - 1].len_bytes == 0)
		i--;
	addr = p->segs[i - 1].addr.v;
	offset = p->segs[i - 1].len_bytes - 1;
	if (offset > UINT64_MAX - addr)
		return (NULL);
	return (guestmem_ptr(mem, gpa_make(addr + offset), 1));
}

/* Appends [addr, addr + len), joining pieces that touch. */
static bool
iov_append(const struct guestmem *mem, gpa_t addr, uint64_t len_bytes,
    struct virtio_blk_request *req)
{
	struct iovec *last, *next = &req->iov[req->iov_count];
	int n = guestmem_iov(mem, addr, len_bytes, next,
	    (int)(VIRTIO_BLK_IOV_MAX - req->iov_count));

	if (n < 0)
		return (false);
	if (n > 0 && req->iov_count > 0) {
		last = &req->iov[req->iov_count - 1];
		if ((uint8_t *)last->iov_base + last->iov_len ==
		    next->iov_base) {
			last->iov_len += next->iov_len;
			n--;
			memmove(next, next + 1, (size_t)n * sizeof(*next));
		}
	}
	req->iov_count += (unsigned int)n;
	return (true);
}

/*
 * Makes req->iov of bytes [skip, skip + take) of p.  Requires part_in_ram, so
 * no address below can wrap.  False: too many pieces.
 */
static bool
part_to_iov(const struct guestmem *mem, const struct part *p, uint64_t skip,
    uint64_t take, struct virtio_blk_request *req)
{
	req->iov_count = 0;
	for (unsigned int i = 0; i < p->nsegs && take > 0; i++) {
		uint64_t len = p->segs[i].len_bytes;

		if (skip >= len) {
			skip -= len;
			continue;
		}
		len -= skip;
		if (len > take)
			len = take;
		if (!iov_append(
			mem, gpa_make(p->segs[i].addr.v + skip), len, req))
			return (false);
		take -= len;
		skip = 0;
	}
	return (true);
}

/*
 * Copies the header out of the first bytes of p, each byte once.  Requires
 * part_in_ram.
 */
static void
header_copy(const struct guestmem *mem, const struct part *p,
    struct virtio_blk_req *header)
{
	uint8_t *to = (uint8_t *)header;
	size_t left = sizeof(*header);
	bool good;

	for (unsigned int i = 0; left > 0; i++) {
		size_t len = p->segs[i].len_bytes;

		if (len == 0)
			continue;
		if (len > left)
			len = left;
		good = guestmem_read(mem, p->segs[i].addr, to, len);
		hf_check(good);
		to += len;
		left -= len;
	}
}

static bool
range_in_capacity(
    const struct virtio_blk_limits *limits, uint64_t sector, uint64_t bytes)
{
	return (sector <= limits->capacity_sectors &&
	    bytes / VIRTIO_BLK_SECTOR_BYTES <=
		limits->capacity_sectors - sector);
}

/* No I/O: this status is the whole answer. */
static void
complete_with(struct virtio_blk_request *req, uint8_t status)
{
	req->action = VIRTIO_BLK_COMPLETE;
	req->status = status;
}

/* data: the part that carries it; skip: bytes of that part before it. */
static void
decode_transfer(const struct guestmem *mem,
    const struct virtio_blk_limits *limits, enum virtio_blk_action action,
    const struct part *data, uint64_t skip, struct virtio_blk_request *req)
{
	if (req->length_bytes % VIRTIO_BLK_SECTOR_BYTES != 0 ||
	    !range_in_capacity(limits, req->sector, req->length_bytes) ||
	    !part_to_iov(mem, data, skip, req->length_bytes, req)) {
		complete_with(req, VIRTIO_BLK_S_IOERR);
		return;
	}
	if (req->length_bytes == 0) {
		complete_with(req, VIRTIO_BLK_S_OK);
		return;
	}
	req->action = action;
}

/* Whether the request is IOERR whatever its type. */
static bool
chain_unusable(const struct guestmem *mem, const struct part *readable,
    const struct part *writable)
{
	return (readable->bytes + writable->bytes > UINT32_MAX ||
	    !part_in_ram(mem, readable) || !part_in_ram(mem, writable));
}

void
virtio_blk_decode(const struct guestmem *mem,
    const struct virtqueue_chain *chain, const struct virtio_blk_limits *limits,
    struct virtio_blk_request *req)
{
	struct part readable = part_make(chain->segs, chain->nread);
	struct part writable =
	    part_make(chain->segs + chain->nread, chain->nwrite);
	struct virtio_blk_req header;
	uint64_t out_bytes, in_bytes;

	req->action = VIRTIO_BLK_DROP;
	req->status_byte = NULL;
	req->iov_count = 0;
	req->length_bytes = 0;
	if (readable.bytes < sizeof(header) || writable.bytes < 1)
		return;
	req->status_byte = part_last_byte(mem, &writable);
	if (req->status_byte == NULL)
		return;
	if (chain_unusable(mem, &readable, &writable)) {
		complete_with(req, VIRTIO_BLK_S_IOERR);
		return;
	}
	header_copy(mem, &readable, &header);
	req->sector = header.sector;
	out_bytes = readable.bytes - sizeof(header);
	in_bytes = writable.bytes - 1;

	switch (header.type) {
	case VIRTIO_BLK_T_IN:
		req->length_bytes = in_bytes;
		if (out_bytes != 0)
			complete_with(req, VIRTIO_BLK_S_IOERR);
		else
			decode_transfer(
			    mem, limits, VIRTIO_BLK_READ, &writable, 0, req);
		break;
	case VIRTIO_BLK_T_OUT:
		req->length_bytes = out_bytes;
		if (in_bytes != 0 || limits->readonly)
			complete_with(req, VIRTIO_BLK_S_IOERR);
		else
			decode_transfer(mem, limits, VIRTIO_BLK_WRITE,
			    &readable, sizeof(header), req);
		break;
	case VIRTIO_BLK_T_FLUSH:
		req->action = VIRTIO_BLK_FLUSH;
		break;
	case VIRTIO_BLK_T_GET_ID:
		if (out_bytes != 0 || in_bytes != VIRTIO_BLK_ID_BYTES ||
		    !part_to_iov(mem, &writable, 0, in_bytes, req))
			complete_with(req, VIRTIO_BLK_S_IOERR);
		else
			req->action = VIRTIO_BLK_GET_ID;
		break;
	default:
		complete_with(req, VIRTIO_BLK_S_UNSUPP);
		break;
	}
}
