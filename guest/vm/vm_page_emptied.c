/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_page_emptied.c: pages whose range is taken away while they are wired. */

/*
 * A range of an object is emptied (truncated, punched, unmapped, regrown) while
 * a page of it is wired.  The page loses its contents at once; who wires it
 * decides what becomes of it:
 *
 *	map entries	the lock promised this frame.  It stays at its index,
 *			invalid; an access fills it again, the unlock frees it.
 *	others alone	a hold promised a frame, no place.  The page stays,
 *	(holds, I/O)	PGA_EMPTIED, until the last wiring frees it or somebody
 *			wants to fill the index: then it leaves the object, and
 *			a fresh frame takes its place.  So what a device still
 *			stores does not get into anybody's new memory.
 *
 * It leaves at once where no entry can reach the range any more, or where the
 * page is unmanaged and no queue could keep it in mind.
 *
 * The last wiring may go anywhere, with no lock and no leave to sleep.  If the
 * object's lock or the busy lock is taken just then, the page daemon frees the page;
 * it lies near the head of INACTIVE, as every invalid page.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <vm/vm.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pageout.h>
#include <vm/vm_pagequeue.h>
#include "vm_page_priv.h"

void
hf_vm_page_disown(vm_page_t m)
{
	VM_OBJECT_ASSERT_WLOCKED(m->object);
	KASSERT(m->hf_entry_wirings == 0,
	    ("hf_vm_page_disown: page %p is an entry's", (void *)m));
	if (vm_page_remove(m))
		vm_page_free(m);
}

void
hf_vm_page_settle(vm_page_t m, bool leave)
{
	VM_OBJECT_ASSERT_WLOCKED(m->object);
	vm_page_assert_xbusied(m);
	if (m->hf_entry_wirings != 0) {
		vm_page_xunbusy(m);
		return;
	}
	if (leave || !vm_page_is_managed(m)) {
		hf_vm_page_disown(m);
		return;
	}
	/* Under this lock an unwirer picks the queue and lets go. */
	vm_pagequeue_lock();
	vm_page_aflag_set(m, PGA_EMPTIED);
	vm_pagequeue_unlock();
	if (vm_page_wired(m))
		vm_page_xunbusy(m);
	else
		vm_page_free(m);
}

bool
hf_vm_page_unwire_settle(vm_page_t m, uint8_t queue)
{
	VM_OBJECT_ASSERT_WLOCKED(m->object);
	if (!vm_page_tryxbusy(m))
		return (false);
	hf_vm_page_unwire_entry(m, queue);
	if (vm_page_none_valid(m))
		hf_vm_page_settle(m, false);
	else
		vm_page_xunbusy(m);
	return (true);
}

/*
 * m may have become any other page, or none, before the object is locked: all
 * is looked at again.
 */
bool
hf_vm_page_reap(vm_page_t m)
{
	vm_object_t object;
	bool done, owned;

	object = __atomic_load_n(&m->object, __ATOMIC_RELAXED);
	if (object == NULL)
		return (true);
	owned = VM_OBJECT_WOWNED(object);
	if (!owned && !VM_OBJECT_TRYWLOCK(object))
		return (false);
	done = true;
	if (m->object == object && hf_vm_page_is_emptied(m)) {
		done = vm_page_tryxbusy(m);
		if (done && !vm_page_wired(m))
			vm_page_free(m);
		else if (done)
			vm_page_xunbusy(m);
	}
	if (!owned)
		VM_OBJECT_WUNLOCK(object);
	return (done);
}

void
hf_vm_page_let_go(vm_page_t m)
{
	if (!hf_vm_page_reap(m))
		hf_pageout_reap_later();
}
