/* SPDX-License-Identifier: BSD-2-Clause */
/* uma_dbg.c: whose an item is, and that nobody touches a free one. */
#include "uma_priv.h"

#ifdef INVARIANTS

#define JUNK_FREED 0xde
#define JUNK_WORD  0xdedededededededeul

/* Items that stay as they are while they are free are not filled. */
static bool
is_trashed(uma_zone_t zone)
{
	return (zone->uz_init == NULL && zone->uz_fini == NULL &&
	    (zone->uz_flags & UMA_ZONE_NOFREE) == 0);
}

void
hf_uma_dbg_trash(uma_zone_t zone, void *item)
{
	if (is_trashed(zone))
		memset(item, JUNK_FREED, zone->uz_size);
	if ((zone->uz_flags & UMA_ZONE_NOFREE) == 0)
		hf_uma_poison(item, zone->uz_size);
}

void
hf_uma_dbg_fresh(uma_zone_t zone, void *item)
{
	hf_uma_unpoison(item, zone->uz_size);
	hf_uma_dbg_trash(zone, item);
}

void
hf_uma_dbg_take(uma_zone_t zone, void *item)
{
	struct uma_slab *s = hf_uma_slab_of(item);
	const u_int i = hf_uma_slab_index(s, item);
	const uint64_t *word = item;
	u_int w;

	hf_uma_unpoison(item, zone->uz_size);
	for (w = 0; is_trashed(zone) && w < zone->uz_size / sizeof(*word); w++)
		KASSERT(word[w] == JUNK_WORD,
		    ("uma: %p of zone %s was stored into after it was freed, "
		     "byte %zu",
			item, zone->uz_name, w * sizeof(*word)));
	KASSERT(atomic_testandset_long(&s->us_used[i / 64], i % 64) == 0,
	    ("uma: %p of zone %s is handed out twice", item, zone->uz_name));
}

void
hf_uma_dbg_free(uma_zone_t zone, void *item)
{
	struct uma_slab *s = hf_uma_slab_of(item);
	const uma_zone_t owner = hf_uma_zone_of(item);
	u_int i;

	KASSERT(owner == zone,
	    ("uma_zfree: %p is of zone %s, not %s", item, owner->uz_name,
		zone->uz_name));
	i = hf_uma_slab_index(s, item);
	KASSERT((uintptr_t)item % PAGE_SIZE >= zone->uz_offset &&
		hf_uma_slab_item(s, i) == item && i < zone->uz_ipers,
	    ("uma_zfree: %p is inside an item of zone %s", item,
		zone->uz_name));
	KASSERT(atomic_testandclear_long(&s->us_used[i / 64], i % 64) != 0,
	    ("uma_zfree: %p of zone %s is free already", item, zone->uz_name));
}

#endif
