/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_page_grab.c: the page at an index, found or made, busied or wired. */

/*
 * The object is write-locked on entry and exit and referenced by the caller;
 * these functions may drop the lock and sleep.  After every sleep the page is
 * looked up again: it may have been freed or have moved.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <vm/vm.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>
#include "vm_page_priv.h"

/* Most pages that one page-in of vm_page_grab_valid() covers. */
#define GRAB_CLUSTER 16

#define SHARE_FLAGS (VM_ALLOC_SBUSY | VM_ALLOC_IGN_SBUSY)

static void
check_flags(int allocflags)
{
	KASSERT((allocflags & VM_ALLOC_NOBUSY) == 0 ||
		(allocflags & VM_ALLOC_WIRED) != 0,
	    ("vm_page_grab: the pages must be busied or wired"));
	KASSERT((allocflags & VM_ALLOC_SBUSY) == 0 ||
		(allocflags & VM_ALLOC_IGN_SBUSY) != 0,
	    ("vm_page_grab: SBUSY without IGN_SBUSY"));
}

static bool
try_acquire(vm_page_t m, int allocflags)
{
	if ((allocflags & SHARE_FLAGS) != 0 ? !vm_page_trysbusy(m)
					    : !vm_page_tryxbusy(m))
		return (false);
	if ((allocflags & VM_ALLOC_WIRED) != 0)
		vm_page_wire(m);
	return (true);
}

/* With NOBUSY the busy lock served to get hold of the page only. */
static void
end_busy(vm_page_t m, int allocflags)
{
	if ((allocflags & VM_ALLOC_NOBUSY) == 0)
		return;
	if (vm_page_xbusied(m))
		vm_page_xunbusy(m);
	else
		vm_page_sunbusy(m);
}

/* m is busied by another.  True: look it up again.  False: give up. */
static bool
sleep_for(vm_object_t object, vm_page_t m, int allocflags)
{
	if ((allocflags & VM_ALLOC_NOWAIT) != 0)
		return (false);
	vm_page_reference(m);
	if (!vm_page_busy_sleep(m, "pgrbwt", allocflags))
		return (true);
	VM_OBJECT_WLOCK(object);
	return ((allocflags & VM_ALLOC_WAITFAIL) == 0);
}

/* m, emptied, makes room for another page.  True: look again.  False: give up. */
static bool
make_room(vm_object_t object, vm_page_t m, int allocflags)
{
	if (!vm_page_tryxbusy(m))
		return (sleep_for(object, m, allocflags & ~SHARE_FLAGS));
	hf_vm_page_disown(m);
	return (true);
}

static int
alloc_request(int allocflags)
{
	int req;

	req = allocflags &
	    (VM_ALLOC_CLASS_MASK | VM_ALLOC_WIRED | VM_ALLOC_ZERO |
		VM_ALLOC_NODUMP);
	if ((allocflags & SHARE_FLAGS) != 0)
		req |= VM_ALLOC_SBUSY;
	return (req | (allocflags & VM_ALLOC_COUNT(VM_ALLOC_COUNT_MAX)));
}

/*
 * A new page at an empty index.  NULL with *againp true: memory was waited for,
 * look again.
 */
static vm_page_t
make(vm_object_t object, vm_pindex_t pindex, int allocflags, bool *againp)
{
	vm_page_t m;

	*againp = false;
	if ((allocflags & VM_ALLOC_NOCREAT) != 0)
		return (NULL);
	m = vm_page_alloc(object, pindex, alloc_request(allocflags));
	if (m == NULL && (allocflags & VM_ALLOC_NOWAIT) == 0) {
		VM_OBJECT_WUNLOCK(object);
		vm_wait(object);
		VM_OBJECT_WLOCK(object);
		*againp = (allocflags & VM_ALLOC_WAITFAIL) == 0;
	}
	return (m);
}

/*
 * The resident page, or a new one; NULL as allocflags permit.  *madep tells
 * which.
 */
static vm_page_t
find_or_make(
    vm_object_t object, vm_pindex_t pindex, int allocflags, bool *madep)
{
	vm_page_t m;
	bool again;

	for (;;) {
		m = vm_page_lookup(object, pindex);
		if (m == NULL) {
			m = make(object, pindex, allocflags, &again);
			*madep = true;
			if (m != NULL || !again)
				return (m);
		} else if (hf_vm_page_is_emptied(m)) {
			if (!make_room(object, m, allocflags))
				return (NULL);
		} else if (try_acquire(m, allocflags)) {
			*madep = false;
			return (m);
		} else if (!sleep_for(object, m, allocflags))
			return (NULL);
	}
}

/*
 * The page at pindex, busied (and wired) as asked.  A new page is zeroed with
 * VM_ALLOC_ZERO; a resident one is never altered.  Valid bits are
 * untouched.  NULL only for reasons of NOWAIT, WAITFAIL, NOCREAT.
 */
vm_page_t
vm_page_grab(vm_object_t object, vm_pindex_t pindex, int allocflags)
{
	vm_page_t m;
	bool made;

	VM_OBJECT_ASSERT_WLOCKED(object);
	check_flags(allocflags);
	m = find_or_make(object, pindex, allocflags, &made);
	if (m == NULL)
		return (NULL);
	if (made && (allocflags & VM_ALLOC_ZERO) != 0 &&
	    (m->flags & PG_ZERO) == 0)
		pmap_zero_page(m);
	end_busy(m, allocflags);
	return (m);
}

/*
 * vm_page_grab() of count consecutive indices; returns how many were got, from
 * the first on.  ZERO zeroes and validates pages without any valid block.
 */
int
vm_page_grab_pages(vm_object_t object, vm_pindex_t pindex, int allocflags,
    vm_page_t *ma, int count)
{
	vm_page_t m;
	bool made;
	int i;

	VM_OBJECT_ASSERT_WLOCKED(object);
	check_flags(allocflags);
	KASSERT((u_int)allocflags >> VM_ALLOC_COUNT_SHIFT == 0,
	    ("vm_page_grab_pages: COUNT is not allowed"));
	KASSERT(count > 0, ("vm_page_grab_pages: %d pages", count));
	for (i = 0; i < count; i++) {
		m = find_or_make(object, pindex + i,
		    allocflags | VM_ALLOC_COUNT(MIN(count - i, 1000)), &made);
		if (m == NULL)
			break;
		if ((allocflags & VM_ALLOC_ZERO) != 0 &&
		    vm_page_none_valid(m)) {
			if (!made || (m->flags & PG_ZERO) == 0)
				pmap_zero_page(m);
			vm_page_valid(m);
		}
		end_busy(m, allocflags);
		ma[i] = m;
	}
	return (i);
}

/*
 * Reads the invalid, exclusively busied page m, and up to `most' pages in all
 * where the pager has them at hand.  The lock is dropped meanwhile.  Returns
 * the pager's answer; on OK *mp is the page, which the pager may have replaced.
 */
static int
page_in(
    vm_page_t *mp, vm_object_t object, vm_pindex_t pindex, int after, int most)
{
	vm_page_t ma[GRAB_CLUSTER];
	int i, n, rv;

	ma[0] = *mp;
	most = MIN(MIN(most, GRAB_CLUSTER), after + 1);
	for (n = 1; n < most; n++) {
		ma[n] = vm_page_lookup(object, pindex + n);
		if (ma[n] != NULL) {
			if (vm_page_any_valid(ma[n]) ||
			    hf_vm_page_is_emptied(ma[n]) ||
			    !vm_page_tryxbusy(ma[n]))
				break;
		} else {
			ma[n] =
			    vm_page_alloc(object, pindex + n, VM_ALLOC_NORMAL);
			if (ma[n] == NULL)
				break;
		}
	}
	vm_object_pip_add(object, n);
	VM_OBJECT_WUNLOCK(object);
	rv = vm_pager_get_pages(object, ma, n, NULL, NULL);
	VM_OBJECT_WLOCK(object);
	vm_object_pip_wakeupn(object, n);
	*mp = ma[0];
	for (i = 1; i < n; i++) {
		if (rv == VM_PAGER_OK)
			vm_page_readahead_finish(ma[i]);
		else if (vm_page_remove(ma[i]))
			vm_page_free(ma[i]);
	}
	return (rv);
}

/*
 * The page at pindex, fully valid and acquired as asked: read by the pager if
 * that has it, else its invalid blocks zeroed.  VM_PAGER_OK; VM_PAGER_FAIL with
 * NOCREAT for an absent or invalid page; else the pager's error; *mp is then
 * NULL.  Not with NOWAIT, WAITFAIL, ZERO.
 */
int
vm_page_grab_valid(
    vm_page_t *mp, vm_object_t object, vm_pindex_t pindex, int allocflags)
{
	const int most = MAX((u_int)allocflags >> VM_ALLOC_COUNT_SHIFT, 1);
	vm_page_t m;
	bool again;
	int after, rv;

	VM_OBJECT_ASSERT_WLOCKED(object);
	check_flags(allocflags);
	KASSERT((allocflags &
		    (VM_ALLOC_NOWAIT | VM_ALLOC_WAITFAIL | VM_ALLOC_ZERO)) == 0,
	    ("vm_page_grab_valid: flags %#x", allocflags));
	*mp = NULL;
	for (;;) {
		m = vm_page_lookup(object, pindex);
		if (m != NULL && hf_vm_page_is_emptied(m)) {
			(void)make_room(object, m, 0);
			continue;
		}
		if (m != NULL && vm_page_all_valid(m)) {
			if (try_acquire(m, allocflags)) {
				if (vm_page_all_valid(m))
					goto out;
				if ((allocflags & VM_ALLOC_WIRED) != 0)
					vm_page_unwire_noq(m);
				end_busy(m, VM_ALLOC_NOBUSY);
				continue;
			}
		} else if ((allocflags & VM_ALLOC_NOCREAT) != 0)
			return (VM_PAGER_FAIL);
		else if (m == NULL) {
			m = make(object, pindex,
			    allocflags & ~(SHARE_FLAGS | VM_ALLOC_WIRED),
			    &again);
			if (m != NULL)
				break;
			continue;
		} else if (vm_page_tryxbusy(m))
			break;
		(void)sleep_for(
		    object, m, vm_page_all_valid(m) ? allocflags : 0);
	}
	/* Exclusively busied, not valid, not yet wired. */
	if (vm_page_all_valid(m))
		rv = VM_PAGER_OK;
	else if (vm_pager_has_page(object, pindex, NULL, &after))
		rv = page_in(&m, object, pindex, after, most);
	else {
		vm_page_zero_invalid(m, TRUE);
		rv = VM_PAGER_OK;
	}
	if (rv != VM_PAGER_OK) {
		if (vm_page_wired(m))
			vm_page_xunbusy(m);
		else
			vm_page_free(m);
		return (rv);
	}
	if ((allocflags & VM_ALLOC_WIRED) != 0)
		vm_page_wire(m);
	if ((allocflags & SHARE_FLAGS) != 0)
		vm_page_busy_downgrade(m);
out:
	end_busy(m, allocflags);
	*mp = m;
	return (VM_PAGER_OK);
}

/* vm_page_grab() for a caller without the lock. */
vm_page_t
vm_page_grab_unlocked(vm_object_t object, vm_pindex_t pindex, int allocflags)
{
	vm_page_t m;

	VM_OBJECT_WLOCK(object);
	m = vm_page_grab(object, pindex, allocflags);
	VM_OBJECT_WUNLOCK(object);
	return (m);
}

/* vm_page_grab_valid() for a caller without the lock. */
int
vm_page_grab_valid_unlocked(
    vm_page_t *mp, vm_object_t object, vm_pindex_t pindex, int allocflags)
{
	int rv;

	VM_OBJECT_WLOCK(object);
	rv = vm_page_grab_valid(mp, object, pindex, allocflags);
	VM_OBJECT_WUNLOCK(object);
	return (rv);
}
