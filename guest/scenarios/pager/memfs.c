/* SPDX-License-Identifier: BSD-2-Clause */
/* memfs.c: a second file system, beside the disk's and by the same pager. */

#include <sys/mman.h>
#include <test/file.h>
#include <test/scenario.h>
#include <test/space.h>
#include <vfs/memfs/memfs.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>
#include <vm/vnode_pager.h>

#define BASE  0x20000000ul
#define BYTES (3 * PAGE_SIZE + 700)

struct memory {
	struct mount *mp;
	struct vnode *root;
};

static void
open_memory(struct memory *m)
{
	char msg[HF_MOUNT_MSG];

	hf_require_eq(hf_mount("memfs", NULL, &m->mp, msg, sizeof(msg)), 0);
	hf_require_eq(hf_mount_rootdir(m->mp, &m->root), 0);
}

static void
close_memory(struct memory *m)
{
	vrele(m->root);
	hf_expect_eq(hf_unmount(m->mp), 0);
}

static struct vnode *
open_file(struct memory *m, const char *name, int error)
{
	struct vnode *vp = NULL;

	hf_require_eq(hf_namei(m->root, name, &vp), error);
	if (error == 0)
		VOP_UNLOCK(vp);
	return (vp);
}

static int
move(struct vnode *vp, enum uio_rw rw, off_t at, void *buf, int len, int flags)
{
	ssize_t left = 0;
	int error;

	error = vn_rdwr(
	    rw, vp, buf, len, at, UIO_SYSSPACE, flags, NULL, NULL, &left, NULL);
	return (error != 0 ? -error : len - (int)left);
}

HF_SCENARIO(memfs_pages, "pager.memfs_pages", "GP-01 PP-02 VN-17",
    "a file system without a disk pages in and out by the vnode pager")
{
	struct memory m;
	struct vnode *vp;
	char abc[] = "abc", c[4];

	open_memory(&m);
	hf_require_eq(memfs_create(m.mp, "notes", BYTES), 0);
	vp = open_file(&m, "/notes", 0);
	hf_expect_eq(vp->v_object->size, 4);

	/* Stores of a mapping and of write(2) are in each other's sight. */
	hf_file_map(
	    vp, BASE, 0, 4, VM_PROT_READ | VM_PROT_WRITE, HF_FILE_SHARED);
	hf_poke(BASE + 3 * PAGE_SIZE + 8, 0x11);
	hf_expect_eq(move(vp, UIO_WRITE, PAGE_SIZE + 3, abc, 3, 0), 3);
	hf_expect_eq(hf_peek(BASE + PAGE_SIZE) >> 24 & 0xff, 'a');
	hf_expect_eq(move(vp, UIO_READ, 3 * PAGE_SIZE + 8, c, 2, 0), 2);
	hf_expect_eq(c[0], 0x11);
	hf_expect_eq(c[1], 0);

	/* The pages go; what was stored comes back from the file system. */
	hf_file_unmap(BASE, 4);
	hf_file_drop(vp);
	hf_expect_eq(vp->v_object->resident_page_count, 0);
	hf_expect_eq(move(vp, UIO_READ, PAGE_SIZE + 2, c, 4, 0), 4);
	hf_expect_eq(memcmp(c, "\0abc", 4), 0);
	hf_file_map(vp, BASE, 0, 4, VM_PROT_READ, HF_FILE_PRIVATE);
	hf_expect_eq(hf_peek(BASE + 3 * PAGE_SIZE + 8), 0x11);
	hf_expect_eq(hf_peek(BASE + 3 * PAGE_SIZE + 704), 0);
	hf_file_unmap(BASE, 4);

	/* The end of file cuts a read; a file does not grow. */
	hf_expect_eq(move(vp, UIO_READ, BYTES - 2, c, 4, 0), 2);
	hf_expect_eq(move(vp, UIO_WRITE, BYTES - 1, c, 2, 0), -EFBIG);
	vrele(vp);
	close_memory(&m);
}

/* Names that one call lists from *off on, with a blank behind each. */
static int
list(struct vnode *dvp, off_t *off, size_t room, char *names, size_t bytes)
{
	static char buf[3 * sizeof(struct dirent)];
	struct iovec iov = { buf, room };
	struct uio uio = { .uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_offset = *off,
		.uio_resid = (ssize_t)room,
		.uio_segflg = UIO_SYSSPACE,
		.uio_rw = UIO_READ };
	const struct dirent *d;
	int eof = -1, error;
	size_t used = 0;

	(void)vn_lock(dvp, LK_SHARED | LK_RETRY);
	error = VOP_READDIR(dvp, &uio, NULL, &eof, NULL, NULL);
	VOP_UNLOCK(dvp);
	hf_require_eq(error, 0);
	*off = uio.uio_offset;
	names[0] = '\0';
	for (char *p = buf; p < buf + room - uio.uio_resid; p += d->d_reclen) {
		d = (const struct dirent *)p;
		used += (size_t)snprintf(names + used, bytes - used, "%s%s",
		    d->d_name, d->d_type == DT_DIR ? "/ " : " ");
	}
	return (eof);
}

HF_SCENARIO(memfs_names, "pager.memfs_names", "VN-24",
    "a directory in memory finds its files and lists them")
{
	char names[40];
	struct memory m;
	struct vnode *vp;
	off_t off = 0;

	open_memory(&m);
	hf_expect_eq(memfs_create(m.mp, "a", 0), 0);
	hf_expect_eq(memfs_create(m.mp, "ab", 1), 0);
	hf_expect_eq(memfs_create(m.mp, "a", 1), EEXIST);
	hf_expect_eq(memfs_create(m.mp, "", 1), ENAMETOOLONG);
	hf_expect_eq(memfs_create(m.mp, "big", MEMFS_FILE_MAX + 1), EFBIG);
	(void)open_file(&m, "b", ENOENT);
	(void)open_file(&m, "a/b", ENOTDIR);
	vp = open_file(&m, "./../ab", 0);
	hf_expect_eq(vp->v_object->un_pager.vnp.vnp_size, 1);
	/* Only where there is room for the longest name. */
	hf_expect_eq(list(m.root, &off, sizeof(struct dirent) + 16, names,
			 sizeof(names)),
	    0);
	hf_expect_eq(strcmp(names, "./ ../ "), 0);
	hf_expect_eq(
	    list(m.root, &off, 3 * sizeof(struct dirent), names, sizeof(names)),
	    1);
	hf_expect_eq(strcmp(names, "a ab "), 0);
	/* One vnode a file, and a mount that is used stays. */
	hf_expect(open_file(&m, "ab", 0) == vp);
	vrele(vp);
	hf_expect_eq(hf_unmount(m.mp), EBUSY);
	vrele(vp);
	close_memory(&m);
}

HF_SCENARIO(memfs_refuses, "pager.memfs_refuses", "",
    "a file in memory has a name that a lookup finds")
{
	static const char *const refused[] = { ".", "..", "/", "a/", "/a",
		"a/b", "./a" };
	char longest[HF_NAME_MAX + 2], names[40];
	struct memory m;
	off_t off = 0;

	open_memory(&m);
	for (size_t i = 0; i < nitems(refused); i++)
		hf_expect_eq(memfs_create(m.mp, refused[i], 1), EINVAL);
	memset(longest, 'n', sizeof(longest));
	longest[HF_NAME_MAX + 1] = '\0';
	hf_expect_eq(memfs_create(m.mp, longest, 1), ENAMETOOLONG);
	/* None of them is there; names that look like them are names. */
	hf_expect_eq(memfs_create(m.mp, "...", 1), 0);
	hf_expect_eq(memfs_create(m.mp, ".a", 1), 0);
	hf_expect_eq(
	    list(m.root, &off, 5 * sizeof(struct dirent), names, sizeof(names)),
	    1);
	hf_expect_eq(strcmp(names, "./ ../ ... .a "), 0);
	vrele(open_file(&m, "...", 0));
	longest[HF_NAME_MAX] = '\0';
	hf_expect_eq(memfs_create(m.mp, longest, 1), 0);
	vrele(open_file(&m, longest, 0));
	close_memory(&m);
}

HF_SCENARIO(memfs_not_there, "pager.memfs_not_there",
    "GP-05 GP-25 PP-33 VN-24 VN-29",
    "what a file in memory has not is refused, and nothing is touched")
{
	struct iovec iov = { NULL, PAGE_SIZE };
	struct uio uio = { .uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_offset = -1,
		.uio_resid = PAGE_SIZE,
		.uio_segflg = UIO_NOCOPY,
		.uio_rw = UIO_READ };
	struct bufobj *bo = NULL;
	struct memory m;
	struct vnode *vp;
	vm_page_t page;
	daddr_t bn = 7;
	int run, before;

	open_memory(&m);
	hf_require_eq(memfs_create(m.mp, "file", BYTES), 0);
	vp = open_file(&m, "file", 0);
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	hf_expect_eq(VOP_READDIR(vp, &uio, NULL, NULL, NULL, NULL), ENOTDIR);
	hf_expect_eq(VOP_BMAP(vp, 4, &bo, &bn, NULL, NULL), EFBIG);
	hf_expect_eq(VOP_BMAP(vp, -1, &bo, &bn, NULL, NULL), EFBIG);
	hf_expect(bo == NULL && bn == 7);
	hf_expect_eq(VOP_BMAP(vp, 3, &bo, &bn, NULL, NULL), 0);
	hf_expect(bo == &vp->v_bufobj && bn == 3 * PAGE_SIZE / DEV_BSIZE);
	hf_expect_eq(VOP_BMAP(vp, 1, NULL, NULL, &run, &before), 0);
	hf_expect(run == 2 && before == 1);
	/* A page that nobody has busied, and one that is not there. */
	uio.uio_rw = UIO_WRITE;
	uio.uio_offset = PAGE_SIZE;
	hf_expect_eq(VOP_WRITE(vp, &uio, 0, NULL), EINVAL);
	hf_expect_eq(uio.uio_resid, PAGE_SIZE);
	/* One that the file has lost meanwhile. */
	VM_OBJECT_WLOCK(vp->v_object);
	page = vm_page_alloc(vp->v_object, 4, VM_ALLOC_NORMAL);
	vm_object_pip_add(vp->v_object, 1);
	VM_OBJECT_WUNLOCK(vp->v_object);
	hf_require(page != NULL);
	hf_expect_eq(VOP_GETPAGES(vp, &page, 1, NULL, NULL), VM_PAGER_BAD);
	hf_expect_eq(page->valid, 0);
	VM_OBJECT_WLOCK(vp->v_object);
	vm_page_free(page);
	vm_object_pip_wakeup(vp->v_object);
	VM_OBJECT_WUNLOCK(vp->v_object);
	vput(vp);

	(void)vn_lock(m.root, LK_SHARED | LK_RETRY);
	uio.uio_offset = -1;
	hf_expect_eq(VOP_READDIR(m.root, &uio, NULL, NULL, NULL, NULL), EINVAL);
	hf_expect_eq(uio.uio_resid, PAGE_SIZE);
	VOP_UNLOCK(m.root);
	close_memory(&m);
}

HF_SCENARIO(mount_types, "pager.mount_types", "",
    "a file system is mounted by its type, beside another one",
    .flags = HF_NEEDS_DISK)
{
	struct mount *disk = hf_file_mount();
	char msg[HF_MOUNT_MSG];
	struct mount *mp = NULL;
	struct memory m;

	hf_expect(vfs_byname("ext2") != NULL);
	hf_expect(vfs_byname("memfs") != NULL);
	hf_expect_eq(hf_mount("ufs", NULL, &mp, msg, sizeof(msg)), ENODEV);
	hf_expect(strstr(msg, "ufs") != NULL);
	hf_expect_eq(hf_mount("ext2", NULL, &mp, msg, sizeof(msg)), ENXIO);
	hf_expect(mp == NULL);
	open_memory(&m);
	hf_expect(m.mp != disk);
	hf_expect(m.root->v_mount == m.mp);
	hf_expect(hf_rootmp() == disk);
	close_memory(&m);
}
