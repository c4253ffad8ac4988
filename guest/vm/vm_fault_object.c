/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_fault_object.c: a fault's search for the page along the shadow chain. */

/*
 * Lock order: front object, then the one behind it.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/vmmeter.h>
#include <kern/clock.h>
#include <kern/fail_nth.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_extern.h>
#include <vm/vm_fault_priv.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pageout.h>
#include "vm_page_priv.h"

#define HF_HZ 100 /* nominal ticks a second of the sleep functions */

int vm_pfault_oom_attempts = 3;
int vm_pfault_oom_wait = 10; /* seconds */
void (*hf_fault_oom_hook)(void);

/* May the object's pager have pages?  Object locked. */
bool
vm_fault_object_needs_getpages(vm_object_t object)
{
	/* Anonymous memory without swap blocks has nobody to ask. */
	return (object->type != OBJT_SWAP);
}

/*
 * The page is busy.  fs->object is write-locked; sleeps with nothing held until
 * the page may be free.  Always a restart.
 */
static enum fault_status
vm_fault_busy_sleep(struct faultstate *fs)
{
	vm_object_t object;
	vm_page_t m;

	object = fs->object;
	m = fs->m;
	fs->m = NULL;
	vm_page_aflag_set(m, PGA_REFERENCED);
	VM_CNT_INC(v_intrans);
	if (object == fs->first_object)
		hf_fault_take_refs(fs);
	else {
		/*
		 * The placeholder stays, unbusied: the next attempt wants it
		 * again.
		 */
		vm_page_deactivate(fs->first_m);
		vm_page_xunbusy(fs->first_m);
		fs->first_m = NULL;
		vm_object_pip_wakeup(fs->first_object);
		hf_fault_awaited_drop(fs);
	}
	vm_object_pip_wakeup(object);
	vm_fault_unlock_map(fs);
	/* The reference keeps the object; the page is only an address now. */
	if (!vm_page_busy_sleep(m, "vmpfw", 0))
		VM_OBJECT_WUNLOCK(object);
	fs->have_refs = false;
	vm_object_deallocate(fs->first_object);
	return (FAULT_RESTART);
}

/*
 * Memory is short and no object locked: lets go of everything and waits; fails
 * if there is none to come.
 */
enum fault_status
hf_fault_wait_memory(struct faultstate *fs)
{
	uint64_t now, limit_ns;

	vm_fault_deallocate(fs);
	now = hf_uptime_ns();
	if (!fs->oom_started) {
		fs->oom_started = true;
		fs->oom_start_ns = now;
	} else if (vm_pfault_oom_attempts >= 0) {
		limit_ns = (uint64_t)vm_pfault_oom_attempts *
		    vm_pfault_oom_wait * 1000000000ull;
		if (now - fs->oom_start_ns >= limit_ns) {
			fs->oom_started = false;
			if (hf_fault_oom_hook != NULL)
				hf_fault_oom_hook();
		}
	}
	/* A vnode lock must not be kept from those who make memory. */
	vm_fault_unlock_vp(fs);
	if (!hf_vm_exhausted())
		vm_waitpfault(NULL, vm_pfault_oom_wait * HF_HZ);
	if (!hf_vm_exhausted())
		return (FAULT_RESTART);
	fs->rv = KERN_RESOURCE_SHORTAGE;
	return (FAULT_FAILURE);
}

/* fs->object write-locked, nothing at fs->pindex: a busy, invalid page there. */
static enum fault_status
vm_fault_allocate(struct faultstate *fs)
{
	bool killed;
	int req;

	if (fs->pindex >= fs->object->size) {
		VM_OBJECT_WUNLOCK(fs->object);
		return (hf_fault_fail(fs, KERN_OUT_OF_BOUNDS));
	}
	killed = (curproc->p_flag & P_KILLED) != 0;
	req = killed ? VM_ALLOC_SYSTEM : VM_ALLOC_NORMAL;
	if (fs->object->type == OBJT_SWAP && fs->object->backing_object == NULL)
		req |= VM_ALLOC_ZERO;
	if (!vm_page_count_severe() || killed)
		fs->m = vm_page_alloc(fs->object, fs->pindex, req);
	if (fs->m == NULL) {
		VM_OBJECT_WUNLOCK(fs->object);
		return (hf_fault_wait_memory(fs));
	}
	fs->oom_started = false;
	fs->m_fresh = true;
	return (FAULT_CONTINUE);
}

/*
 * Looks in fs->object, which is write-locked.  FAULT_SOFT, FAULT_HARD: fs->m,
 * busy and valid, object unlocked.  FAULT_CONTINUE: not here, object still
 * locked; fs->m is NULL or an invalid page.
 */
enum fault_status
vm_fault_object(struct faultstate *fs)
{
	enum fault_status res;
	vm_object_t object;
	bool dead;

	object = fs->object;
	if (__predict_false(
		(object->flags & OBJ_DEAD) != 0 || object->type == OBJT_DEAD)) {
		/* Gone for good (its vnode reclaimed), or just collapsing. */
		dead = object->type == OBJT_DEAD;
		VM_OBJECT_WUNLOCK(object);
		if (dead)
			return (hf_fault_fail(fs, KERN_PROTECTION_FAILURE));
		vm_fault_deallocate(fs);
		if (!HF_FAIL_NTH(HF_FAIL_SLEEP))
			hf_pause("vmf_de", 1);
		return (FAULT_RESTART);
	}
	fs->m = vm_page_lookup(object, fs->pindex);
	if (fs->m != NULL) {
		if (!vm_page_tryxbusy(fs->m))
			return (vm_fault_busy_sleep(fs));
		if (vm_page_all_valid(fs->m)) {
			VM_OBJECT_WUNLOCK(object);
			return (FAULT_SOFT);
		}
		fs->m_fresh = false;
		if (hf_vm_page_is_emptied(fs->m)) {
			/* Only its holders may use the frame. */
			hf_vm_page_disown(fs->m);
			fs->m = NULL;
		}
	}
	if (fs->m == NULL &&
	    (object == fs->first_object ||
		vm_fault_object_needs_getpages(object))) {
		res = vm_fault_allocate(fs);
		if (res != FAULT_CONTINUE)
			return (res);
	}
	if (!vm_fault_object_needs_getpages(object))
		return (FAULT_CONTINUE);
	fs->m_fresh = false;
	return (vm_fault_getpages(fs));
}

/*
 * fs->m is invalid, in a lower object.  If it is wired it is some entry's
 * topmost page, and must not be hidden: what is found behind it goes into it.
 * Those that have a second one above it are hidden from that already.
 */
static void __noinline
pass_invalid(struct faultstate *fs)
{
	if (!vm_page_wired(fs->m))
		vm_page_free(fs->m);
	else if (fs->awaited_m != NULL)
		vm_page_xunbusy(fs->m);
	else {
		fs->awaited_m = fs->m;
		vm_object_pip_add(fs->object, 1);
	}
}

/*
 * From fs->object to the one behind it; both are locked meanwhile.  In the top
 * object the page stays as placeholder.  False: there is none, fs->object stays
 * locked.
 */
bool
vm_fault_next(struct faultstate *fs)
{
	vm_object_t next;

	if (fs->object == fs->first_object) {
		fs->first_m = fs->m;
		fs->first_zero = fs->m_fresh && (fs->m->flags & PG_ZERO) != 0;
	} else if (fs->m != NULL)
		pass_invalid(fs);
	fs->m = NULL;
	next = fs->object->backing_object;
	if (next == NULL)
		return (false);
	if (fs->object == fs->first_object)
		hf_fault_take_refs(fs);
	fs->passed_shared |= fs->object->shared;
	VM_OBJECT_WLOCK(next);
	vm_object_pip_add(next, 1);
	if (fs->object != fs->first_object)
		vm_object_pip_wakeup(fs->object);
	fs->pindex += OFF_TO_IDX(fs->object->backing_object_offset);
	VM_OBJECT_WUNLOCK(fs->object);
	fs->object = next;
	return (true);
}

/* fs->m is awaited_m from now on, in its object.  Nothing locked. */
static void __noinline
take_awaited(struct faultstate *fs)
{
	vm_object_pip_wakeup(fs->object);
	fs->m = fs->awaited_m;
	fs->awaited_m = NULL;
	fs->object = fs->m->object;
	fs->pindex = fs->m->pindex;
	vm_page_valid(fs->m);
}

/*
 * fs->m was found behind awaited_m, which gets its contents and is what was
 * found.  Nothing locked.
 */
void
hf_fault_fill_awaited(struct faultstate *fs)
{
	vm_page_t src;

	src = fs->m;
	pmap_copy_page(src, fs->awaited_m);
	/* Nobody may go on to see the one that is hidden now. */
	pmap_remove_all(src);
	take_awaited(fs);
	/* The original may go: this is the only one. */
	vm_page_dirty(fs->m);
	hf_fault_page_drop(&src);
}

/*
 * The search ended: the placeholder becomes a page of zeros, or the wired page
 * that was passed.  Nothing locked.
 */
void
vm_fault_zerofill(struct faultstate *fs)
{
	vm_page_t m;

	if (fs->object != fs->first_object) {
		if (__predict_false(fs->awaited_m != NULL)) {
			pmap_zero_page(fs->awaited_m);
			take_awaited(fs);
			return;
		}
		vm_object_pip_wakeup(fs->object);
		fs->object = fs->first_object;
		fs->pindex = fs->first_pindex;
	}
	m = fs->first_m;
	fs->first_m = NULL;
	fs->m = m;
	/* Only a page that nobody had since its allocation can be known zero. */
	if (!fs->first_zero) {
		if (vm_page_none_valid(m))
			pmap_zero_page(m);
		else
			vm_page_zero_invalid(m, FALSE);
	}
	VM_CNT_INC(v_zfod);
	vm_page_valid(m);
	fs->prefault = false;
}
