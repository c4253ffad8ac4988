/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_fault_copy.c: copying a wired entry's pages now rather than on a fault. */

#include <sys/param.h>
#include <sys/systm.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include "vm_page_priv.h"

/*
 * Three uses.  Fork: a child's entry without object gets a new one with a copy
 * of every page.  Upgrade (protect): a wired entry became writable.  Copying up
 * (fork): an entry begins to share.  Both copy what is not in the target object
 * yet into it, and move the wiring to the copy.  The target is the entry's own
 * object, or a new one if the shadow did not exist yet.
 */
struct copy {
	vm_map_t map;
	vm_map_entry_t entry; /* of the copies */
	bool move;	      /* its own pages: their wirings move along */
	vm_object_t src_object;
	vm_object_t dst_object; /* write-locked between pages */
	vm_pindex_t src_pindex; /* of the entry's start */
	vm_pindex_t dst_pindex;
};

/*
 * The page that stands for index i of the source; its object is *object, locked
 * for reading unless it is dst_object, which is locked anyway.
 */
static vm_page_t
find_source(const struct copy *c, vm_pindex_t i, vm_object_t *object)
{
	vm_object_t o, backing;
	vm_pindex_t pindex;
	vm_page_t m;

	o = c->src_object;
	pindex = c->src_pindex + i;
	if (o != c->dst_object)
		VM_OBJECT_RLOCK(o);
	while (((m = vm_page_lookup(o, pindex)) == NULL ||
		   hf_vm_page_is_placeholder(m)) &&
	    (backing = o->backing_object) != NULL) {
		VM_OBJECT_RLOCK(backing);
		pindex += OFF_TO_IDX(o->backing_object_offset);
		if (o != c->dst_object)
			VM_OBJECT_RUNLOCK(o);
		o = backing;
	}
	KASSERT(m != NULL && !hf_vm_page_is_placeholder(m),
	    ("vm_fault_copy_entry: page missing"));
	*object = o;
	return (m);
}

/*
 * dst_object write-locked before and after.  A page allocated there for index
 * i; or NULL, after waiting with nothing locked, object (read-locked) neither.
 */
static vm_page_t
alloc_copy(const struct copy *c, vm_pindex_t i, vm_object_t object)
{
	vm_page_t dst;

	dst = vm_page_lookup(c->dst_object, c->dst_pindex + i);
	if (dst != NULL) {
		/* A fault's placeholder; that fault will find our page. */
		VM_OBJECT_RUNLOCK(object);
		if (vm_page_busy_acquire(dst, VM_ALLOC_WAITFAIL))
			hf_vm_page_disown(dst);
		return (NULL);
	}
	dst = vm_page_alloc(c->dst_object, c->dst_pindex + i, VM_ALLOC_NORMAL);
	if (dst == NULL) {
		VM_OBJECT_RUNLOCK(object);
		VM_OBJECT_WUNLOCK(c->dst_object);
		vm_wait(c->dst_object);
		VM_OBJECT_WLOCK(c->dst_object);
	}
	return (dst);
}

/*
 * dst_object write-locked before and after, dropped in between.  The busy page
 * for index i in it.  *srcp: the one that was copied, or the same.  NULL:
 * dropped the lock to wait, try again; or (*past_end) the file ends here.
 */
static vm_page_t
copy_page(const struct copy *c, vm_pindex_t i, vm_page_t *srcp, bool *past_end)
{
	vm_object_t object;
	vm_page_t src, dst;

	src = find_source(c, i, &object);
	*srcp = src;
	if (object == c->dst_object) {
		if (!vm_page_busy_acquire(src, VM_ALLOC_WAITFAIL))
			return (NULL);
		if (src->pindex >= object->size) {
			vm_page_xunbusy(src);
			*past_end = true;
			return (NULL);
		}
		return (src);
	}
	/*
	 * The wiring moves from here; no other entry's is there
	 * (vm_fault_cow.c).
	 */
	dst = alloc_copy(c, i, object);
	if (dst == NULL)
		return (NULL);
	pmap_copy_page(src, dst);
	/* Read lock: the source does not become invalid meanwhile. */
	dst->valid = dst->dirty = src->valid;
	VM_OBJECT_RUNLOCK(object);
	return (dst);
}

/*
 * The source's wiring has moved.  Its object, one behind dst_object, is not
 * locked; where the page is invalid, nobody else would free it.
 */
static void
unwire_source(vm_page_t src)
{
	vm_object_t object = src->object;
	bool done;

	done = false;
	if (vm_page_none_valid(src)) {
		VM_OBJECT_WLOCK(object);
		done = hf_vm_page_unwire_settle(src, PQ_INACTIVE);
		VM_OBJECT_WUNLOCK(object);
	}
	if (!done) /* valid, or busy and about to be */
		hf_vm_page_unwire_entry(src, PQ_INACTIVE);
}

/*
 * One page, busy and in dst_object, which is write-locked but dropped in
 * between: mapped, if the entry permits any access, and with the wiring that
 * src had.
 */
static void
settle_page(const struct copy *c, vm_pindex_t i, vm_page_t src, vm_page_t dst)
{
	vm_prot_t prot;

	prot = c->entry->protection;
	/*
	 * An invalid page (truncated, msync-invalidated while wired) is copied,
	 * so that each index has one, but not mapped.
	 */
	if (vm_page_all_valid(dst) && prot != VM_PROT_NONE) {
		VM_OBJECT_WUNLOCK(c->dst_object);
		pmap_enter(c->map->pmap, c->entry->start + ptoa(i), dst, prot,
		    c->move ? prot | PMAP_ENTER_WIRED : prot & ~VM_PROT_WRITE,
		    0);
		VM_OBJECT_WLOCK(c->dst_object);
	}
	if (!c->move) {
		vm_page_activate(dst);
	} else if (src != dst) {
		hf_vm_page_wire_entry(dst);
		unwire_source(src);
	}
	vm_page_xunbusy(dst);
}

/* Map locked exclusively; may sleep for memory. */
static void
copy_pages(const struct copy *c)
{
	vm_pindex_t i, npages;
	vm_page_t src, dst;
	bool past_end;

	npages = atop(c->entry->end - c->entry->start);
	past_end = false;
	VM_OBJECT_WLOCK(c->dst_object);
	for (i = 0; i < npages && !past_end;) {
		dst = copy_page(c, i, &src, &past_end);
		if (dst != NULL)
			settle_page(c, i++, src, dst);
	}
	VM_OBJECT_WUNLOCK(c->dst_object);
}

/*
 * Map locked exclusively; entry is wired and has an object of its own in front
 * of what it shares.  Afterwards all its pages are in that object.  Sleeps.
 */
void
hf_fault_copy_up(vm_map_t map, vm_map_entry_t entry)
{
	struct copy c;

	c.map = map;
	c.entry = entry;
	c.move = true;
	c.src_object = c.dst_object = entry->object.vm_object;
	c.src_pindex = c.dst_pindex = OFF_TO_IDX(entry->offset);
	copy_pages(&c);
}

/*
 * Both maps locked exclusively (or the one), src_entry wired; may sleep for
 * memory. Fork, if the entries differ, or upgrade: see above.  *fork_charge is
 * not used: nothing is charged.
 */
void
vm_fault_copy_entry(vm_map_t dst_map, vm_map_t src_map,
    vm_map_entry_t dst_entry, vm_map_entry_t src_entry,
    vm_ooffset_t *fork_charge)
{
	struct copy c;

	(void)src_map;
	(void)fork_charge;
	c.map = dst_map;
	c.entry = dst_entry;
	c.move = src_entry == dst_entry;
	KASSERT(c.move || dst_entry->object.vm_object == NULL,
	    ("vm_fault_copy_entry: destination has an object"));
	c.src_object = src_entry->object.vm_object;
	c.src_pindex = OFF_TO_IDX(src_entry->offset);
	if (c.move && (dst_entry->eflags & MAP_ENTRY_NEEDS_COPY) == 0) {
		hf_fault_copy_up(dst_map, dst_entry);
		dst_entry->eflags &= ~MAP_ENTRY_COW;
		return;
	}
	c.dst_object = vm_object_allocate_anon(
	    atop(dst_entry->end - dst_entry->start), NULL, dst_entry->cred, 0);
	c.dst_pindex = 0;
	copy_pages(&c);
	dst_entry->object.vm_object = c.dst_object;
	dst_entry->offset = 0;
	if (c.move) {
		dst_entry->eflags &= ~(MAP_ENTRY_COW | MAP_ENTRY_NEEDS_COPY);
		vm_object_deallocate(c.src_object);
	}
}
