/* SPDX-License-Identifier: BSD-2-Clause */
/* ext2_image.c: a small ext2 image made in memory, for a fuzz target to damage. */
#include <sys/param.h>
#include <sys/systm.h>
#include <vfs/ext2/ext2fs.h>
#include "ext2_image.h"

#define BLOCKS_PER_GROUP 32u

/* Inodes; the root is 2. */
enum {
	INO_FILE = 3,
	INO_SUB,
	INO_CROWD,
	INO_SMALL,
	INO_FAR,
	INO_LINK,
	INO_LEAF
};

struct image {
	uint8_t *bytes;
	unsigned int shift;
	uint32_t first; /* block */
};

static void *
block(struct image *im, uint32_t i)
{
	return (im->bytes + ((size_t)(im->first + i) << im->shift));
}

static struct ext2_inode *
inode(struct image *im, uint32_t ino)
{
	struct ext2_inode *table =
	    block(im, AT_TABLES + (ino - 1) / EXT2_IMAGE_INODES);

	return (&table[(ino - 1) % EXT2_IMAGE_INODES]);
}

static struct ext2_inode *
make(struct image *im, uint32_t ino, uint16_t mode, uint64_t size)
{
	struct ext2_inode *di = inode(im, ino);

	di->i_mode = mode;
	di->i_links_count = 2;
	di->i_size = (uint32_t)size;
	di->i_size_high = (uint32_t)(size >> 32);
	return (di);
}

/* Adds a name to a directory's block, in which pos bytes are in use. */
static uint32_t
add_name(struct image *im, void *dir, uint32_t pos, const char *name,
    uint32_t ino, uint8_t type)
{
	struct ext2_dirent *de = (void *)((char *)dir + pos);

	de->inode = ino;
	de->name_len = (uint8_t)strlen(name);
	de->file_type = type;
	memcpy(de->name, name, de->name_len);
	/* To the block's end, until the next name comes. */
	de->rec_len = (uint16_t)((1u << im->shift) - pos);
	return (pos + roundup2(8u + de->name_len, 4));
}

static uint32_t
next_name(struct image *im, void *dir, uint32_t last, uint32_t pos,
    const char *name, uint32_t ino, uint8_t type)
{
	((struct ext2_dirent *)(void *)((char *)dir + last))->rec_len =
	    (uint16_t)(pos - last);
	return (add_name(im, dir, pos, name, ino, type));
}

static void
make_super(struct image *im)
{
	struct ext2_super *sb = (void *)(im->bytes + EXT2_SB_OFFSET);
	struct ext2_group *gd = block(im, AT_GROUPS);

	sb->s_magic = EXT2_MAGIC;
	sb->s_state = 1;
	sb->s_rev_level = 1;
	sb->s_inodes_count = 2 * EXT2_IMAGE_INODES;
	sb->s_inodes_per_group = EXT2_IMAGE_INODES;
	sb->s_blocks_count = EXT2_IMAGE_BLOCKS;
	sb->s_blocks_per_group = BLOCKS_PER_GROUP;
	sb->s_frags_per_group = BLOCKS_PER_GROUP;
	sb->s_first_data_block = im->first;
	sb->s_log_block_size = im->shift - 10;
	sb->s_first_ino = 3;
	sb->s_inode_size = sizeof(struct ext2_inode);
	sb->s_feature_incompat = 2;  /* filetype */
	sb->s_feature_ro_compat = 3; /* sparse_super, large_file */
	for (uint32_t g = 0; g < 2; g++) {
		gd[g].bg_block_bitmap = im->first + AT_BITMAPS + 2 * g;
		gd[g].bg_inode_bitmap = im->first + AT_BITMAPS + 2 * g + 1;
		gd[g].bg_inode_table = im->first + AT_TABLES + g;
	}
}

static void
make_directories(struct image *im)
{
	static const struct {
		const char *name;
		uint32_t ino;
		uint8_t type;
	} names[] = { { ".", 2, 2 }, { "..", 2, 2 }, { "file", INO_FILE, 1 },
		{ "sub", INO_SUB, 2 }, { "crowd", INO_CROWD, 2 },
		{ "small", INO_SMALL, 1 }, { "far", INO_FAR, 1 },
		{ "link", INO_LINK, 7 } };
	uint32_t last = 0, pos = 0, next;
	char name[8];

	for (size_t i = 0; i < nitems(names); i++, last = pos, pos = next)
		next = next_name(im, block(im, AT_ROOT), last, pos,
		    names[i].name, names[i].ino, names[i].type);
	pos = add_name(im, block(im, AT_SUB), 0, ".", INO_SUB, 2);
	(void)next_name(im, block(im, AT_SUB), 0, pos, "leaf", INO_LEAF, 1);
	for (uint32_t b = 0; b < 8; b++) {
		snprintf(name, sizeof(name), "n%u", b);
		(void)add_name(
		    im, block(im, AT_CROWD + b), 0, name, INO_SMALL, 1);
	}
	/* One that ends where its block does. */
	(void)next_name(im, block(im, AT_CROWD + 7), 0, (1u << im->shift) - 12,
	    "end", INO_SMALL, 1);
	make(im, 2, EXT2_S_IFDIR, 1ull << im->shift)->i_block[0] =
	    im->first + AT_ROOT;
	make(im, INO_SUB, EXT2_S_IFDIR, 1ull << im->shift)->i_block[0] =
	    im->first + AT_SUB;
	for (uint32_t b = 0; b < 8; b++)
		make(im, INO_CROWD, EXT2_S_IFDIR, 8ull << im->shift)
		    ->i_block[b] = im->first + AT_CROWD + b;
}

/* Direct and indirect blocks in a row, and one behind the others. */
static void
make_file(struct image *im)
{
	struct ext2_inode *di =
	    make(im, INO_FILE, EXT2_S_IFREG, (18ull << im->shift) - 100);
	uint32_t *ptrs = block(im, AT_POINTERS);

	for (uint32_t i = 0; i < EXT2_NDIRECT; i++)
		di->i_block[i] = im->first + AT_DATA + i;
	di->i_block[EXT2_NDIRECT] = im->first + AT_POINTERS;
	for (uint32_t i = 0; i < 6; i++)
		ptrs[i] = im->first + AT_DATA + EXT2_NDIRECT + (i ^ (i > 3));
}

/* The first block of each kind of indirection; the rest are holes. */
static void
make_far(struct image *im)
{
	const uint64_t ptrs = 1ull << (im->shift - 2);
	const uint32_t at = im->first + AT_POINTERS, data = im->first + AT_DATA;
	struct ext2_inode *di = make(im, INO_FAR, EXT2_S_IFREG,
	    (EXT2_NDIRECT + ptrs + ptrs * ptrs + 1) << im->shift);

	di->i_block[EXT2_NDIRECT + 1] = at + 1;
	*(uint32_t *)block(im, AT_POINTERS + 1) = at + 2;
	*(uint32_t *)block(im, AT_POINTERS + 2) = data + 20;
	di->i_block[EXT2_NDIRECT + 2] = at + 3;
	*(uint32_t *)block(im, AT_POINTERS + 3) = at + 4;
	*(uint32_t *)block(im, AT_POINTERS + 4) = at + 5;
	*(uint32_t *)block(im, AT_POINTERS + 5) = data + 21;
}

void
ext2_image_make(uint8_t *bytes, unsigned int shift)
{
	struct image im = { bytes, shift, shift == 10 };

	make_super(&im);
	make_directories(&im);
	make_file(&im);
	make_far(&im);
	make(&im, INO_SMALL, EXT2_S_IFREG, 100)->i_block[0] =
	    im.first + AT_DATA + 22;
	make(&im, INO_LEAF, EXT2_S_IFREG, 3 * 512)->i_block[0] =
	    im.first + AT_DATA + 23;
	(void)make(&im, INO_LINK, EXT2_S_IFLNK, 4);
}
