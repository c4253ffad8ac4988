/* SPDX-License-Identifier: BSD-2-Clause */
/* uma_priv.h: what the files of uma share among themselves. */
#ifndef HF_VM_UMA_PRIV_H
#define HF_VM_UMA_PRIV_H

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/lock.h>
#include <sys/mutex.h>
#include <sys/queue.h>
#include <machine/atomic.h>
#include <vm/uma.h>

/* Bits of a slab's items; an item has UMA_ITEM_MIN bytes at least. */
#define UMA_ITEM_MIN   16
#define UMA_SLAB_WORDS (PAGE_SIZE / UMA_ITEM_MIN / 64)
#define UMA_SLAB_MAGIC 0x554d4153u

/*
 * At the start of each page of a zone; the items follow.
 * (z) uz_lock, (c) constant while the page is the zone's, (a) atomic
 */
struct uma_slab {
	uint32_t us_magic;		  /* (c) */
	uint16_t us_free_count;		  /* (z) */
	uint16_t us_fresh;		  /* (z) from here on never taken */
	uma_zone_t us_zone;		  /* (c) */
	LIST_ENTRY(uma_slab) us_link;	  /* (z) uz_partial, some are free */
	uint64_t us_free[UMA_SLAB_WORDS]; /* (z) items that the slab has */
	/* (a) those that somebody has allocated; kept with INVARIANTS */
	volatile u_long us_used[UMA_SLAB_WORDS];
};
_Static_assert(
    sizeof(struct uma_slab) == PAGE_SIZE - HF_UMA_ITEM_MAX, "header");

LIST_HEAD(uma_slabs, uma_slab);

/* (z) uz_lock, (c) constant, (l) the list of zones' lock */
struct uma_zone {
	struct mtx uz_lock;	      /* "uma zone" */
	struct uma_slabs uz_partial;  /* (z) some items free, not all */
	struct uma_slab *uz_spare;    /* (z) all free, or NULL */
	u_long uz_taken;	      /* (z) items that the slabs gave out */
	u_int uz_size;		      /* (c) bytes, as asked for */
	u_int uz_stride;	      /* (c) bytes from one to the next */
	u_int uz_offset;	      /* (c) of a slab's first item */
	u_int uz_ipers;		      /* (c) items a slab */
	uint32_t uz_flags;	      /* (c) UMA_ZONE_ */
	uma_ctor uz_ctor;	      /* (c) */
	uma_dtor uz_dtor;	      /* (c) */
	uma_init uz_init;	      /* (c) */
	uma_fini uz_fini;	      /* (c) */
	const char *uz_name;	      /* (c) */
	const char *uz_failpoint;     /* (c) */
	LIST_ENTRY(uma_zone) uz_link; /* (l) */
};

static inline struct uma_slab *
hf_uma_slab_of(const void *item)
{
	return ((struct uma_slab *)((uintptr_t)item & ~(uintptr_t)PAGE_MASK));
}

static inline void *
hf_uma_slab_item(struct uma_slab *s, u_int i)
{
	const uma_zone_t zone = s->us_zone;

	return ((char *)s + zone->uz_offset + i * zone->uz_stride);
}

static inline u_int
hf_uma_slab_index(const struct uma_slab *s, const void *item)
{
	const u_int at = (u_int)((const char *)item - (const char *)s);

	return ((at - s->us_zone->uz_offset) / s->us_zone->uz_stride);
}

/* uma_slab.c.  No lock of the zone held. */

/* An item, as the last free left it; NULL: as uma_zalloc() says. */
void *hf_uma_slab_alloc(uma_zone_t zone, int flags);
void hf_uma_slab_free(uma_zone_t zone, void *item);
/* Gives back the pages in which no item is in use. */
void hf_uma_slab_drain(uma_zone_t zone);

/* uma_dbg.c */
#ifdef INVARIANTS
/* An item that nobody ever had comes from its slab. */
void hf_uma_dbg_fresh(uma_zone_t zone, void *item);
/* It becomes somebody's; panics if it was stored into meanwhile. */
void hf_uma_dbg_take(uma_zone_t zone, void *item);
/* Somebody says that it is free: panics unless it was his to free. */
void hf_uma_dbg_free(uma_zone_t zone, void *item);
/* From here on nobody touches it. */
void hf_uma_dbg_trash(uma_zone_t zone, void *item);
#else
#define hf_uma_dbg_fresh(zone, item) ((void)0)
#define hf_uma_dbg_take(zone, item)  ((void)0)
#define hf_uma_dbg_free(zone, item)  ((void)0)
#define hf_uma_dbg_trash(zone, item) ((void)0)
#endif

/* An address sanitizer is told which bytes of a slab nobody may touch. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HF_UMA_ASAN 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define HF_UMA_ASAN 1
#endif

#ifdef HF_UMA_ASAN
void __asan_poison_memory_region(const volatile void *p, size_t bytes);
void __asan_unpoison_memory_region(const volatile void *p, size_t bytes);
int __asan_address_is_poisoned(const volatile void *p);
#define hf_uma_is_poisoned(p)	  (__asan_address_is_poisoned(p) != 0)
#define hf_uma_poison(p, bytes)	  __asan_poison_memory_region((p), (bytes))
#define hf_uma_unpoison(p, bytes) __asan_unpoison_memory_region((p), (bytes))
#else
#define hf_uma_is_poisoned(p)	  ((void)(p), false)
#define hf_uma_poison(p, bytes)	  ((void)(p))
#define hf_uma_unpoison(p, bytes) ((void)(p))
#endif

#endif
