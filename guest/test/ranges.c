/* SPDX-License-Identifier: BSD-2-Clause */
/* ranges.c: the odd ranges on which everything that takes one is tried. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/malloc.h>
#include <sys/proc.h>
#include <test/ranges.h>
#include <test/scenario.h>
#include <vm/vm_extern.h>
#include <vm/vm_kern.h>

#define P   PAGE_SIZE
#define VA  HF_SPACE_BASE
#define TOP VM_MAXUSER_ADDRESS

/* Stand for the kernel's page, which is known only when it is allocated. */
#define KERNEL	   1ul
#define KERNEL_END 2ul

static const struct hf_range templates[] = {
	{ "empty", VA + P, VA + P, HF_RANGE_EMPTY, HF_LEFT_NOTHING, 0 },
	{ "empty in a hole", VA + 8 * P, VA + 8 * P, HF_RANGE_EMPTY,
	    HF_LEFT_NOTHING, 0 },
	{ "empty behind the map", TOP + P, TOP + P, HF_RANGE_EMPTY,
	    HF_LEFT_NOTHING, 0 },
	{ "inverted", VA + 2 * P, VA + P, HF_RANGE_BACKWARDS, HF_LEFT_NOTHING,
	    0 },
	{ "from behind the map into it", TOP + 2 * P, VA + P,
	    HF_RANGE_BACKWARDS, HF_LEFT_NOTHING, 0 },
	{ "wraps to 0", VA + P, 0, HF_RANGE_BACKWARDS, HF_LEFT_NOTHING, 0 },
	{ "wraps into page 0", VA + P, P, HF_RANGE_BACKWARDS, HF_LEFT_NOTHING,
	    0 },
	{ "wraps into its first page", VA + 2 * P, VA + 2 * P - P,
	    HF_RANGE_BACKWARDS, HF_LEFT_NOTHING, 0 },
	{ "mapped", VA + P, VA + 3 * P, HF_RANGE_INSIDE, HF_LEFT_MAPPED, 0x6 },
	{ "the map's last page", TOP - P, TOP, HF_RANGE_INSIDE, HF_LEFT_MAPPED,
	    0x8 },
	{ "a hole", VA + 3 * P, VA + 5 * P, HF_RANGE_INSIDE, HF_LEFT_HOLES, 0 },
	{ "into a hole", VA + 2 * P, VA + 4 * P, HF_RANGE_INSIDE, HF_LEFT_HOLES,
	    0x4 },
	{ "out of a hole", VA - P, VA + P, HF_RANGE_INSIDE, HF_LEFT_HOLES,
	    0x1 },
	{ "the whole map", 0, TOP, HF_RANGE_INSIDE, HF_LEFT_HOLES, 0xf },
	{ "over the map's end", TOP - P, TOP + P, HF_RANGE_ACROSS,
	    HF_LEFT_MAPPED, 0x8 },
	{ "from a hole over the map's end", TOP - 2 * P, TOP + P,
	    HF_RANGE_ACROSS, HF_LEFT_HOLES, 0x8 },
	{ "into the kernel", TOP - P, KERNEL_END, HF_RANGE_ACROSS,
	    HF_LEFT_MAPPED, 0x8 },
	{ "everything", 0, 0ul - P, HF_RANGE_ACROSS, HF_LEFT_HOLES, 0xf },
	{ "behind the map", TOP, TOP + 2 * P, HF_RANGE_OUTSIDE, HF_LEFT_NOTHING,
	    0 },
	{ "kernel memory", KERNEL, KERNEL_END, HF_RANGE_OUTSIDE,
	    HF_LEFT_NOTHING, 0 },
	{ "at the very end", 0ul - 2 * P, 0ul - P, HF_RANGE_OUTSIDE,
	    HF_LEFT_NOTHING, 0 },
};

static void *kernel_page;

/* What is to stay as it is. */
struct state {
	int n;
	struct {
		const char *what;
		u_long value;
	} word[80];
};
static struct state before;

vm_offset_t
hf_ranges_va(int i)
{
	return (i == 3 ? TOP - P : VA + ptoa(i));
}

vm_offset_t
hf_ranges_kernel_va(void)
{
	return ((vm_offset_t)kernel_page);
}

static void
map_memory(void)
{
	vm_map_t map;
	int i;

	hf_space_anon_at(VA, 3);
	hf_space_anon_at(TOP - P, 1);
	map = hf_space_map();
	hf_require_eq(vm_map_protect(map, VA, TOP, VM_PROT_NONE, VM_PROT_RW,
			  VM_MAP_PROTECT_SET_MAXPROT),
	    KERN_SUCCESS);
	for (i = 0; i < HF_RANGES_PAGES; i++)
		hf_poke(hf_ranges_va(i), 0x100 + (uint64_t)i);
}

static void
unmap_memory(void)
{
	vm_map_remove(hf_space_map(), 0, TOP);
}

static vm_offset_t
real_address(vm_offset_t va)
{
	if (va == KERNEL)
		return ((vm_offset_t)kernel_page);
	return (va == KERNEL_END ? (vm_offset_t)kernel_page + P : va);
}

void
hf_ranges_begin(void)
{
	kernel_page = kmem_malloc(P, M_WAITOK | M_ZERO);
	hf_require(kernel_page != NULL);
	map_memory();
	hf_ranges_save();
}

void
hf_ranges_end(void)
{
	hf_space_check();
	unmap_memory();
	kmem_free(kernel_page, P);
}

void
hf_ranges_try_each(hf_ranges_trial_t *trial)
{
	struct hf_range r;
	int i;

	hf_ranges_save();
	for (i = 0; i < (int)nitems(templates); i++) {
		r = templates[i];
		r.start = real_address(r.start);
		r.end = real_address(r.end);
		if (trial(hf_space_map(), &r) == HF_TRIAL_SAME) {
			hf_ranges_expect_same(&r);
			continue;
		}
		unmap_memory();
		map_memory();
		hf_ranges_save();
	}
}

void
hf_ranges_try(hf_ranges_trial_t *trial)
{
	hf_ranges_begin();
	hf_ranges_try_each(trial);
	hf_ranges_end();
}

u_int
hf_ranges_pages(bool (*has)(vm_offset_t va))
{
	u_int bits;
	int i;

	for (bits = 0, i = 0; i < HF_RANGES_PAGES; i++)
		if (has(hf_ranges_va(i)))
			bits |= 1u << i;
	return (bits);
}

static void
put(struct state *s, const char *what, u_long value)
{
	KASSERT(s->n < (int)nitems(s->word), ("ranges: too much"));
	s->word[s->n].what = what;
	s->word[s->n++].value = value;
}

static void
put_entry(struct state *s, vm_map_entry_t e)
{
	put(s, "an entry's start", e->start);
	put(s, "an entry's end", e->end);
	put(s, "an entry's flags", e->eflags);
	put(s, "an entry's rights",
	    (u_long)e->protection | (u_long)e->max_protection << 8);
	put(s, "an entry's inheritance", (u_long)e->inheritance);
	put(s, "an entry's wirings", (u_long)e->wired_count);
	put(s, "an entry's object", (u_long)e->object.vm_object);
	put(s, "an entry's offset", e->offset);
}

static void
put_page(struct state *s, vm_offset_t va)
{
	vm_page_t m;

	put(s, "a leaf",
	    hf_space_leaf(va) &
		(X86_PG_V | X86_PG_RW | X86_PG_NX | PG_W | PG_FRAME));
	m = hf_space_page(va);
	put(s, "a page's wirings", m != NULL ? vm_page_wire_count(m) : 0);
	put(s, "a page's contents",
	    m != NULL ? *(uint64_t *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m)) : 0);
}

static void
save(struct state *s)
{
	vm_map_entry_t e;
	vm_map_t map;
	int i;

	s->n = 0;
	map = hf_space_map();
	put(s, "entries", (u_long)map->nentries);
	put(s, "the map's size", map->size);
	put(s, "the map's busy count", (u_long)map->busy);
	put(s, "resident pages", (u_long)pmap_resident_count(map->pmap));
	put(s, "wired mappings", (u_long)pmap_wired_count(map->pmap));
	put(s, "user-wired pages", vm_user_wire_count);
	put(s, "vslock's total", curthread->td_vslock_sz);
	put(s, "kernel memory",
	    *(u_long *)PHYS_TO_DMAP(pmap_kextract((vm_offset_t)kernel_page)));
	if (map->nentries <= 4)
		VM_MAP_ENTRY_FOREACH (e, map)
			put_entry(s, e);
	for (i = 0; i < HF_RANGES_PAGES; i++)
		put_page(s, hf_ranges_va(i));
}

void
hf_ranges_save(void)
{
	save(&before);
}

void
hf_ranges_expect_same(const struct hf_range *r)
{
	static struct state now;
	int i;

	save(&now);
	hf_expect_eq(now.n, before.n);
	for (i = 0; i < now.n && i < before.n; i++)
		if (now.word[i].value != before.word[i].value) {
			hf_note("range \"%s\": %s changed", r->name,
			    before.word[i].what);
			hf_expect_eq(now.word[i].value, before.word[i].value);
			return;
		}
}
