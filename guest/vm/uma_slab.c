/* SPDX-License-Identifier: BSD-2-Clause */
/* uma_slab.c: the pages of a zone, and the items in them. */

/*
 * The lowest free item of a slab is taken first, so that those never taken are
 * at its end.  A slab of which every item is free goes back, except for one
 * that is kept for the next to ask.
 */
#include "uma_priv.h"

static void
slab_fini(struct uma_slab *s, u_int items)
{
	const uma_zone_t zone = s->us_zone;
	u_int i;

	hf_uma_unpoison(s, PAGE_SIZE);
	for (i = 0; zone->uz_fini != NULL && i < items; i++)
		zone->uz_fini(hf_uma_slab_item(s, i), (int)zone->uz_size);
	s->us_magic = 0;
	hf_uma_page_put(s);
}

/* Runs init for all items; false, and the page gone, if one was refused. */
static bool
slab_init(struct uma_slab *s, int flags)
{
	const uma_zone_t zone = s->us_zone;
	u_int i;

	for (i = 0; zone->uz_init != NULL && i < zone->uz_ipers; i++)
		if (zone->uz_init(hf_uma_slab_item(s, i), (int)zone->uz_size,
			flags) != 0) {
			slab_fini(s, i);
			return (false);
		}
	if ((zone->uz_flags & UMA_ZONE_NOFREE) == 0)
		hf_uma_poison(
		    hf_uma_slab_item(s, 0), PAGE_SIZE - zone->uz_offset);
	return (true);
}

/* A slab on no list, all items free; NULL: no page, or an init refused. */
static struct uma_slab *
slab_make(uma_zone_t zone, int flags)
{
	struct uma_slab *s;
	u_int i, items;

	s = hf_uma_page_get(flags & ~M_ZERO);
	if (s == NULL)
		return (NULL);
	s->us_magic = UMA_SLAB_MAGIC;
	s->us_zone = zone;
	s->us_free_count = (uint16_t)zone->uz_ipers;
	s->us_fresh = 0;
	items = zone->uz_ipers;
	for (i = 0; i < UMA_SLAB_WORDS; i++) {
		s->us_free[i] = items >= 64 ? ~0ul : (1ul << items) - 1;
		items -= MIN(items, 64);
		s->us_used[i] = 0;
	}
	return (slab_init(s, flags) ? s : NULL);
}

/* An item of what the zone has; NULL if that is nothing.  Zone locked. */
static void *
take_item(uma_zone_t zone)
{
	struct uma_slab *s;
	void *item;
	u_int i, w;

	s = LIST_FIRST(&zone->uz_partial);
	if (s == NULL) {
		s = zone->uz_spare;
		if (s == NULL)
			return (NULL);
		zone->uz_spare = NULL;
		LIST_INSERT_HEAD(&zone->uz_partial, s, us_link);
	}
	for (w = 0; s->us_free[w] == 0; w++)
		continue;
	i = w * 64 + (u_int)__builtin_ctzl(s->us_free[w]);
	s->us_free[w] &= s->us_free[w] - 1;
	if (--s->us_free_count == 0)
		LIST_REMOVE(s, us_link);
	zone->uz_taken++;
	item = hf_uma_slab_item(s, i);
	if (i == s->us_fresh) {
		s->us_fresh++;
		hf_uma_dbg_fresh(zone, item);
	}
	return (item);
}

void *
hf_uma_slab_alloc(uma_zone_t zone, int flags)
{
	struct uma_slab *s;
	void *item;

	mtx_lock(&zone->uz_lock);
	while ((item = take_item(zone)) == NULL) {
		mtx_unlock(&zone->uz_lock);
		if ((flags & M_NOVM) != 0)
			return (NULL);
		s = slab_make(zone, flags);
		if (s == NULL)
			return (NULL);
		mtx_lock(&zone->uz_lock);
		LIST_INSERT_HEAD(&zone->uz_partial, s, us_link);
	}
	mtx_unlock(&zone->uz_lock);
	return (item);
}

/*
 * Puts an item back; what is to be given back then, or NULL.  Zone locked.
 */
static struct uma_slab *
put_item(uma_zone_t zone, void *item)
{
	struct uma_slab *s = hf_uma_slab_of(item), *surplus;
	const u_int i = hf_uma_slab_index(s, item);

	s->us_free[i / 64] |= 1ul << (i % 64);
	zone->uz_taken--;
	if (s->us_free_count++ == 0)
		LIST_INSERT_HEAD(&zone->uz_partial, s, us_link);
	if (s->us_free_count < zone->uz_ipers ||
	    (zone->uz_flags & UMA_ZONE_NOFREE) != 0)
		return (NULL);
	LIST_REMOVE(s, us_link);
	surplus = zone->uz_spare;
	zone->uz_spare = s;
	return (surplus);
}

void
hf_uma_slab_free(uma_zone_t zone, void *item)
{
	struct uma_slab *surplus;

	mtx_lock(&zone->uz_lock);
	surplus = put_item(zone, item);
	mtx_unlock(&zone->uz_lock);
	if (surplus != NULL)
		slab_fini(surplus, zone->uz_ipers);
}

void
hf_uma_slab_drain(uma_zone_t zone)
{
	struct uma_slab *s;

	mtx_lock(&zone->uz_lock);
	s = zone->uz_spare;
	zone->uz_spare = NULL;
	mtx_unlock(&zone->uz_lock);
	if (s != NULL)
		slab_fini(s, zone->uz_ipers);
}
