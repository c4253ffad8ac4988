/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_fault_cow.c: a page of one's own in place of a shared one. */

/*
 * A wired entry has wired, at each index, the topmost page of its chain; that
 * is where vm_map_unwire() finds the wiring again.  So nobody may put a page
 * above it, but the entry itself, which moves the wiring along.  Two things see
 * to it:
 *
 *  - An object that several entries put pages into (shared: INHERIT_SHARE, or
 *    mapped twice) has no page below it that is wired by an entry above or on
 *    it.  When such an entry is wired, it copies as if for writing, even if it
 *    only reads; if it has no shadow of its own yet, it gets one.  An entry
 *    that is already wired when it begins to share copies at that moment
 *    (hf_fault_copy_up() from fork).  The mark is the whole object's: at an
 *    index where nobody shares, the copy is needless but hides no page of
 *    others.
 *  - At most one entry writes to an object that is not shared.  No other
 *    entry's chain goes through it then: the others have shadows.
 *
 * A wired page that lost its contents (truncated, invalidated) stays the
 * topmost one: what a fault finds behind it goes into it first.  A placeholder,
 * invalid and not wired, is no page in this sense.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/vmmeter.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_fault_priv.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>

/* What a first look can tell, without the object's lock. */
static bool
maybe_sole_user(vm_object_t object)
{
	return (object->shadow_count == 1 && object->ref_count == 1 &&
	    (object->flags & OBJ_ANON) != 0);
}

/* Can nobody but first_object reach what is in this object?  Both locked. */
static bool
sole_user(const struct faultstate *fs)
{
	return (maybe_sole_user(fs->object) && fs->object->handle == NULL &&
	    fs->object == fs->first_object->backing_object);
}

/*
 * Moves fs->m into the placeholder's slot, if first_object is its only user and
 * both locks are free.  Cannot fail half way.  A wired page in the slot stays.
 */
static bool
move_up(struct faultstate *fs)
{
	if (!maybe_sole_user(fs->object) || vm_page_wired(fs->first_m) ||
	    !VM_OBJECT_TRYWLOCK(fs->first_object))
		return (false);
	if (!VM_OBJECT_TRYWLOCK(fs->object)) {
		VM_OBJECT_WUNLOCK(fs->first_object);
		return (false);
	}
	if (!sole_user(fs)) {
		VM_OBJECT_WUNLOCK(fs->object);
		VM_OBJECT_WUNLOCK(fs->first_object);
		return (false);
	}
	vm_page_remove_xbusy(fs->m);
	vm_page_replace(fs->m, fs->first_object, fs->first_pindex, fs->first_m);
	fs->first_m = NULL;
	/* Its backing store, if any, stayed behind. */
	vm_page_dirty(fs->m);
	VM_OBJECT_WUNLOCK(fs->object);
	VM_OBJECT_WUNLOCK(fs->first_object);
	VM_CNT_INC(v_cow_faults);
	VM_CNT_INC(v_cow_optim);
	return (true);
}

/*
 * fs->m, busy and valid, is in a lower object and the access wants a private
 * page: afterwards fs->m is it, in first_object.  A copy stays invalid until
 * hf_fault_cow_commit(), or a restart could leave a valid page above one that
 * is still mapped.  No object locked.
 */
static void
vm_fault_cow(struct faultstate *fs)
{
	KASSERT(fs->first_m != NULL, ("vm_fault_cow: no placeholder"));
	if (!move_up(fs)) {
		pmap_copy_page(fs->m, fs->first_m);
		fs->m_cow = fs->m;
		fs->m = fs->first_m;
		fs->first_m = NULL;
		fs->m_copy = true;
	}
	vm_object_pip_wakeup(fs->object);
	fs->object = fs->first_object;
	fs->pindex = fs->first_pindex;
	fs->prefault = false;
}

/*
 * fs->m, busy and valid, is in a lower object.  FAULT_CONTINUE: that is right
 * for a read, or first_object has it now, for a write or for the rule above.
 * FAULT_RESTART: the entry needs its shadow first.  No object locked.
 */
enum fault_status
hf_fault_below(struct faultstate *fs)
{
	bool shared;

	if (__predict_false(fs->awaited_m != NULL))
		hf_fault_fill_awaited(fs);
	if ((fs->type & (VM_PROT_WRITE | VM_PROT_COPY)) == 0) {
		shared = fs->wired && fs->passed_shared;
		if (!shared && !vm_page_wired(fs->first_m)) {
			fs->prot &= ~VM_PROT_WRITE;
			return (FAULT_CONTINUE);
		}
		if (shared && fs->needs_copy) {
			fs->fault_type |= VM_PROT_COPY;
			fs->fault_flags |= HF_FAULT_SHADOW;
			vm_fault_deallocate(fs);
			return (FAULT_RESTART);
		}
	}
	vm_fault_cow(fs);
	return (FAULT_CONTINUE);
}

/* Success is certain and the map locked: the copy takes the original's place. */
void
hf_fault_cow_commit(struct faultstate *fs)
{
	vm_page_valid(fs->m);
	/* No mapping's modified bit will say that this is the only one. */
	if ((fs->type & VM_PROT_WRITE) == 0)
		vm_page_dirty(fs->m);
	/* The entry's wiring is below, unless a wired page was in the slot. */
	if (fs->wired && (fs->fault_flags & VM_FAULT_WIRE) == 0 &&
	    !vm_page_wired(fs->m)) {
		hf_vm_page_wire_entry(fs->m);
		hf_vm_page_unwire_entry(fs->m_cow, PQ_INACTIVE);
	}
	/*
	 * Other entries on this object may map the original at this index, and
	 * would go on reading it.  See scenario fault.cow_shared_shadow.
	 */
	if ((fs->first_object->flags & OBJ_ONEMAPPING) == 0)
		pmap_remove_all(fs->m_cow);
	VM_CNT_INC(v_cow_faults);
}
