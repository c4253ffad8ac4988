/* SPDX-License-Identifier: BSD-2-Clause */
/* leaks.c: who owns what a scenario has left behind. */
#include <sys/param.h>
#include <sys/systm.h>
#include <test/baseline.h>
#include <test/checkers.h>
#include <test/scenario.h>
#include <vm/vm.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_phys.h>
#include <vm/vm_object_priv.h>

/* Lines of one kind; the counters say how many there are. */
#define LINES_MAX 4
#define SITES_MAX 8

static u_long objects_before, pages_before;
static u_int lines;

static void
mark(void)
{
	objects_before = hf_vm_object_born();
	pages_before = hf_vm_page_sites();
}

static const char *
type_name(vm_object_t object)
{
	switch (object->type) {
	case OBJT_SWAP:
		return ("anonymous");
	case OBJT_VNODE:
		return ("vnode");
	case OBJT_PHYS:
		return ("phys");
	case OBJT_DEVICE:
		return ("device");
	default:
		return ("other");
	}
}

static const char *
tell_object(vm_object_t object)
{
	if (object->born >= objects_before && lines++ < LINES_MAX)
		hf_note("object %p: %s, %lu pages, references: %u, resident: "
			"%d, behind it: %p",
		    (void *)object, type_name(object), object->size,
		    object->ref_count, object->resident_page_count,
		    (void *)object->backing_object);
	return (NULL);
}

static void
tell_map(vm_map_t map)
{
	vm_map_entry_t entry;

	if (map->system_map)
		return;
	hf_note("address space %p has %d entries", (void *)map, map->nentries);
	VM_MAP_ENTRY_FOREACH (entry, map)
		if (lines++ < LINES_MAX)
			hf_note("map entry %#lx-%#lx, object %p, wired %d",
			    entry->start, entry->end,
			    (void *)entry->object.vm_object,
			    entry->wired_count);
}

/* Pages that are or were an object's and are still wired: at rest none is. */
static void
tell_wired(vm_page_t m)
{
	if ((m->oflags & VPO_UNMANAGED) != 0 || !vm_page_wired(m) ||
	    lines++ >= LINES_MAX)
		return;
	if (m->object != NULL)
		hf_note("page %lu of object %p (%s) is wired, %u times",
		    m->pindex, (void *)m->object, type_name(m->object),
		    vm_page_wire_count(m));
	else
		hf_note("page %lu of an object that is gone is wired, %u times",
		    m->pindex, vm_page_wire_count(m));
}

/* Pages without object, by the place where they were asked for. */
static struct {
	const char *where;
	u_int pages;
} sites[SITES_MAX];

static void
count_site(vm_page_t m)
{
	const char *where = hf_vm_page_site(m, pages_before);
	u_int i;

	if (where == NULL)
		return;
	for (i = 0; i < SITES_MAX - 1 && sites[i].where != NULL; i++)
		if (strcmp(sites[i].where, where) == 0)
			break;
	sites[i].where = where;
	sites[i].pages++;
}

static void
tell_sites(void)
{
	u_int i;

	for (i = 0; i < SITES_MAX && sites[i].where != NULL; i++)
		hf_note("pages from %s: %u", sites[i].where, sites[i].pages);
	memset(sites, 0, sizeof(sites));
}

static void
each_page(void (*fn)(vm_page_t m))
{
	struct vm_phys_seg *seg;
	vm_page_t m, end;
	int i;

	for (i = 0; i < vm_phys_nsegs; i++) {
		seg = &vm_phys_segs[i];
		end = seg->first_page + atop(seg->end - seg->start);
		for (m = seg->first_page; m < end; m++)
			if (hf_vm_page_is_set_up(m) && !vm_page_busy_freed(m))
				fn(m);
	}
}

static void
tell(void)
{
	lines = 0;
	(void)hf_vm_object_foreach(tell_object);
	lines = 0;
	hf_map_foreach(tell_map);
	lines = 0;
	each_page(tell_wired);
	each_page(count_site);
	tell_sites();
}

void
hf_leaks_init(void)
{
	hf_baseline_set_teller(mark, tell);
}
