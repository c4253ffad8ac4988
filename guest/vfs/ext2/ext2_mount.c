/* SPDX-License-Identifier: BSD-2-Clause */
/* ext2_mount.c: mounting an ext2 file system and getting at its inodes. */

#include <sys/param.h>
#include <sys/systm.h>
#include <dev/bdev.h>
#include <kern/kalloc.h>
#include <vfs/ext2/ext2fs.h>
#include <vfs/vfs.h>

/* The superblock lies at byte 1024 whatever the block size. */
static int
read_super(
    struct hf_bdev *bd, struct ext2_super *sb, char *msg, size_t msg_bytes)
{
	struct hf_bufcache *bc;
	struct hf_buf *bp;
	uint32_t bsize;
	int error;

	bsize = MAX(1024u, bd->sector_bytes);
	if ((bd->capacity_sectors << HF_SECTOR_SHIFT) < 2 * 1024) {
		snprintf(msg, msg_bytes,
		    "ext2: superblock: the disk has only %lu sectors",
		    (u_long)bd->capacity_sectors);
		return (EINVAL);
	}
	bc = hf_kalloc(sizeof(*bc), M_WAITOK);
	error = hf_bufcache_init(bc, bd, bsize);
	if (error == 0) {
		error = hf_bread(bc, EXT2_SB_OFFSET / bsize, &bp);
		if (error == 0) {
			memcpy(sb, (char *)bp->b_data + EXT2_SB_OFFSET % bsize,
			    sizeof(*sb));
			hf_brelse(bc, bp);
		}
		hf_bufcache_destroy(bc);
	}
	hf_kfree(bc);
	if (error != 0)
		snprintf(msg, msg_bytes, "ext2: superblock: cannot be read: %s",
		    hf_errno_name(error));
	return (error);
}

/* Copies one descriptor out of the table behind the superblock. */
static int
read_group(struct ext2_mount *em, uint32_t group, struct ext2_group *gd)
{
	struct hf_buf *bp;
	uint32_t per_block;
	int error;

	per_block = em->em_bsize / sizeof(*gd);
	error = hf_bread(
	    &em->em_bufs, em->em_first_block + 1 + group / per_block, &bp);
	if (error != 0)
		return (error);
	*gd = ((struct ext2_group *)bp->b_data)[group % per_block];
	hf_brelse(&em->em_bufs, bp);
	return (0);
}

static int
check_groups(struct ext2_mount *em, char *msg, size_t msg_bytes)
{
	struct ext2_group gd;
	uint32_t g;
	int error;

	for (g = 0; g < em->em_ngroups; g++) {
		error = read_group(em, g, &gd);
		if (error != 0) {
			snprintf(msg, msg_bytes,
			    "ext2: group %u: descriptor cannot be read: %s", g,
			    hf_errno_name(error));
			return (error);
		}
		if (!ext2_group_check(em, &gd, g, msg, msg_bytes))
			return (EINTEGRITY);
	}
	return (0);
}

/* Read-only when the device or the file system wants it so; says why. */
static void
set_access(struct mount *mp, const struct ext2_super *sb)
{
	if (mp->mnt_bdev->read_only)
		snprintf(mp->mnt_why_rdonly, sizeof(mp->mnt_why_rdonly),
		    "the disk is read-only");
	else if (ext2_may_be_written(
		     sb, mp->mnt_why_rdonly, sizeof(mp->mnt_why_rdonly)))
		return;
	else
		printf("ext2: mounted read-only: %s\n", mp->mnt_why_rdonly);
	mp->mnt_flag |= MNT_RDONLY;
}

static int
ext2_mount(struct mount *mp, char *msg, size_t msg_bytes)
{
	struct ext2_super sb;
	struct ext2_mount *em;
	struct hf_bdev *bd;
	int error;

	bd = mp->mnt_bdev;
	if (bd == NULL) {
		snprintf(msg, msg_bytes, "ext2: it lies on a disk");
		return (ENXIO);
	}
	error = read_super(bd, &sb, msg, msg_bytes);
	if (error != 0)
		return (error);
	em = hf_kalloc(sizeof(*em), M_WAITOK | M_ZERO);
	if (!ext2_super_check(&sb, bd->capacity_sectors << HF_SECTOR_SHIFT,
		bd->sector_bytes, em, msg, msg_bytes)) {
		hf_kfree(em);
		return (EINVAL);
	}
	error = hf_bufcache_init(&em->em_bufs, bd, em->em_bsize);
	if (error != 0) {
		snprintf(msg, msg_bytes, "ext2: no memory for buffers");
		hf_kfree(em);
		return (error);
	}
	em->em_mp = mp;
	error = check_groups(em, msg, msg_bytes);
	if (error != 0) {
		hf_bufcache_destroy(&em->em_bufs);
		hf_kfree(em);
		return (error);
	}
	mp->mnt_data = em;
	mp->mnt_stat.f_bsize = mp->mnt_stat.f_iosize = em->em_bsize;
	mp->mnt_stat.f_blocks = em->em_blocks;
	mp->mnt_stat.f_files = em->em_inodes;
	set_access(mp, &sb);
	return (0);
}

static void
ext2_unmount(struct mount *mp)
{
	struct ext2_mount *em;

	em = MPTOE2(mp);
	hf_bufcache_destroy(&em->em_bufs);
	hf_kfree(em);
	mp->mnt_data = NULL;
}

/* Copies the inode out of its table. */
static int
read_inode(struct mount *mp, uint32_t ino, struct ext2_inode *din)
{
	struct ext2_group gd;
	struct ext2_mount *em;
	struct hf_buf *bp;
	char why[96];
	uint64_t off;
	uint32_t group;
	int error;

	em = MPTOE2(mp);
	group = (ino - 1) / em->em_ipg;
	error = read_group(em, group, &gd);
	if (error != 0)
		return (error);
	/* Checked at mount, but read again since. */
	if (!ext2_group_check(em, &gd, group, why, sizeof(why)))
		return (hf_fs_broken(mp, "%s", why));
	off = (uint64_t)((ino - 1) % em->em_ipg) * em->em_inode_bytes;
	error = hf_bread(
	    &em->em_bufs, gd.bg_inode_table + (off >> em->em_bshift), &bp);
	if (error != 0)
		return (error);
	memcpy(
	    din, (char *)bp->b_data + (off & (em->em_bsize - 1)), sizeof(*din));
	hf_brelse(&em->em_bufs, bp);
	return (0);
}

static enum vtype
mode_vtype(uint16_t mode)
{
	switch (mode & EXT2_S_IFMT) {
	case EXT2_S_IFREG:
		return (VREG);
	case EXT2_S_IFDIR:
		return (VDIR);
	case EXT2_S_IFLNK:
		return (VLNK);
	case EXT2_S_IFCHR:
		return (VCHR);
	case EXT2_S_IFBLK:
		return (VBLK);
	case EXT2_S_IFIFO:
		return (VFIFO);
	case EXT2_S_IFSOCK:
		return (VSOCK);
	}
	return (VBAD);
}

static int
check_inode(struct mount *mp, const struct ext2_node *en, enum vtype type)
{
	const struct ext2_inode *din;
	struct ext2_mount *em;
	uint64_t blocks, ptrs;

	em = MPTOE2(mp);
	din = &en->en_din;
	if (din->i_links_count == 0)
		return (hf_fs_broken(mp,
		    "ext2: inode %u: named in a directory but free",
		    en->en_ino));
	if (type == VBAD)
		return (hf_fs_broken(
		    mp, "ext2: inode %u: mode %#x", en->en_ino, din->i_mode));
	if ((din->i_flags &
		(EXT2_EXTENTS_FL | EXT2_INLINE_DATA_FL | EXT2_COMPR_FL |
		    EXT2_ENCRYPT_FL)) != 0)
		return (hf_fs_broken(mp,
		    "ext2: inode %u: flags %#x: not a file of block pointers",
		    en->en_ino, din->i_flags));
	ptrs = 1ull << em->em_ptrs_shift;
	blocks = EXT2_NDIRECT + ptrs + ptrs * ptrs + ptrs * ptrs * ptrs;
	if ((type == VREG || type == VDIR) &&
	    en->en_size > blocks << em->em_bshift)
		return (hf_fs_broken(mp,
		    "ext2: inode %u: size %lu is more than block pointers "
		    "reach",
		    en->en_ino, (u_long)en->en_size));
	if (type == VDIR && (en->en_size & (em->em_bsize - 1)) != 0)
		return (
		    hf_fs_broken(mp, "ext2: inode %u: directory of %lu bytes",
			en->en_ino, (u_long)en->en_size));
	return (0);
}

static int
load_vnode(struct vnode *vp, uint64_t ino, off_t *sizep)
{
	struct ext2_node *en;
	enum vtype type;
	int error;

	en = hf_kalloc(sizeof(*en), M_WAITOK | M_ZERO);
	en->en_ino = (uint32_t)ino;
	error = read_inode(vp->v_mount, en->en_ino, &en->en_din);
	type = VBAD;
	if (error == 0) {
		type = mode_vtype(en->en_din.i_mode);
		en->en_size = en->en_din.i_size;
		if (type == VREG)
			en->en_size |= (uint64_t)en->en_din.i_size_high << 32;
		error = check_inode(vp->v_mount, en, type);
	}
	if (error != 0) {
		hf_kfree(en);
		return (error);
	}
	vp->v_data = en;
	vp->v_type = type;
	*sizep = (off_t)en->en_size;
	vp->v_bufobj.bo_bsize = (int)vp->v_mount->mnt_bdev->sector_bytes;
	if (ino == EXT2_ROOT_INO)
		vp->v_vflag |= VV_ROOT;
	return (0);
}

static const struct hf_vnode_kind ext2_kind = {
	.vk_tag = "ext2",
	.vk_ops = &ext2_vnodeops,
	.vk_load = load_vnode,
};

int
ext2_vget(struct mount *mp, uint32_t ino, int flags, struct vnode **vpp)
{
	const struct ext2_mount *em = MPTOE2(mp);

	if (ino == 0 || ino > em->em_inodes)
		return (
		    hf_fs_broken(mp, "ext2: inode %u: number outside 1 to %u",
			ino, em->em_inodes));
	return (hf_vnode_get(mp, ino, flags, &ext2_kind, vpp));
}

static int
ext2_root(struct mount *mp, int flags, struct vnode **vpp)
{
	int error;

	error = ext2_vget(mp, EXT2_ROOT_INO, flags, vpp);
	if (error != 0 || (*vpp)->v_type == VDIR)
		return (error);
	vput(*vpp);
	return (hf_fs_broken(
	    mp, "ext2: inode %d: the root is no directory", EXT2_ROOT_INO));
}

const struct vfsops ext2_vfsops = {
	.vfs_mount = ext2_mount,
	.vfs_unmount = ext2_unmount,
	.vfs_root = ext2_root,
};
