/* SPDX-License-Identifier: BSD-2-Clause */
/* uma.c: the life of zones; allocation and free of items. */
#include <machine/vmparam.h>
#include <vm/vm.h>
#include <vm/vm_page.h>
#include <kern/fail_nth.h>
#include <kern/failpoint.h>
#include "uma_priv.h"

/* The zone of the zones. */
static struct uma_zone zones = {
	.uz_lock = HF_MTX_INITIALIZER("uma zone", HF_LOCK_MTX),
	.uz_size = sizeof(struct uma_zone),
	.uz_stride = sizeof(struct uma_zone),
	.uz_offset = sizeof(struct uma_slab),
	.uz_ipers = HF_UMA_ITEM_MAX / sizeof(struct uma_zone),
	.uz_name = "uma zones",
	.uz_failpoint = "kalloc",
};

static struct mtx list_mtx = HF_MTX_INITIALIZER("uma zones", HF_LOCK_MTX);
static LIST_HEAD(, uma_zone) all_zones = LIST_HEAD_INITIALIZER(all_zones);
static volatile u_long pages; /* (a) */

void *
hf_uma_page_get(int flags)
{
	vm_page_t m;
	int req;

	req = VM_ALLOC_WIRED;
	req |= (flags & M_USE_RESERVE) != 0 ? VM_ALLOC_INTERRUPT
	    : (flags & M_WAITOK) != 0	    ? VM_ALLOC_NORMAL
					    : VM_ALLOC_SYSTEM;
	req |= (flags & M_WAITOK) != 0 ? VM_ALLOC_WAITOK : VM_ALLOC_NOWAIT;
	if ((flags & M_ZERO) != 0)
		req |= VM_ALLOC_ZERO;
	m = vm_page_alloc_noobj(req);
	if (m == NULL)
		return (NULL);
	/* Leaks of it are told by what is in it. */
	m->listq.tqe_prev = NULL;
	atomic_add_long(&pages, 1);
	return ((void *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m)));
}

void
hf_uma_page_put(void *page)
{
	vm_page_t m;

	m = PHYS_TO_VM_PAGE(DMAP_TO_PHYS((vm_offset_t)page));
	KASSERT(m != NULL, ("hf_uma_page_put: %p is no page", page));
	atomic_subtract_long(&pages, 1);
	vm_page_unwire_noq(m);
	vm_page_free(m);
}

u_long
hf_uma_pages(void)
{
	return (atomic_load_long(&pages));
}

uma_zone_t
hf_uma_zone_of(void *item)
{
	const struct uma_slab *s = hf_uma_slab_of(item);

	KASSERT(s->us_magic == UMA_SLAB_MAGIC, ("uma: %p is no item", item));
	return (s->us_zone);
}

static int
zero_init(void *mem, int size, int flags)
{
	bzero(mem, (size_t)size);
	return (0);
}

uma_zone_t
uma_zcreate(const char *name, size_t size, uma_ctor ctor, uma_dtor dtor,
    uma_init uminit, uma_fini fini, int align, uint32_t flags)
{
	const u_int unit = (u_int)MAX(align, UMA_ALIGN_PTR) + 1;
	uma_zone_t zone;

	KASSERT((unit & (unit - 1)) == 0,
	    ("uma_zcreate: %s: align %#x", name, align));
	zone = uma_zalloc(&zones, M_WAITOK | M_ZERO);
	mtx_init(&zone->uz_lock, "uma zone", NULL, MTX_DEF);
	LIST_INIT(&zone->uz_partial);
	zone->uz_size = (u_int)size;
	zone->uz_stride = MAX(roundup2((u_int)size, unit), (u_int)UMA_ITEM_MIN);
	zone->uz_offset = roundup2((u_int)sizeof(struct uma_slab), unit);
	KASSERT(size > 0 && zone->uz_offset + size <= PAGE_SIZE,
	    ("uma_zcreate: %s: items of %zu bytes", name, size));
	/* The last item needs no room behind it. */
	zone->uz_ipers =
	    (PAGE_SIZE - zone->uz_offset - zone->uz_size) / zone->uz_stride + 1;
	zone->uz_flags = flags;
	zone->uz_ctor = ctor;
	zone->uz_dtor = dtor;
	zone->uz_init = uminit == NULL && (flags & UMA_ZONE_ZINIT) != 0
	    ? zero_init
	    : uminit;
	zone->uz_fini = fini;
	zone->uz_name = name;
	zone->uz_failpoint = "kalloc";
	mtx_lock(&list_mtx);
	LIST_INSERT_HEAD(&all_zones, zone, uz_link);
	mtx_unlock(&list_mtx);
	return (zone);
}

void
uma_zdestroy(uma_zone_t zone)
{
	const int left = uma_zone_get_cur(zone);

	if (left != 0)
		panic("uma_zdestroy: %d items of zone %s are in use", left,
		    zone->uz_name);
	if ((zone->uz_flags & UMA_ZONE_NOFREE) != 0)
		panic("uma_zdestroy: zone %s is NOFREE", zone->uz_name);
	mtx_lock(&list_mtx);
	LIST_REMOVE(zone, uz_link);
	mtx_unlock(&list_mtx);
	hf_uma_slab_drain(zone);
	mtx_destroy(&zone->uz_lock);
	uma_zfree(&zones, zone);
}

void
hf_uma_zone_set_failpoint(uma_zone_t zone, const char *name)
{
	zone->uz_failpoint = name;
}

/* The item goes back, without a dtor. */
static void
release(uma_zone_t zone, void *item)
{
	hf_uma_dbg_trash(zone, item);
	hf_uma_slab_free(zone, item);
}

void *
uma_zalloc_arg(uma_zone_t zone, void *arg, int flags)
{
	void *item;

	if ((flags & M_WAITOK) != 0) {
		hf_assert_may_sleep(zone->uz_name);
		(void)HF_FAIL_NTH(HF_FAIL_WAIT);
	} else if (HF_FAILPOINT(zone->uz_failpoint) ||
	    HF_FAIL_NTH(HF_FAIL_ALLOC))
		return (NULL);
	item = hf_uma_slab_alloc(zone, flags);
	if (item == NULL)
		return (NULL);
	hf_uma_dbg_take(zone, item);
	if ((flags & M_ZERO) != 0)
		bzero(item, zone->uz_size);
	if (zone->uz_ctor != NULL &&
	    zone->uz_ctor(item, (int)zone->uz_size, arg, flags) != 0) {
		hf_uma_dbg_free(zone, item);
		release(zone, item);
		return (NULL);
	}
	return (item);
}

void
uma_zfree_arg(uma_zone_t zone, void *item, void *arg)
{
	if (item == NULL)
		return;
	hf_uma_dbg_free(zone, item);
	if (zone->uz_dtor != NULL)
		zone->uz_dtor(item, (int)zone->uz_size, arg);
	release(zone, item);
}

int
uma_zone_get_cur(uma_zone_t zone)
{
	u_long taken;

	mtx_lock(&zone->uz_lock);
	taken = zone->uz_taken;
	mtx_unlock(&zone->uz_lock);
	return ((int)taken);
}

void
uma_zone_reclaim(uma_zone_t zone, int req)
{
	KASSERT(req == UMA_RECLAIM_DRAIN, ("uma_zone_reclaim: %d", req));
	hf_uma_slab_drain(zone);
}

void
uma_reclaim(int req)
{
	uma_zone_t zone;

	mtx_lock(&list_mtx);
	LIST_FOREACH (zone, &all_zones, uz_link)
		uma_zone_reclaim(zone, req);
	mtx_unlock(&list_mtx);
}

u_long
hf_uma_bytes(void)
{
	uma_zone_t zone;
	u_long bytes;

	bytes = 0;
	mtx_lock(&list_mtx);
	LIST_FOREACH (zone, &all_zones, uz_link)
		bytes += (u_long)uma_zone_get_cur(zone) * zone->uz_size;
	mtx_unlock(&list_mtx);
	return (bytes);
}
