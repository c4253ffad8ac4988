/* SPDX-License-Identifier: BSD-2-Clause */
/* ext2_dir.c: directories, read linearly (an htree directory too), and looked up. */

/*
 * The inner nodes of an htree directory are disguised as unused entries that
 * span their block, so a linear reader passes over them.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <machine/atomic.h>
#include <vfs/ext2/ext2_index.h>
#include <vfs/ext2/ext2fs.h>
#include <vfs/vfs.h>

#define DIRENT_HEAD offsetof(struct ext2_dirent, name)
#define DIRENT_MIN  12 /* with a name of up to four bytes */

/* Smaller directories are searched as fast. */
#define INDEX_MIN_BYTES (8u << 10)

/*
 * The entry at byte pos of a block of the directory, checked: it and its name
 * lie within the block, and what is in use has a name.  NULL if it makes no
 * sense.
 */
static const struct ext2_dirent *
entry_at(const struct ext2_mount *em, const void *block, uint32_t pos)
{
	const struct ext2_dirent *de;
	uint32_t room;

	room = em->em_bsize - pos;
	if (room < DIRENT_HEAD)
		return (NULL);
	de = (const void *)((const char *)block + pos);
	if (de->rec_len < DIRENT_HEAD || (de->rec_len & 3) != 0 ||
	    de->rec_len > room || DIRENT_HEAD + de->name_len > de->rec_len ||
	    (de->inode != 0 && de->name_len == 0))
		return (NULL);
	return (de);
}

static int
bad_entry(struct vnode *dvp, uint64_t off)
{
	return (hf_fs_broken(dvp->v_mount,
	    "ext2: inode %u: directory entry at byte %lu makes no sense",
	    VTOE2(dvp)->en_ino, (u_long)off));
}

/* The block of the directory that holds byte off; hf_brelse() it. */
static int
dir_block(struct vnode *dvp, uint64_t off, struct hf_buf **bpp)
{
	struct ext2_mount *em;
	uint32_t blk;
	int error;

	em = MPTOE2(dvp->v_mount);
	error = ext2_map(dvp, off >> em->em_bshift, &blk, NULL, NULL);
	if (error != 0)
		return (error);
	if (blk == 0)
		return (hf_fs_broken(dvp->v_mount,
		    "ext2: inode %u: directory has a hole at byte %lu",
		    VTOE2(dvp)->en_ino, (u_long)off));
	return (hf_bread(&em->em_bufs, blk, bpp));
}

static uint32_t
search_block(const struct ext2_mount *em, const void *block,
    const struct componentname *cnp, uint32_t *bad_pos)
{
	const struct ext2_dirent *de;
	uint32_t pos;

	*bad_pos = em->em_bsize;
	for (pos = 0; pos < em->em_bsize; pos += de->rec_len) {
		de = entry_at(em, block, pos);
		if (de == NULL) {
			*bad_pos = pos;
			break;
		}
		if (de->inode != 0 && de->name_len == cnp->cn_namelen &&
		    memcmp(de->name, cnp->cn_nameptr, de->name_len) == 0)
			return (de->inode);
	}
	return (0);
}

/* From the first block to the last: 0 in *ino if there is no such name. */
static int
search_all(struct vnode *dvp, const struct componentname *cnp, uint32_t *ino)
{
	struct ext2_mount *em;
	struct hf_buf *bp;
	uint64_t off;
	uint32_t bad_pos;
	int error;

	em = MPTOE2(dvp->v_mount);
	*ino = 0;
	for (off = 0; *ino == 0 && off < VTOE2(dvp)->en_size;
	     off += em->em_bsize) {
		error = dir_block(dvp, off, &bp);
		if (error != 0)
			return (error);
		*ino = search_block(em, bp->b_data, cnp, &bad_pos);
		hf_brelse(&em->em_bufs, bp);
		if (bad_pos != em->em_bsize)
			return (bad_entry(dvp, off + bad_pos));
	}
	return (0);
}

/* Adds the names of one block at byte off; false if it makes no sense. */
static bool
index_block(const struct ext2_mount *em, struct ext2_index *ix,
    const void *block, uint64_t off)
{
	const struct ext2_dirent *de;
	uint32_t pos;

	for (pos = 0; pos < em->em_bsize; pos += de->rec_len) {
		de = entry_at(em, block, pos);
		if (de == NULL)
			return (false);
		if (de->inode != 0 &&
		    !ext2_index_add(
			ix, de->name, de->name_len, (uint32_t)off + pos))
			return (false);
	}
	return (true);
}

/* NULL when anything is in the way: the search from the front will say what. */
static struct ext2_index *
index_make(struct vnode *dvp)
{
	struct ext2_index *ix;
	struct ext2_mount *em;
	struct hf_buf *bp;
	uint64_t off;
	bool ok;

	em = MPTOE2(dvp->v_mount);
	ix = ext2_index_new(VTOE2(dvp)->en_size / DIRENT_MIN);
	ok = ix != NULL;
	for (off = 0; ok && off < VTOE2(dvp)->en_size; off += em->em_bsize) {
		ok = dir_block(dvp, off, &bp) == 0;
		if (!ok)
			break;
		ok = index_block(em, ix, bp->b_data, off);
		hf_brelse(&em->em_bufs, bp);
	}
	if (ok)
		return (ix);
	ext2_index_free(ix);
	return (NULL);
}

/* The index of a large directory, made at the first use; NULL: none. */
static struct ext2_index *
index_of(struct vnode *dvp)
{
	struct ext2_node *en;
	struct ext2_index *ix;
	uintptr_t none;

	en = VTOE2(dvp);
	if (en->en_size < INDEX_MIN_BYTES)
		return (NULL);
	ix = (struct ext2_index *)atomic_load_acq_ptr(&en->en_index);
	if (ix != NULL || atomic_load_int(&en->en_unindexed) != 0)
		return (ix);
	ix = index_make(dvp);
	if (ix == NULL) {
		atomic_store_rel_int(&en->en_unindexed, 1);
		return (NULL);
	}
	none = 0;
	if (atomic_fcmpset_ptr(&en->en_index, &none, (uintptr_t)ix))
		return (ix);
	ext2_index_free(ix); /* another thread was faster */
	return ((struct ext2_index *)none);
}

static int
search_indexed(struct vnode *dvp, const struct ext2_index *ix,
    const struct componentname *cnp, uint32_t *ino)
{
	const struct ext2_dirent *de;
	struct ext2_mount *em;
	struct hf_buf *bp;
	uint32_t off;
	u_long slot;
	size_t len;
	int error;

	em = MPTOE2(dvp->v_mount);
	len = (size_t)cnp->cn_namelen;
	slot = ext2_index_slot(ix, cnp->cn_nameptr, len);
	for (*ino = 0; *ino == 0 &&
	     ext2_index_next(ix, cnp->cn_nameptr, len, &slot, &off);) {
		error = dir_block(dvp, off & ~(em->em_bsize - 1), &bp);
		if (error != 0)
			return (error);
		/* Checked when it was indexed, but read again since. */
		de = entry_at(em, bp->b_data, off & (em->em_bsize - 1));
		if (de != NULL && de->name_len == len &&
		    memcmp(de->name, cnp->cn_nameptr, len) == 0)
			*ino = de->inode;
		hf_brelse(&em->em_bufs, bp);
		if (de == NULL)
			return (bad_entry(dvp, off));
	}
	return (0);
}

/* dvp locked; *vpp comes back used and locked shared.  ENOENT if not there. */
int
ext2_lookup(struct vnode *dvp, struct vnode **vpp, struct componentname *cnp)
{
	struct ext2_index *ix;
	uint32_t ino;
	int error;

	if (dvp->v_type != VDIR)
		return (ENOTDIR);
	ix = index_of(dvp);
	error = ix != NULL ? search_indexed(dvp, ix, cnp, &ino)
			   : search_all(dvp, cnp, &ino);
	if (error != 0)
		return (error);
	if (ino == 0)
		return (ENOENT);
	return (ext2_vget(dvp->v_mount, ino, LK_SHARED, vpp));
}

static uint8_t
dirent_type(uint8_t file_type)
{
	switch (file_type) {
	case 1:
		return (DT_REG);
	case 2:
		return (DT_DIR);
	case 7:
		return (DT_LNK);
	}
	return (DT_UNKNOWN);
}

/*
 * The entries of one block that begin at byte *off of the directory or behind,
 * while there is room for one; *off is where to go on.  The block is walked
 * from its front, for *off, which the user says, may be no entry's beginning.
 */
static int
list_block(struct vnode *vp, const void *block, struct uio *uio, uint64_t *off)
{
	const struct ext2_mount *em = MPTOE2(vp->v_mount);
	const uint64_t base = *off & ~((uint64_t)em->em_bsize - 1);
	const struct ext2_dirent *de;
	uint32_t pos;
	int error;

	for (pos = 0; pos < em->em_bsize; pos += de->rec_len) {
		if (uio->uio_resid < (ssize_t)sizeof(struct dirent))
			return (0);
		de = entry_at(em, block, pos);
		if (de == NULL)
			return (bad_entry(vp, base + pos));
		if (base + pos < *off)
			continue;
		error = de->inode == 0
		    ? 0
		    : hf_dirent_emit(uio, de->inode, dirent_type(de->file_type),
			  de->name, de->name_len);
		if (error != 0)
			return (error);
		*off = base + pos + de->rec_len;
	}
	*off = base + em->em_bsize;
	return (0);
}

/*
 * Whole struct dirents from the first that begins at uio_offset or behind; it
 * is advanced to the next one.  The buffer must have room for the longest
 * entry.  cookies are not supported.
 */
int
ext2_readdir(struct vnode *vp, struct uio *uio, struct ucred *cred,
    int *eofflag, int *ncookies, uint64_t **cookies)
{
	struct ext2_mount *em;
	struct hf_buf *bp;
	uint64_t off;
	int error;

	if (vp->v_type != VDIR)
		return (ENOTDIR);
	if (uio->uio_offset < 0)
		return (EINVAL);
	em = MPTOE2(vp->v_mount);
	error = 0;
	off = (uint64_t)uio->uio_offset;
	while (error == 0 && off < VTOE2(vp)->en_size &&
	    uio->uio_resid >= (ssize_t)sizeof(struct dirent)) {
		error = dir_block(vp, off, &bp);
		if (error != 0)
			break;
		error = list_block(vp, bp->b_data, uio, &off);
		hf_brelse(&em->em_bufs, bp);
	}
	uio->uio_offset = (off_t)off;
	if (eofflag != NULL)
		*eofflag = off >= VTOE2(vp)->en_size;
	return (error);
}
