/* SPDX-License-Identifier: BSD-2-Clause */
/* guest_requests.c: the driver's own account of its requests. */
#include "debug/guest_requests.h"

#include <inttypes.h>
#include <string.h>

#include "debug/backtrace.h"
#include "debug/guest_vm_state.h"
#include "debug/types.h"

#define REQUESTS_MAX 4096u

#define DISKS_MAX 64u

/* guest/dev/bdev_table.c, virtio_blk.c, guest/vfs/pbuf.c */
#define TABLE_VARIABLE "bdev_table.c:table"
#define VTBLK_OPS      "vtblk_ops"
#define POOL_VARIABLE  "pbuf.c:pool"

typedef bool request_fn(void *arg, uint64_t io, const char *where);

/* An io's parts lie in several slots; each io is told once. */
static bool
in_ring(const struct guest_view *v, uint64_t disk, request_fn *fn, void *arg)
{
	uint64_t bytes = types_bytes(v->syms, "vtblk_part"), io, last = 0;
	struct type_member m;

	if (bytes == 0 || !types_member(v->syms, "vtblk", "sc_part", &m))
		return (false);
	for (uint64_t i = 0; i < m.bytes / bytes; i++) {
		if (!view_field(v, disk + m.offset + i * bytes, "vtblk_part",
			"io", &io) ||
		    io == 0 || io == last)
			continue;
		last = io;
		if (fn(arg, io, "in the device"))
			return (true);
	}
	return (false);
}

/* Linked by hf_io.link; no back link, so only the limit ends a loop. */
static bool
in_chain(const struct guest_view *v, uint64_t io, const char *where,
    request_fn *fn, void *arg)
{
	for (unsigned int n = 0; io != 0 && n < REQUESTS_MAX; n++) {
		if (fn(arg, io, where))
			return (true);
		if (!view_field(v, io, "hf_io", "link", &io))
			break;
	}
	return (false);
}

/* Of one device, until fn says true. */
static bool
each_of_disk(
    const struct guest_view *v, uint64_t bdev, request_fn *fn, void *arg)
{
	uint64_t ops, disk, io;

	if (view_field(v, bdev, "hf_bdev", "ops", &ops) && ops != 0 &&
	    ops == view_variable(v, VTBLK_OPS) &&
	    view_field(v, bdev, "hf_bdev", "softc", &disk)) {
		if (in_ring(v, disk, fn, arg))
			return (true);
		if (view_field(v, disk, "vtblk", "sc_wait_head", &io) &&
		    in_chain(v, io, "waiting for room in the ring", fn, arg))
			return (true);
	}
	return (view_field(v, bdev, "hf_bdev", "held", &io) &&
	    in_chain(v, io, "held back by hf_bdev_hold()", fn, arg));
}

/* Until fn says true. */
static bool
each_request(const struct guest_view *v, request_fn *fn, void *arg)
{
	uint64_t bdev = view_pointer(v, TABLE_VARIABLE);

	for (unsigned int n = 0; bdev != 0 && n < DISKS_MAX; n++) {
		if (each_of_disk(v, bdev, fn, arg))
			return (true);
		if (!view_field(v, bdev, "hf_bdev", "next", &bdev))
			break;
	}
	return (false);
}

/* The transfer buffer that the io belongs to, 0: none. */
static uint64_t
buffer_of(const struct guest_view *v, uint64_t io)
{
	uint64_t pool, bytes, arg;

	if (!symbols_object(v->syms, POOL_VARIABLE, &pool, &bytes) ||
	    !view_field(v, io, "hf_io", "arg", &arg) || arg < pool ||
	    arg - pool >= bytes)
		return (0);
	return (arg);
}

static void
print_request(FILE *f, const struct guest_view *v, uint64_t io)
{
	uint64_t op, sector, object, page, pages, buffer = buffer_of(v, io);
	const char *name = NULL;

	if (!view_field(v, io, "hf_io", "op", &op) ||
	    !view_field(v, io, "hf_io", "sector", &sector)) {
		fprintf(f, "request %#" PRIx64 ", which cannot be read", io);
		return;
	}
	name = types_enumerator(v->syms, "hf_io_op", op);
	fprintf(f, "request %#" PRIx64 " (%s of sector %" PRIu64 ")", io,
	    name != NULL ? name : "unknown operation", sector);
	if (buffer == 0 ||
	    !view_field(v, buffer, "hf_pbuf", "pb_object", &object) ||
	    object == 0)
		return;
	fprintf(f, " for ");
	if (view_field(v, buffer, "hf_pbuf", "pb_count", &pages) &&
	    pages != 0 &&
	    view_read(v, view_at(v, buffer, "hf_pbuf", "pb_pages"), &page,
		sizeof(page)) &&
	    vm_state_page_at(v, page) == page)
		vm_state_print_page(f, v, page);
	else
		vm_state_print_object(f, v, object);
}

/* Whether a sleeper on channel waits for this io. */
static bool
is_awaited(const struct guest_view *v, uint64_t io, uint64_t channel)
{
	uint64_t arg, buffer = buffer_of(v, io), pages, page, object;
	struct type_member m;

	if (channel == 0)
		return (false);
	if (view_field(v, io, "hf_io", "arg", &arg) && arg == channel)
		return (true);
	if (buffer == 0)
		return (false);
	if (view_field(v, buffer, "hf_pbuf", "pb_object", &object) &&
	    object != 0 &&
	    channel == view_at(v, object, "vm_object", "paging_in_progress"))
		return (true);
	if (!types_member(v->syms, "hf_pbuf", "pb_pages", &m))
		return (false);
	pages = buffer + m.offset;
	for (uint64_t i = 0; i < m.bytes / sizeof(page) &&
	     vm_state_page_at(v, channel) == channel &&
	     view_read(v, pages + i * sizeof(page), &page, sizeof(page)) &&
	     vm_state_page_at(v, page) == page;
	     i++)
		if (page == channel)
			return (true);
	return (false);
}

struct print {
	FILE *f;
	const struct guest_view *v;
	const struct guest_threads *t;
	uint64_t channel;
};

static bool
print_one(void *arg, uint64_t io, const char *where)
{
	const struct print *p = arg;
	uint64_t done;
	unsigned int waiters = 0;

	fprintf(p->f, "  ");
	print_request(p->f, p->v, io);
	fprintf(p->f, ", %s", where);
	if (view_field(p->v, io, "hf_io", "done", &done)) {
		fprintf(p->f, ", ends in ");
		backtrace_print_place(p->f, p->v->syms, done);
	}
	for (size_t i = 0; i < p->t->n; i++) {
		if (!is_awaited(p->v, io, p->t->thread[i].channel))
			continue;
		fprintf(p->f, waiters++ == 0 ? "; awaited by " : ", ");
		threads_print_name(p->f, &p->t->thread[i]);
	}
	fprintf(p->f, waiters == 0 ? "; nobody sleeps for it\n" : "\n");
	return (false);
}

void
requests_print(
    FILE *f, const struct guest_view *v, const struct guest_threads *t)
{
	struct print p = { .f = f, .v = v, .t = t };

	each_request(v, print_one, &p);
}

static bool
print_awaited(void *arg, uint64_t io, const char *where)
{
	const struct print *p = arg;

	if (!is_awaited(p->v, io, p->channel))
		return (false);
	print_request(p->f, p->v, io);
	fprintf(p->f, ", %s", where);
	return (true);
}

bool
requests_print_awaited(FILE *f, const struct guest_view *v, uint64_t channel)
{
	struct print p = { .f = f, .v = v, .channel = channel };

	return (each_request(v, print_awaited, &p));
}
