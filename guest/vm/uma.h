/* SPDX-License-Identifier: BSD-2-Clause */
/* uma.h: uma(9): zones, each of them memory for structures of one size. */

/*
 * A zone cuts pages into items.  Its functions are called in thread context,
 * with no spin mutex held and outside critical sections, whatever other locks
 * the caller has that come before "uma zone" in the lock order; no lock of the
 * zone is held while a callback runs.
 *
 * The callbacks: init runs for each item of a page that the zone gets, fini for
 * each item of one that goes back; ctor runs for each allocation, dtor for each
 * free.  What init has made is there at each ctor, as the last dtor left it.  A
 * ctor or init that returns other than 0 makes the allocation fail.  size is
 * that of the zone, arg the caller's, flags those of the allocation.
 *
 * With INVARIANTS a free panics if the item is free already, of another zone,
 * or no item, and an allocation if somebody has stored into the item since it
 * was freed (items of zones without init, fini and NOFREE).
 */
#ifndef HF_VM_UMA_H
#define HF_VM_UMA_H

#include <sys/types.h>
#include <sys/malloc.h>

typedef struct uma_zone *uma_zone_t;
typedef int (*uma_ctor)(void *mem, int size, void *arg, int flags);
typedef void (*uma_dtor)(void *mem, int size, void *arg);
typedef int (*uma_init)(void *mem, int size, int flags);
typedef void (*uma_fini)(void *mem, int size);

/* align: a mask; items are at least pointer aligned. */
#define UMA_ALIGN_PTR	((int)sizeof(void *) - 1)
#define UMA_ALIGN_LONG	((int)sizeof(long) - 1)
#define UMA_ALIGN_CACHE (64 - 1)

/* flags */
#define UMA_ZONE_ZINIT	0x0002 /* init is to clear; with uminit NULL */
#define UMA_ZONE_NOFREE 0x0020 /* type-stable: no page ever goes back */

/* The largest item, in bytes: a page holds one item at least. */
#define HF_UMA_ITEM_MAX (PAGE_SIZE - 96)

/*
 * A new zone without pages.  name stays the caller's and must outlive the zone.
 * size in bytes, 1 to HF_UMA_ITEM_MAX.  May sleep; never NULL.
 */
uma_zone_t uma_zcreate(const char *name, size_t size, uma_ctor ctor,
    uma_dtor dtor, uma_init uminit, uma_fini fini, int align, uint32_t flags);

/*
 * Ends a zone that nobody uses any more; its pages go back.  Panics if items are
 * in use, or if it is NOFREE.
 */
void uma_zdestroy(uma_zone_t zone);

/*
 * An item, its contents undefined (or as init and the last dtor left them).
 *	M_WAITOK: sleeps for memory; NULL only if a callback refused
 *	M_NOWAIT: NULL without memory; never sleeps
 *	M_ZERO: cleared before ctor, whatever init has made of it
 *	M_NOVM: only what the zone has; with M_NOWAIT
 *	M_USE_RESERVE: may take the last pages there are
 */
void *uma_zalloc_arg(uma_zone_t zone, void *arg, int flags);
/* The item goes back; NULL is allowed.  Never sleeps. */
void uma_zfree_arg(uma_zone_t zone, void *item, void *arg);

static inline void *
uma_zalloc(uma_zone_t zone, int flags)
{
	return (uma_zalloc_arg(zone, NULL, flags));
}

static inline void
uma_zfree(uma_zone_t zone, void *item)
{
	uma_zfree_arg(zone, item, NULL);
}

/* Items in use. */
int uma_zone_get_cur(uma_zone_t zone);

/*
 * Pages in which no item is in use go back: of one zone, or of all.  Never
 * sleeps.  uma_reclaim() has the list of zones locked while fini runs.
 */
#define UMA_RECLAIM_DRAIN 1
void uma_zone_reclaim(uma_zone_t zone, int req);
void uma_reclaim(int req);

/*
 * Ours, for tests: the failpoint that a M_NOWAIT allocation of the zone asks;
 * "kalloc" if nothing was set.
 */
void hf_uma_zone_set_failpoint(uma_zone_t zone, const char *name);

/* The zone of an item; panics under INVARIANTS if it is none. */
uma_zone_t hf_uma_zone_of(void *item);

/*
 * A wired page, by its direct-map address; flags as above.  Counted with those
 * of the zones by hf_uma_pages().
 */
void *hf_uma_page_get(int flags);
void hf_uma_page_put(void *page);
u_long hf_uma_pages(void);
/* Bytes of the items in use, of all zones; zones themselves left out. */
u_long hf_uma_bytes(void);

#endif
