/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_phys_contig.c: contiguous runs of frames, and the lists' checker. */
#include <sys/param.h>
#include <sys/systm.h>
#include <vm/vm.h>
#include <vm/vm_page.h>
#include "vm_phys_priv.h"

#define MAX_BLOCK_PAGES (1ul << (VM_NFREEORDER - 1))

struct want {
	vm_paddr_t size, low, high, alignment, boundary;
};

/* First fitting address in [start, end), or 0: page 0 is never managed. */
static vm_paddr_t
fit(const struct want *w, vm_paddr_t start, vm_paddr_t end)
{
	vm_paddr_t pa;

	pa = roundup2(MAX(start, w->low), w->alignment);
	if (w->boundary != 0 &&
	    ((pa ^ (pa + w->size - 1)) & ~(w->boundary - 1)) != 0)
		pa = roundup2(roundup2(pa, w->boundary), w->alignment);
	if (w->boundary != 0 &&
	    ((pa ^ (pa + w->size - 1)) & ~(w->boundary - 1)) != 0)
		return (0);
	end = MIN(end, w->high);
	if (pa < start || pa >= end || end - pa < w->size)
		return (0);
	return (pa);
}

/*
 * Takes [pa, pa + size) out of [start, end), which consists of free blocks of
 * the given order; the rest is free again afterwards.
 */
static vm_page_t
carve(vm_page_t head, int order, vm_paddr_t end, vm_paddr_t pa, vm_paddr_t size)
{
	const vm_paddr_t start = VM_PAGE_TO_PHYS(head);
	vm_paddr_t at;
	vm_page_t m;
	int pool;

	pool = head->pool;
	for (at = start; at < end; at += (vm_paddr_t)PAGE_SIZE << order) {
		m = head + atop(at - start);
		hf_freelist_remove(hf_freelist_of(m, m->pool), m);
	}
	for (at = pa; at < pa + size; at += PAGE_SIZE) {
		m = head + atop(at - start);
		hf_vm_page_setup(m);
		m->pool = pool;
	}
	if (pa > start)
		vm_phys_free_contig(head, atop(pa - start));
	if (pa + size < end) {
		m = head + atop(pa + size - start);
		hf_vm_page_setup(m);
		m->pool = pool;
		vm_phys_free_contig(m, atop(end - pa - size));
	}
	return (head + atop(pa - start));
}

static vm_page_t
contig_in_block(const struct want *w, int flind, int order)
{
	struct hf_freelist *fl;
	vm_paddr_t start, end, pa;
	vm_page_t m;
	int pool;

	for (pool = 0; pool < VM_NFREEPOOL; pool++) {
		fl = &hf_free_queues[flind][pool];
		TAILQ_FOREACH (m, &fl->fl_pl[order], plinks.q) {
			start = VM_PAGE_TO_PHYS(m);
			end = start + ((vm_paddr_t)PAGE_SIZE << order);
			pa = fit(w, start, end);
			if (pa != 0)
				return (carve(m, order, end, pa, w->size));
		}
	}
	return (NULL);
}

static bool
is_free_max_block(struct vm_phys_seg *seg, vm_paddr_t pa)
{
	vm_page_t m;

	if (pa >= seg->end)
		return (false);
	m = seg->first_page + atop(pa - seg->start);
	return (hf_vm_page_is_set_up(m) && m->order == VM_NFREEORDER - 1);
}

/* Runs longer than the largest block: consecutive ones of that order. */
static vm_page_t
contig_in_run(const struct want *w, struct vm_phys_seg *seg)
{
	const vm_paddr_t step = (vm_paddr_t)PAGE_SIZE * MAX_BLOCK_PAGES;
	vm_paddr_t start, end, pa;

	for (start = roundup2(seg->start, step); start < seg->end;
	     start = end + step) {
		for (end = start; is_free_max_block(seg, end);)
			end += step;
		if (end - start < w->size)
			continue;
		pa = fit(w, start, end);
		if (pa != 0)
			return (
			    carve(seg->first_page + atop(start - seg->start),
				VM_NFREEORDER - 1, end, pa, w->size));
	}
	return (NULL);
}

/*
 * npages consecutive frames at or above low, ending at or below high, first
 * address a multiple of alignment, no multiple of boundary (0: none) inside;
 * NULL if there are none.  All their structs are set up.  Free lock held.
 */
vm_page_t
vm_phys_alloc_contig(int domain, u_long npages, vm_paddr_t low, vm_paddr_t high,
    u_long alignment, vm_paddr_t boundary)
{
	struct want w = { ptoa(npages), low, high, MAX(alignment, PAGE_SIZE),
		boundary };
	vm_page_t m;
	int flind, i, order;

	KASSERT(npages > 0, ("vm_phys_alloc_contig: no pages"));
	KASSERT(powerof2(alignment) && powerof2(boundary),
	    ("vm_phys_alloc_contig: alignment %#lx boundary %#lx", alignment,
		boundary));
	hf_vm_phys_feed_all();
	for (flind = 0; flind < VM_NFREELIST; flind++) {
		for (order = npages == 1 ? 0 : flsl(npages - 1);
		     order < VM_NFREEORDER; order++) {
			m = contig_in_block(&w, flind, order);
			if (m != NULL)
				return (m);
		}
		for (i = 0; npages > MAX_BLOCK_PAGES && i < vm_phys_nsegs;
		     i++) {
			if (vm_phys_segs[i].freelist != flind)
				continue;
			m = contig_in_run(&w, &vm_phys_segs[i]);
			if (m != NULL)
				return (m);
		}
	}
	return (NULL);
}

u_long
hf_vm_phys_block_count(int freelist, int pool, int order)
{
	u_long n;
	int p;

	n = 0;
	vm_domain_free_lock();
	hf_vm_phys_feed_all();
	for (p = 0; p < VM_NFREEPOOL; p++)
		if (pool == -1 || pool == p)
			n += hf_free_queues[freelist][p].fl_cnt[order];
	vm_domain_free_unlock();
	return (n);
}

static const char *
check_block(vm_page_t m, int freelist, int pool, int order)
{
	struct vm_phys_seg *seg = &vm_phys_segs[m->segind];
	vm_paddr_t pa = VM_PAGE_TO_PHYS(m);
	vm_paddr_t size = (vm_paddr_t)PAGE_SIZE << order;
	vm_page_t buddy;

	if (m->order != order || m->pool != pool || seg->freelist != freelist ||
	    (pa & (size - 1)) != 0 || pa < seg->start || pa + size > seg->end)
		return ("a free block is on the wrong list");
	if (m->object != NULL || m->ref_count != 0 || m->valid != 0 ||
	    m->dirty != 0 || !vm_page_busy_freed(m) || m->a.queue != PQ_NONE)
		return ("a free page is in use");
	if (order == VM_NFREEORDER - 1 || (pa ^ size) < seg->start ||
	    (pa ^ size) >= seg->end)
		return (NULL);
	buddy = seg->first_page + atop((pa ^ size) - seg->start);
	if (hf_vm_page_is_set_up(buddy) && buddy->order == order)
		return ("two free buddies are not merged");
	return (NULL);
}

static const char *
check_list(int freelist, int pool, int order, u_long *frames)
{
	struct hf_freelist *fl = &hf_free_queues[freelist][pool];
	const char *why;
	vm_page_t m;
	u_int n;

	n = 0;
	TAILQ_FOREACH (m, &fl->fl_pl[order], plinks.q) {
		why = check_block(m, freelist, pool, order);
		if (why != NULL)
			return (why);
		n++;
	}
	if (n != fl->fl_cnt[order])
		return ("a free list is not as long as it says");
	if ((n != 0) != ((fl->fl_orders >> order & 1) != 0))
		return ("a free list's map of orders is wrong");
	*frames += (u_long)n << order;
	return (NULL);
}

const char *
hf_vm_phys_check(u_long *frames)
{
	const char *why;
	int flind, order, pool;

	why = NULL;
	vm_domain_free_lock();
	*frames = hf_vm_phys_unfed();
	for (flind = 0; flind < VM_NFREELIST && why == NULL; flind++)
		for (pool = 0; pool < VM_NFREEPOOL && why == NULL; pool++)
			for (order = 0; order < VM_NFREEORDER && why == NULL;
			     order++)
				why = check_list(flind, pool, order, frames);
	vm_domain_free_unlock();
	return (why);
}
