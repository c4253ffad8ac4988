/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_phys.c: the buddy allocator: free lists, splitting, merging. */
#include <sys/param.h>
#include <sys/systm.h>
#include <vm/vm.h>
#include <vm/vm_param.h>
#include <vm/vm_page.h>
#include <vm/vm_phys.h>
#include "vm_phys_priv.h"

struct mtx hf_vm_phys_free_mtx;
struct hf_freelist hf_free_queues[VM_NFREELIST][VM_NFREEPOOL];

/* The block's head gets its order and pool. */
static void
freelist_add(
    struct hf_freelist *fl, vm_page_t m, int order, int pool, bool tail)
{
	m->order = order;
	m->pool = pool;
	if (tail)
		TAILQ_INSERT_TAIL(&fl->fl_pl[order], m, plinks.q);
	else
		TAILQ_INSERT_HEAD(&fl->fl_pl[order], m, plinks.q);
	fl->fl_cnt[order]++;
	fl->fl_orders |= 1u << order;
}

void
hf_freelist_remove(struct hf_freelist *fl, vm_page_t m)
{
	int order = m->order;

	TAILQ_REMOVE(&fl->fl_pl[order], m, plinks.q);
	if (--fl->fl_cnt[order] == 0)
		fl->fl_orders &= ~(1u << order);
	m->order = VM_NFREEORDER;
}

struct hf_freelist *
hf_freelist_of(vm_page_t m, int pool)
{
	return (&hf_free_queues[vm_phys_segs[m->segind].freelist][pool]);
}

/* Cuts a block of order `from' down to `to', queueing the upper halves. */
static void
split(struct hf_freelist *fl, vm_page_t m, int from, int to, int pool)
{
	vm_page_t upper;

	while (from > to) {
		from--;
		upper = m + (1ul << from);
		hf_vm_page_setup(upper);
		freelist_add(fl, upper, from, pool, false);
	}
}

/* From what is on one free list. */
static vm_page_t
alloc_listed(int freelist, int pool, int order)
{
	struct hf_freelist *own, *fl;
	vm_page_t m;
	u_int fit;
	int from, p;

	own = &hf_free_queues[freelist][pool];
	fit = own->fl_orders & (~0u << order);
	if (__predict_true(fit != 0)) {
		from = __builtin_ctz(fit);
		m = TAILQ_FIRST(&own->fl_pl[from]);
		hf_freelist_remove(own, m);
		split(own, m, from, order, pool);
		return (m);
	}
	/* Convert the largest block of another pool. */
	for (from = VM_NFREEORDER - 1; from >= order; from--) {
		for (p = 0; p < VM_NFREEPOOL; p++) {
			fl = &hf_free_queues[freelist][p];
			m = TAILQ_FIRST(&fl->fl_pl[from]);
			if (m == NULL)
				continue;
			hf_freelist_remove(fl, m);
			m->pool = pool;
			split(own, m, from, order, pool);
			return (m);
		}
	}
	return (NULL);
}

/* As vm_phys_alloc_pages(), from one free list.  Free lock held. */
vm_page_t
vm_phys_alloc_freelist_pages(int domain, int freelist, int pool, int order)
{
	vm_page_t m;

	mtx_assert(&hf_vm_phys_free_mtx, MA_OWNED);
	do
		m = alloc_listed(freelist, pool, order);
	while (__predict_false(m == NULL) && hf_vm_phys_feed(freelist));
	return (m);
}

/*
 * A block of 2^order frames, or NULL.  Only its first page's struct is
 * certain to be set up.  Free lock held.
 */
vm_page_t
vm_phys_alloc_pages(int domain, int pool, int order)
{
	vm_page_t m;
	int flind;

	KASSERT(order >= 0 && order < VM_NFREEORDER,
	    ("vm_phys_alloc_pages: order %d", order));
	for (flind = 0; flind < VM_NFREELIST; flind++) {
		m = vm_phys_alloc_freelist_pages(domain, flind, pool, order);
		if (m != NULL)
			return (m);
	}
	return (NULL);
}

/* Up to npages frames into ma, as large blocks as there are; how many. */
int
vm_phys_alloc_npages(int domain, int pool, int npages, vm_page_t ma[])
{
	vm_page_t m;
	int got, i, order;

	got = 0;
	while (got < npages) {
		order = MIN(fls(npages - got) - 1, VM_NFREEORDER - 1);
		while ((m = vm_phys_alloc_pages(domain, pool, order)) == NULL &&
		    order > 0)
			order--;
		if (m == NULL)
			break;
		for (i = 0; i < 1 << order; i++) {
			hf_vm_page_setup(m + i);
			m[i].pool = pool;
			ma[got++] = m + i;
		}
	}
	return (got);
}

/*
 * Gives a block back, merging it with its free buddies.  The result is in the
 * freed page's pool, last on its list.  Free lock held.
 */
void
vm_phys_free_pages(vm_page_t m, int order)
{
	struct vm_phys_seg *seg;
	vm_paddr_t pa, buddy_pa;
	vm_page_t buddy;
	int pool;

	mtx_assert(&hf_vm_phys_free_mtx, MA_OWNED);
	KASSERT(m->order == VM_NFREEORDER,
	    ("vm_phys_free_pages: page %p is free already", (void *)m));
	KASSERT(order >= 0 && order < VM_NFREEORDER,
	    ("vm_phys_free_pages: order %d", order));
	seg = &vm_phys_segs[m->segind];
	pa = VM_PAGE_TO_PHYS(m);
	pool = m->pool;
	KASSERT((pa & ((PAGE_SIZE << order) - 1)) == 0,
	    ("vm_phys_free_pages: %#lx is not aligned to order %d", pa, order));
	for (; order < VM_NFREEORDER - 1; order++) {
		buddy_pa = pa ^ ((vm_paddr_t)PAGE_SIZE << order);
		if (buddy_pa < seg->start || buddy_pa >= seg->end)
			break;
		buddy = seg->first_page + atop(buddy_pa - seg->start);
		if (!hf_vm_page_is_set_up(buddy) || buddy->order != order)
			break;
		hf_freelist_remove(hf_freelist_of(buddy, buddy->pool), buddy);
		if (buddy_pa < pa) {
			pa = buddy_pa;
			m = buddy;
		}
	}
	freelist_add(hf_freelist_of(m, pool), m, order, pool, true);
}

/*
 * Gives back a run of frames of one segment, in maximal aligned blocks.  The
 * structs of the run need not be set up.  Free lock held.
 */
void
vm_phys_free_contig(vm_page_t m, u_long npages)
{
	vm_paddr_t pa;
	int order, pool;

	hf_vm_page_setup(m);
	pool = m->pool;
	while (npages > 0) {
		hf_vm_page_setup(m);
		m->pool = pool;
		pa = VM_PAGE_TO_PHYS(m);
		order = MIN(fls(MIN(npages, 1ul << 30)) - 1, VM_NFREEORDER - 1);
		while ((pa & (((vm_paddr_t)PAGE_SIZE << order) - 1)) != 0)
			order--;
		vm_phys_free_pages(m, order);
		m += 1ul << order;
		npages -= 1ul << order;
	}
}

/* The head of the free block that contains m, or NULL.  Free lock held. */
static vm_page_t
free_block_of(vm_page_t m)
{
	struct vm_phys_seg *seg;
	vm_paddr_t pa, head_pa;
	vm_page_t head;
	int order;

	seg = &vm_phys_segs[m->segind];
	pa = VM_PAGE_TO_PHYS(m);
	for (order = 0; order < VM_NFREEORDER; order++) {
		head_pa = rounddown2(pa, (vm_paddr_t)PAGE_SIZE << order);
		if (head_pa < seg->start)
			break;
		head = seg->first_page + atop(head_pa - seg->start);
		if (hf_vm_page_is_set_up(head) && head->order == order)
			return (head);
	}
	return (NULL);
}

/*
 * Takes one certain frame off the free lists; false if it is not free.  The
 * caller lowers the free count.  Free lock held.
 */
bool
vm_phys_unfree_page(vm_page_t m)
{
	struct hf_freelist *fl;
	vm_page_t head, half;
	int order, pool;

	hf_vm_phys_feed_all();
	head = free_block_of(m);
	if (head == NULL)
		return (false);
	order = head->order;
	pool = head->pool;
	fl = hf_freelist_of(head, pool);
	hf_freelist_remove(fl, head);
	while (order > 0) {
		order--;
		half = head + (1ul << order);
		hf_vm_page_setup(half);
		if (m >= half) {
			freelist_add(fl, head, order, pool, true);
			head = half;
		} else
			freelist_add(fl, half, order, pool, true);
	}
	m->pool = pool;
	return (true);
}
