/* SPDX-License-Identifier: BSD-2-Clause */
/* kalloc.c: the kernel allocator: slabs of one page, and whole pages. */

/*
 * A slab is a page with a header and objects of one size; its first 64 bytes
 * being the header, no object is page aligned, and so a page-aligned address is
 * a whole page.  A slab that becomes empty gives its page back at once: what a
 * scenario frees is seen by the leak check.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/queue.h>
#include <kern/fail_nth.h>
#include <kern/failpoint.h>
#include <kern/kalloc.h>

#define SLAB_MAGIC  0x534c4142u
#define SLAB_HEADER 64
#define JUNK_FREED  0xde
#define ARENA_PAGES 12

struct object {
	struct object *next;
};

struct slab {
	uint32_t magic;
	uint16_t free_count;
	uint16_t fresh; /* objects never handed out, at the end */
	struct hf_zone *zone;
	struct object *freed;
	LIST_ENTRY(slab) link; /* on zone->partial while free_count > 0 */
};
_Static_assert(sizeof(struct slab) <= SLAB_HEADER, "slab header");

/* All fields under kalloc_mtx. */
struct hf_zone {
	const char *name;
	uint32_t bytes;
	uint32_t per_slab;
	LIST_HEAD(, slab) partial;
};

static struct hf_zone buckets[] = {
	{ "16", 16, (PAGE_SIZE - SLAB_HEADER) / 16, { NULL } },
	{ "32", 32, (PAGE_SIZE - SLAB_HEADER) / 32, { NULL } },
	{ "64", 64, (PAGE_SIZE - SLAB_HEADER) / 64, { NULL } },
	{ "128", 128, (PAGE_SIZE - SLAB_HEADER) / 128, { NULL } },
	{ "256", 256, (PAGE_SIZE - SLAB_HEADER) / 256, { NULL } },
	{ "496", 496, (PAGE_SIZE - SLAB_HEADER) / 496, { NULL } },
	{ "1008", 1008, (PAGE_SIZE - SLAB_HEADER) / 1008, { NULL } },
	{ "2016", 2016, (PAGE_SIZE - SLAB_HEADER) / 2016, { NULL } },
};

static struct mtx kalloc_mtx = HF_MTX_INITIALIZER("kalloc", HF_LOCK_SPIN);
static char arena[ARENA_PAGES * PAGE_SIZE] __aligned(PAGE_SIZE);
static u_int arena_used; /* pages, never given back */
static void *(*source_get)(int flags);
static void (*source_put)(void *page);
static u_long bytes_in_use, source_pages;

void
hf_kalloc_set_source(void *(*get_page)(int flags), void (*put_page)(void *))
{
	source_get = get_page;
	source_put = put_page;
}

static bool
in_arena(const void *p)
{
	return ((const char *)p >= arena &&
	    (const char *)p < arena + sizeof(arena));
}

static void *
page_get(int flags)
{
	void *page;

	if (source_get == NULL) {
		if (arena_used == ARENA_PAGES)
			panic("hf_kalloc: the boot arena is used up");
		return (arena + PAGE_SIZE * arena_used++);
	}
	page = source_get(flags);
	if (page != NULL)
		atomic_add_long(&source_pages, 1);
	return (page);
}

/* The boot arena's pages are lost: it is a few pages, once. */
static void
page_put(void *page)
{
	if (in_arena(page))
		return;
	atomic_subtract_long(&source_pages, 1);
	source_put(page);
}

static struct object *
slab_take(struct slab *s)
{
	struct hf_zone *zone = s->zone;
	struct object *o;

	if ((o = s->freed) != NULL)
		s->freed = o->next;
	else {
		s->fresh--;
		o = (struct object *)((char *)s + SLAB_HEADER +
		    zone->bytes * s->fresh);
	}
	if (--s->free_count == 0)
		LIST_REMOVE(s, link);
	return (o);
}

static void
slab_init(struct slab *s, struct hf_zone *zone)
{
	s->magic = SLAB_MAGIC;
	s->zone = zone;
	s->freed = NULL;
	s->fresh = s->free_count = zone->per_slab;
}

void *
hf_zone_alloc(struct hf_zone *zone, int flags)
{
	struct object *o;
	struct slab *s;

	if ((flags & M_WAITOK) != 0) {
		hf_assert_may_sleep("hf_kalloc");
		(void)HF_FAIL_NTH(HF_FAIL_WAIT);
	} else if (HF_FAILPOINT("kalloc") || HF_FAIL_NTH(HF_FAIL_ALLOC))
		return (NULL);
	mtx_lock_spin(&kalloc_mtx);
	s = LIST_FIRST(&zone->partial);
	if (s == NULL) {
		mtx_unlock_spin(&kalloc_mtx);
		s = page_get(flags);
		if (s == NULL)
			return (NULL);
		slab_init(s, zone);
		mtx_lock_spin(&kalloc_mtx);
		LIST_INSERT_HEAD(&zone->partial, s, link);
	}
	o = slab_take(s);
	atomic_add_long(&bytes_in_use, zone->bytes);
	mtx_unlock_spin(&kalloc_mtx);
	if ((flags & M_ZERO) != 0)
		bzero(o, zone->bytes);
	return (o);
}

static struct slab *
slab_of(void *p)
{
	struct slab *s = (struct slab *)((uintptr_t)p & ~(uintptr_t)PAGE_MASK);

	KASSERT(s->magic == SLAB_MAGIC, ("hf_kfree: %p is not ours", p));
	return (s);
}

static void
slab_free(struct slab *s, struct object *o)
{
	struct hf_zone *zone = s->zone;
	bool empty;

	KASSERT(((char *)o - (char *)s - SLAB_HEADER) % zone->bytes == 0,
	    ("hf_kfree: %p is inside an object", (void *)o));
#ifdef INVARIANTS
	memset(o, JUNK_FREED, zone->bytes);
#endif
	mtx_lock_spin(&kalloc_mtx);
	atomic_subtract_long(&bytes_in_use, zone->bytes);
	o->next = s->freed;
	s->freed = o;
	if (s->free_count++ == 0)
		LIST_INSERT_HEAD(&zone->partial, s, link);
	empty = s->free_count == zone->per_slab && !in_arena(s);
	if (empty) {
		LIST_REMOVE(s, link);
		s->magic = 0;
	}
	mtx_unlock_spin(&kalloc_mtx);
	if (empty)
		page_put(s);
}

void
hf_zone_free(struct hf_zone *zone, void *p)
{
	struct slab *s = slab_of(p);

	KASSERT(s->zone == zone,
	    ("hf_zone_free: %p is of zone %s, not %s", p, s->zone->name,
		zone->name));
	slab_free(s, p);
}

struct hf_zone *
hf_zone_create(const char *name, size_t bytes)
{
	struct hf_zone *zone = hf_kalloc(sizeof(*zone), M_WAITOK | M_ZERO);

	bytes = roundup2(bytes, 16);
	KASSERT(bytes <= (PAGE_SIZE - SLAB_HEADER) / 2,
	    ("hf_zone_create: %s too large", name));
	zone->name = name;
	zone->bytes = bytes;
	zone->per_slab = (PAGE_SIZE - SLAB_HEADER) / bytes;
	LIST_INIT(&zone->partial);
	/* Zones are for ever: nobody forgets one. */
	atomic_subtract_long(&bytes_in_use, slab_of(zone)->zone->bytes);
	return (zone);
}

void *
hf_kalloc(size_t bytes, int flags)
{
	void *page;

	for (u_int i = 0; i < nitems(buckets); i++)
		if (bytes <= buckets[i].bytes)
			return (hf_zone_alloc(&buckets[i], flags));
	if (bytes > HF_KALLOC_MAX)
		panic("hf_kalloc: %lu bytes", bytes);
	if ((flags & M_WAITOK) != 0) {
		hf_assert_may_sleep("hf_kalloc");
		(void)HF_FAIL_NTH(HF_FAIL_WAIT);
	} else if (HF_FAILPOINT("kalloc") || HF_FAIL_NTH(HF_FAIL_ALLOC))
		return (NULL);
	page = page_get(flags);
	if (page != NULL) {
		atomic_add_long(&bytes_in_use, PAGE_SIZE);
		if ((flags & M_ZERO) != 0)
			pagezero(page);
	}
	return (page);
}

void
hf_kfree(void *p)
{
	struct slab *s;

	if (p == NULL)
		return;
	if (((uintptr_t)p & PAGE_MASK) == 0) {
		atomic_subtract_long(&bytes_in_use, PAGE_SIZE);
		page_put(p);
		return;
	}
	s = slab_of(p);
	slab_free(s, p);
}

u_long
hf_kalloc_in_use(void)
{
	return (atomic_load_long(&bytes_in_use));
}

u_long
hf_kalloc_pages(void)
{
	return (atomic_load_long(&source_pages));
}
