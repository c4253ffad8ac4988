/* SPDX-License-Identifier: BSD-2-Clause */
/* file.c: files of the disk for scenarios. */

#include <kern/thread.h>
#include <test/current.h>
#include <test/file.h>
#include <test/scenario.h>
#include <vfs/pbuf.h>
#include <vfs/vfs.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>

#define NOTE_BYTES 160

/* Files that the scenario has open; those that do not fit are not tracked. */
#define OPEN_MAX 16
static struct vnode *opened[OPEN_MAX];

/* What it has mounted beside the root. */
static struct mount *others[HF_BDEV_MAX];

static void
track(struct vnode *vp, bool open)
{
	int i;

	for (i = 0; i < OPEN_MAX; i++)
		if (opened[i] == (open ? NULL : vp)) {
			opened[i] = open ? vp : NULL;
			return;
		}
}

/*
 * A scenario that ended at a failure has closed nothing: what it opened goes,
 * so that neither the leak check nor the next scenario suffers for it.
 */
static void
close_left(void)
{
	struct hf_bdev *bd = NULL;
	int i;

	while ((bd = hf_bdev_next(bd)) != NULL)
		if (bd->holding != 0)
			hf_bdev_release(bd);
	for (i = 0; i < OPEN_MAX; i++) {
		if (opened[i] != NULL && hf_current.failed != 0)
			vrele(opened[i]);
		opened[i] = NULL;
	}
}

static void
nothing(void *arg)
{
}

/* A completion that has told its waiter may still hold the vnode. */
static void
await_tasks(void)
{
	struct hf_task last;

	hf_task_init(&last, nothing, NULL);
	hf_task_enqueue(&last);
	hf_task_drain(&last);
}

static void
await_tasks_if_mounted(void)
{
	bool mounted = hf_rootmp() != NULL;

	for (u_int i = 0; i < nitems(others); i++)
		mounted = mounted || others[i] != NULL;
	if (mounted)
		await_tasks();
}

static void
settle(void)
{
	close_left();
	await_tasks_if_mounted();
	if (hf_root_unmount() != 0)
		printf("root file system: a vnode is still in use\n");
	for (u_int i = 0; i < nitems(others); i++)
		if (others[i] != NULL && hf_unmount(others[i]) == 0)
			others[i] = NULL;
		else if (others[i] != NULL)
			printf("%s: a vnode is still in use\n",
			    others[i]->mnt_bdev->name);
}

/* A scenario that a failing disk did not disturb has not proved it. */
static const char *
disk_errors(void)
{
	static char why[80];
	struct hf_bdev *bd = NULL;
	const char *answer = NULL;
	uint64_t errors;

	while ((bd = hf_bdev_next(bd)) != NULL) {
		errors = bd->errors;
		if (errors == bd->errors_told)
			continue;
		snprintf(why, sizeof(why),
		    "%s: %lu operations failed, the last with %s", bd->name,
		    (u_long)(errors - bd->errors_told),
		    hf_errno_name(bd->last_error));
		bd->errors_told = errors;
		answer = why;
	}
	return (answer);
}

static void
register_checks(void)
{
	static bool registered;

	if (registered)
		return;
	registered = true;
	hf_settle_register("root file system", settle);
	hf_baseline_register("vnodes", hf_vnodes_live);
	hf_invariant_register("disk", disk_errors);
	hf_baseline_register("transfer buffers", hf_pbufs_used);
}

/* Notes are cut after HF_RECORD_TEXT_MAX bytes: as many as it takes. */
static void
note_long(const char *what, const char *text)
{
	size_t n;

	do {
		n = strlen(text);
		if (n > NOTE_BYTES)
			for (n = NOTE_BYTES; n > 1 && text[n - 1] != ' '; n--)
				continue;
		hf_note("%s%.*s", what, (int)n, text);
		text += n;
		what = "  ";
	} while (*text != '\0');
}

static struct vnode *
root(struct mount **mpp)
{
	char msg[HF_MOUNT_MSG];
	struct vnode *vp;
	bool mounted;
	int error;

	register_checks();
	mounted = hf_rootmp() != NULL;
	error = hf_root_mount(mpp, &vp, msg, sizeof(msg));
	if (error != 0)
		note_long("mount: ", msg);
	hf_require_eq(error, 0);
	if (!mounted && ((*mpp)->mnt_flag & MNT_RDONLY) != 0)
		note_long("mounted read-only: ", (*mpp)->mnt_why_rdonly);
	return (vp);
}

struct mount *
hf_file_mount(void)
{
	struct mount *mp;

	vrele(root(&mp));
	return (mp);
}

struct hf_bdev *
hf_file_disk(const char *name)
{
	struct hf_bdev *bd;
	char msg[HF_MOUNT_MSG];
	int error;

	register_checks();
	error = hf_bdev_find(name, &bd, msg, sizeof(msg));
	if (error != 0)
		note_long("", msg);
	hf_require_eq(error, 0);
	return (bd);
}

struct mount *
hf_file_mount_disk(const char *name)
{
	struct hf_bdev *bd = hf_file_disk(name);
	struct mount **mpp;
	char msg[HF_MOUNT_MSG];
	int error;

	for (mpp = others; *mpp != NULL; mpp++) {
		if ((*mpp)->mnt_bdev == bd)
			return (*mpp);
		hf_require(mpp < &others[nitems(others) - 1]);
	}
	error = hf_mount(HF_ROOT_TYPE, bd, mpp, msg, sizeof(msg));
	if (error != 0)
		note_long("mount: ", msg);
	hf_require_eq(error, 0);
	return (*mpp);
}

/* NULL: ENOENT and nothing else, which ends the scenario.  Releases rvp. */
static struct vnode *
lookup(struct mount *mp, struct vnode *rvp, const char *path)
{
	struct vnode *vp;
	int error;

	error = hf_namei(rvp, path, &vp);
	vrele(rvp);
	if (error == ENOENT)
		return (NULL);
	if (error != 0)
		hf_note("%s: cannot be looked up: %s %s", path,
		    hf_errno_name(error), mp->mnt_error);
	hf_require_eq(error, 0);
	VOP_UNLOCK(vp);
	track(vp, true);
	return (vp);
}

/* NULL ends the scenario. */
static struct vnode *
need(struct vnode *vp, const char *path)
{
	if (vp == NULL)
		hf_note("%s: ENOENT", path);
	hf_require(vp != NULL);
	return (vp);
}

struct vnode *
hf_file_open_if(const char *path)
{
	struct mount *mp;
	struct vnode *rvp = root(&mp);

	return (lookup(mp, rvp, path));
}

struct vnode *
hf_file_open(const char *path)
{
	return (need(hf_file_open_if(path), path));
}

struct vnode *
hf_file_open_on(struct mount *mp, const char *path)
{
	struct vnode *rvp;

	hf_require_eq(hf_mount_rootdir(mp, &rvp), 0);
	return (need(lookup(mp, rvp, path), path));
}

const char *
hf_file_why(struct vnode *vp)
{
	struct mount *mp;

	mp = vp->v_mount;
	if (mp->mnt_error[0] != '\0')
		return (mp->mnt_error);
	return (hf_errno_name(mp->mnt_bdev->last_error));
}

void
hf_file_close(struct vnode *vp)
{
	track(vp, false);
	vrele(vp);
}

vm_object_t
hf_file_object(struct vnode *vp)
{
	return (vp->v_object);
}

uint64_t
hf_file_bytes(struct vnode *vp)
{
	return (vp->v_object->un_pager.vnp.vnp_size);
}

void
hf_file_warm(struct vnode *vp, vm_pindex_t pindex)
{
	daddr_t bn;

	hf_require_eq(
	    VOP_BMAP(vp,
		(daddr_t)(ptoa(pindex) / vp->v_mount->mnt_stat.f_iosize), NULL,
		&bn, NULL, NULL),
	    0);
}

void
hf_file_expect_idle(struct vnode *vp)
{
	vm_object_t object;
	vm_page_t m;

	object = vp->v_object;
	hf_expect_eq(blockcount_read(&object->paging_in_progress), 0);
	hf_expect_eq(VOP_ISLOCKED(vp), 0);
	VM_OBJECT_RLOCK(object);
	TAILQ_FOREACH (m, &object->memq, listq)
		if (vm_page_busied(m))
			break;
	VM_OBJECT_RUNLOCK(object);
	hf_expect(m == NULL);
}

uint64_t
hf_file_resident(struct vnode *vp, vm_pindex_t first)
{
	uint64_t bits;
	u_int i;

	for (bits = 0, i = 0; i < 64; i++)
		if (hf_file_page(vp, first + i) != NULL)
			bits |= 1ull << i;
	return (bits);
}

void
hf_file_await_held(struct hf_bdev *bd, int n)
{
	while (hf_bdev_held(bd) < n)
		hf_yield();
}

vm_page_t
hf_file_page(struct vnode *vp, vm_pindex_t pindex)
{
	vm_page_t m;

	VM_OBJECT_RLOCK(vp->v_object);
	m = vm_page_lookup(vp->v_object, pindex);
	VM_OBJECT_RUNLOCK(vp->v_object);
	return (m);
}

vm_page_t
hf_file_need_page(struct vnode *vp, vm_pindex_t pindex)
{
	vm_page_t m;

	m = hf_file_page(vp, pindex);
	hf_require(m != NULL);
	return (m);
}

void
hf_file_set_size(struct vnode *vp, uint64_t bytes)
{
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	vnode_pager_setsize(vp, bytes);
	VOP_UNLOCK(vp);
}

void
hf_file_drop(struct vnode *vp)
{
	vm_object_reference(vp->v_object);
	hf_expect(vm_object_sync(
	    vp->v_object, 0, round_page(hf_file_bytes(vp)), TRUE, TRUE));
	vm_object_deallocate(vp->v_object);
}
