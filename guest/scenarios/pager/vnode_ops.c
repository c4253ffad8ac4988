/* SPDX-License-Identifier: BSD-2-Clause */
/* vnode_ops.c: vnodes of a file system that offers nothing, and their locks. */

#include <sys/mount.h>
#include <test/file.h>
#include <kern/thread.h>
#include <sys/proc.h>
#include <test/scenario.h>
#include <test/space.h>
#include <vfs/vfs.h>
#include <vm/vm.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>
#include <vm/vnode_pager.h>

#define ON_DISK .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE

static const struct vop_vector no_ops;

/* A vnode without any operation, locked exclusively, of the disk's mount. */
static struct vnode *
bare_vnode(void)
{
	struct vnode *file, *vp;

	file = hf_file_open("size-1");
	hf_require_eq(getnewvnode("bare", file->v_mount, &no_ops, &vp), 0);
	hf_file_close(file);
	/* The number of no inode. */
	hf_require(hf_vnode_insert(vp, ~0ul));
	return (vp);
}

static void
end_bare(struct vnode *vp)
{
	vgone(vp);
	vput(vp);
}

static int done_error, done_count;

static void
read_done(void *arg, vm_page_t *ma, int count, int error)
{
	done_error = error;
	done_count += count;
}

HF_SCENARIO(vnode_no_ops, "pager.no_operations", "VN-28",
    "what a file system does not offer is refused, and nothing is touched",
    ON_DISK)
{
	struct componentname cn = { .cn_nameptr = "x", .cn_namelen = 1 };
	struct iovec iov = { &cn, 1 };
	struct uio uio = { .uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_resid = 1,
		.uio_segflg = UIO_SYSSPACE };
	struct vnode *below, *vp;
	struct vattr va;
	daddr_t bn;
	int run;

	vp = bare_vnode();
	below = vp;
	hf_expect_eq(VOP_BMAP(vp, 0, NULL, &bn, &run, &run), EOPNOTSUPP);
	hf_expect_eq(VOP_GETATTR(vp, &va, NULL), EOPNOTSUPP);
	hf_expect_eq(VOP_ACCESS(vp, VREAD, NULL, curthread), EOPNOTSUPP);
	hf_expect_eq(VOP_READ(vp, &uio, 0, NULL), EOPNOTSUPP);
	hf_expect_eq(VOP_WRITE(vp, &uio, 0, NULL), EOPNOTSUPP);
	hf_expect_eq(VOP_READDIR(vp, &uio, NULL, NULL, NULL, NULL), EOPNOTSUPP);
	hf_expect_eq(uio.uio_resid, 1);
	hf_expect_eq(VOP_LOOKUP(vp, &below, &cn), EOPNOTSUPP);
	hf_expect_eq(below, NULL);
	hf_expect_eq(VOP_FSYNC(vp, MNT_WAIT, curthread), 0);
	end_bare(vp);
}

HF_SCENARIO(vnode_no_paging, "pager.no_paging_operations", "GP-27",
    "without operations to page with, page-ins and page-outs are errors",
    ON_DISK)
{
	vm_object_t object;
	struct vnode *vp;
	vm_page_t m[2];
	int i, rtvals[2] = { -1, -1 };

	vp = bare_vnode();
	vp->v_type = VREG;
	object = vnode_pager_alloc(vp, 2 * PAGE_SIZE, 0, 0, NULL);
	hf_require(object != NULL);
	VM_OBJECT_WLOCK(object);
	for (i = 0; i < 2; i++) {
		m[i] = vm_page_alloc(object, (vm_pindex_t)i, VM_ALLOC_NORMAL);
		hf_require(m[i] != NULL);
	}
	vm_object_pip_add(object, 1);
	VM_OBJECT_WUNLOCK(object);
	hf_expect_eq(VOP_GETPAGES(vp, m, 2, NULL, NULL), VM_PAGER_BAD);
	done_count = done_error = 0;
	hf_expect_eq(VOP_GETPAGES_ASYNC(vp, m, 2, NULL, NULL, read_done, NULL),
	    VM_PAGER_BAD);
	hf_expect_eq(done_count, 2);
	hf_expect_eq(done_error, EOPNOTSUPP);
	hf_expect_eq(
	    VOP_PUTPAGES(vp, m, 2 * PAGE_SIZE, 0, rtvals), VM_PAGER_ERROR);
	for (i = 0; i < 2; i++) {
		hf_expect_eq(rtvals[i], VM_PAGER_ERROR);
		hf_expect(vm_page_xbusied_by_me(m[i]));
		hf_expect_eq(m[i]->valid, 0);
	}
	VM_OBJECT_WLOCK(object);
	vm_object_pip_wakeup(object);
	for (i = 0; i < 2; i++)
		vm_page_free(m[i]);
	VM_OBJECT_WUNLOCK(object);
	vm_object_deallocate(object);
	end_bare(vp);
}

HF_SCENARIO(vnode_lock_forms, "pager.lock_forms", "VN-34",
    "a vnode lock is upgraded, downgraded, tried and released as asked",
    ON_DISK)
{
	struct vnode *vp;

	vp = hf_file_open("size-1");
	hf_expect_eq(VOP_LOCK(vp, LK_SHARED), 0);
	hf_expect_eq(VOP_ISLOCKED(vp), LK_SHARED);
	hf_expect_eq(VOP_LOCK(vp, LK_UPGRADE), 0);
	hf_expect_eq(VOP_ISLOCKED(vp), LK_EXCLUSIVE);
	hf_expect_eq(VOP_LOCK(vp, LK_UPGRADE | LK_NOWAIT), 0);
	/* The owner recurses, shared or not, and lets go as often. */
	hf_expect_eq(VOP_LOCK(vp, LK_SHARED), 0);
	hf_expect_eq(VOP_ISLOCKED(vp), LK_EXCLUSIVE);
	/* It keeps what it has more than once. */
	hf_expect_eq(VOP_LOCK(vp, LK_DOWNGRADE), 0);
	hf_expect_eq(VOP_ISLOCKED(vp), LK_EXCLUSIVE);
	hf_expect_eq(VOP_LOCK(vp, LK_RELEASE), 0);
	hf_expect_eq(VOP_ISLOCKED(vp), LK_EXCLUSIVE);
	hf_expect_eq(VOP_LOCK(vp, LK_DOWNGRADE), 0);
	hf_expect_eq(VOP_ISLOCKED(vp), LK_SHARED);
	hf_expect_eq(VOP_LOCK(vp, LK_RELEASE), 0);
	hf_expect_eq(VOP_ISLOCKED(vp), 0);
	VI_LOCK(vp);
	hf_expect_eq(VOP_LOCK(vp, LK_EXCLUSIVE | LK_INTERLOCK), 0);
	VI_LOCK(vp); /* it was let go */
	VI_UNLOCK(vp);
	hf_expect_eq(VOP_UNLOCK(vp), 0);
	hf_file_close(vp);
}

struct upgrader {
	struct vnode *vp;
	volatile int state;
	int tried;
};

static void
hold_shared(void *arg)
{
	struct upgrader *u = arg;

	(void)VOP_LOCK(u->vp, LK_SHARED);
	atomic_store_rel_int((volatile u_int *)&u->state, 1);
	hf_await(&u->state, 2);
	(void)VOP_UNLOCK(u->vp);
}

static void
upgrade(void *arg)
{
	struct upgrader *u = arg;

	(void)VOP_LOCK(u->vp, LK_SHARED);
	u->tried = VOP_LOCK(u->vp, LK_UPGRADE | LK_NOWAIT);
	hf_expect_eq(VOP_LOCK(u->vp, LK_UPGRADE), 0);
	hf_expect_eq(VOP_ISLOCKED(u->vp), LK_EXCLUSIVE);
	(void)VOP_UNLOCK(u->vp);
}

HF_SCENARIO(vnode_lock_upgrade, "pager.lock_upgrade", "VN-34",
    "an upgrade waits for other readers, or says that it would", ON_DISK)
{
	struct upgrader u = { .state = 0 };
	struct thread *reader, *td;

	u.vp = hf_file_open("size-1");
	reader = hf_space_thread(hold_shared, &u);
	hf_await(&u.state, 1);
	td = hf_space_thread(upgrade, &u);
	hf_await_sleep(td, NULL);
	atomic_store_rel_int((volatile u_int *)&u.state, 2);
	hf_thread_join(reader);
	hf_thread_join(td);
	hf_expect_eq(u.tried, EBUSY);
	hf_expect_eq(VOP_ISLOCKED(u.vp), 0);
	hf_file_close(u.vp);
}
