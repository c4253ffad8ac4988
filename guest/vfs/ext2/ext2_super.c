/* SPDX-License-Identifier: BSD-2-Clause */
/* ext2_super.c: is this an ext2 file system, and one that we can read? */

#include <sys/param.h>
#include <sys/systm.h>
#include <vfs/ext2/ext2fs.h>

#define EXT2_GOOD_OLD_INODE_SIZE 128
#define EXT2_LOG_BLOCK_MAX	 2 /* 4 KiB: a block fits in a page */

static bool
sizes_ok(const struct ext2_super *sb, uint64_t disk_bytes,
    uint32_t sector_bytes, const struct ext2_mount *em, char *msg,
    size_t msg_bytes)
{
	if (em->em_bsize < sector_bytes) {
		snprintf(msg, msg_bytes,
		    "ext2: superblock: block size %u is smaller than the "
		    "disk's sector %u",
		    em->em_bsize, sector_bytes);
		return (false);
	}
	if (sb->s_first_data_block != (em->em_bsize == 1024 ? 1u : 0u)) {
		snprintf(msg, msg_bytes,
		    "ext2: superblock: first data block %u with %u-byte blocks",
		    sb->s_first_data_block, em->em_bsize);
		return (false);
	}
	if (sb->s_blocks_count <= sb->s_first_data_block + 3 ||
	    (uint64_t)sb->s_blocks_count * em->em_bsize > disk_bytes) {
		snprintf(msg, msg_bytes,
		    "ext2: superblock: %u blocks of %u bytes on a disk of "
		    "%lu bytes",
		    sb->s_blocks_count, em->em_bsize, (u_long)disk_bytes);
		return (false);
	}
	return (true);
}

static bool
groups_ok(const struct ext2_super *sb, struct ext2_mount *em, char *msg,
    size_t msg_bytes)
{
	uint64_t data;

	if (sb->s_blocks_per_group == 0 ||
	    sb->s_blocks_per_group > 8 * em->em_bsize ||
	    sb->s_inodes_per_group == 0 ||
	    sb->s_inodes_per_group > 8 * em->em_bsize) {
		snprintf(msg, msg_bytes,
		    "ext2: superblock: groups of %u blocks and %u inodes",
		    sb->s_blocks_per_group, sb->s_inodes_per_group);
		return (false);
	}
	data = sb->s_blocks_count - sb->s_first_data_block;
	em->em_ngroups = (uint32_t)howmany(data, sb->s_blocks_per_group);
	if ((uint64_t)em->em_ngroups * sb->s_inodes_per_group !=
	    sb->s_inodes_count) {
		snprintf(msg, msg_bytes,
		    "ext2: superblock: %u inodes in %u groups of %u",
		    sb->s_inodes_count, em->em_ngroups, sb->s_inodes_per_group);
		return (false);
	}
	return (true);
}

bool
ext2_super_check(const struct ext2_super *sb, uint64_t disk_bytes,
    uint32_t sector_bytes, struct ext2_mount *em, char *msg, size_t msg_bytes)
{
	if (sb->s_magic != EXT2_MAGIC) {
		snprintf(msg, msg_bytes,
		    "ext2: superblock: magic %#x, not %#x: no ext2 file system "
		    "on the disk",
		    sb->s_magic, EXT2_MAGIC);
		return (false);
	}
	if (!ext2_features_ok(sb, msg, msg_bytes))
		return (false);
	if (sb->s_log_block_size > EXT2_LOG_BLOCK_MAX) {
		snprintf(msg, msg_bytes,
		    "ext2: superblock: block size 1024 << %u is not 1, 2 or "
		    "4 KiB",
		    sb->s_log_block_size);
		return (false);
	}
	em->em_bshift = 10 + sb->s_log_block_size;
	em->em_bsize = 1u << em->em_bshift;
	em->em_ptrs_shift = em->em_bshift - 2;
	if (!sizes_ok(sb, disk_bytes, sector_bytes, em, msg, msg_bytes) ||
	    !groups_ok(sb, em, msg, msg_bytes))
		return (false);
	em->em_inode_bytes = sb->s_rev_level == EXT2_GOOD_OLD_REV
	    ? EXT2_GOOD_OLD_INODE_SIZE
	    : sb->s_inode_size;
	if (em->em_inode_bytes < EXT2_GOOD_OLD_INODE_SIZE ||
	    em->em_inode_bytes > em->em_bsize ||
	    !powerof2(em->em_inode_bytes)) {
		snprintf(msg, msg_bytes, "ext2: superblock: inodes of %u bytes",
		    em->em_inode_bytes);
		return (false);
	}
	em->em_blocks = sb->s_blocks_count;
	em->em_first_block = sb->s_first_data_block;
	em->em_inodes = sb->s_inodes_count;
	em->em_ipg = sb->s_inodes_per_group;
	return (true);
}

bool
ext2_group_check(const struct ext2_mount *em, const struct ext2_group *gd,
    uint32_t group, char *msg, size_t msg_bytes)
{
	const struct {
		const char *what;
		uint64_t first, blocks;
	} areas[] = {
		{ "block bitmap", gd->bg_block_bitmap, 1 },
		{ "inode bitmap", gd->bg_inode_bitmap, 1 },
		{ "inode table", gd->bg_inode_table,
		    howmany((uint64_t)em->em_ipg * em->em_inode_bytes,
			em->em_bsize) },
	};
	u_int i;

	for (i = 0; i < nitems(areas); i++) {
		if (areas[i].first > em->em_first_block &&
		    areas[i].first + areas[i].blocks <= em->em_blocks)
			continue;
		snprintf(msg, msg_bytes,
		    "ext2: group %u: %s at block %lu outside the file system "
		    "(%u blocks)",
		    group, areas[i].what, (u_long)areas[i].first,
		    em->em_blocks);
		return (false);
	}
	return (true);
}
