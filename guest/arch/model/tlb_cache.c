/* SPDX-License-Identifier: BSD-2-Clause */
/* tlb_cache.c: the entries of one CPU's TLB and paging-structure caches. */

#include <sys/param.h>
#include <sys/systm.h>
#include <machine/atomic.h>
#include "host.h"
#include "tlb_cache.h"

static u_int *frame_uses; /* (a) entries and CR3s that have a frame */

void
hf_tlb_cache_init(void)
{
	const size_t bytes = atop(hf_model_ram_bytes) * sizeof(*frame_uses);

	frame_uses = hf_host_alloc(bytes);
	if (frame_uses == NULL)
		panic("model: no memory");
	memset(frame_uses, 0, bytes);
}

void
hf_tlb_frame_use(vm_paddr_t pa, int change)
{
	/* Frame 0 is nobody's: it is the CR3 of a CPU that has none. */
	if (pa != 0 && pa < hf_model_ram_bytes)
		atomic_add_int(&frame_uses[atop(pa)], (u_int)change);
}

bool
hf_tlb_has_frame(vm_paddr_t pa)
{
	return (pa < hf_model_ram_bytes &&
	    atomic_load_acq_int(&frame_uses[atop(pa)]) != 0);
}

static struct hf_cached **
bucket(struct hf_tlb *t, vm_offset_t va, int level)
{
	u_long i;

	va >>= PG_LEVEL_SHIFT(level);
	i = (va ^ va >> 9 ^ (u_long)level << 4) % HF_TLB_BUCKETS;
	return (level == 0 ? &t->pages[i] : &t->tables[i]);
}

static inline bool
is_for(vm_paddr_t cr3, const struct hf_cached *c, vm_offset_t va, int level)
{
	return (c->level == level && va - c->va < PG_LEVEL_SIZE(level) &&
	    ((c->e & X86_PG_G) != 0 || c->cr3 == cr3));
}

struct hf_cached *
hf_tlb_find_for(struct hf_tlb *t, vm_paddr_t cr3, vm_offset_t va, int level)
{
	struct hf_cached *c;

	for (c = *bucket(t, va, level); c != NULL; c = c->next)
		if (is_for(cr3, c, va, level))
			break;
	return (c);
}

struct hf_cached *
hf_tlb_find(struct hf_tlb *t, vm_offset_t va, int level)
{
	return (hf_tlb_find_for(t, t->cr3, va, level));
}

void
hf_tlb_keep(struct hf_tlb *t, vm_offset_t va, int level, pt_entry_t e)
{
	struct hf_cached *c, **b;

	c = hf_tlb_find(t, va, level);
	if (c == NULL) {
		c = hf_host_alloc(sizeof(*c));
		if (c == NULL)
			panic("model: no memory");
		b = bucket(t, va, level);
		c->next = *b;
		*b = c;
		c->va = va & ~(PG_LEVEL_SIZE(level) - 1);
		c->level = level;
		c->cr3 = t->cr3;
	} else
		hf_tlb_frame_use(c->e & PG_FRAME, -1);
	c->e = e;
	hf_tlb_frame_use(e & PG_FRAME, 1);
}

struct hf_cached *
hf_tlb_free(struct hf_cached *c)
{
	struct hf_cached *next = c->next;

	hf_host_free(c);
	return (next);
}

/* Moves what is first at *at to the front of a list. */
static struct hf_cached *
take(struct hf_cached **at, struct hf_cached *list)
{
	struct hf_cached *c = *at;

	*at = c->next;
	hf_tlb_frame_use(c->e & PG_FRAME, -1);
	c->next = list;
	return (c);
}

void
hf_tlb_drop(struct hf_tlb *t, vm_offset_t va, int level)
{
	struct hf_cached **at;

	for (at = bucket(t, va, level); *at != NULL; at = &(*at)->next)
		if (is_for(t->cr3, *at, va, level)) {
			(void)hf_tlb_free(take(at, NULL));
			return;
		}
}

struct hf_cached *
hf_tlb_take_tables(struct hf_tlb *t)
{
	struct hf_cached *list;
	u_int i;

	list = NULL;
	for (i = 0; i < HF_TLB_BUCKETS; i++)
		while (t->tables[i] != NULL)
			list = take(&t->tables[i], list);
	return (list);
}

struct hf_cached *
hf_tlb_take_pages(struct hf_tlb *t, bool global)
{
	struct hf_cached *list, **at;
	u_int i;

	list = NULL;
	for (i = 0; i < HF_TLB_BUCKETS; i++)
		for (at = &t->pages[i]; *at != NULL;)
			if (global || ((*at)->e & X86_PG_G) == 0)
				list = take(at, list);
			else
				at = &(*at)->next;
	return (list);
}
