/* SPDX-License-Identifier: BSD-2-Clause */
/* vnode.c: life of vnodes: creation, references, reclaim. */

/*
 * Lock order: vnode lock, mnt_listmtx, v_interlock.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mount.h>
#include <sys/vnode.h>
#include <kern/kalloc.h>
#include <machine/atomic.h>
#include <vfs/vfs.h>

/*
 * Vnodes of one mount before unused ones are recycled.  A vnode with its
 * object is about 0.5 KiB, so these are some hundred KiB at the most.
 */
#define VNODES_WANTED 512

static int
dead_rdwr(struct vnode *vp, struct uio *uio, int ioflag, struct ucred *cred)
{
	return (EIO);
}

static const struct vop_vector dead_vnodeops = {
	.vop_read = dead_rdwr,
	.vop_write = dead_rdwr,
};

static volatile u_long nvnodes;

u_long
hf_vnodes_live(void)
{
	return (atomic_load_long(&nvnodes));
}

static void
vnode_free(struct vnode *vp)
{
	KASSERT(vp->v_object == NULL, ("vnode_free: vnode has an object"));
	rangelock_destroy(&vp->v_rl);
	sx_destroy(&vp->v_sx);
	mtx_destroy(&vp->v_interlock);
	hf_kfree(vp);
	atomic_subtract_long(&nvnodes, 1);
}

void
vhold(struct vnode *vp)
{
	atomic_add_int(&vp->v_holdcnt, 1);
}

void
vdrop(struct vnode *vp)
{
	u_int old;
	bool doomed;

	/* Stable before the drop: vgone() has a hold of its own. */
	doomed = VN_IS_DOOMED(vp);
	old = atomic_fetchadd_int(&vp->v_holdcnt, -1);
	KASSERT(old > 0, ("vdrop: vnode %p has no hold", (void *)vp));
	if (old == 1 && doomed)
		vnode_free(vp);
}

void
vref(struct vnode *vp)
{
	if (atomic_fetchadd_int(&vp->v_usecount, 1) == 0)
		vhold(vp);
}

void
vrele(struct vnode *vp)
{
	u_int old;

	old = atomic_fetchadd_int(&vp->v_usecount, -1);
	KASSERT(old > 0, ("vrele: vnode %p is not in use", (void *)vp));
	if (old == 1)
		vdrop(vp);
}

u_int
vrefcnt(struct vnode *vp)
{
	return (atomic_load_int(&vp->v_usecount));
}

int
vget(struct vnode *vp, int flags)
{
	int error;

	vref(vp);
	error = vn_lock(vp, flags);
	hf_lock_taken_at(&vp->v_sx.lock_object, __builtin_return_address(0));
	if (error != 0)
		vrele(vp);
	return (error);
}

void
vput(struct vnode *vp)
{
	VOP_UNLOCK(vp);
	vrele(vp);
}

void
VOP_ADD_WRITECOUNT(struct vnode *vp, int inc)
{
	VI_LOCK(vp);
	vp->v_writecount += inc;
	KASSERT(vp->v_writecount >= 0,
	    ("VOP_ADD_WRITECOUNT: %d", vp->v_writecount));
	VI_UNLOCK(vp);
}

/*
 * Takes the file away from the vnode: dirty pages are written, the object
 * goes, the file system forgets it.  vp exclusively locked and held, both stay.
 */
void
vgone(struct vnode *vp)
{
	struct mount *mp;

	ASSERT_VOP_ELOCKED(vp, "vgone");
	if (VN_IS_DOOMED(vp))
		return;
	mp = vp->v_mount;
	vhold(vp);
	vp->v_irflag |= VIRF_DOOMED;
	mtx_lock(&mp->mnt_listmtx);
	TAILQ_REMOVE(&mp->mnt_nvnodelist, vp, v_nmntvnodes);
	LIST_REMOVE(vp, v_hashlist);
	mp->mnt_nvnodelistsize--;
	mtx_unlock(&mp->mnt_listmtx);

	vnode_destroy_vobject(vp);
	if (vp->v_data != NULL)
		(void)VOP_RECLAIM(vp);
	vp->v_data = NULL;
	vp->v_op = &dead_vnodeops;
	vdrop(vp);
}

/* Oldest vnode of the mount that nobody uses, held; NULL if none. */
static struct vnode *
unused_vnode(struct mount *mp)
{
	struct vnode *vp;

	mtx_lock(&mp->mnt_listmtx);
	TAILQ_FOREACH (vp, &mp->mnt_nvnodelist, v_nmntvnodes) {
		if (vrefcnt(vp) != 0)
			continue;
		vhold(vp);
		/* The next search starts with another one. */
		TAILQ_REMOVE(&mp->mnt_nvnodelist, vp, v_nmntvnodes);
		TAILQ_INSERT_TAIL(&mp->mnt_nvnodelist, vp, v_nmntvnodes);
		break;
	}
	mtx_unlock(&mp->mnt_listmtx);
	return (vp);
}

bool
hf_vnode_recycle(struct mount *mp, int lkflags)
{
	struct vnode *vp;
	bool gone;

	vp = unused_vnode(mp);
	if (vp == NULL)
		return (false);
	gone = false;
	if (vn_lock(vp, LK_EXCLUSIVE | lkflags) == 0) {
		if (vrefcnt(vp) == 0) {
			vgone(vp);
			gone = true;
		}
		VOP_UNLOCK(vp);
	}
	vdrop(vp);
	return (gone);
}

/*
 * A new vnode of mp, used once, locked exclusively, of type VNON, on no list.
 * Recycles an unused one when there are many.  May sleep.  Always 0.
 */
int
getnewvnode(const char *tag, struct mount *mp, const struct vop_vector *vops,
    struct vnode **vpp)
{
	struct vnode *vp;

	if (mp->mnt_nvnodelistsize >= VNODES_WANTED)
		(void)hf_vnode_recycle(mp, LK_NOWAIT);
	vp = hf_kalloc(sizeof(*vp), M_WAITOK | M_ZERO);
	atomic_add_long(&nvnodes, 1);
	/* A directory and its entry are locked together. */
	sx_init_flags(&vp->v_sx, "vnode", SX_DUPOK);
	mtx_init(&vp->v_interlock, "vnode interlock", NULL, MTX_DEF);
	rangelock_init(&vp->v_rl);
	vp->v_type = VNON;
	vp->v_op = vops;
	vp->v_mount = mp;
	vp->v_bufobj.bo_bdev = mp->mnt_bdev;
	vp->v_holdcnt = 1;
	vp->v_usecount = 1;
	sx_xlock(&vp->v_sx);
	*vpp = vp;
	return (0);
}

struct vnode *
hf_vnode_find(struct mount *mp, uint64_t hash)
{
	struct vnode *vp;

	mtx_assert(&mp->mnt_listmtx, MA_OWNED);
	LIST_FOREACH (
	    vp, &mp->mnt_vnodehash[hash & (HF_VNODE_HASH - 1)], v_hashlist)
		if (vp->v_hash == hash)
			break;
	if (vp != NULL)
		vhold(vp);
	return (vp);
}

bool
hf_vnode_insert(struct vnode *vp, uint64_t hash)
{
	struct mount *mp;
	struct vnode *other;

	mp = vp->v_mount;
	mtx_lock(&mp->mnt_listmtx);
	other = hf_vnode_find(mp, hash);
	if (other == NULL) {
		vp->v_hash = hash;
		TAILQ_INSERT_TAIL(&mp->mnt_nvnodelist, vp, v_nmntvnodes);
		LIST_INSERT_HEAD(&mp->mnt_vnodehash[hash & (HF_VNODE_HASH - 1)],
		    vp, v_hashlist);
		mp->mnt_nvnodelistsize++;
	}
	mtx_unlock(&mp->mnt_listmtx);
	if (other == NULL)
		return (true);
	vdrop(other);
	vp->v_irflag |= VIRF_DOOMED;
	vput(vp);
	return (false);
}
