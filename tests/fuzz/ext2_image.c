/* SPDX-License-Identifier: BSD-2-Clause */
/* ext2_image.c: a small ext2 image made in memory, for a fuzz target to damage. */
#include <sys/param.h>
#include <sys/systm.h>
#include <vfs/ext2fs.h>
#include "ext2_image.h"

#define INODES_PER_GROUP 8u
#define BLOCKS_PER_GROUP 32u

/* Blocks, from the first on. */
enum {
	AT_SUPER,
	AT_GROUPS,
	AT_BITMAPS,    /* of blocks and inodes, of both groups */
	AT_TABLES = 6, /* of both groups */
	AT_ROOT = 8,   /* directories */
	AT_SUB,
	AT_POINTERS = 10, /* blocks of pointers */
	AT_CROWD = 16,	  /* a directory of eight blocks */
	AT_DATA = 32
};

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
	    block(im, AT_TABLES + (ino - 1) / INODES_PER_GROUP);

	return (&table[(ino - 1) % INODES_PER_GROUP]);
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
	sb->s_inodes_count = 2 * INODES_PER_GROUP;
	sb->s_inodes_per_group = INODES_PER_GROUP;
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

/* An entry of a directory: which byte of its head is a byte of `which`. */
static uint64_t
entry_place(unsigned int which, uint32_t *bytes)
{
	static const uint8_t at[] = { 0, 4, 6, 7 }, sizes[] = { 4, 2, 1, 1 };
	/* Entries of the root, at "." and behind, of sub, of crowd. */
	static const uint16_t root[] = { 0, 12, 24, 36, 48, 64, 80, 92 };
	const unsigned int entry = which / 4 % 18;

	*bytes = sizes[which % 4];
	if (entry < 8)
		return (root[entry] + at[which % 4]);
	return (
	    entry < 10 ? 12ull * (entry - 8) + at[which % 4] : at[which % 4]);
}

uint64_t
ext2_image_place(
    unsigned int shift, unsigned int kind, unsigned int which, uint32_t *bytes)
{
	static const uint8_t super[] = { 0, 4, 20, 24, 32, 40, 56, 58, 76, 88,
		96, 100, 232 };
	static const uint8_t fields[] = { 0, 4, 26, 32, 108 };
	const uint64_t first = (uint64_t)(shift == 10) << shift;
	unsigned int n;

	*bytes = 4;
	switch (kind % EXT2_IMAGE_KINDS) {
	case 0:
		n = which % nitems(super);
		*bytes =
		    super[n] == 56 || super[n] == 58 || super[n] == 88 ? 2 : 4;
		return (EXT2_SB_OFFSET + super[n]);
	case 1:
		return (first + ((uint64_t)AT_GROUPS << shift) +
		    32ull * (which & 1) + 4 * (which / 2 % 3));
	case 2: /* of inodes 2 to 9; every other time a block pointer */
		n = which / 8;
		*bytes = (n & 1) == 0 || fields[n / 2 % 5] > 26 ||
			fields[n / 2 % 5] == 4
		    ? 4
		    : 2;
		return (first +
		    ((AT_TABLES + (which % 8 + 1) / INODES_PER_GROUP)
			<< shift) +
		    128 * ((which % 8 + 1) % INODES_PER_GROUP) +
		    ((n & 1) == 0 ? 40 + 4 * (n / 2 % EXT2_NBLOCKS)
				  : fields[n / 2 % 5]));
	case 3:
		n = which / 4 % 18;
		return (first +
		    ((uint64_t)(n < 8 ? AT_ROOT
			     : n < 10 ? AT_SUB
				      : AT_CROWD + n - 10)
			<< shift) +
		    entry_place(which, bytes));
	default:
		return (first + ((uint64_t)(AT_POINTERS + which % 6) << shift) +
		    4 * (which / 6 % 8));
	}
}
