/* SPDX-License-Identifier: BSD-2-Clause */
/* mount_rules.c: which file systems are read, which written, and what is said. */

#include <test/file.h>
#include <test/ram_disk.h>
#include <test/scenario.h>
#include <vfs/ext2/ext2fs.h>

/* Fields of the superblock, from the start of the disk. */
#define STATE	  (1024 + 58)
#define REVISION  (1024 + 76)
#define INCOMPAT  (1024 + 96)
#define RO_COMPAT (1024 + 100)
#define ORPHAN	  (1024 + 232)

enum outcome { WRITABLE, READ_ONLY, REFUSED };

static const struct rule {
	uint32_t at, bytes, set; /* bits that are set ... */
	uint32_t clear;		 /* ... after these were cleared */
	enum outcome outcome;
	const char *says[4];
} rules[] = {
	{ STATE, 2, 0, 0, WRITABLE, { NULL } },
	{ STATE, 2, 0, 1, READ_ONLY, { "not unmounted", "e2fsck" } },
	{ STATE, 2, 2, 0, READ_ONLY, { "errors", "e2fsck" } },
	{ STATE, 2, 2, 1, READ_ONLY, { "errors", "e2fsck" } },
	{ ORPHAN, 4, 12, 0, READ_ONLY, { "orphans", "e2fsck" } },
	{ RO_COMPAT, 4, 0x10000, 0, READ_ONLY, { "orphans", "e2fsck" } },
	{ RO_COMPAT, 4, 0x0508, 0, READ_ONLY,
	    { "huge_file", "quota", "metadata_csum" } },
	{ RO_COMPAT, 4, 0x0010, 0, READ_ONLY, { "uninit_bg" } },
	{ RO_COMPAT, 4, 0x40000000, 0, READ_ONLY, { "bit 0x40000000" } },
	{ INCOMPAT, 4, 0x02c0, 0, REFUSED,
	    { "extent", "64bit", "flex_bg", "mke2fs -t ext2" } },
	{ INCOMPAT, 4, 0x0004, 0, REFUSED, { "needs_recovery", "e2fsck" } },
	{ INCOMPAT, 4, 0x0008, 0, REFUSED, { "journal_dev", "journal of" } },
	{ INCOMPAT, 4, 0x80000000, 0, REFUSED, { "bit 0x80000000" } },
};

static void
expect_says(const struct rule *r, const char *text)
{
	u_int i;

	for (i = 0; i < nitems(r->says) && r->says[i] != NULL; i++)
		if (!hf_expect(strstr(text, r->says[i]) != NULL))
			hf_note("no \"%s\" in: %s", r->says[i], text);
	/* Advice fits the cause. */
	if (r->outcome == READ_ONLY && r->at == RO_COMPAT && r->set != 0x10000)
		hf_expect(strstr(text, "e2fsck") == NULL);
}

static void
try_rule(struct hf_ram_disk *rd, const struct rule *r)
{
	char msg[HF_MOUNT_MSG];
	uint32_t value;
	int error;

	value = hf_ram_disk_peek(rd, r->at, r->bytes);
	hf_ram_disk_poke(rd, r->at, r->bytes, (value & ~r->clear) | r->set);
	error = hf_ram_disk_try(rd, msg, sizeof(msg));
	hf_ram_disk_poke(rd, r->at, r->bytes, value);
	if (r->outcome == REFUSED) {
		hf_expect_eq(error, EINVAL);
		expect_says(r, msg);
		return;
	}
	hf_require_eq(error, 0);
	hf_expect_eq(
	    (rd->mp->mnt_flag & MNT_RDONLY) != 0, r->outcome == READ_ONLY);
	expect_says(r, rd->mp->mnt_why_rdonly);
	vrele(rd->root);
	hf_expect_eq(hf_unmount(rd->mp), 0);
}

HF_SCENARIO(mount_rules, "pager.mount_rules", "VN-35",
    "unclean, broken and half-known file systems are not written to",
    .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE)
{
	static struct hf_ram_disk rd;
	u_int i;

	hf_ram_disk_load(&rd, "images/4k.img", 512);
	for (i = 0; i < nitems(rules); i++)
		try_rule(&rd, &rules[i]);
	hf_ram_disk_free(&rd);
}

HF_SCENARIO(broken_pointer, "pager.broken_pointer", "VN-36",
    "a block outside the file system is an error that says where it is named",
    .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE)
{
	static struct hf_ram_disk rd;
	struct ext2_mount *em;
	struct ext2_node *en;
	struct vnode *vp;
	uint32_t blk, good[2];
	int after, before;

	hf_ram_disk_mount(&rd, "images/4k.img", 512);
	vp = hf_ram_disk_open(&rd, "odd");
	em = MPTOE2(rd.mp);
	en = VTOE2(vp);
	memcpy(good, en->en_din.i_block, sizeof(good));
	/* The last block there is, and no run behind it, whatever is named. */
	en->en_din.i_block[1] = em->em_blocks;
	en->en_din.i_block[0] = em->em_blocks - 1;
	hf_expect_eq(ext2_map(vp, 0, &blk, &after, NULL), 0);
	hf_expect_eq(blk, em->em_blocks - 1);
	hf_expect_eq(after, 0);
	hf_expect(rd.mp->mnt_error[0] == '\0');
	en->en_din.i_block[0] = em->em_blocks;
	hf_expect_ne(ext2_map(vp, 0, &blk, NULL, NULL), 0);
	hf_expect_eq(blk, 0);
	hf_expect(strstr(rd.mp->mnt_error, "block pointer") != NULL);
	/* Nor before the first: that one is the superblock's, or a hole's 0. */
	en->en_din.i_block[0] = em->em_first_block;
	en->en_din.i_block[1] = em->em_first_block + 1;
	hf_expect_eq(ext2_map(vp, 1, &blk, NULL, &before), 0);
	hf_expect_eq(blk, em->em_first_block + 1);
	hf_expect_eq(before, 0);
	memcpy(en->en_din.i_block, good, sizeof(good));
	hf_expect_eq(ext2_map(vp, 0, &blk, NULL, NULL), 0);
	vrele(vp);
	hf_ram_disk_unmount(&rd);
}

HF_SCENARIO(old_revision, "pager.old_revision", "VN-35",
    "a file system of before there were features is read and written",
    .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE)
{
	static struct hf_ram_disk rd;
	char msg[HF_MOUNT_MSG];

	hf_ram_disk_load(&rd, "images/4k.img", 512);
	/* What stands where features would is nothing. */
	hf_ram_disk_poke(&rd, INCOMPAT, 4, ~0u);
	hf_ram_disk_poke(&rd, RO_COMPAT, 4, ~0u);
	hf_expect_eq(hf_ram_disk_try(&rd, msg, sizeof(msg)), EINVAL);
	hf_ram_disk_poke(&rd, REVISION, 4, EXT2_GOOD_OLD_REV);
	hf_require_eq(hf_ram_disk_try(&rd, msg, sizeof(msg)), 0);
	hf_expect_eq(rd.mp->mnt_flag & MNT_RDONLY, 0);
	vrele(hf_ram_disk_open(&rd, "odd"));
	hf_ram_disk_unmount(&rd);
}

HF_SCENARIO(mount_unknown, "pager.mount_unknown", "VN-35",
    "a file system that can be neither read nor written is told both reasons",
    .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE)
{
	static struct hf_ram_disk rd;
	static const char *const says[] = { "extent", "nor written",
		"uninit_bg" };
	char msg[HF_MOUNT_MSG];
	u_int i;

	hf_ram_disk_load(&rd, "images/4k.img", 512);
	hf_ram_disk_poke(
	    &rd, INCOMPAT, 4, hf_ram_disk_peek(&rd, INCOMPAT, 4) | 0x0040);
	hf_ram_disk_poke(
	    &rd, RO_COMPAT, 4, hf_ram_disk_peek(&rd, RO_COMPAT, 4) | 0x0010);
	hf_expect_eq(hf_ram_disk_try(&rd, msg, sizeof(msg)), EINVAL);
	for (i = 0; i < nitems(says); i++)
		if (!hf_expect(strstr(msg, says[i]) != NULL))
			hf_note("no \"%s\" in: %s", says[i], msg);
	/* A text that is too long for its place ends there. */
	hf_expect_eq(hf_ram_disk_try(&rd, msg, 12), EINVAL);
	hf_expect_lt(strlen(msg), 12);
	hf_ram_disk_free(&rd);
}
