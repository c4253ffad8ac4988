/* SPDX-License-Identifier: BSD-2-Clause */
/* vnode_pager.c: the object of a vnode: its life, its size, its pagerops. */

/*
 * Lock order: vnode lock, object lock, v_interlock.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mount.h>
#include <sys/vmmeter.h>
#include <sys/vnode.h>
#include <machine/atomic.h>
#include <kern/failpoint.h>
#include <vm/vm.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>
#include <vm/vnode_pager.h>

/* A fresh object for vp, one reference; nobody else knows it. */
static vm_object_t
object_new(struct vnode *vp, vm_ooffset_t size)
{
	vm_object_t object;

	object = vm_object_allocate(OBJT_VNODE, OFF_TO_IDX(round_page(size)));
	object->un_pager.vnp.vnp_size = size;
	object->un_pager.vnp.writemappings = 0;
	object->handle = vp;
	object->pgops = &vnodepagerops;
	return (object);
}

static void
object_discard(vm_object_t object)
{
	VM_OBJECT_WLOCK(object);
	object->handle = NULL;
	object->type = OBJT_DEAD;
	object->pgops = &deadpagerops;
	vm_object_set_flag(object, OBJ_DEAD);
	object->ref_count = 0;
	VM_OBJECT_WUNLOCK(object);
	vm_object_destroy(object);
}

vm_object_t
vnode_pager_alloc(void *handle, vm_ooffset_t size, vm_prot_t prot,
    vm_ooffset_t offset, struct ucred *cred)
{
	struct vnode *vp;
	vm_object_t object;

	vp = handle;
	if (vp == NULL)
		return (NULL);
	ASSERT_VOP_LOCKED(vp, "vnode_pager_alloc");
	KASSERT(vrefcnt(vp) > 0, ("vnode_pager_alloc: vnode not in use"));
	for (;;) {
		/* vp is locked, so an object that is there stays. */
		object = (vm_object_t)atomic_load_acq_ptr(
		    (volatile uintptr_t *)&vp->v_object);
		if (object != NULL) {
			vm_object_reference(object);
			return (object);
		}
		object = object_new(vp, size);
		(void)HF_FAILPOINT("vnode.object");
		VI_LOCK(vp);
		if (vp->v_object == NULL) {
			atomic_store_rel_ptr(
			    (volatile uintptr_t *)&vp->v_object,
			    (uintptr_t)object);
			VI_UNLOCK(vp);
			vref(vp);
			return (object);
		}
		VI_UNLOCK(vp);
		object_discard(object);
	}
}

int
vnode_create_vobject(struct vnode *vp, off_t size, struct thread *td)
{
	struct vattr va;
	vm_object_t object;

	if ((vp->v_type != VREG && vp->v_type != VDIR) || vp->v_object != NULL)
		return (0);
	if (size == 0) {
		if (VOP_GETATTR(vp, &va, NULL) != 0)
			return (0);
		size = (off_t)va.va_size;
	}
	object = vnode_pager_alloc(vp, (vm_ooffset_t)size, 0, 0, NULL);
	vm_object_deallocate(object);
	return (0);
}

void
vnode_destroy_vobject(struct vnode *vp)
{
	vm_object_t object;

	object = vp->v_object;
	if (object == NULL)
		return;
	ASSERT_VOP_ELOCKED(vp, "vnode_destroy_vobject");
	VM_OBJECT_WLOCK(object);
	if (!vm_object_page_clean(object, 0, 0, OBJPC_SYNC))
		printf("vnode %lu: reclaimed with unwritten changes\n",
		    (u_long)vp->v_hash);
	VM_OBJECT_WUNLOCK(object);
	/* Failures have been said; asynchronous writes must have ended. */
	(void)VOP_FSYNC(vp, MNT_WAIT, NULL);
	VM_OBJECT_WLOCK(object);
	if (object->ref_count == 0) {
		vm_object_set_flag(object, OBJ_DEAD);
		vm_object_terminate(object);
	} else {
		vm_object_page_remove(object, 0, 0, 0);
		vm_pager_deallocate(object);
		VM_OBJECT_WUNLOCK(object);
	}
	KASSERT(vp->v_object == NULL, ("vnode_destroy_vobject: still there"));
}

/* Object write-locked, vnode exclusively locked.  Sleeps (paging). */
static void
vnode_pager_dealloc(vm_object_t object)
{
	struct vnode *vp;
	bool resident, used, written;

	vp = object->handle;
	if (vp == NULL)
		panic("vnode_pager_dealloc: object %p has no pager",
		    (void *)object);
	VM_OBJECT_ASSERT_WLOCKED(object);
	ASSERT_VOP_ELOCKED(vp, "vnode_pager_dealloc");
	vm_object_pip_wait(object, "vnpdea");
	used = object->ref_count > 0;
	resident = object->resident_page_count > 0;
	written = object->un_pager.vnp.writemappings > 0;
	object->un_pager.vnp.writemappings = 0;
	object->handle = NULL;
	object->type = OBJT_DEAD;
	object->pgops = &deadpagerops;
	if (written)
		VOP_ADD_WRITECOUNT(vp, -1);
	VI_LOCK(vp);
	vp->v_object = NULL;
	VI_UNLOCK(vp);
	/* The last page will not find the vnode any more. */
	if (resident)
		vdrop(vp);
	if (used)
		vrele(vp);
}

/*
 * Contiguous pages of the file around pindex from the mapping of the block
 * that holds it.
 */
static void
run_in_pages(struct vnode *vp, vm_pindex_t pindex, int blocks_after,
    int blocks_before, int *before, int *after)
{
	u_int bsize, per;

	bsize = (u_int)vp->v_mount->mnt_stat.f_iosize;
	if (bsize >= PAGE_SIZE) {
		per = bsize / PAGE_SIZE;
		*before = blocks_before * (int)per + (int)(pindex % per);
		*after =
		    blocks_after * (int)per + (int)(per - 1 - pindex % per);
	} else {
		per = PAGE_SIZE / bsize;
		*before = blocks_before / (int)per;
		*after = blocks_after / (int)per;
	}
}

/*
 * Object locked in either mode, dropped and retaken.  TRUE when reading there
 * would find data; also when the mapping cannot be read, so that the read
 * itself reports it.
 */
static boolean_t
vnode_pager_haspage(
    vm_object_t object, vm_pindex_t pindex, int *before, int *after)
{
	struct vnode *vp;
	daddr_t bn;
	int error, pages_after, pages_before, runb, runp;
	bool wlocked;

	VM_OBJECT_ASSERT_LOCKED(object);
	if (before != NULL)
		*before = 0;
	if (after != NULL)
		*after = 0;
	vp = object->handle;
	if (vp == NULL || VN_IS_DOOMED(vp) ||
	    IDX_TO_OFF(pindex) >= object->un_pager.vnp.vnp_size)
		return (FALSE);

	/* Paging in progress keeps the vnode from being reclaimed. */
	wlocked = VM_OBJECT_WOWNED(object);
	vm_object_pip_add(object, 1);
	VM_OBJECT_UNLOCK(object);
	error = VOP_BMAP(vp,
	    (daddr_t)(IDX_TO_OFF(pindex) / vp->v_mount->mnt_stat.f_iosize),
	    NULL, &bn, &runp, &runb);
	if (wlocked)
		VM_OBJECT_WLOCK(object);
	else
		VM_OBJECT_RLOCK(object);
	vm_object_pip_wakeup(object);
	if (error != 0)
		return (TRUE);
	if (bn == -1)
		return (FALSE);
	run_in_pages(vp, pindex, runp, runb, &pages_before, &pages_after);
	if (before != NULL)
		*before = pages_before;
	if (after != NULL)
		*after = (int)MIN((vm_pindex_t)pages_after,
		    pindex < object->size ? object->size - 1 - pindex : 0);
	return (TRUE);
}

/* The handle is stable while paging is in progress. */
static int
vnode_pager_getpages(
    vm_object_t object, vm_page_t *m, int count, int *rbehind, int *rahead)
{
	VM_CNT_INC(v_vnodein);
	VM_CNT_ADD(v_vnodepgsin, (u_long)count);
	return (VOP_GETPAGES(object->handle, m, count, rbehind, rahead));
}

static int
vnode_pager_getpages_async(vm_object_t object, vm_page_t *m, int count,
    int *rbehind, int *rahead, pgo_getpages_iodone_t iodone, void *arg)
{
	VM_CNT_INC(v_vnodein);
	VM_CNT_ADD(v_vnodepgsin, (u_long)count);
	return (VOP_GETPAGES_ASYNC(
	    object->handle, m, count, rbehind, rahead, iodone, arg));
}

/* Object write-locked on entry and exit, dropped inside; vnode locked. */
static void
vnode_pager_putpages(
    vm_object_t object, vm_page_t *m, int count, int flags, int *rtvals)
{
	struct vnode *vp;

	VM_OBJECT_ASSERT_WLOCKED(object);
	/* Memory is short: leave nothing in flight that needs more of it. */
	if (vm_page_count_min())
		flags |= VM_PAGER_PUT_SYNC;
	vp = object->handle;
	VM_OBJECT_WUNLOCK(object);
	VM_CNT_INC(v_vnodeout);
	VM_CNT_ADD(v_vnodepgsout, (u_long)count);
	(void)VOP_PUTPAGES(vp, m, count * PAGE_SIZE, flags, rtvals);
	VM_OBJECT_WLOCK(object);
}

/* Object write-locked. */
static void
writemappings_add(vm_object_t object, vm_ooffset_t change)
{
	vm_ooffset_t old;

	old = object->un_pager.vnp.writemappings;
	object->un_pager.vnp.writemappings = old + change;
	if (old == 0 && change != 0)
		VOP_ADD_WRITECOUNT(object->handle, 1);
	else if (old != 0 && old + change == 0)
		VOP_ADD_WRITECOUNT(object->handle, -1);
}

static void
vnode_pager_update_writecount(
    vm_object_t object, vm_offset_t start, vm_offset_t end)
{
	VM_OBJECT_WLOCK(object);
	if (object->type == OBJT_VNODE)
		writemappings_add(object, (vm_ooffset_t)end - start);
	VM_OBJECT_WUNLOCK(object);
}

/* A reclaimed object has given its write count back already. */
static void
vnode_pager_release_writecount(
    vm_object_t object, vm_offset_t start, vm_offset_t end)
{
	vnode_pager_update_writecount(object, end, start);
}

static void
vnode_pager_set_writeable_dirty(vm_object_t object)
{
	atomic_add_int(&object->generation, 1);
}

static bool
vnode_pager_mightbedirty(vm_object_t object)
{
	return (atomic_load_int(&object->generation) !=
	    (u_int)object->cleangeneration);
}

static void
vnode_pager_getvp(vm_object_t object, struct vnode **vpp, bool *vp_heldp)
{
	*vpp = object->handle;
	if (vp_heldp != NULL)
		*vp_heldp = false;
}

static void
upcall_first_page(vm_object_t object)
{
	vhold(object->handle);
}

static void
upcall_last_page(vm_object_t object)
{
	vdrop(object->handle);
}

static void
upcall_first_ref(vm_object_t object)
{
	vref(object->handle);
}

static void
upcall_last_ref(vm_object_t object)
{
	if (object->handle != NULL)
		vrele(object->handle);
}

/* Object unlocked, referenced; so the vnode is in use. */
static bool
clean_begin(vm_object_t object)
{
	struct vnode *vp;

	VM_OBJECT_RLOCK(object);
	vp = object->type == OBJT_VNODE ? object->handle : NULL;
	if (vp != NULL)
		vhold(vp);
	VM_OBJECT_RUNLOCK(object);
	if (vp == NULL)
		return (false);
	if (vn_lock(vp, LK_EXCLUSIVE | LK_CANRECURSE) != 0) {
		vdrop(vp);
		return (false);
	}
	return (true);
}

static bool
clean_end(vm_object_t object, bool sync)
{
	struct vnode *vp;
	int error;

	/* Locked since clean_begin(), so still the object's. */
	vp = object->handle;
	error = sync ? VOP_FSYNC(vp, MNT_WAIT, NULL) : 0;
	VOP_UNLOCK(vp);
	vdrop(vp);
	return (error == 0);
}

static bool
upcall_unstable(vm_object_t object)
{
	struct vnode *vp;

	vp = object->handle;
	return (vp->v_writesinflight != 0 || vp->v_unflushed != 0);
}

const struct pagerops vnodepagerops = {
	.pgo_alloc = vnode_pager_alloc,
	.pgo_dealloc = vnode_pager_dealloc,
	.pgo_getpages = vnode_pager_getpages,
	.pgo_getpages_async = vnode_pager_getpages_async,
	.pgo_putpages = vnode_pager_putpages,
	.pgo_haspage = vnode_pager_haspage,
	.pgo_update_writecount = vnode_pager_update_writecount,
	.pgo_release_writecount = vnode_pager_release_writecount,
	.pgo_set_writeable_dirty = vnode_pager_set_writeable_dirty,
	.pgo_mightbedirty = vnode_pager_mightbedirty,
	.pgo_getvp = vnode_pager_getvp,
	.hf_pgo_first_page = upcall_first_page,
	.hf_pgo_last_page = upcall_last_page,
	.hf_pgo_first_ref = upcall_first_ref,
	.hf_pgo_last_ref = upcall_last_ref,
	.hf_pgo_clean_begin = clean_begin,
	.hf_pgo_clean_end = clean_end,
	.hf_pgo_unstable = upcall_unstable,
};
