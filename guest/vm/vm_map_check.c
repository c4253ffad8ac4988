/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_map_check.c: the invariants of maps, for tests (IM-*, IW-*, IF-*). */

#include <sys/param.h>
#include <sys/systm.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_kern.h>
#include <vm/vm_map.h>
#include <vm/vm_map_priv.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_phys.h>

/* The maps that a check looks at; more are not checked.  (l) map_list_mtx. */
#define HF_MAPS_MAX 64
static vm_map_t map_list[HF_MAPS_MAX]; /* (l) */
static struct mtx map_list_mtx;
static bool map_list_ready;

void
hf_map_list_add(vm_map_t map)
{
	int i;

	if (!map_list_ready) {
		mtx_init(&map_list_mtx, "vm map list", NULL, MTX_DEF);
		map_list_ready = true;
	}
	mtx_lock(&map_list_mtx);
	for (i = 0; i < HF_MAPS_MAX; i++)
		if (map_list[i] == NULL) {
			map_list[i] = map;
			break;
		}
	mtx_unlock(&map_list_mtx);
}

void
hf_map_list_remove(vm_map_t map)
{
	int i;

	mtx_lock(&map_list_mtx);
	for (i = 0; i < HF_MAPS_MAX; i++)
		if (map_list[i] == map)
			map_list[i] = NULL;
	mtx_unlock(&map_list_mtx);
}

/* IM-1: the tree below n has the right shape; *count grows by its nodes. */
static const char *
check_tree(vm_map_entry_t n, int *count)
{
	const char *why;
	vm_size_t max_free;
	int hl, hr;

	if (n == NULL)
		return (NULL);
	(*count)++;
	why = check_tree(n->left, count);
	if (why == NULL)
		why = check_tree(n->right, count);
	if (why != NULL)
		return (why);
	hl = n->left != NULL ? n->left->height : 0;
	hr = n->right != NULL ? n->right->height : 0;
	if (n->height != imax(hl, hr) + 1 || hl - hr > 1 || hr - hl > 1)
		return ("IM-1: map tree out of balance");
	max_free = n->next->start - n->end;
	if (n->left != NULL) {
		max_free = ulmax(max_free, n->left->max_free);
		if (n->left->parent != n || n->left->end > n->start)
			return ("IM-1: map tree out of order");
	}
	if (n->right != NULL) {
		max_free = ulmax(max_free, n->right->max_free);
		if (n->right->parent != n || n->right->start < n->end)
			return ("IM-1: map tree out of order");
	}
	if (n->max_free != max_free)
		return ("IM-1: wrong max_free in the map tree");
	return (NULL);
}

/* IM-3, IM-4, IM-5. */
static const char *
check_flags(vm_map_entry_t e)
{
	if ((e->protection & ~e->max_protection) != 0)
		return ("IM-3: protection exceeds max_protection");
	if ((e->eflags & (MAP_ENTRY_NEEDS_COPY | MAP_ENTRY_COW)) ==
	    MAP_ENTRY_NEEDS_COPY)
		return ("IM-3: NEEDS_COPY without COW");
	if ((e->eflags & MAP_ENTRY_GUARD) != 0 &&
	    (e->object.vm_object != NULL || e->max_protection != 0 ||
		e->wired_count != 0))
		return ("IM-3: guard with object, rights or wiring");
	if ((e->eflags & MAP_ENTRY_IN_TRANSITION) == 0 &&
	    (e->wiring_thread != NULL || e->wired_count < 0 ||
		(e->eflags & MAP_ENTRY_WIRE_SKIPPED) != 0))
		return ("IM-4: traces of wiring in an entry at rest");
	if ((e->eflags & MAP_ENTRY_USER_WIRED) != 0 && e->wired_count < 1)
		return ("IM-4: USER_WIRED without a wiring");
	if ((e->eflags & (MAP_ENTRY_USER_WIRED | MAP_ENTRY_NEEDS_COPY)) ==
		(MAP_ENTRY_USER_WIRED | MAP_ENTRY_NEEDS_COPY) &&
	    (e->protection & VM_PROT_WRITE) != 0)
		return ("IM-5: locked, writable and still to be copied");
	return (NULL);
}

/* The page that an access through the entry finds, and its object. */
static vm_page_t
page_behind(vm_map_entry_t e, vm_offset_t va, vm_object_t *where)
{
	vm_object_t o;
	vm_pindex_t pindex;
	vm_page_t m;

	pindex = OFF_TO_IDX(va - e->start + e->offset);
	m = NULL;
	for (o = e->object.vm_object; o != NULL; o = o->backing_object) {
		/* At rest nothing else looks: the lock is for its assertion. */
		VM_OBJECT_RLOCK(o);
		m = vm_page_lookup(o, pindex);
		VM_OBJECT_RUNLOCK(o);
		/* What a fault that failed left behind is nobody's page. */
		if (m != NULL && !hf_vm_page_is_placeholder(m))
			break;
		m = NULL;
		pindex += OFF_TO_IDX(o->backing_object_offset);
	}
	*where = o;
	return (m);
}

/* IM-8, IM-9, IF-2, IF-6, IW-1, IW-2 for one address. */
static const char *
check_address(vm_map_t map, vm_map_entry_t e, vm_offset_t va)
{
	vm_object_t where;
	vm_page_t m;
	pt_entry_t pte;

	pte = hf_pmap_leaf(map->pmap, va);
	if ((pte & X86_PG_V) == 0 && e->wired_count == 0)
		return (NULL);
	m = page_behind(e, va, &where);
	if (e->wired_count > 0 &&
	    (where == NULL || (where->flags & OBJ_FICTITIOUS) == 0)) {
		if (m == NULL)
			return ("IW-1: wired entry without a page");
		if (!vm_page_wired(m) || m->hf_entry_wirings == 0)
			return ("IW-1: page of a wired entry is not wired");
	}
	if ((pte & X86_PG_V) == 0)
		return (NULL);
	if (((pte & PG_W) != 0) != (e->wired_count > 0))
		return ("IW-2: wired bit and wired_count disagree");
	if (m == NULL || VM_PAGE_TO_PHYS(m) != (pte & PG_FRAME))
		return ("IM-8: mapped page is not the chain's");
	if (!vm_page_all_valid(m))
		return ("IF-2: mapped page is not valid");
	if ((pte & X86_PG_RW) != 0) {
		if ((e->protection & VM_PROT_WRITE) == 0)
			return ("IM-8: mapping permits more than the entry");
		if ((e->eflags & MAP_ENTRY_NEEDS_COPY) != 0 ||
		    where != e->object.vm_object)
			return ("IM-9: writable mapping of a shared page");
	}
	if ((pte & X86_PG_NX) == 0 && (e->protection & VM_PROT_EXECUTE) == 0)
		return ("IM-8: mapping permits more than the entry");
	return (NULL);
}

/* Above this many pages only every 64th of an entry is looked at. */
#define HF_CHECK_PAGES 1024

static const char *
check_pages(vm_map_t map, vm_map_entry_t e)
{
	const char *why;
	vm_offset_t va, step;

	if (e->object.vm_object == NULL || map->system_map ||
	    (e->eflags & MAP_ENTRY_IN_TRANSITION) != 0)
		return (NULL);
	step = atop(hf_entry_bytes(e)) > HF_CHECK_PAGES ? 64 * PAGE_SIZE
							: PAGE_SIZE;
	for (va = e->start; va < e->end; va += step) {
		why = check_address(map, e, va);
		if (why != NULL)
			return (why);
	}
	return (NULL);
}

/*
 * What is wrong with the map, or NULL.  The map is locked or nobody uses it,
 * and no fault in it is under way.
 */
const char *
hf_map_check(vm_map_t map)
{
	vm_map_entry_t e;
	vm_size_t size;
	vm_offset_t at;
	const char *why;
	int count, in_tree, in_transition;

	count = in_tree = in_transition = 0;
	size = 0;
	at = vm_map_min(map);
	why = NULL;
	VM_MAP_ENTRY_FOREACH (e, map) {
		if (e->next->prev != e || e->start < at || e->start >= e->end ||
		    ((e->start | e->end) & PAGE_MASK) != 0)
			return ("IM-1: entries out of order");
		at = e->end;
		count++;
		if ((e->eflags & MAP_ENTRY_GUARD) == 0)
			size += hf_entry_bytes(e);
		if ((e->eflags & MAP_ENTRY_IN_TRANSITION) != 0)
			in_transition++;
		why = check_flags(e);
		if (why == NULL)
			why = check_pages(map, e);
		if (why != NULL)
			return (why);
	}
	if (at > vm_map_max(map) || count != map->nentries)
		return ("IM-1: wrong number or extent of entries");
	why = check_tree(map->root, &in_tree);
	if (why != NULL)
		return (why);
	if (in_tree != count)
		return ("IM-1: tree and list disagree");
	if (size != map->size)
		return ("IM-2: map size is not the sum of its entries");
	if (map->busy > 0 && in_transition == 0)
		return ("IM-10: busy map without an entry in transition");
	return (NULL);
}

/* IW-5: pages of all entries with USER_WIRED. */
static const char *
check_user_wired(void)
{
	vm_map_entry_t e;
	u_long pages;
	int i;

	pages = 0;
	for (i = 0; i < HF_MAPS_MAX; i++) {
		if (map_list[i] == NULL)
			continue;
		VM_MAP_ENTRY_FOREACH (e, map_list[i])
			if ((e->eflags & MAP_ENTRY_USER_WIRED) != 0)
				pages += atop(hf_entry_bytes(e));
	}
	return (pages == vm_user_wire_count
		? NULL
		: "IW-5: user wire count is not the sum of locked pages");
}

/* hf_map_check() of every map, at quiescence. */
const char *
hf_map_check_all(void)
{
	const char *why;
	int i;

	for (i = 0; i < HF_MAPS_MAX; i++) {
		if (map_list[i] == NULL)
			continue;
		why = hf_map_check(map_list[i]);
		if (why != NULL)
			return (why);
	}
	return (check_user_wired());
}

void
hf_map_foreach(void (*fn)(vm_map_t map))
{
	int i;

	for (i = 0; i < HF_MAPS_MAX; i++)
		if (map_list[i] != NULL)
			fn(map_list[i]);
}
