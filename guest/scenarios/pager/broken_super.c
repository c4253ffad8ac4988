/* SPDX-License-Identifier: BSD-2-Clause */
/* broken_super.c: superblocks and groups that make no sense are refused. */

#include <test/file.h>
#include <test/ram_disk.h>
#include <test/scenario.h>
#include <vfs/ext2/ext2fs.h>

#define SUPER(field) (EXT2_SB_OFFSET + offsetof(struct ext2_super, field))
/* With 4 KiB blocks the descriptors are in the second. */
#define GROUP(field) (4096 + offsetof(struct ext2_group, field))

static const struct wrong {
	uint64_t at;
	uint32_t bytes, value;
	int error;
	const char *says;
} wrongs[] = {
	{ SUPER(s_magic), 2, 0xef54, EINVAL, "magic" },
	{ SUPER(s_log_block_size), 4, 3, EINVAL, "block size" },
	{ SUPER(s_log_block_size), 4, 0xfffffff6, EINVAL, "block size" },
	{ SUPER(s_first_data_block), 4, 1, EINVAL, "first data block 1" },
	{ SUPER(s_first_data_block), 4, ~0u, EINVAL, "first data block" },
	{ SUPER(s_blocks_count), 4, 3, EINVAL, "3 blocks" },
	{ SUPER(s_blocks_count), 4, 81, EINVAL, "81 blocks" },
	{ SUPER(s_blocks_count), 4, ~0u, EINVAL, "blocks of 4096 bytes" },
	{ SUPER(s_blocks_per_group), 4, 0, EINVAL, "groups of 0 blocks" },
	{ SUPER(s_blocks_per_group), 4, 32769, EINVAL, "32769 blocks" },
	{ SUPER(s_inodes_per_group), 4, 0, EINVAL, "0 inodes" },
	{ SUPER(s_inodes_per_group), 4, 32769, EINVAL, "32769 inodes" },
	{ SUPER(s_inodes_count), 4, 0, EINVAL, "0 inodes in 1 groups" },
	{ SUPER(s_inodes_count), 4, ~0u, EINVAL, "inodes in 1 groups" },
	{ SUPER(s_inode_size), 2, 0, EINVAL, "inodes of 0 bytes" },
	{ SUPER(s_inode_size), 2, 64, EINVAL, "inodes of 64 bytes" },
	{ SUPER(s_inode_size), 2, 192, EINVAL, "inodes of 192 bytes" },
	{ SUPER(s_inode_size), 2, 8192, EINVAL, "inodes of 8192 bytes" },
	{ GROUP(bg_block_bitmap), 4, 0, EINTEGRITY, "block bitmap" },
	{ GROUP(bg_block_bitmap), 4, 80, EINTEGRITY, "block bitmap" },
	{ GROUP(bg_inode_bitmap), 4, ~0u, EINTEGRITY, "inode bitmap" },
	{ GROUP(bg_inode_table), 4, 80, EINTEGRITY, "inode table" },
	{ GROUP(bg_inode_table), 4, ~0u, EINTEGRITY, "inode table" },
};

static void
expect_refused(struct hf_ram_disk *rd, int error, const char *says)
{
	char msg[HF_MOUNT_MSG];

	hf_require_eq(hf_ram_disk_try(rd, msg, sizeof(msg)), error);
	if (!hf_expect(strstr(msg, says) != NULL))
		hf_note("no \"%s\" in: %s", says, msg);
}

HF_SCENARIO(broken_super, "pager.broken_super", "VN-36",
    "a superblock or group that makes no sense is refused, with the field's "
    "name",
    .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE)
{
	static struct hf_ram_disk rd;
	const struct wrong *w;
	char msg[HF_MOUNT_MSG];
	uint32_t good;

	hf_ram_disk_load(&rd, "images/4k.img", 512);
	for (w = wrongs; w < wrongs + nitems(wrongs); w++) {
		good = hf_ram_disk_peek(&rd, w->at, w->bytes);
		hf_ram_disk_poke(&rd, w->at, w->bytes, w->value);
		expect_refused(&rd, w->error, w->says);
		hf_ram_disk_poke(&rd, w->at, w->bytes, good);
	}
	rd.bd.capacity_sectors = 3;
	expect_refused(&rd, EINVAL, "only 3 sectors");
	/* The last block is not there. */
	rd.bd.capacity_sectors = 80 * 8 - 1;
	expect_refused(&rd, EINVAL, "80 blocks of 4096 bytes");
	rd.bd.capacity_sectors = 80 * 8;
	hf_require_eq(hf_ram_disk_try(&rd, msg, sizeof(msg)), 0);
	hf_ram_disk_unmount(&rd);
}

HF_SCENARIO(small_blocks_large_sectors, "pager.small_blocks_large_sectors",
    "VN-37", "blocks smaller than the disk's sectors cannot be read one by one",
    .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE)
{
	static struct hf_ram_disk rd;

	hf_ram_disk_load(&rd, "images/1k.img", 4096);
	expect_refused(&rd, EINVAL, "sector 4096");
	hf_ram_disk_free(&rd);
}
