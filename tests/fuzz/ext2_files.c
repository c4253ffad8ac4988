/* SPDX-License-Identifier: BSD-2-Clause */
/* ext2_files.c: the guest's half of the ext2 target: mounts the disk and uses it. */

/*
 * As a scenario, so that its counters, locks and invariants are checked after
 * each input, too.  Whatever the disk says, an operation ends, with success or
 * an errno of its contract (test/documented.c), and nothing is left behind.
 */
#include <test/file.h>
#include <test/scenario.h>
#include <test/space.h>
#include <vfs/ext2/ext2fs.h>
#include <vfs/vn_map.h>
#include <vm/vm_object.h>
#include "ext2_disk.h"
#include "ext2_files.h"

#define OPS_MAX	   24
#define BUF_BYTES  8192
#define MAP_PAGES  4
#define NAME_BYTES 12

struct fuzz_input fuzz_ext2_input;

struct session {
	struct fuzz_input *in;
	struct fuzz_disk disk;
	struct mount *mp;
	struct vnode *root, *vp; /* used and unlocked; vp: what ops are about */
};

static char buf[BUF_BYTES] __aligned(8);

static const char *const paths[] = { "file", "small", "far", "sub", "sub/leaf",
	"crowd", "crowd/n0", "crowd/end", "crowd/none", "link", "link/x", ".",
	"sub/..", "sub/../sub/leaf", "none", "" };

static void
go_to(struct session *s, struct vnode *from, const char *path)
{
	struct vnode *vp;

	if (hf_namei(from, path, &vp) != 0)
		return;
	VOP_UNLOCK(vp);
	vrele(s->vp);
	s->vp = vp;
}

/* A name of the input's, in the directory that ops are about. */
static void
go_to_named(struct session *s)
{
	char name[NAME_BYTES + 1];
	size_t n = fuzz_take(s->in, 1) % NAME_BYTES;

	for (size_t i = 0; i < n; i++)
		name[i] = (char)fuzz_take(s->in, 1);
	name[n] = '\0';
	go_to(s, s->vp, name);
}

/* Where in the file: near its start, near its end, or far behind. */
static off_t
some_offset(struct session *s)
{
	const uint64_t size = s->vp->v_type == VREG || s->vp->v_type == VDIR
	    ? VTOE2(s->vp)->en_size
	    : 0;
	const uint64_t v = fuzz_take(s->in, 2);

	switch (v & 3) {
	case 0:
		return ((off_t)(v >> 2));
	case 1:
		return ((off_t)(size - MIN(size, v >> 2)));
	case 2:
		return ((off_t)((v >> 2) << s->disk.shift));
	default:
		return ((off_t)(v << 40));
	}
}

/* Is there such an entry anywhere on the disk, within a block? */
static bool
is_on_disk(const struct fuzz_disk *d, const struct dirent *de)
{
	const uint64_t size = d->bd.capacity_sectors << HF_SECTOR_SHIFT;
	const uint32_t mask = (1u << d->shift) - 1;

	for (uint64_t at = 0; at + 8 + de->d_namlen <= size; at += 4) {
		const struct ext2_dirent *on = (const void *)(d->bytes + at);

		if (on->name_len == de->d_namlen && on->inode == de->d_fileno &&
		    (at & mask) + 8 + de->d_namlen <= mask + 1 &&
		    memcmp(on->name, de->d_name, de->d_namlen) == 0)
			return (true);
	}
	return (false);
}

/* Names are the disk's; long ones alone, for it takes time. */
static void
check_names(struct session *s, size_t bytes)
{
	const struct dirent *de;

	for (size_t at = 0; at < bytes; at += de->d_reclen) {
		de = (const void *)(buf + at);
		hf_require(de->d_reclen >= 16 && at + de->d_reclen <= bytes);
		if (de->d_namlen > 16 && !s->disk.changed)
			hf_expect(is_on_disk(&s->disk, de));
	}
}

static void
list_names(struct session *s, off_t offset)
{
	struct iovec iov = { buf, sizeof(buf) };
	struct uio uio = { .uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_offset = offset,
		.uio_resid = sizeof(buf),
		.uio_segflg = UIO_SYSSPACE,
		.uio_rw = UIO_READ,
		.uio_td = curthread };
	int eof, error;

	(void)vn_lock(s->vp, LK_SHARED | LK_RETRY);
	error = VOP_READDIR(s->vp, &uio, NULL, &eof, NULL, NULL);
	VOP_UNLOCK(s->vp);
	if (error == 0)
		hf_expect(eof || uio.uio_offset != offset);
	check_names(s, sizeof(buf) - (size_t)uio.uio_resid);
}

static void
transfer(struct session *s, enum uio_rw rw, off_t offset)
{
	ssize_t left;

	if (offset < 0)
		return;
	(void)vn_rdwr(rw, s->vp, buf, (int)(fuzz_take(s->in, 2) % BUF_BYTES),
	    offset, UIO_SYSSPACE, rw == UIO_WRITE ? IO_SYNC : 0, NULL, NULL,
	    &left, curthread);
}

/* Touches pages of a mapping, loads or stores. */
static void
touch(struct session *s, bool store, off_t offset)
{
	const vm_offset_t va = HF_SPACE_BASE;
	const vm_prot_t prot = store ? VM_PROT_RW : VM_PROT_READ;
	vm_prot_t maxprot;

	if (s->vp->v_object == NULL || offset < 0 ||
	    (uint64_t)offset >= hf_file_bytes(s->vp) ||
	    hf_vn_map_rights(s->vp, prot, true, &maxprot) != 0)
		return;
	hf_file_map(s->vp, va, trunc_page((uint64_t)offset), MAP_PAGES, prot,
	    HF_FILE_SHARED);
	for (vm_offset_t at = va; at < va + ptoa(MAP_PAGES); at += PAGE_SIZE)
		if (store)
			(void)subyte((void *)at, 'x');
		else
			(void)fubyte((const void *)at);
	hf_file_unmap(va, MAP_PAGES);
}

static void
clean(struct session *s)
{
	if (s->vp->v_object != NULL) {
		vm_object_reference(s->vp->v_object);
		(void)vm_object_sync(s->vp->v_object, 0,
		    round_page(hf_file_bytes(s->vp)), TRUE,
		    (fuzz_take(s->in, 1) & 1) != 0);
		vm_object_deallocate(s->vp->v_object);
	}
	(void)vn_lock(s->vp, LK_EXCLUSIVE | LK_RETRY);
	(void)VOP_FSYNC(s->vp, MNT_WAIT, curthread);
	VOP_UNLOCK(s->vp);
}

static void
ask(struct session *s)
{
	struct vattr va;
	daddr_t bn;
	int after, before;

	(void)vn_lock(s->vp, LK_SHARED | LK_RETRY);
	(void)VOP_GETATTR(s->vp, &va, NULL);
	if (s->vp->v_type == VREG &&
	    VOP_BMAP(s->vp, (daddr_t)fuzz_take(s->in, 3), NULL, &bn, &after,
		&before) == 0 &&
	    bn >= 0) {
		/* What is said to lie in a row does lie on the disk. */
		const uint64_t per = 1u << (s->disk.shift - HF_SECTOR_SHIFT);

		hf_expect(after >= 0 && before >= 0);
		hf_expect((uint64_t)bn + (uint64_t)(after + 1) * per <=
		    s->disk.bd.capacity_sectors);
		hf_expect((uint64_t)before * per < (uint64_t)bn);
	}
	VOP_UNLOCK(s->vp);
}

static void
one(struct session *s)
{
	switch (fuzz_take(s->in, 1) % 11) {
	case 0:
		go_to(s, s->root, paths[fuzz_take(s->in, 1) % nitems(paths)]);
		break;
	case 1:
		go_to_named(s);
		break;
	case 2:
		list_names(s, some_offset(s));
		break;
	case 3:
		transfer(s, UIO_READ, some_offset(s));
		break;
	case 4:
		transfer(s, UIO_WRITE, some_offset(s));
		break;
	case 5:
		touch(s, false, some_offset(s));
		break;
	case 6:
		touch(s, true, some_offset(s));
		break;
	case 7:
		clean(s);
		break;
	case 8:
		ask(s);
		break;
	case 9: /* what was checked at mount is read again */
		fuzz_disk_patch(&s->disk, s->in);
		s->disk.changed = true;
		break;
	default:
		s->disk.fail = (u_int)fuzz_take(s->in, 1) % 4;
		break;
	}
}

static off_t
tail(struct vnode *vp)
{
	return ((off_t)(hf_file_bytes(vp) - MIN(hf_file_bytes(vp), 5000)));
}

/* A little of everything that is there, so that a patch alone is met. */
static void
walk(struct session *s)
{
	for (u_int i = 0; i < nitems(paths); i++) {
		go_to(s, s->root, paths[i]);
		list_names(s, 0);
		touch(s, false, 0);
		if (s->vp->v_type == VREG)
			transfer(s, UIO_READ, tail(s->vp));
		ask(s);
	}
}

static void
use(struct session *s)
{
	s->vp = s->root;
	vref(s->vp);
	if (s->in->left == 0)
		walk(s);
	for (u_int i = 0; i < OPS_MAX && s->in->left > 0; i++)
		one(s);
	/* What is dirty must be written where it cannot be refused any more. */
	s->disk.fail = 0;
	vrele(s->vp);
}

HF_SCENARIO(fuzz_ext2, "fuzz.ext2", "VN-36",
    "whatever the disk says, its files are had or refused",
    .flags = HF_IS_HIDDEN)
{
	static struct session s;
	char msg[HF_MOUNT_MSG];

	memset(&s, 0, sizeof(s));
	s.in = &fuzz_ext2_input;
	fuzz_disk_make(&s.disk, s.in);
	if (hf_mount("ext2", &s.disk.bd, &s.mp, msg, sizeof(msg)) == 0) {
		s.disk.no_writes = (s.mp->mnt_flag & MNT_RDONLY) != 0;
		if (hf_mount_rootdir(s.mp, &s.root) == 0) {
			use(&s);
			vrele(s.root);
		}
		hf_expect_eq(hf_unmount(s.mp), 0);
	} else
		hf_expect(msg[0] != '\0');
	fuzz_disk_free(&s.disk);
	hf_expect(true);
}
