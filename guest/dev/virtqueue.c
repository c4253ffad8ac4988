/* SPDX-License-Identifier: BSD-2-Clause */
/* virtqueue.c: the driver's side of a virtio split ring. */

#include <sys/param.h>
#include <sys/systm.h>
#include <machine/atomic.h>
#include <dev/virtqueue.h>

static volatile uint16_t *
used_event(struct virtq *vq)
{
	return (&vq->vq_avail->ring[vq->vq_size]);
}

static uint16_t
avail_event(struct virtq *vq)
{
	return (*(volatile uint16_t *)&vq->vq_used->ring[vq->vq_size]);
}

size_t
virtq_ring_bytes(uint16_t n)
{
	return (roundup2(VIRTQ_DESC_BYTES(n), 16) +
	    roundup2(VIRTQ_AVAIL_BYTES(n), 16) +
	    roundup2(VIRTQ_USED_BYTES(n), 16));
}

void
virtq_init(
    struct virtq *vq, void *va, vm_paddr_t pa, uint16_t n, bool event_idx)
{
	size_t avail_off, used_off;
	uint16_t i;

	KASSERT(n != 0 && (n & (n - 1)) == 0 && n <= VIRTQ_DRIVER_MAX,
	    ("virtq_init: size %u", n));
	KASSERT((pa & 15) == 0, ("virtq_init: rings not aligned"));

	avail_off = roundup2(VIRTQ_DESC_BYTES(n), 16);
	used_off = avail_off + roundup2(VIRTQ_AVAIL_BYTES(n), 16);
	memset(va, 0, virtq_ring_bytes(n));
	vq->vq_desc = va;
	vq->vq_avail = (void *)((char *)va + avail_off);
	vq->vq_used = (void *)((char *)va + used_off);
	vq->vq_desc_pa = pa;
	vq->vq_avail_pa = pa + avail_off;
	vq->vq_used_pa = pa + used_off;
	vq->vq_size = n;
	vq->vq_nfree = n;
	vq->vq_free_head = 0;
	vq->vq_avail_idx = vq->vq_told_idx = vq->vq_used_idx = 0;
	vq->vq_inflight = 0;
	vq->vq_event_idx = event_idx;
	for (i = 0; i < n; i++) {
		vq->vq_link[i] = i + 1;
		vq->vq_chain[i] = 0;
	}
}

static void
desc_fill(
    struct virtq_desc *d, const struct virtq_piece *p, bool more, uint16_t next)
{
	d->addr = p->pa;
	d->len = p->len;
	d->flags = (p->device_writes ? VIRTQ_DESC_F_WRITE : 0) |
	    (more ? VIRTQ_DESC_F_NEXT : 0);
	d->next = more ? next : 0;
}

/* Takes ndesc descriptors off the free list, already linked. */
static uint16_t
chain_take(struct virtq *vq, uint16_t ndesc, uint16_t *last)
{
	uint16_t head, i, tail;

	head = tail = vq->vq_free_head;
	for (i = 1; i < ndesc; i++)
		tail = vq->vq_link[tail];
	vq->vq_free_head = vq->vq_link[tail];
	vq->vq_nfree -= ndesc;
	vq->vq_chain[head] = ndesc;
	*last = tail;
	return (head);
}

int
virtq_add(struct virtq *vq, const struct virtq_piece *pieces, uint16_t n,
    struct virtq_desc *table, vm_paddr_t table_pa)
{
	struct virtq_desc *d;
	uint16_t head, i, id, last, ndesc;

	ndesc = table != NULL ? 1 : n;
	if (ndesc > vq->vq_nfree)
		return (-1);
	head = chain_take(vq, ndesc, &last);
	if (table != NULL) {
		for (i = 0; i < n; i++)
			desc_fill(&table[i], &pieces[i], i + 1 < n, i + 1);
		d = &vq->vq_desc[head];
		d->addr = table_pa;
		d->len = n * sizeof(*table);
		d->flags = VIRTQ_DESC_F_INDIRECT;
		d->next = 0;
	} else {
		for (i = 0, id = head; i < n; i++, id = vq->vq_link[id])
			desc_fill(&vq->vq_desc[id], &pieces[i], i + 1 < n,
			    vq->vq_link[id]);
	}
	vq->vq_avail->ring[vq->vq_avail_idx & (vq->vq_size - 1)] = head;
	vq->vq_avail_idx++;
	vq->vq_inflight++;
	return (head);
}

bool
virtq_publish(struct virtq *vq)
{
	uint16_t old;

	old = vq->vq_told_idx;
	if (old == vq->vq_avail_idx)
		return (false);
	/* Descriptors and slots before the index (virtio 2.7.13.3). */
	atomic_thread_fence_rel();
	vq->vq_avail->idx = vq->vq_avail_idx;
	vq->vq_told_idx = vq->vq_avail_idx;
	/* The index before the suppression word is read: a real fence. */
	atomic_thread_fence_seq_cst();
	if (vq->vq_event_idx)
		return (virtq_need_event(
			    avail_event(vq), vq->vq_avail_idx, old) != 0);
	return ((vq->vq_used->flags & VIRTQ_USED_F_NO_NOTIFY) == 0);
}

static void
chain_free(struct virtq *vq, uint16_t head)
{
	uint16_t i, n, tail;

	n = vq->vq_chain[head];
	for (i = 1, tail = head; i < n; i++)
		tail = vq->vq_link[tail];
	vq->vq_link[tail] = vq->vq_free_head;
	vq->vq_free_head = head;
	vq->vq_nfree += n;
	vq->vq_chain[head] = 0;
	vq->vq_inflight--;
}

enum virtq_pop
virtq_pop(struct virtq *vq, uint16_t *head, uint32_t *len)
{
	volatile struct virtq_used_elem *e;
	uint32_t id;
	uint16_t fresh;

	fresh = vq->vq_used->idx - vq->vq_used_idx;
	if (fresh == 0)
		return (VIRTQ_EMPTY);
	if (fresh > vq->vq_inflight)
		return (VIRTQ_BROKEN);
	atomic_thread_fence_acq();
	e = &vq->vq_used->ring[vq->vq_used_idx & (vq->vq_size - 1)];
	id = e->id;
	*len = e->len;
	if (id >= vq->vq_size || vq->vq_chain[id] == 0)
		return (VIRTQ_BROKEN);
	vq->vq_used_idx++;
	*head = id;
	chain_free(vq, id);
	return (VIRTQ_GOT);
}

bool
virtq_rearm(struct virtq *vq)
{
	/* Until the next call the word lies behind: no interrupt is asked for. */
	if (vq->vq_event_idx)
		*used_event(vq) = vq->vq_used_idx;
	/* The event word before the index is read again (virtio 2.7.7). */
	atomic_thread_fence_seq_cst();
	return (vq->vq_used->idx != vq->vq_used_idx);
}
