/* SPDX-License-Identifier: BSD-2-Clause */
/* broken_tree.c: inodes and directories that make no sense are errors. */

#include <kern/failpoint.h>
#include <test/file.h>
#include <test/ram_disk.h>
#include <test/scenario.h>
#include <vfs/ext2/ext2fs.h>
#include <vfs/vfs.h>

#define INODE(field) offsetof(struct ext2_inode, field)
#define BLOCK	     4096
#define INODE_BYTES  128

/* Where on the disk the inode is. */
static uint64_t
inode_at(struct hf_ram_disk *rd, uint32_t ino)
{
	uint32_t table;

	table = hf_ram_disk_peek(
	    rd, BLOCK + offsetof(struct ext2_group, bg_inode_table), 4);
	return ((uint64_t)table * BLOCK + (ino - 1) * INODE_BYTES);
}

static uint64_t
root_block(struct hf_ram_disk *rd)
{
	return ((uint64_t)BLOCK *
	    hf_ram_disk_peek(
		rd, inode_at(rd, EXT2_ROOT_INO) + INODE(i_block), 4));
}

/* Where in its directory "odd" is; its inode. */
static uint64_t
odd_entry(struct hf_ram_disk *rd)
{
	const uint64_t block = root_block(rd);
	uint64_t at = block;

	while (hf_ram_disk_peek(rd, at + 6, 1) != 3 ||
	    hf_ram_disk_peek(rd, at + 8, 4) << 8 !=
		((uint32_t)'o' << 8 | (uint32_t)'d' << 16 |
		    (uint32_t)'d' << 24)) {
		at += hf_ram_disk_peek(rd, at + 4, 2);
		hf_require(at < block + BLOCK);
	}
	return (at);
}

static void
mount_it(struct hf_ram_disk *rd)
{
	char msg[HF_MOUNT_MSG];

	hf_require_eq(hf_ram_disk_try(rd, msg, sizeof(msg)), 0);
}

static void
unmount_it(struct hf_ram_disk *rd)
{
	vrele(rd->root);
	hf_expect_eq(hf_unmount(rd->mp), 0);
}

/* With these bytes on the disk odd cannot be looked up, and it is said why. */
static void
expect_broken(struct hf_ram_disk *rd, uint64_t at, size_t bytes, uint32_t value,
    const char *says)
{
	const uint32_t good = hf_ram_disk_peek(rd, at, bytes);
	struct vnode *vp = NULL;

	hf_ram_disk_poke(rd, at, bytes, value);
	mount_it(rd);
	hf_expect_eq(hf_namei(rd->root, "odd", &vp), EINTEGRITY);
	if (!hf_expect(strstr(rd->mp->mnt_error, says) != NULL))
		hf_note("no \"%s\" in: %s", says, rd->mp->mnt_error);
	unmount_it(rd);
	hf_ram_disk_poke(rd, at, bytes, good);
}

HF_SCENARIO(broken_inode, "pager.broken_inode", "VN-36",
    "an inode that makes no sense is an error that says which",
    .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE)
{
	static struct hf_ram_disk rd;
	uint64_t entry, inode;

	hf_ram_disk_load(&rd, "images/4k.img", 512);
	entry = odd_entry(&rd);
	inode = inode_at(&rd, hf_ram_disk_peek(&rd, entry, 4));
	expect_broken(&rd, inode + INODE(i_links_count), 2, 0, "but free");
	expect_broken(&rd, inode + INODE(i_mode), 2, 0x01ff, "mode 0x1ff");
	expect_broken(
	    &rd, inode + INODE(i_flags), 4, EXT2_EXTENTS_FL, "block pointers");
	expect_broken(
	    &rd, inode + INODE(i_size_high), 4, 1u << 30, "pointers reach");
	expect_broken(&rd, inode + INODE(i_mode), 2, EXT2_S_IFDIR | 0755,
	    "directory of 9001 bytes");
	expect_broken(&rd, entry, 4, 33, "inode 33: number outside");
	expect_broken(&rd, entry, 4, ~0u, "number outside");
	hf_ram_disk_free(&rd);
}

HF_SCENARIO(group_broken_later, "pager.group_broken_later", "VN-36 VN-38",
    "a group that was sound when it was mounted is looked at again",
    .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE)
{
	const uint64_t at = BLOCK + offsetof(struct ext2_group, bg_inode_table);
	static struct hf_ram_disk rd;
	struct vnode *vp = NULL;
	uint32_t good;

	hf_ram_disk_load(&rd, "images/4k.img", 512);
	mount_it(&rd);
	good = hf_ram_disk_peek(&rd, at, 4);
	hf_ram_disk_poke(&rd, at, 4, ~0u);
	hf_file_forget_blocks(rd.mp);
	hf_expect_eq(hf_namei(rd.root, "odd", &vp), EINTEGRITY);
	hf_expect(strstr(rd.mp->mnt_error, "inode table") != NULL);
	hf_ram_disk_poke(&rd, at, 4, good);
	/* The root's block, then the group's. */
	hf_file_forget_blocks(rd.mp);
	hf_failpoint_arm("bdev.read", 1, 1);
	hf_expect_eq(hf_namei(rd.root, "odd", &vp), EIO);
	hf_expect_eq(hf_failpoint_fired("bdev.read"), 1);
	hf_failpoint_disarm_all();
	hf_require_eq(hf_namei(rd.root, "odd", &vp), 0);
	vput(vp);
	unmount_it(&rd);
	hf_ram_disk_free(&rd);
}

HF_SCENARIO(broken_directory, "pager.broken_directory", "VN-36",
    "a directory that makes no sense is an error that says where",
    .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE)
{
	static const uint16_t lengths[] = { 0, 4, 8, 14, 4096 };
	static struct hf_ram_disk rd;
	uint64_t entry, root;
	u_int i;

	hf_ram_disk_load(&rd, "images/4k.img", 512);
	entry = odd_entry(&rd);
	root = inode_at(&rd, EXT2_ROOT_INO);
	/* One too short for a head, for its name, crooked, over the end. */
	for (i = 0; i < nitems(lengths); i++)
		expect_broken(&rd, entry + 4, 2, lengths[i], "directory entry");
	expect_broken(&rd, entry + 6, 1, 0, "directory entry");
	/* The first leaves four bytes at the end: none begins there. */
	expect_broken(
	    &rd, root_block(&rd) + 4, 2, BLOCK - 4, "directory entry at byte");
	expect_broken(&rd, root + INODE(i_block), 4, 0, "a hole at byte 0");
	expect_broken(&rd, root + INODE(i_block), 4, 80, "block pointer");
	hf_ram_disk_free(&rd);
}

HF_SCENARIO(root_no_directory, "pager.root_no_directory", "VN-36",
    "a file system whose root is no directory has no root",
    .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE)
{
	static struct hf_ram_disk rd;
	char msg[HF_MOUNT_MSG];
	uint64_t root;

	hf_ram_disk_load(&rd, "images/4k.img", 512);
	root = inode_at(&rd, EXT2_ROOT_INO);
	hf_ram_disk_poke(&rd, root + INODE(i_mode), 2, EXT2_S_IFREG | 0644);
	hf_require_eq(hf_mount("ext2", &rd.bd, &rd.mp, msg, sizeof(msg)), 0);
	hf_expect_eq(hf_mount_rootdir(rd.mp, &rd.root), EINTEGRITY);
	hf_expect(rd.mp->mnt_error[0] != '\0');
	hf_expect_eq(hf_unmount(rd.mp), 0);
	hf_ram_disk_free(&rd);
}

/*
 * Where in memory inode 2 of the disk's file system is while its block is
 * remembered.
 */
static struct ext2_inode *
root_inode_in_memory(struct mount *mp, struct hf_buf **bpp)
{
	struct ext2_mount *em = MPTOE2(mp);
	struct ext2_group gd;
	uint64_t off = (EXT2_ROOT_INO - 1) * em->em_inode_bytes;

	hf_require_eq(hf_bread(&em->em_bufs, em->em_first_block + 1, bpp), 0);
	memcpy(&gd, (*bpp)->b_data, sizeof(gd));
	hf_brelse(&em->em_bufs, *bpp);
	hf_require_eq(hf_bread(&em->em_bufs,
			  gd.bg_inode_table + (off >> em->em_bshift), bpp),
	    0);
	return ((struct ext2_inode *)((char *)(*bpp)->b_data +
	    (off & (em->em_bsize - 1))));
}

HF_SCENARIO(huge_file_blocks, "pager.huge_file_blocks", "VN-46",
    "what a file takes of the disk is told in bytes, whatever its inode counts "
    "in",
    .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE)
{
	static struct hf_ram_disk rd;
	uint64_t inode;
	struct vattr va;
	struct vnode *vp;
	uint32_t flags;

	hf_ram_disk_load(&rd, "images/4k.img", 512);
	inode = inode_at(&rd, hf_ram_disk_peek(&rd, odd_entry(&rd), 4));
	flags = hf_ram_disk_peek(&rd, inode + INODE(i_flags), 4);
	for (int i = 0; i < 2; i++) {
		if (i == 1) {
			hf_ram_disk_poke(&rd, inode + INODE(i_flags), 4,
			    flags | EXT2_HUGE_FILE_FL);
			hf_ram_disk_poke(&rd, inode + INODE(i_blocks), 4, 3);
		}
		mount_it(&rd);
		hf_require_eq(hf_namei(rd.root, "odd", &vp), 0);
		hf_expect_eq(VOP_GETATTR(vp, &va, NULL), 0);
		hf_expect_eq(va.va_size, 9001);
		hf_expect_eq(va.va_bytes, 3 * BLOCK);
		vput(vp);
		unmount_it(&rd);
	}
	hf_ram_disk_free(&rd);
}

HF_SCENARIO(root_broken, "pager.root_broken", "VN-36",
    "the disk's root directory makes no sense: it is said why, and let go",
    .flags = HF_NEEDS_DISK)
{
	struct mount *mp = hf_file_mount();
	struct vnode *root = NULL;
	char msg[HF_MOUNT_MSG];
	struct hf_buf *bp;

	while (hf_vnode_recycle(mp, 0))
		continue;
	root_inode_in_memory(mp, &bp)->i_links_count = 0;
	hf_brelse(&MPTOE2(mp)->em_bufs, bp);
	hf_expect_eq(hf_root_mount(&mp, &root, msg, sizeof(msg)), EINTEGRITY);
	hf_expect(root == NULL);
	hf_expect(strstr(msg, "inode 2") != NULL);
	hf_expect(hf_rootmp() == NULL);
	/* The disk itself is as it was. */
	hf_expect_eq(hf_root_mount(&mp, &root, msg, sizeof(msg)), 0);
	hf_expect_eq(root->v_type, VDIR);
	vrele(root);
}

/* The type that readdir tells of the entry behind `from' bytes. */
static int
told_type(struct hf_ram_disk *rd, off_t from)
{
	struct dirent d[2];
	struct iovec iov = { d, sizeof(d[0]) };
	struct uio uio = { .uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_offset = from,
		.uio_resid = sizeof(d[0]),
		.uio_segflg = UIO_SYSSPACE,
		.uio_rw = UIO_READ };
	int error;

	(void)vn_lock(rd->root, LK_SHARED | LK_RETRY);
	error = VOP_READDIR(rd->root, &uio, NULL, NULL, NULL, NULL);
	VOP_UNLOCK(rd->root);
	hf_expect_eq(error, 0);
	hf_expect_eq(d[0].d_namlen, 3);
	return (d[0].d_type);
}

HF_SCENARIO(other_types, "pager.other_types", "VN-32",
    "what is neither file nor directory is found, and neither read nor "
    "searched",
    .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE)
{
	static const struct {
		uint16_t mode;
		uint8_t told, type, dirent;
	} types[] = {
		{ EXT2_S_IFLNK, 7, VLNK, DT_LNK },
		{ EXT2_S_IFCHR, 3, VCHR, DT_UNKNOWN },
		{ EXT2_S_IFBLK, 4, VBLK, DT_UNKNOWN },
		{ EXT2_S_IFIFO, 5, VFIFO, DT_UNKNOWN },
		{ EXT2_S_IFSOCK, 6, VSOCK, DT_UNKNOWN },
	};
	static struct hf_ram_disk rd;
	struct vnode *below, *vp;
	uint64_t entry, inode;
	char byte;
	struct iovec iov;
	struct uio uio;
	u_int i;

	hf_ram_disk_load(&rd, "images/4k.img", 512);
	entry = odd_entry(&rd);
	inode = inode_at(&rd, hf_ram_disk_peek(&rd, entry, 4));
	for (i = 0; i < nitems(types); i++) {
		hf_ram_disk_poke(&rd, entry + 7, 1, types[i].told);
		hf_ram_disk_poke(
		    &rd, inode + INODE(i_mode), 2, types[i].mode | 0644);
		mount_it(&rd);
		hf_expect_eq(told_type(&rd, (off_t)(entry - root_block(&rd))),
		    types[i].dirent);
		hf_require_eq(hf_namei(rd.root, "odd", &vp), 0);
		hf_expect_eq(vp->v_type, types[i].type);
		iov = (struct iovec){ &byte, 1 };
		uio = (struct uio){ .uio_iov = &iov,
			.uio_iovcnt = 1,
			.uio_resid = 1,
			.uio_segflg = UIO_SYSSPACE,
			.uio_rw = UIO_READ };
		hf_expect_eq(VOP_READ(vp, &uio, 0, NULL), EOPNOTSUPP);
		hf_expect_eq(
		    VOP_READDIR(vp, &uio, NULL, NULL, NULL, NULL), ENOTDIR);
		hf_expect_eq(uio.uio_resid, 1);
		vput(vp);
		hf_expect_eq(hf_namei(rd.root, "odd/deeper", &below),
		    types[i].type == VLNK ? ELOOP : ENOTDIR);
		unmount_it(&rd);
	}
	hf_ram_disk_free(&rd);
}
