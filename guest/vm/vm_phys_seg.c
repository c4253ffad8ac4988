/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_phys_seg.c: segments of RAM and the lazy set-up of their page structs. */
#include <sys/param.h>
#include <sys/systm.h>
#include <vm/vm.h>
#include <vm/vm_param.h>
#include <vm/vm_page.h>
#include <vm/pmap.h>
#include "vm_phys_priv.h"

/*
 * Structs are set up in groups of 2^3, at addresses aligned to 8 frames.  Boot
 * needs some 40 structs: the heads of free blocks, which are far apart.  Each
 * page of the array that it touches is a page that the host has to find.
 */
#define GROUP_SHIFT 3
#define GROUP_PAGES (1ul << GROUP_SHIFT)

struct vm_phys_seg vm_phys_segs[VM_PHYSSEG_MAX];
int vm_phys_nsegs;
vm_page_t vm_page_array;
long vm_page_array_size;

static uint64_t *ready_map; /* bit per group: set up (free lock to set) */

static void
add_one(vm_paddr_t start, vm_paddr_t end, int freelist)
{
	struct vm_phys_seg *seg;

	if (start >= end)
		return;
	if (vm_phys_nsegs == VM_PHYSSEG_MAX)
		panic("vm_phys_add_seg: more than %d segments", VM_PHYSSEG_MAX);
	seg = &vm_phys_segs[vm_phys_nsegs++];
	seg->start = start;
	seg->end = end;
	seg->freelist = freelist;
}

/* Boot, in ascending order. */
void
vm_phys_add_seg(vm_paddr_t start, vm_paddr_t end)
{
	vm_paddr_t low_end, mid_end;

	low_end = MIN(end, VM_LOWMEM_BOUNDARY);
	add_one(start, low_end, VM_FREELIST_LOWMEM);
	mid_end = MIN(end, VM_DMA32_BOUNDARY);
	/* Without memory above 4 GiB this is the default list: vm_phys_init. */
	add_one(MAX(start, VM_LOWMEM_BOUNDARY), mid_end, VM_FREELIST_DMA32);
	add_one(MAX(start, VM_DMA32_BOUNDARY), end, VM_FREELIST_DEFAULT);
}

/* Structs needed.  Each segment begins with a group of its own. */
u_long
hf_vm_phys_array_pages(void)
{
	u_long n;
	int i;

	n = 0;
	for (i = 0; i < vm_phys_nsegs; i++) {
		n = roundup2(n, GROUP_PAGES);
		n += atop(vm_phys_segs[i].end - vm_phys_segs[i].start);
	}
	return (roundup2(n, GROUP_PAGES));
}

/* Bytes of the map of groups for so many structs. */
u_long
hf_vm_phys_map_bytes(u_long structs)
{
	return (howmany(structs >> GROUP_SHIFT, 64) * 8);
}

/*
 * Boot: vm_page_array points at hf_vm_phys_array_pages() structs of junk and
 * map at hf_vm_phys_map_bytes() of them.
 */
void
vm_phys_init(void *map)
{
	struct vm_phys_seg *seg;
	bool above;
	u_long n;
	int i, order, pool;

	mtx_init(&hf_vm_phys_free_mtx, "vm phys free", NULL, MTX_DEF);
	n = 0;
	above = false;
	for (i = 0; i < vm_phys_nsegs; i++) {
		seg = &vm_phys_segs[i];
		n = roundup2(n, GROUP_PAGES);
		seg->first_page = vm_page_array + n;
		seg->first_index = n;
		n += atop(seg->end - seg->start);
		seg->fed = seg->start;
		above |= seg->freelist == VM_FREELIST_DEFAULT;
	}
	for (i = 0; i < vm_phys_nsegs && !above; i++)
		if (vm_phys_segs[i].freelist == VM_FREELIST_DMA32)
			vm_phys_segs[i].freelist = VM_FREELIST_DEFAULT;
	n = roundup2(n, GROUP_PAGES);
	vm_page_array_size = n;
	ready_map = map;
	memset(ready_map, 0, hf_vm_phys_map_bytes(n));
	for (i = 0; i < VM_NFREELIST; i++)
		for (pool = 0; pool < VM_NFREEPOOL; pool++)
			for (order = 0; order < VM_NFREEORDER; order++)
				TAILQ_INIT(
				    &hf_free_queues[i][pool].fl_pl[order]);
}

static void
init_one(vm_page_t m, vm_paddr_t pa, int segind)
{
	m->object = NULL;
	m->pindex = 0;
	m->phys_addr = pa;
	m->ref_count = 0;
	m->busy_lock = VPB_FREED;
	m->a = (struct vm_page_astate){ .flags = 0, .queue = PQ_NONE };
	m->order = VM_NFREEORDER;
	m->pool = VM_FREEPOOL_DEFAULT;
	m->flags = 0;
	m->oflags = 0;
	m->psind = 0;
	m->segind = segind;
	m->valid = 0;
	m->dirty = 0;
	m->hf_entry_wirings = 0;
	pmap_page_init(m);
}

static inline bool
index_is_set_up(u_long index)
{
	u_long group = index >> GROUP_SHIFT;

	return ((__atomic_load_n(&ready_map[group / 64], __ATOMIC_ACQUIRE) >>
			(group % 64) &
		    1) != 0);
}

bool
hf_vm_page_is_set_up(vm_page_t m)
{
	return (index_is_set_up((u_long)(m - vm_page_array)));
}

static void
setup_group(vm_page_t m)
{
	struct vm_phys_seg *seg;
	vm_page_t first, last;
	u_long group;
	int i;

	group = (u_long)(m - vm_page_array) >> GROUP_SHIFT;
	for (i = 0;; i++) {
		MPASS(i < vm_phys_nsegs);
		seg = &vm_phys_segs[i];
		if (m >= seg->first_page &&
		    m < seg->first_page + atop(seg->end - seg->start))
			break;
	}
	first = MAX(vm_page_array + (group << GROUP_SHIFT), seg->first_page);
	last = MIN(vm_page_array + ((group + 1) << GROUP_SHIFT),
	    seg->first_page + atop(seg->end - seg->start));
	for (m = first; m < last; m++)
		init_one(m, seg->start + ptoa(m - seg->first_page), i);
	__atomic_fetch_or(
	    &ready_map[group / 64], 1ul << (group % 64), __ATOMIC_RELEASE);
}

void
hf_vm_page_setup(vm_page_t m)
{
	if (__predict_false(!hf_vm_page_is_set_up(m)))
		setup_group(m);
}

/*
 * See PHYS_TO_VM_PAGE().  From the top down: nearly all memory lies in the last
 * segments, and every leaf that is taken away or copied comes through here.
 */
vm_page_t
vm_phys_paddr_to_vm_page(vm_paddr_t pa)
{
	struct vm_phys_seg *seg;
	vm_page_t m;
	u_long off;
	int i;

	for (i = vm_phys_nsegs; i-- > 0;) {
		seg = &vm_phys_segs[i];
		if (pa < seg->start || pa >= seg->end)
			continue;
		off = atop(pa - seg->start);
		m = seg->first_page + off;
		if (__predict_false(!index_is_set_up(seg->first_index + off))) {
			vm_domain_free_lock();
			hf_vm_page_setup(m);
			vm_domain_free_unlock();
		}
		return (m);
	}
	return (NULL);
}

vm_page_t
PHYS_TO_VM_PAGE(vm_paddr_t pa)
{
	return (vm_phys_paddr_to_vm_page(pa));
}
