/* SPDX-License-Identifier: BSD-2-Clause */
/* file.c: files of the disk for scenarios. */

#include <sys/proc.h>
#include <kern/intr.h>
#include <kern/thread.h>
#include <machine/vmparam.h>
#include <test/current.h>
#include <test/file.h>
#include <test/scenario.h>
#include <test/space.h>
#include <vfs/ext2/ext2fs.h>
#include <vfs/pbuf.h>
#include <vfs/vfs.h>
#include <vfs/vn_map.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>
#include "filesum.h"

/* Pages held at once while they are summed up. */
#define SUM_PAGES 16

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
hf_file_map(struct vnode *vp, vm_offset_t va, vm_ooffset_t offset,
    u_long npages, vm_prot_t prot, enum hf_file_how how)
{
	vm_object_t object;
	vm_prot_t maxprot;
	int cow, error;

	error = hf_vn_map_rights(vp, prot, how == HF_FILE_SHARED, &maxprot);
	if (error != 0)
		hf_note("no writable shared mapping: %s", hf_errno_name(error));
	hf_require_eq(error, 0);
	(void)hf_space_enter();
	object = vp->v_object;
	vm_object_reference(object);
	cow = MAP_COPY_ON_WRITE;
	if (how == HF_FILE_SHARED) {
		cow = MAP_INHERIT_SHARE;
		if ((prot & VM_PROT_WRITE) != 0) {
			vm_pager_update_writecount(
			    object, va, va + ptoa(npages));
			cow |= MAP_WRITECOUNT;
		}
	}
	hf_space_map_at(va, npages, object, offset, prot, cow);
	if (maxprot != VM_PROT_ALL)
		hf_require_eq(
		    vm_map_protect(hf_space_map(), va, va + ptoa(npages), 0,
			maxprot, VM_MAP_PROTECT_SET_MAXPROT),
		    KERN_SUCCESS);
}

u_long
hf_file_map_all(struct vnode *vp, vm_offset_t va)
{
	u_long npages;

	npages = btoc(hf_file_bytes(vp));
	if (npages != 0)
		hf_file_map(vp, va, 0, npages, VM_PROT_READ, HF_FILE_PRIVATE);
	return (npages);
}

void
hf_file_unmap(vm_offset_t va, u_long npages)
{
	if (npages != 0)
		(void)vm_map_remove(hf_space_map(), va, va + ptoa(npages));
}

bool
hf_file_sum(vm_offset_t va, uint64_t bytes, uint64_t *sum)
{
	vm_page_t ma[SUM_PAGES];
	uint64_t left, s;
	int64_t word;
	bool ok;
	int i, n;

	ok = true;
	for (s = 0, left = bytes; left > 0 && ok; va += ptoa(n)) {
		n = (int)MIN(btoc(left), (u_long)SUM_PAGES);
		if (vm_fault_quick_hold_pages(hf_space_map(), va, ptoa(n),
			VM_PROT_READ, ma, SUM_PAGES) != n)
			return (false);
		for (i = 0; i < n; i++) {
			const uint64_t *w;
			uint64_t here;

			w = (void *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(ma[i]));
			here = MIN(left, (uint64_t)PAGE_SIZE);
			/* One access as a user's, through the mapping. */
			if (fuword64((void *)(va + ptoa(i)), &word) != 0 ||
			    (uint64_t)word != w[0])
				ok = false;
			s = hf_filesum(s, w, howmany(here, 8));
			left -= here;
		}
		vm_page_unhold_pages(ma, n);
	}
	*sum = s ^ bytes;
	return (ok);
}

static void
raw_io(struct vnode *vp, enum hf_io_op op, uint64_t offset, void *buf,
    size_t bytes)
{
	struct hf_io io = { .op = op };
	struct hf_seg seg;
	vm_page_t m;
	daddr_t bn;
	uint64_t bsize, in_block;

	bsize = vp->v_mount->mnt_stat.f_iosize;
	in_block = offset & (bsize - 1);
	hf_require(in_block + bytes <= bsize);
	hf_require_eq(
	    VOP_BMAP(vp, (daddr_t)(offset / bsize), NULL, &bn, NULL, NULL), 0);
	hf_require(bn != -1);
	m = vm_page_alloc_noobj(VM_ALLOC_WIRED | VM_ALLOC_WAITOK);
	seg.pa = VM_PAGE_TO_PHYS(m);
	seg.len = (uint32_t)bytes;
	io.segs = &seg;
	io.nsegs = 1;
	io.sector = (uint64_t)bn + (in_block >> HF_SECTOR_SHIFT);
	if (op == HF_IO_WRITE)
		memcpy((void *)PHYS_TO_DMAP(seg.pa), buf, bytes);
	hf_expect_eq(hf_bdev_io_wait(vp->v_bufobj.bo_bdev, &io), 0);
	if (op == HF_IO_READ)
		memcpy(buf, (void *)PHYS_TO_DMAP(seg.pa), bytes);
	vm_page_unwire_noq(m);
	vm_page_free(m);
}

void
hf_file_read_disk(struct vnode *vp, uint64_t offset, void *buf, size_t bytes)
{
	raw_io(vp, HF_IO_READ, offset, buf, bytes);
}

void
hf_file_write_disk(
    struct vnode *vp, uint64_t offset, const void *buf, size_t bytes)
{
	raw_io(vp, HF_IO_WRITE, offset, __DECONST(void *, buf), bytes);
}

void
hf_file_forget_blocks(struct mount *mp)
{
	struct ext2_mount *em = MPTOE2(mp);
	struct hf_buf *bp;

	for (uint32_t i = 1; i <= HF_BUFS; i++) {
		hf_require_eq(
		    hf_bread(&em->em_bufs, em->em_blocks - i, &bp), 0);
		hf_brelse(&em->em_bufs, bp);
	}
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

static void
touch(void *arg)
{
	struct hf_toucher *t;

	t = arg;
	if (t->write < 0)
		t->value = fubyte((void *)t->va);
	else
		t->value = subyte((void *)t->va, t->write);
	atomic_store_rel_int(&t->done, 1);
}

void
hf_toucher_start(struct hf_toucher *t, vm_offset_t va, int write)
{
	t->va = va;
	t->write = write;
	t->value = -1;
	t->done = 0;
	t->td = hf_thread_create_in(curproc, touch, t, "toucher", -1);
}

bool
hf_toucher_asleep(struct hf_toucher *t, const char *wmesg)
{
	while (atomic_load_acq_int(&t->done) == 0) {
		if (hf_is_asleep(t->td, wmesg))
			return (true);
		hf_yield();
	}
	return (false);
}

int
hf_toucher_join(struct hf_toucher *t)
{
	hf_thread_join(t->td);
	return (t->value);
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
