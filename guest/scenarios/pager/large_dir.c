/* SPDX-License-Identifier: BSD-2-Clause */
/* large_dir.c: a directory of many names is not searched from the front. */

#include <test/file.h>
#include <test/ram_disk.h>
#include <test/scenario.h>
#include <kern/failpoint.h>
#include <vfs/ext2/ext2fs.h>
#include "crowd.h"

#define LOOKUPS 100

static struct hf_ram_disk rd;

/* Blocks looked at so far, from the disk or not. */
static u_long
blocks_seen(void)
{
	struct hf_bufcache *bc;

	bc = &MPTOE2(rd.mp)->em_bufs;
	return (bc->bc_hits + bc->bc_reads);
}

HF_SCENARIO(large_dir, "pager.large_directory", "VN-40",
    "a look-up in a directory of 1,000 names looks at one block",
    .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE)
{
	struct vnode *dvp;
	u_long blocks, seen;
	int i;

	hf_ram_disk_mount(&rd, "images/1k.img", 512);
	dvp = hf_ram_disk_open(&rd, "crowd");
	blocks = VTOE2(dvp)->en_size / 1024;
	hf_expect_lt(12, blocks);
	seen = blocks_seen();
	for (i = 0; i < LOOKUPS; i++)
		hf_expect_eq(crowd_look_up(dvp, i * 97 % CROWD_NAMES), 0);
	/* The index once; then the entry's block and the pointers to it. */
	hf_expect_le(blocks_seen() - seen, 3 * blocks + 3 * LOOKUPS);
	seen = blocks_seen();
	for (i = 0; i < 20; i++)
		hf_expect_eq(crowd_look_up(dvp, CROWD_NAMES + i), ENOENT);
	hf_expect_le(blocks_seen() - seen, 5);
	vrele(dvp);
	hf_ram_disk_unmount(&rd);
}

HF_SCENARIO(dir_no_memory, "pager.directory_no_memory", "VN-40",
    "without memory for an index names are found, and told that they are not",
    .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE)
{
	char msg[HF_MOUNT_MSG];
	struct vnode *dvp;
	int skip;

	hf_ram_disk_load(&rd, "images/1k.img", 512);
	/* The index, then parts of it; a vnode tries once. */
	for (skip = 0; skip < 4; skip++) {
		hf_require_eq(hf_ram_disk_try(&rd, msg, sizeof(msg)), 0);
		dvp = hf_ram_disk_open(&rd, "crowd");
		hf_failpoint_arm("kalloc", skip, 1);
		hf_expect_eq(crowd_look_up(dvp, 7), 0);
		hf_expect_eq(hf_failpoint_fired("kalloc"), 1);
		hf_failpoint_disarm_all();
		hf_expect(VTOE2(dvp)->en_index == 0);
		hf_expect_eq(crowd_look_up(dvp, CROWD_NAMES), ENOENT);
		hf_expect_eq(crowd_look_up(dvp, CROWD_NAMES - 1), 0);
		vrele(dvp);
		vrele(rd.root);
		hf_expect_eq(hf_unmount(rd.mp), 0);
	}
	hf_ram_disk_free(&rd);
}

HF_SCENARIO(mount_no_memory, "pager.mount_no_memory", "VN-29",
    "without memory for its buffers a file system is not mounted, and then is",
    .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE)
{
	/* Of its buffers: for the superblock, then for all else. */
	static const int skips[] = { 0, 7, HF_BUFS, 2 * HF_BUFS - 1 };
	char msg[HF_MOUNT_MSG];
	u_int i;

	hf_ram_disk_load(&rd, "images/1k.img", 512);
	for (i = 0; i < nitems(skips); i++) {
		hf_failpoint_arm("vm_page_alloc", skips[i], 1);
		hf_expect_eq(hf_ram_disk_try(&rd, msg, sizeof(msg)), ENOMEM);
		hf_expect_eq(hf_failpoint_fired("vm_page_alloc"), 1);
		hf_failpoint_disarm_all();
		hf_expect(strncmp(msg, "ext2: ", 6) == 0);
	}
	hf_require_eq(hf_ram_disk_try(&rd, msg, sizeof(msg)), 0);
	hf_ram_disk_unmount(&rd);
}
