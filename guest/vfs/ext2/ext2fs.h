/* SPDX-License-Identifier: BSD-2-Clause */
/* ext2fs.h: the ext2 file system on disk and in memory. */

/*
 * On-disk layout after "The Second Extended Filesystem" (kernel documentation,
 * filesystems/ext4 for the feature numbers).  Little-endian, like the machine.
 */
#ifndef HF_VFS_EXT2_EXT2FS_H
#define HF_VFS_EXT2_EXT2FS_H

#include <sys/types.h>
#include <sys/cdefs.h>
#include <sys/mount.h>
#include <sys/vnode.h>
#include <vfs/buf.h>

#define EXT2_SB_OFFSET 1024
#define EXT2_MAGIC     0xef53
#define EXT2_ROOT_INO  2

struct ext2_super {
	uint32_t s_inodes_count;
	uint32_t s_blocks_count;
	uint32_t s_r_blocks_count;
	uint32_t s_free_blocks_count;
	uint32_t s_free_inodes_count;
	uint32_t s_first_data_block;
	uint32_t s_log_block_size; /* block is 1024 << this */
	uint32_t s_log_frag_size;
	uint32_t s_blocks_per_group;
	uint32_t s_frags_per_group;
	uint32_t s_inodes_per_group;
	uint32_t s_mtime;
	uint32_t s_wtime;
	uint16_t s_mnt_count;
	uint16_t s_max_mnt_count;
	uint16_t s_magic;
	uint16_t s_state;
	uint16_t s_errors;
	uint16_t s_minor_rev_level;
	uint32_t s_lastcheck;
	uint32_t s_checkinterval;
	uint32_t s_creator_os;
	uint32_t s_rev_level;
	uint16_t s_def_resuid;
	uint16_t s_def_resgid;
	uint32_t s_first_ino; /* from here on: s_rev_level >= 1 */
	uint16_t s_inode_size;
	uint16_t s_block_group_nr;
	uint32_t s_feature_compat;
	uint32_t s_feature_incompat;
	uint32_t s_feature_ro_compat;
	uint8_t s_uuid[16];
	char s_volume_name[16];
	char s_last_mounted[64];
	uint32_t s_algorithm_bitmap;
	uint8_t s_prealloc_blocks[4];
	uint8_t s_journal_uuid[16];
	uint32_t s_journal_inum;
	uint32_t s_journal_dev;
	uint32_t s_last_orphan; /* first of the inodes deleted while open */
};
#define EXT2_GOOD_OLD_REV 0 /* without the fields from s_first_ino on */
_Static_assert(offsetof(struct ext2_super, s_magic) == 56, "ext2 magic");
_Static_assert(offsetof(struct ext2_super, s_feature_incompat) == 96, "ext2");
_Static_assert(offsetof(struct ext2_super, s_last_orphan) == 232, "ext2");

struct ext2_group {
	uint32_t bg_block_bitmap;
	uint32_t bg_inode_bitmap;
	uint32_t bg_inode_table;
	uint16_t bg_free_blocks_count;
	uint16_t bg_free_inodes_count;
	uint16_t bg_used_dirs_count;
	uint16_t bg_flags;
	uint32_t bg_reserved[3];
};
_Static_assert(sizeof(struct ext2_group) == 32, "ext2 group descriptor");

#define EXT2_NDIRECT 12
#define EXT2_NBLOCKS 15 /* then single, double, triple indirect */

struct ext2_inode {
	uint16_t i_mode;
	uint16_t i_uid;
	uint32_t i_size;
	uint32_t i_atime;
	uint32_t i_ctime;
	uint32_t i_mtime;
	uint32_t i_dtime;
	uint16_t i_gid;
	uint16_t i_links_count;
	uint32_t i_blocks; /* 512-byte units, with indirect blocks */
	uint32_t i_flags;
	uint32_t i_osd1;
	uint32_t i_block[EXT2_NBLOCKS];
	uint32_t i_generation;
	uint32_t i_file_acl;
	uint32_t i_size_high; /* regular files */
	uint32_t i_faddr;
	uint8_t i_osd2[12];
};
_Static_assert(sizeof(struct ext2_inode) == 128, "ext2 inode");

#define EXT2_S_IFMT   0xf000
#define EXT2_S_IFIFO  0x1000
#define EXT2_S_IFCHR  0x2000
#define EXT2_S_IFDIR  0x4000
#define EXT2_S_IFBLK  0x6000
#define EXT2_S_IFREG  0x8000
#define EXT2_S_IFLNK  0xa000
#define EXT2_S_IFSOCK 0xc000

/* i_flags: what may not be changed, or only be appended to */
#define EXT2_IMMUTABLE_FL 0x00000010
#define EXT2_APPEND_FL	  0x00000020
/* i_flags: i_blocks counts file system blocks (feature huge_file) */
#define EXT2_HUGE_FILE_FL 0x00040000
/* i_flags: layouts that are not block pointers */
#define EXT2_COMPR_FL	    0x00000004
#define EXT2_ENCRYPT_FL	    0x00000800
#define EXT2_EXTENTS_FL	    0x00080000
#define EXT2_INLINE_DATA_FL 0x10000000

struct ext2_dirent {
	uint32_t inode; /* 0: unused */
	uint16_t rec_len;
	uint8_t name_len;
	uint8_t file_type; /* with the filetype feature */
	char name[];
};
_Static_assert(offsetof(struct ext2_dirent, name) == 8, "ext2 dirent");

/* In memory: a mounted file system.  Constant after mount. */
struct ext2_mount {
	struct mount *em_mp;
	struct hf_bufcache em_bufs;
	uint32_t em_bsize;
	uint32_t em_bshift;
	uint32_t em_blocks; /* of the file system */
	uint32_t em_first_block;
	uint32_t em_inodes;
	uint32_t em_ipg;
	uint32_t em_ngroups;
	uint32_t em_inode_bytes;
	uint32_t em_ptrs_shift; /* log2 of pointers in an indirect block */
};

/* In memory: an inode.  Constant while the vnode lives (nothing allocates). */
struct ext2_node {
	uint32_t en_ino;
	struct ext2_inode en_din;
	uint64_t en_size;
	/* Of a large directory, made at the first look-up (atomic). */
	volatile uintptr_t en_index; /* struct ext2_index * */
	volatile u_int en_unindexed; /* it could not be made */
};

#define MPTOE2(mp) ((struct ext2_mount *)(mp)->mnt_data)
#define VTOE2(vp)  ((struct ext2_node *)(vp)->v_data)

extern const struct vfsops ext2_vfsops;
extern const struct vop_vector ext2_vnodeops;

/*
 * Checks what the superblock says against itself and the disk; fills em.
 * False with why in msg.
 */
bool ext2_super_check(const struct ext2_super *sb, uint64_t disk_bytes,
    uint32_t sector_bytes, struct ext2_mount *em, char *msg, size_t msg_bytes);

/*
 * Can it be read?  False: no; msg names every feature that is not supported,
 * and what to do.  May it be written?  False: no; why says so likewise.
 */
bool ext2_features_ok(const struct ext2_super *sb, char *msg, size_t msg_bytes);
bool ext2_may_be_written(
    const struct ext2_super *sb, char *why, size_t why_bytes);

/* Same for one group descriptor. */
bool ext2_group_check(const struct ext2_mount *em, const struct ext2_group *gd,
    uint32_t group, char *msg, size_t msg_bytes);

/* The vnode of an inode, used and locked as flags say.  Sleeps. */
int ext2_vget(struct mount *mp, uint32_t ino, int flags, struct vnode **vpp);

/*
 * File block lbn: *blk is the file system block, 0 for a hole; after and
 * before (NULL: not wanted) count the following and preceding blocks of the
 * file that are contiguous with it (for a hole: 0).  Sleeps.
 */
int ext2_map(
    struct vnode *vp, uint64_t lbn, uint32_t *blk, int *after, int *before);

int ext2_bmap(struct vnode *vp, daddr_t lbn, struct bufobj **bop, daddr_t *bnp,
    int *runp, int *runb);
int ext2_lookup(
    struct vnode *dvp, struct vnode **vpp, struct componentname *cnp);
int ext2_readdir(struct vnode *vp, struct uio *uio, struct ucred *cred,
    int *eofflag, int *ncookies, uint64_t **cookies);
int ext2_write(
    struct vnode *vp, struct uio *uio, int ioflag, struct ucred *cred);
int ext2_putpages(struct vnode *vp, struct vm_page **ma, int bytecount,
    int flags, int *rtvals);
int ext2_fsync(struct vnode *vp, int waitfor, struct thread *td);
int ext2_access(
    struct vnode *vp, accmode_t accmode, struct ucred *cred, struct thread *td);

#endif
