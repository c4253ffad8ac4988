/* SPDX-License-Identifier: BSD-2-Clause */
/* ext2_map.c: from blocks of a file to blocks of the disk. */

#include <sys/param.h>
#include <sys/systm.h>
#include <dev/bdev.h>
#include <vfs/ext2/ext2fs.h>
#include <vfs/vfs.h>

/* Longest run reported to each side: nobody reads or writes more in one go. */
#define RUN_MAX_BYTES (256 * 1024)

/* A block pointer must name a data block: inside, behind the superblock. */
static bool
pointer_ok(const struct ext2_mount *em, uint32_t blk)
{
	return (blk > em->em_first_block && blk < em->em_blocks);
}

/*
 * Contiguous neighbours of ptrs[i] within an array of n pointers, at most
 * `most` to each side and limited to file blocks below `left` behind it.
 */
static void
count_run(const uint32_t *ptrs, uint32_t i, uint32_t n, uint64_t left,
    uint32_t most, int *after, int *before)
{
	uint32_t k;

	if (after != NULL) {
		n = (uint32_t)MIN((uint64_t)n, i + left);
		for (k = i + 1;
		     k < n && k - i <= most && ptrs[k] == ptrs[i] + (k - i);
		     k++)
			continue;
		*after = (int)(k - i - 1);
	}
	if (before != NULL) {
		for (k = 1; k <= i && k <= most && ptrs[i - k] == ptrs[i] - k;
		     k++)
			continue;
		*before = (int)(k - 1);
	}
}

/* Levels of indirection above file block lbn; *rel its index below the root. */
static int
levels_of(const struct ext2_mount *em, uint64_t lbn, uint64_t *rel)
{
	uint64_t span;
	int level;

	if (lbn < EXT2_NDIRECT) {
		*rel = lbn;
		return (0);
	}
	lbn -= EXT2_NDIRECT;
	for (level = 1; level <= 3; level++) {
		span = 1ull << (em->em_ptrs_shift * (u_int)level);
		if (lbn < span) {
			*rel = lbn;
			return (level);
		}
		lbn -= span;
	}
	return (-1);
}

int
ext2_map(struct vnode *vp, uint64_t lbn, uint32_t *blk, int *after, int *before)
{
	struct ext2_mount *em;
	struct ext2_node *en;
	struct hf_buf *bp;
	const uint32_t *ptrs;
	uint64_t left, rel;
	uint32_t i, most, next;
	int error, level;

	em = MPTOE2(vp->v_mount);
	en = VTOE2(vp);
	most = RUN_MAX_BYTES >> em->em_bshift;
	*blk = 0;
	if (after != NULL)
		*after = 0;
	if (before != NULL)
		*before = 0;
	level = levels_of(em, lbn, &rel);
	left = howmany(en->en_size, em->em_bsize);
	if (level < 0 || lbn >= left)
		return (EFBIG);
	left -= lbn;

	bp = NULL;
	ptrs = en->en_din.i_block;
	i = level == 0 ? (uint32_t)rel : EXT2_NDIRECT + (uint32_t)level - 1;
	for (;;) {
		next = ptrs[i];
		if (next == 0)
			break;
		if (!pointer_ok(em, next)) {
			error = hf_fs_broken(vp->v_mount,
			    "ext2: inode %u: block pointer %u of file block "
			    "%lu outside the file system (%u blocks)",
			    en->en_ino, next, (u_long)lbn, em->em_blocks);
			goto out;
		}
		if (level == 0) {
			*blk = next;
			count_run(ptrs, i,
			    bp == NULL ? EXT2_NDIRECT : 1u << em->em_ptrs_shift,
			    left, most, after, before);
			/* What runs over an end is reported when it is used. */
			if (after != NULL)
				*after = imin(*after,
				    (int)MIN(em->em_blocks - 1 - next, most));
			if (before != NULL)
				*before = imin(*before,
				    (int)MIN(
					next - em->em_first_block - 1, most));
			break;
		}
		if (bp != NULL)
			hf_brelse(&em->em_bufs, bp);
		bp = NULL;
		error = hf_bread(&em->em_bufs, next, &bp);
		if (error != 0)
			goto out;
		ptrs = bp->b_data;
		level--;
		i = (uint32_t)(rel >> (em->em_ptrs_shift * (u_int)level)) &
		    ((1u << em->em_ptrs_shift) - 1);
	}
	error = 0;
out:
	if (bp != NULL)
		hf_brelse(&em->em_bufs, bp);
	return (error);
}

int
ext2_bmap(struct vnode *vp, daddr_t lbn, struct bufobj **bop, daddr_t *bnp,
    int *runp, int *runb)
{
	struct ext2_mount *em;
	uint32_t blk;
	int error;

	em = MPTOE2(vp->v_mount);
	if (bop != NULL)
		*bop = &vp->v_bufobj;
	if (bnp == NULL)
		return (0);
	error = ext2_map(vp, (uint64_t)lbn, &blk, runp, runb);
	if (error == 0)
		*bnp = blk == 0
		    ? -1
		    : (daddr_t)blk << (em->em_bshift - HF_SECTOR_SHIFT);
	return (error);
}
