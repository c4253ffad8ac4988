/* SPDX-License-Identifier: BSD-2-Clause */
/* ext2_places.c: which bytes of the ext2 image are worth a damage. */
#include <sys/param.h>
#include <sys/systm.h>
#include <vfs/ext2/ext2fs.h>
#include "ext2_image.h"

struct field {
	uint16_t at, bytes;
};
#define FIELD(type, name)                                                     \
	{                                                                     \
		offsetof(struct type, name), sizeof(((struct type *)0)->name) \
	}

static uint64_t
of_super(unsigned int shift, unsigned int which, uint32_t *bytes)
{
	static const struct field fields[] = {
		FIELD(ext2_super, s_inodes_count),
		FIELD(ext2_super, s_blocks_count),
		FIELD(ext2_super, s_first_data_block),
		FIELD(ext2_super, s_log_block_size),
		FIELD(ext2_super, s_blocks_per_group),
		FIELD(ext2_super, s_inodes_per_group),
		FIELD(ext2_super, s_magic),
		FIELD(ext2_super, s_state),
		FIELD(ext2_super, s_rev_level),
		FIELD(ext2_super, s_inode_size),
		FIELD(ext2_super, s_feature_incompat),
		FIELD(ext2_super, s_feature_ro_compat),
		FIELD(ext2_super, s_last_orphan),
	};
	const struct field *f = &fields[which % nitems(fields)];

	*bytes = f->bytes;
	return (EXT2_SB_OFFSET + f->at);
}

static uint64_t
of_group(unsigned int shift, unsigned int which, uint32_t *bytes)
{
	*bytes = 4;
	return (ext2_image_at(shift, AT_GROUPS) +
	    sizeof(struct ext2_group) * (which & 1) + 4 * (which / 2 % 3));
}

/* Of the inodes 2 to 9; every other time a block pointer. */
static uint64_t
of_inode(unsigned int shift, unsigned int which, uint32_t *bytes)
{
	static const struct field fields[] = {
		FIELD(ext2_inode, i_mode),
		FIELD(ext2_inode, i_size),
		FIELD(ext2_inode, i_links_count),
		FIELD(ext2_inode, i_flags),
		FIELD(ext2_inode, i_size_high),
	};
	const unsigned int index = which % 8 + 1, n = which / 16;
	const struct field *f = &fields[n % nitems(fields)];
	uint64_t inode;

	inode = ext2_image_at(shift, AT_TABLES + index / EXT2_IMAGE_INODES) +
	    sizeof(struct ext2_inode) * (index % EXT2_IMAGE_INODES);
	*bytes = f->bytes;
	if ((which & 8) != 0)
		return (inode + f->at);
	*bytes = 4;
	return (inode + offsetof(struct ext2_inode, i_block) +
	    4 * (n % EXT2_NBLOCKS));
}

static uint64_t
of_entry(unsigned int shift, unsigned int which, uint32_t *bytes)
{
	/* The last: lengths of entry and name in one number. */
	static const struct field fields[] = {
		FIELD(ext2_dirent, inode),
		FIELD(ext2_dirent, rec_len),
		FIELD(ext2_dirent, name_len),
		{ offsetof(struct ext2_dirent, rec_len), 4 },
	};
	/* -12: that ends its block. */
	static const struct {
		uint8_t block;
		int8_t at;
	} entries[] = { { AT_ROOT, 0 }, { AT_ROOT, 12 }, { AT_ROOT, 24 },
		{ AT_ROOT, 36 }, { AT_ROOT, 48 }, { AT_ROOT, 64 },
		{ AT_ROOT, 80 }, { AT_ROOT, 92 }, { AT_SUB, 0 }, { AT_SUB, 12 },
		{ AT_CROWD, 0 }, { AT_CROWD + 1, 0 }, { AT_CROWD + 6, 0 },
		{ AT_CROWD + 7, 0 }, { AT_CROWD + 7, -12 } };
	const struct field *f = &fields[which % nitems(fields)];
	const unsigned int n = which / nitems(fields) % nitems(entries);
	const int at = entries[n].at;

	*bytes = f->bytes;
	return (ext2_image_at(shift, entries[n].block) + f->at +
	    (uint64_t)(at < 0 ? at + (1 << shift) : at));
}

static uint64_t
of_pointers(unsigned int shift, unsigned int which, uint32_t *bytes)
{
	*bytes = 4;
	return (ext2_image_at(shift, AT_POINTERS + which % 6) +
	    4 * (which / 6 % 8));
}

uint64_t
ext2_image_place(
    unsigned int shift, unsigned int kind, unsigned int which, uint32_t *bytes)
{
	static uint64_t (*const kinds[EXT2_IMAGE_KINDS])(
	    unsigned int, unsigned int, uint32_t *) = { of_super, of_group,
		of_inode, of_entry, of_pointers };

	return (kinds[kind % EXT2_IMAGE_KINDS](shift, which, bytes));
}
