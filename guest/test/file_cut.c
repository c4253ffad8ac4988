/* SPDX-License-Identifier: BSD-2-Clause */
/* file_cut.c: a file becomes shorter or longer, as by ftruncate(2). */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/malloc.h>
#include <sys/mount.h>
#include <sys/vnode.h>
#include <kern/kalloc.h>
#include <test/file.h>
#include <vm/vnode_pager.h>

/* Zeros on the disk, where a file system would have freed blocks. */
static void
zero_disk(struct vnode *vp, uint64_t from, uint64_t to)
{
	const uint64_t sector = (uint64_t)vp->v_bufobj.bo_bsize;
	const uint64_t block = vp->v_mount->mnt_stat.f_iosize;
	uint8_t *buf = hf_kalloc(PAGE_SIZE, M_WAITOK);
	uint64_t at = rounddown2(from, sector), bytes;

	if (at != from)
		hf_file_read_disk(vp, at, buf, sector);
	bzero(buf + (from - at), PAGE_SIZE - (from - at));
	for (; at < to; at += bytes) {
		bytes = at < from ? sector : block - (at & (block - 1));
		bytes = MIN(MIN(bytes, roundup2(to, sector) - at), PAGE_SIZE);
		hf_file_write_disk(vp, at, buf, bytes);
		bzero(buf, sector);
	}
	hf_kfree(buf);
}

void
hf_file_cut_locked(struct vnode *vp, uint64_t bytes)
{
	const uint64_t before = hf_file_bytes(vp);

	ASSERT_VOP_ELOCKED(vp, "hf_file_cut_locked");
	vnode_pager_setsize(vp, bytes);
	if (bytes < before)
		zero_disk(vp, bytes, before);
}
