/* SPDX-License-Identifier: BSD-2-Clause */
/* raw_map.c: reads an image that lies in memory by copying from a mapping. */

/*
 * A file system in memory has each page of the file where a mapping shows it,
 * so a read takes no system call.  But the first access to 64 KiB of a mapping
 * is a page fault of the host, which costs as much as a preadv of a dozen of
 * its pages.  So the mapping is used only where that much was read before, as a
 * guest does that pages.  Where the file has become shorter, or a hole finds no
 * memory, the access raises SIGBUS.  The copy is given up then, and a system
 * call does the read and says what is wrong.  The page in which a shorter file
 * ends is another matter: the mapping shows zeros behind the end.  So each copy
 * ends with a touch of the image's last page, which is gone if the file is
 * shorter by a page.  What lies in that page is read by system calls only.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "blk/raw.h"
#include "core/err.h"

/* The copy that this thread is in, NULL: none. */
static _Thread_local sigjmp_buf *volatile copying;
static struct sigaction before;

static void
bus_error(int number, siginfo_t *info, void *context)
{
	/* Of those that somebody sends the code is not positive. */
	if (copying != NULL && info->si_code > 0)
		siglongjmp(*copying, 1);
	/*
	 * Not ours: the same instruction, or the same signal, meets what was
	 * there.
	 */
	sigaction(SIGBUS, &before, NULL);
	if (info->si_code <= 0)
		(void)raise(number);
}

static void
handler_install(void)
{
	/* NODEFER: no signal mask is restored by the jump. */
	struct sigaction action = { .sa_sigaction = bus_error,
		.sa_flags = SA_SIGINFO | SA_NODEFER };

	sigaction(SIGBUS, &action, &before);
}

#define PART_SHIFT     16 /* what Linux maps at one fault */
#define PAGE_SHIFT     12
#define PAGES_READ_MIN 12 /* of a part, before the mapping is used for it */

struct raw_map {
	const uint8_t *bytes;
	/* Pages read of each part, counted as far as matters; atomic, a hint. */
	uint8_t read[];
};

static size_t
image_bytes(const struct raw *r)
{
	return ((size_t)(r->blk.capacity_sectors * BLK_SECTOR_BYTES));
}

static struct raw_map *
map_make(const struct raw *r)
{
	struct raw_map *m =
	    calloc(1, sizeof(*m) + (image_bytes(r) >> PART_SHIFT) + 1);
	void *p;

	hf_check_memory(m != NULL);
	p = mmap(NULL, image_bytes(r), PROT_READ, MAP_SHARED, r->fd, 0);
	m->bytes = p == MAP_FAILED ? NULL : p;
	return (m);
}

static void
map_free(const struct raw *r, struct raw_map *m)
{
	if (m != NULL && m->bytes != NULL)
		(void)munmap((void *)(uintptr_t)m->bytes, image_bytes(r));
	free(m);
}

/* Counts op's pages; true if all its parts were read enough before. */
static bool
worth_mapping(struct raw_map *m, const struct blk_op *op)
{
	const uint64_t part_mask = (1u << (PART_SHIFT - PAGE_SHIFT)) - 1;
	uint64_t page = op->offset_bytes >> PAGE_SHIFT, n;
	uint64_t end =
	    ((op->offset_bytes + op->length_bytes - 1) >> PAGE_SHIFT) + 1;
	bool all = true;

	for (; page < end; page += n) {
		uint8_t *read = &m->read[page >> (PART_SHIFT - PAGE_SHIFT)];
		uint8_t before = __atomic_load_n(read, __ATOMIC_RELAXED);

		n = part_mask + 1 - (page & part_mask);
		if (n > end - page)
			n = end - page;
		if (before >= PAGES_READ_MIN)
			continue;
		all = false;
		__atomic_store_n(read, (uint8_t)(before + n), __ATOMIC_RELAXED);
	}
	return (all);
}

/* The mapping, made by whoever comes first. */
static struct raw_map *
map_of(struct raw *r)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct raw_map *m = __atomic_load_n(&r->map, __ATOMIC_ACQUIRE);
	struct raw_map *none = NULL;

	if (m != NULL)
		return (m);
	pthread_once(&once, handler_install);
	m = map_make(r);
	if (__atomic_compare_exchange_n(
		&r->map, &none, m, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return (m);
	map_free(r, m);
	return (none);
}

/* Sectors and pages: microcode moves them as fast as anything (ERMS). */
static void
copy_bytes(void *to, const void *from, size_t len_bytes)
{
	__asm__ volatile("rep movsb"
			 : "+D"(to), "+S"(from), "+c"(len_bytes)
			 :
			 : "memory");
}

static __attribute__((noinline)) void
copy(const struct blk_op *op, const uint8_t *from, const uint8_t *last)
{
	for (unsigned int i = 0; i < op->iov_count; i++) {
		copy_bytes(op->iov[i].iov_base, from, op->iov[i].iov_len);
		from += op->iov[i].iov_len;
	}
	(void)*(const volatile uint8_t *)last;
}

/* False: SIGBUS ended it. */
static __attribute__((noinline)) bool
copy_guarded(const struct blk_op *op, const uint8_t *from, const uint8_t *last)
{
	sigjmp_buf here;
	volatile bool good = false;

	if (sigsetjmp(here, 0) == 0) {
		copying = &here;
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
		copy(op, from, last);
		good = true;
	}
	copying = NULL;
	return (good);
}

bool
raw_map_read(struct raw *r, const struct blk_op *op)
{
	struct raw_map *m = map_of(r);
	uint64_t last = image_bytes(r) - 1;

	if (op->offset_bytes + op->length_bytes > last >> PAGE_SHIFT
		<< PAGE_SHIFT)
		return (false);
	return (worth_mapping(m, op) && m->bytes != NULL &&
	    copy_guarded(op, m->bytes + op->offset_bytes, m->bytes + last));
}

void
raw_unmap(struct raw *r)
{
	map_free(r, r->map);
}
