/* SPDX-License-Identifier: BSD-2-Clause */
/* vnode_lock.c: the vnode lock behind VOP_LOCK() and vn_lock(). */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/vnode.h>

static int
lock_exclusive(struct vnode *vp, int flags)
{
	if (sx_xlocked(&vp->v_sx)) {
		KASSERT((flags & LK_CANRECURSE) != 0,
		    ("VOP_LOCK: vnode %p locked twice", (void *)vp));
		vp->v_recurse++;
		return (0);
	}
	if ((flags & LK_NOWAIT) != 0)
		return (sx_try_xlock(&vp->v_sx) ? 0 : EBUSY);
	sx_xlock(&vp->v_sx);
	return (0);
}

static int
lock_shared(struct vnode *vp, int flags)
{
	/* The exclusive owner recurses exclusively, as in lockmgr(9). */
	if (sx_xlocked(&vp->v_sx))
		return (lock_exclusive(vp, flags | LK_CANRECURSE));
	if ((flags & LK_NOWAIT) != 0)
		return (sx_try_slock(&vp->v_sx) ? 0 : EBUSY);
	sx_slock(&vp->v_sx);
	return (0);
}

static int
lock_upgrade(struct vnode *vp, int flags)
{
	if (sx_xlocked(&vp->v_sx) || sx_try_upgrade(&vp->v_sx))
		return (0);
	if ((flags & LK_NOWAIT) != 0)
		return (EBUSY);
	sx_sunlock(&vp->v_sx);
	sx_xlock(&vp->v_sx);
	return (0);
}

/* 0, or EBUSY with LK_NOWAIT.  May sleep without it. */
int
VOP_LOCK(struct vnode *vp, int flags)
{
	KASSERT(vp->v_holdcnt > 0, ("VOP_LOCK: vnode %p not held", (void *)vp));
	if ((flags & LK_INTERLOCK) != 0)
		VI_UNLOCK(vp);
	switch (flags & LK_TYPE_MASK) {
	case LK_EXCLUSIVE:
		return (lock_exclusive(vp, flags));
	case LK_SHARED:
		return (lock_shared(vp, flags));
	case LK_UPGRADE:
		return (lock_upgrade(vp, flags));
	case LK_DOWNGRADE:
		if (vp->v_recurse == 0)
			sx_downgrade(&vp->v_sx);
		return (0);
	case LK_RELEASE:
		return (VOP_UNLOCK(vp));
	}
	panic("VOP_LOCK: flags %#x", flags);
}

int
VOP_UNLOCK(struct vnode *vp)
{
	if (sx_xlocked(&vp->v_sx) && vp->v_recurse > 0) {
		vp->v_recurse--;
		return (0);
	}
	sx_unlock(&vp->v_sx);
	return (0);
}

/* LK_SHARED says only that somebody holds it shared. */
int
VOP_ISLOCKED(struct vnode *vp)
{
	if (sx_xlocked(&vp->v_sx))
		return (LK_EXCLUSIVE);
	if (!hf_sx_locked(&vp->v_sx))
		return (0);
	if (sx_try_slock(&vp->v_sx)) {
		sx_sunlock(&vp->v_sx);
		return (LK_SHARED);
	}
	return (LK_EXCLOTHER);
}

int
vn_lock(struct vnode *vp, int flags)
{
	int error;

	error = VOP_LOCK(vp, flags);
	hf_lock_taken_at(&vp->v_sx.lock_object, __builtin_return_address(0));
	if (error == 0 && VN_IS_DOOMED(vp) && (flags & LK_RETRY) == 0) {
		VOP_UNLOCK(vp);
		error = ENOENT;
	}
	return (error);
}

void
ASSERT_VOP_LOCKED(struct vnode *vp, const char *who)
{
#ifdef INVARIANTS
	if (hf_lock_holding(&vp->v_sx.lock_object) == 0)
		panic("%s: vnode %p is not locked", who, (void *)vp);
#endif
}

void
ASSERT_VOP_ELOCKED(struct vnode *vp, const char *who)
{
	KASSERT(sx_xlocked(&vp->v_sx),
	    ("%s: vnode %p is not locked exclusively", who, (void *)vp));
}
