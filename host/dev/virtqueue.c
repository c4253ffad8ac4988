/* SPDX-License-Identifier: BSD-2-Clause */
/* virtqueue.c: takes chains from a hostile split ring and returns them. */
#include "dev/virtqueue.h"

#include <stddef.h>
#include <string.h>

#include "core/err.h"

/* Guest words are read and written whole, once, and never cached. */
#define GUEST_LOAD(p)	      __atomic_load_n((p), __ATOMIC_RELAXED)
#define GUEST_LOAD_ACQ(p)     __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define GUEST_STORE(p, v)     __atomic_store_n((p), (v), __ATOMIC_RELAXED)
#define GUEST_STORE_REL(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)

#if defined(__SANITIZE_THREAD__)
#define HF_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HF_TSAN 1
#endif
#endif

/*
 * Between publishing our index or event word and reading the driver's: the
 * one place where x86 reorders (virtio 1.2, 2.7.13).
 */
static void
full_barrier(void)
{
#ifdef HF_TSAN
	/* The sanitizer knows no fences; on x86 this is one as well. */
	static uint32_t dummy;

	(void)__atomic_exchange_n(&dummy, 1, __ATOMIC_SEQ_CST);
#else
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

static uint16_t *
used_event_word(struct virtqueue *vq)
{
	return (&vq->avail->ring[vq->size]);
}

static uint16_t *
avail_event_word(struct virtqueue *vq)
{
	return ((uint16_t *)(void *)&vq->used->ring[vq->size]);
}

/* The area as host memory, or NULL if it is misaligned or not RAM. */
static void *
ring_area(const struct guestmem *mem, uint64_t addr, uint64_t len_bytes,
    uint64_t align)
{
	if (addr % align != 0)
		return (NULL);
	return (guestmem_ptr(mem, gpa_make(addr), len_bytes));
}

bool
virtqueue_ready(struct virtqueue *vq, const struct guestmem *mem,
    const struct virtqueue_regs *regs, uint64_t features, uint16_t size_max,
    uint16_t chain_max)
{
	uint32_t size = regs->size;
	void *desc, *avail, *used;

	hf_check(!vq->ready && size_max <= VIRTQUEUE_SIZE_MAX);
	hf_check(chain_max <= VIRTQUEUE_SIZE_MAX);
	if (size == 0 || size > size_max || (size & (size - 1)) != 0)
		return (false);
	desc = ring_area(
	    mem, regs->desc, VIRTQ_DESC_BYTES(size), VIRTQ_DESC_ALIGN);
	avail = ring_area(
	    mem, regs->avail, VIRTQ_AVAIL_BYTES(size), VIRTQ_AVAIL_ALIGN);
	used = ring_area(
	    mem, regs->used, VIRTQ_USED_BYTES(size), VIRTQ_USED_ALIGN);
	if (desc == NULL || avail == NULL || used == NULL)
		return (false);

	*vq = (struct virtqueue){ .ready = true,
		.event_idx =
		    (features & VIRTIO_BIT(VIRTIO_F_RING_EVENT_IDX)) != 0,
		.indirect =
		    (features & VIRTIO_BIT(VIRTIO_F_RING_INDIRECT_DESC)) != 0,
		.size = (uint16_t)size,
		.chain_max = size > chain_max ? (uint16_t)size : chain_max,
		.mem = mem,
		.desc = desc,
		.avail = avail,
		.used = used };
	return (true);
}

void
virtqueue_reset(struct virtqueue *vq)
{
	*vq = (struct virtqueue){ .ready = false };
}

/* One descriptor, each word of it read once. */
static struct virtq_desc
desc_copy(const void *from)
{
	union {
		struct virtq_desc desc;
		uint64_t words[2];
		uint8_t bytes[sizeof(struct virtq_desc)];
	} copy;

	if ((uintptr_t)from % sizeof(uint64_t) == 0) {
		const uint64_t *words = from;

		copy.words[0] = GUEST_LOAD(&words[0]);
		copy.words[1] = GUEST_LOAD(&words[1]);
	} else {
		/* Only an indirect table can lie like this. */
		const uint8_t *bytes = from;

		for (size_t i = 0; i < sizeof(copy.bytes); i++)
			copy.bytes[i] = GUEST_LOAD(&bytes[i]);
	}
	return (copy.desc);
}

/* Walking state: a table and how far into the chain we are. */
struct walk {
	struct virtqueue *vq;
	struct virtqueue_chain *chain;
	const uint8_t *table; /* of table_len descriptors */
	uint32_t table_len;
	bool indirect; /* the table is not the ring's own */
	const char *why;
};

static bool
walk_broken(struct walk *w, const char *why)
{
	w->why = why;
	return (false);
}

static bool
walk_add(struct walk *w, const struct virtq_desc *d)
{
	struct virtqueue_chain *chain = w->chain;
	bool write = (d->flags & VIRTQ_DESC_F_WRITE) != 0;

	if (chain->nread + chain->nwrite >= w->vq->chain_max)
		return (walk_broken(w, "chain too long or a loop"));
	if (!write && chain->nwrite != 0)
		return (walk_broken(w, "readable descriptor after writable"));
	chain->segs[chain->nread + chain->nwrite] =
	    (struct virtqueue_seg){ .addr = gpa_make(d->addr),
		    .len_bytes = d->len };
	if (write)
		chain->nwrite++;
	else
		chain->nread++;
	return (true);
}

/* Checks that d may refer to an indirect table and moves w there. */
static bool
walk_enter_indirect(struct walk *w, const struct virtq_desc *d)
{
	uint32_t len = d->len / sizeof(struct virtq_desc);

	if (!w->vq->indirect)
		return (walk_broken(w, "indirect descriptor not negotiated"));
	if (w->indirect)
		return (walk_broken(w, "nested indirect descriptor"));
	if ((d->flags & VIRTQ_DESC_F_NEXT) != 0)
		return (walk_broken(w, "indirect descriptor with next"));
	if (d->len == 0 || d->len % sizeof(struct virtq_desc) != 0)
		return (walk_broken(w, "indirect table of a broken size"));
	if (len > w->vq->chain_max)
		return (walk_broken(w, "indirect table too large"));
	w->table = guestmem_ptr(w->vq->mem, gpa_make(d->addr), d->len);
	if (w->table == NULL)
		return (walk_broken(w, "indirect table not in RAM"));
	w->table_len = len;
	w->indirect = true;
	return (true);
}

/*
 * Follows the chain that begins at head.  Each pass of the loop uses up one of
 * the table's descriptors, so a loop ends in walk_add or in the count of steps.
 */
static bool
walk_chain(struct walk *w, uint16_t head)
{
	struct virtq_desc d;
	uint32_t at = head, steps = 0;

	for (;;) {
		if (at >= w->table_len)
			return (walk_broken(w, "descriptor index too large"));
		if (steps++ >= w->table_len)
			return (walk_broken(w, "chain is a loop"));
		d = desc_copy(w->table + at * sizeof(struct virtq_desc));
		if ((d.flags & VIRTQ_DESC_F_INDIRECT) != 0) {
			if (!walk_enter_indirect(w, &d))
				return (false);
			at = 0;
			steps = 0;
			continue;
		}
		if (!walk_add(w, &d))
			return (false);
		if ((d.flags & VIRTQ_DESC_F_NEXT) == 0)
			return (true);
		at = d.next;
	}
}

/* Refresh avail_seen.  VIRTQUEUE_TAKEN: there is something to take. */
static enum virtqueue_result
look_for_more(struct virtqueue *vq, const char **why)
{
	uint16_t idx = GUEST_LOAD_ACQ(&vq->avail->idx);

	if ((uint16_t)(idx - vq->avail_next) > vq->size) {
		*why = "available index jumped";
		return (VIRTQUEUE_BROKEN);
	}
	vq->avail_seen = idx;
	return (idx == vq->avail_next ? VIRTQUEUE_EMPTY : VIRTQUEUE_TAKEN);
}

enum virtqueue_result
virtqueue_take(
    struct virtqueue *vq, struct virtqueue_chain *chain, const char **why)
{
	struct walk w;
	uint16_t head;

	hf_check(vq->ready);
	if (vq->avail_next == vq->avail_seen) {
		enum virtqueue_result r = look_for_more(vq, why);

		if (r != VIRTQUEUE_TAKEN)
			return (r);
	}
	head = GUEST_LOAD(&vq->avail->ring[vq->avail_next & (vq->size - 1)]);
	if (head >= vq->size) {
		*why = "head index too large";
		return (VIRTQUEUE_BROKEN);
	}
	if (__atomic_load_n(&vq->busy[head], __ATOMIC_ACQUIRE) != 0) {
		*why = "head offered while in flight";
		return (VIRTQUEUE_BROKEN);
	}
	chain->head = head;
	chain->nread = 0;
	chain->nwrite = 0;
	w = (struct walk){ .vq = vq,
		.chain = chain,
		.table = (const uint8_t *)vq->desc,
		.table_len = vq->size };
	if (!walk_chain(&w, head)) {
		*why = w.why;
		return (VIRTQUEUE_BROKEN);
	}
	__atomic_store_n(&vq->busy[head], 1, __ATOMIC_RELAXED);
	vq->avail_next++;
	return (VIRTQUEUE_TAKEN);
}

void
virtqueue_notify_off(struct virtqueue *vq)
{
	/* With EVENT_IDX a stale avail_event already says so. */
	if (vq->event_idx || vq->quiet)
		return;
	vq->quiet = true;
	GUEST_STORE(&vq->used->flags, VIRTQ_USED_F_NO_NOTIFY);
}

bool
virtqueue_notify_on(struct virtqueue *vq)
{
	if (vq->event_idx)
		GUEST_STORE(avail_event_word(vq), vq->avail_next);
	else if (vq->quiet)
		GUEST_STORE(&vq->used->flags, 0);
	vq->quiet = false;
	full_barrier();
	return (GUEST_LOAD_ACQ(&vq->avail->idx) != vq->avail_next);
}

void
virtqueue_push(struct virtqueue *vq, uint16_t head, uint32_t len_bytes)
{
	struct virtq_used_elem *slot =
	    &vq->used->ring[vq->used_next & (vq->size - 1)];

	hf_check(head < vq->size);
	hf_check(__atomic_load_n(&vq->busy[head], __ATOMIC_RELAXED) != 0);
	GUEST_STORE(&slot->id, head);
	GUEST_STORE(&slot->len, len_bytes);
	/* Free before it is visible: the driver may offer it again at once. */
	__atomic_store_n(&vq->busy[head], 0, __ATOMIC_RELEASE);
	vq->used_next++;
	GUEST_STORE_REL(&vq->used->idx, vq->used_next);
}

bool
virtqueue_should_interrupt(struct virtqueue *vq)
{
	uint16_t old = vq->used_signalled;

	full_barrier();
	if (!vq->event_idx) {
		return ((GUEST_LOAD(&vq->avail->flags) &
			    VIRTQ_AVAIL_F_NO_INTERRUPT) == 0);
	}
	vq->used_signalled = vq->used_next;
	return (virtq_need_event(
	    GUEST_LOAD(used_event_word(vq)), vq->used_next, old));
}
