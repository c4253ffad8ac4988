/* SPDX-License-Identifier: BSD-2-Clause */
/* image_size.c: how many blocks and inodes of ext2 a tree needs. */

/*
 * Counted as ext2 lays a tree out, holes left out; what cannot be known (how a
 * directory's blocks fill) is taken a little too large.
 */

#include <sys/stat.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "image_size.h"

#define NDIRECT	     12
#define INODE_BYTES  128
#define INODES_FIXED 11 /* reserved ones, and lost+found */
#define LOST_FOUND   (16u << 10)
#define NFDS	     64

static uint64_t bsize, ptrs; /* of a block */
static uint64_t blocks, inodes;

/* Files with several names are stored once. */
struct linked {
	dev_t dev;
	ino_t ino;
	struct linked *next;
};
static struct linked *seen[4096];

static bool
seen_before(const struct stat *st)
{
	struct linked **at = &seen[st->st_ino % 4096], *l;

	for (l = *at; l != NULL; l = l->next)
		if (l->ino == st->st_ino && l->dev == st->st_dev)
			return (true);
	l = malloc(sizeof(*l));
	if (l == NULL)
		err(1, "memory");
	*l = (struct linked){ st->st_dev, st->st_ino, *at };
	*at = l;
	return (false);
}

/* Blocks of pointers that lead to data blocks [first, end) of a file. */
static uint64_t
pointer_blocks(uint64_t first, uint64_t end)
{
	uint64_t base = NDIRECT, span = ptrs, from, n = 0, to;

	for (int level = 1; level <= 3; level++) {
		from = first > base ? first - base : 0;
		to = end > base ? end - base : 0;
		to = to < span ? to : span;
		/* At each depth the blocks that this stretch touches. */
		for (uint64_t reach = ptrs; from < to; reach *= ptrs) {
			n += (to - 1) / reach - from / reach + 1;
			if (reach >= span)
				break;
		}
		base += span;
		span *= ptrs;
	}
	return (n);
}

static uint64_t
stretch(uint64_t from_byte, uint64_t to_byte)
{
	uint64_t first = from_byte / bsize;
	uint64_t end = (to_byte + bsize - 1) / bsize;

	return (end - first + pointer_blocks(first, end));
}

/* mke2fs leaves holes out, so a sparse file of terabytes is not too large. */
static uint64_t
file_blocks(const char *path, uint64_t size)
{
	uint64_t n = 0;
	off_t data, hole = 0;
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		err(1, "%s", path);
	while ((uint64_t)hole < size) {
		data = lseek(fd, hole, SEEK_DATA);
		if (data < 0 && errno == ENXIO)
			break;
		if (data < 0) { /* a file system that does not say */
			n += stretch((uint64_t)hole, size);
			break;
		}
		hole = lseek(fd, data, SEEK_HOLE);
		if (hole < 0)
			hole = (off_t)size;
		n += stretch((uint64_t)data, (uint64_t)hole);
	}
	(void)close(fd);
	return (n);
}

/* The entry of a name, in bytes of its directory. */
static uint64_t
entry_bytes(size_t name_len)
{
	return ((8 + name_len + 3) / 4 * 4);
}

/* Bytes of entries in the directories on the way down from DIR. */
static uint64_t dir_bytes[4096];

static int
visit(const char *path, const struct stat *st, int type, struct FTW *at)
{
	if (type == FTW_DNR || type == FTW_NS)
		err(1, "%s", path);
	if ((size_t)at->level >= sizeof(dir_bytes) / sizeof(dir_bytes[0]))
		errx(1, "%s: too deep", path);
	if (at->level > 0)
		dir_bytes[at->level - 1] +=
		    entry_bytes(strlen(path + at->base));
	if (type == FTW_DP) {
		/* An entry does not cross a block: up to 263 bytes are lost. */
		uint64_t bytes = dir_bytes[at->level] + 24;

		dir_bytes[at->level] = 0;
		inodes++;
		blocks +=
		    stretch(0, bytes + bytes / (bsize - 264) * 264 + bsize - 1);
		return (0);
	}
	if (st->st_nlink > 1 && seen_before(st))
		return (0);
	inodes++;
	if (S_ISREG(st->st_mode))
		blocks += file_blocks(path, (uint64_t)st->st_size);
	else if (S_ISLNK(st->st_mode) && st->st_size >= 60)
		blocks++;
	return (0);
}

/* Superblocks, descriptors, bitmaps and inode tables for this many blocks. */
static uint64_t
overhead(uint64_t total)
{
	uint64_t groups = (total + 8 * bsize - 1) / (8 * bsize);
	uint64_t per_group = (inodes + groups - 1) / groups;
	uint64_t table, descriptors;

	/* mke2fs rounds up to whole blocks of the table, and to 8. */
	per_group = (per_group + 7) / 8 * 8;
	table = (per_group * INODE_BYTES + bsize - 1) / bsize + 1;
	descriptors = (groups * 32 + bsize - 1) / bsize;
	return (1 + groups * (1 + descriptors + 2 + table));
}

void
image_size(const char *dir, uint64_t block_bytes, uint64_t manifest_bytes)
{
	uint64_t total, want;

	bsize = block_bytes;
	ptrs = bsize / 4;
	if (nftw(dir, visit, NFDS, FTW_DEPTH | FTW_PHYS) != 0)
		err(1, "%s", dir);
	blocks += stretch(0, LOST_FOUND) + stretch(0, manifest_bytes) + 1;
	inodes += INODES_FIXED + 1;
	/* One in a hundred, and some: nothing here is exact to the block. */
	blocks += blocks / 100 + 32;
	for (total = blocks; (want = blocks + overhead(total)) > total;)
		total = want;
	/* mke2fs gives up a last group that is little more than overhead. */
	if (total % (8 * bsize) < overhead(total) / 2 + 64)
		total += overhead(total) / 2 + 64;
	printf("%llu %llu\n", (unsigned long long)total,
	    (unsigned long long)inodes);
}
