/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_page_bits.c: valid and dirty, a bit for each DEV_BSIZE block of a page. */
#include <sys/param.h>
#include <sys/systm.h>
#include <kern/failpoint.h>
#include <vm/vm.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>
#include "vm_page_priv.h"

/* The blocks that [base, base + size) touches; none for size 0. */
vm_page_bits_t
vm_page_bits(int base, int size)
{
	KASSERT(base >= 0 && size >= 0 && base + size <= PAGE_SIZE,
	    ("vm_page_bits: %d bytes at %d", size, base));
	if (size == 0)
		return (0);
	return ((2u << ((base + size - 1) >> DEV_BSHIFT)) -
	    (1u << (base >> DEV_BSHIFT)));
}

/*
 * Sharers may set bits at once, and the pmap and holders dirty at any time:
 * atomic.
 */
static void
set_bits(volatile uint8_t *map, vm_page_bits_t bits)
{
	(void)__atomic_fetch_or(map, bits, __ATOMIC_SEQ_CST);
}

static void
clear_bits(volatile uint8_t *map, vm_page_bits_t bits)
{
	(void)__atomic_fetch_and(map, (uint8_t)~bits, __ATOMIC_SEQ_CST);
}

static void
store_bits(volatile uint8_t *map, vm_page_bits_t bits)
{
	__atomic_store_n(map, bits, __ATOMIC_RELEASE);
}

/* Zeroes what the range leaves out of its invalid first and last block. */
static void
zero_edges(vm_page_t m, int base, int size)
{
	const int end = base + size;
	const int first = rounddown2(base, DEV_BSIZE);
	const int last = rounddown2(end, DEV_BSIZE);

	if (first != base && (m->valid & (1u << (base >> DEV_BSHIFT))) == 0)
		pmap_zero_page_area(m, first, base - first);
	if (last != end && (m->valid & (1u << (end >> DEV_BSHIFT))) == 0)
		pmap_zero_page_area(m, end, last + DEV_BSIZE - end);
}

/*
 * The blocks that the range touches become valid; where a first or last block
 * was invalid, its bytes outside the range are zeroed.  Busied.
 */
void
vm_page_set_valid_range(vm_page_t m, int base, int size)
{
	const vm_page_bits_t bits = vm_page_bits(base, size);

	vm_page_assert_busied(m);
	if (size == 0)
		return;
	zero_edges(m, base, size);
	KASSERT((~m->valid & bits & m->dirty) == 0,
	    ("vm_page_set_valid_range: page %p is dirty where it is invalid",
		(void *)m));
	set_bits(&m->valid, bits);
}

/*
 * vm_page_set_valid_range(), and all touched blocks become clean, those partly
 * covered too.  For a whole page the mappings' modified bits and
 * PGA_NOSYNC go as well.
 */
void
vm_page_set_validclean(vm_page_t m, int base, int size)
{
	const vm_page_bits_t bits = vm_page_bits(base, size);
	const vm_page_bits_t oldvalid = m->valid;

	vm_page_assert_busied(m);
	if (size == 0)
		return;
	zero_edges(m, base, size);
	set_bits(&m->valid, bits);
	if (bits == VM_PAGE_BITS_ALL && base == 0 && size == PAGE_SIZE) {
		/*
		 * Before dirty is cleared: the other way round a store in
		 * between would be lost.  Only a fully valid page can have
		 * been mapped.
		 */
		if (oldvalid == VM_PAGE_BITS_ALL && vm_page_is_managed(m))
			pmap_clear_modify(m);
		(void)HF_FAILPOINT("page.validclean");
		store_bits(&m->dirty, 0);
		vm_page_aflag_clear(m, PGA_NOSYNC);
	} else
		clear_bits(&m->dirty, bits);
}

/* All of a busied page becomes valid. */
void
vm_page_valid(vm_page_t m)
{
	vm_page_assert_busied(m);
	store_bits(&m->valid, VM_PAGE_BITS_ALL);
}

/*
 * Nothing of the page is valid; dirty stays.  Object write-locked, page
 * busied, not mapped.
 */
void
vm_page_invalid(vm_page_t m)
{
	VM_OBJECT_ASSERT_WLOCKED(m->object);
	vm_page_assert_busied(m);
	KASSERT(!vm_page_is_managed(m) || !pmap_page_is_mapped(m),
	    ("vm_page_invalid: page %p is mapped", (void *)m));
	store_bits(&m->valid, 0);
}

/*
 * The touched blocks become invalid and clean; on a vnode object, from offset
 * 0 to the end of the file, the whole page.  A fully valid page is
 * unmapped first.  Object write-locked, page busied.
 */
void
vm_page_set_invalid(vm_page_t m, int base, int size)
{
	vm_object_t object = m->object;
	vm_page_bits_t bits;

	VM_OBJECT_ASSERT_WLOCKED(object);
	vm_page_assert_busied(m);
	if (object->type == OBJT_VNODE && base == 0 &&
	    IDX_TO_OFF(m->pindex) + size >= object->un_pager.vnp.vnp_size)
		bits = VM_PAGE_BITS_ALL;
	else
		bits = vm_page_bits(base, size);
	if (vm_page_all_valid(m) && bits != 0 && object->ref_count != 0 &&
	    vm_page_is_managed(m))
		pmap_remove_all(m);
	KASSERT((bits == 0 && vm_page_all_valid(m)) || !vm_page_is_managed(m) ||
		!pmap_page_is_mapped(m),
	    ("vm_page_set_invalid: page %p is mapped", (void *)m));
	clear_bits(&m->valid, bits);
	clear_bits(&m->dirty, bits);
}

/*
 * Zeroes each invalid block, leaves valid ones alone; with setvalid the page is
 * then all valid.  Busied.
 */
void
vm_page_zero_invalid(vm_page_t m, boolean_t setvalid)
{
	int b, i;

	vm_page_assert_busied(m);
	if (vm_page_none_valid(m))
		pmap_zero_page(m);
	else
		for (b = i = 0; i <= PAGE_SIZE / DEV_BSIZE; i++) {
			if (i < PAGE_SIZE / DEV_BSIZE &&
			    (m->valid & (1u << i)) == 0)
				continue;
			if (i > b)
				pmap_zero_page_area(
				    m, b << DEV_BSHIFT, (i - b) << DEV_BSHIFT);
			b = i + 1;
		}
	if (setvalid)
		vm_page_valid(m);
}

/* Non-zero iff some block is valid and all that the range touches are. */
int
vm_page_is_valid(vm_page_t m, int base, int size)
{
	const vm_page_bits_t bits = vm_page_bits(base, size);

	return (m->valid != 0 && (m->valid & bits) == bits);
}

/*
 * All of a fully valid page is dirty.  Busied, or called by the pmap for a
 * mapping that is still on the page's list: who makes a page invalid removes
 * its mappings first, and so comes after.
 */
void
vm_page_dirty(vm_page_t m)
{
	KASSERT(vm_page_all_valid(m),
	    ("vm_page_dirty: page %p is not valid", (void *)m));
	store_bits(&m->dirty, VM_PAGE_BITS_ALL);
}

/*
 * For who holds m and stores to it past all mappings.  Call it when the hold
 * begins, and again after the last store if a write-back may have come in
 * between (hf_vm_page_dirty_stored() is for a write-back that has not ended
 * yet).  All of m is dirty, and its object may be; but not if its contents are
 * gone (truncated).  The look at valid and the setting are one step, so no
 * invalid page becomes dirty.  No lock, any context.
 */
void
hf_vm_page_dirty_held(vm_page_t m)
{
	const uint16_t valid = VM_PAGE_BITS_ALL; /* the low byte */
	vm_object_t object;
	uint16_t old;

	KASSERT(vm_page_wired(m),
	    ("hf_vm_page_dirty_held: page %p is not wired", (void *)m));
	old = __atomic_load_n(&m->_vdbits, __ATOMIC_RELAXED);
	do {
		if ((old & valid) != valid)
			return;
	} while (!__atomic_compare_exchange_n(&m->_vdbits, &old, 0xffff, true,
	    __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
	/*
	 * After the page: a cleaning that has passed it does not take the
	 * object for clean then.  Objects are type-stable, and to suspect one
	 * too many is harmless.
	 */
	object = __atomic_load_n(&m->object, __ATOMIC_RELAXED);
	if (object != NULL)
		vm_object_set_writeable_dirty(object);
}

/*
 * The same after the last store, for who may sleep.  A write-back that is on
 * its way may have read the page before the store, and takes it for clean when
 * it ends; so its end is awaited first.  One that begins later finds what was
 * stored. m is wired; no object is locked.
 */
void
hf_vm_page_dirty_stored(vm_page_t m)
{
	vm_object_t object;

	/* The stores before the look. */
	atomic_thread_fence_seq_cst();
	while (vm_page_busied(m)) {
		object = __atomic_load_n(&m->object, __ATOMIC_RELAXED);
		if (object == NULL)
			break;
		vm_page_busy_sleep_unlocked(object, m, m->pindex, "vmpds", 0);
	}
	hf_vm_page_dirty_held(m);
}

/*
 * vm_page_dirty() of a page that is busied, or whose object is; also gives up a
 * swap block that is now stale.  Returns the map as it was.
 */
vm_page_bits_t
vm_page_set_dirty(vm_page_t m)
{
	vm_page_bits_t old;

	KASSERT(vm_page_busied(m) || vm_object_busied(m->object),
	    ("page %p not busy", (void *)m));
	KASSERT(vm_page_all_valid(m),
	    ("vm_page_set_dirty: page %p is not valid", (void *)m));
	old =
	    __atomic_exchange_n(&m->dirty, VM_PAGE_BITS_ALL, __ATOMIC_SEQ_CST);
	if (old == 0 && (vm_page_aflags(m) & PGA_SWAP_SPACE) != 0)
		vm_pager_page_unswapped(m);
	return (old);
}

/* Clean, as far as `dirty' says; mappings' modified bits stay. */
void
vm_page_undirty(vm_page_t m)
{
	store_bits(&m->dirty, 0);
}

/* The touched blocks become clean, those partly covered too. */
void
vm_page_clear_dirty(vm_page_t m, int base, int size)
{
	clear_bits(&m->dirty, vm_page_bits(base, size));
}

/* Dirty if a mapping was modified; never the other way.  Busied. */
void
vm_page_test_dirty(vm_page_t m)
{
	vm_page_assert_busied(m);
	if (m->dirty != VM_PAGE_BITS_ALL && vm_page_is_managed(m) &&
	    pmap_is_modified(m))
		vm_page_dirty(m);
}
