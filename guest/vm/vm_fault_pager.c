/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_fault_pager.c: a fault's page-in, and how much to read around it. */

/*
 * Nobody sleeps for a vnode lock with a busy page, an object's pip or a map
 * lock: truncation and write-back wait for those with the vnode locked.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/vnode.h>
#include <vm/vm.h>
#include <vm/vm_fault_priv.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>

/* Added to the window by each fault of a sequential reader. */
#define HF_READ_AHEAD_STEP 8

/*
 * The entry's window in pages, from its advice and from where the last
 * reader ended.  Map locked shared: a lost update costs a read, not more.
 */
static int
vm_fault_readahead(struct faultstate *fs)
{
	vm_map_entry_t entry;
	vm_offset_t next;
	int era, nera;

	entry = fs->entry;
	era = __atomic_load_n(&entry->read_ahead, __ATOMIC_RELAXED);
	next = __atomic_load_n(&entry->next_read, __ATOMIC_RELAXED);
	switch (entry->eflags & MAP_ENTRY_BEHAV_MASK) {
	case MAP_ENTRY_BEHAV_RANDOM:
		nera = 0;
		break;
	case MAP_ENTRY_BEHAV_SEQUENTIAL:
		nera = VM_FAULT_READ_AHEAD_MAX;
		break;
	default:
		if (fs->vaddr != next)
			nera = 0;
		else if (era == 0)
			nera = VM_FAULT_READ_AHEAD_MIN;
		else
			nera = imin(
			    era + HF_READ_AHEAD_STEP, VM_FAULT_READ_AHEAD_MAX);
		break;
	}
	if (nera == VM_FAULT_READ_AHEAD_MAX && fs->vaddr == next)
		vm_fault_dontneed(fs, nera);
	if (nera != era)
		__atomic_store_n(
		    &entry->read_ahead, (uint8_t)nera, __ATOMIC_RELAXED);
	return (nera);
}

/* What to wish for around fs->pindex, within the entry. */
static void
read_window(const struct faultstate *fs, int *behind, int *ahead)
{
	vm_pindex_t before, after, offset;

	*behind = *ahead = 0;
	if ((curproc->p_flag & P_KILLED) != 0)
		return;
	before = atop(fs->vaddr - fs->e_start);
	after = atop(fs->e_end - fs->vaddr) - 1;
	if (fs->nera > 0) {
		*ahead = (int)ulmin(fs->nera, after);
	} else if (!fs->random) {
		offset = fs->pindex % VM_FAULT_READ_DEFAULT;
		*behind = (int)ulmin(offset, before);
		*ahead = (int)ulmin(VM_FAULT_READ_DEFAULT - 1 - offset, after);
	}
}

/*
 * FAULT_CONTINUE: the object's vnode, if it has one, is fs->vp, locked.
 * FAULT_RESTART: it would have blocked; now it is locked, all else is let go.
 */
static enum fault_status
vm_fault_lock_vnode(struct faultstate *fs)
{
	struct vnode *vp;
	int how;

	if (fs->object->type != OBJT_VNODE)
		return (FAULT_CONTINUE);
	vp = fs->object->handle;
	if (vp == fs->vp)
		return (FAULT_CONTINUE);
	vm_fault_unlock_vp(fs);
	/* A thread that has it exclusively must not wait for itself. */
	how = VOP_ISLOCKED(vp) == LK_EXCLUSIVE ? LK_EXCLUSIVE : LK_SHARED;
	if (vget(vp, how | LK_CANRECURSE | LK_NOWAIT) == 0) {
		fs->vp = vp;
		return (FAULT_CONTINUE);
	}
	vhold(vp);
	vm_fault_deallocate(fs);
	hf_lock_check_alone(&vp->v_sx.lock_object);
	if (vget(vp, how | LK_RETRY | LK_CANRECURSE) == 0)
		fs->vp = vp;
	vdrop(vp);
	return (FAULT_RESTART);
}

/*
 * Asks the pager of fs->object, write-locked, for fs->m, busy.  FAULT_HARD: it
 * is valid.  FAULT_CONTINUE: the pager has nothing there; both with the map
 * unlocked, and the object locked only for FAULT_CONTINUE.
 */
enum fault_status
vm_fault_getpages(struct faultstate *fs)
{
	enum fault_status res;
	int rv, behind, ahead;

	if (fs->object == fs->first_object)
		hf_fault_take_refs(fs);
	VM_OBJECT_WUNLOCK(fs->object);
	if (fs->lookup_still_valid) {
		fs->e_start = fs->entry->start;
		fs->e_end = fs->entry->end;
		fs->random = (fs->entry->eflags & MAP_ENTRY_BEHAV_MASK) ==
		    MAP_ENTRY_BEHAV_RANDOM;
		if (fs->nera == -1)
			fs->nera = vm_fault_readahead(fs);
		vm_fault_unlock_map(fs);
	}
	res = vm_fault_lock_vnode(fs);
	if (res != FAULT_CONTINUE)
		return (res);
	read_window(fs, &behind, &ahead);
	rv = vm_pager_get_pages(fs->object, &fs->m, 1, &behind, &ahead);
	switch (rv) {
	case VM_PAGER_OK:
		fs->rbehind = behind;
		fs->rahead = ahead;
		return (FAULT_HARD);
	case VM_PAGER_FAIL:
		VM_OBJECT_WLOCK(fs->object);
		return (FAULT_CONTINUE);
	case VM_PAGER_ERROR:
		printf("vm_fault: pager read error, pid %d (%s)\n",
		    curproc->p_pid, curproc->p_comm);
		break;
	default:
		break;
	}
	/* Never kept as a page of zeros: the next access tries again. */
	return (hf_fault_fail(fs, KERN_OUT_OF_BOUNDS));
}
