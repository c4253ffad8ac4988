/* SPDX-License-Identifier: BSD-2-Clause */
/* file_disk.c: what the disk has of a file, past every cache. */

#include <machine/vmparam.h>
#include <test/file.h>
#include <test/scenario.h>
#include <vfs/ext2/ext2fs.h>
#include <vm/vm_page.h>

static void
raw_io(struct vnode *vp, enum hf_io_op op, uint64_t offset, void *buf,
    size_t bytes)
{
	struct hf_io io = { .op = op };
	struct hf_seg seg;
	vm_page_t m;
	daddr_t bn;
	uint64_t bsize, in_block;

	bsize = vp->v_mount->mnt_stat.f_iosize;
	in_block = offset & (bsize - 1);
	hf_require(in_block + bytes <= bsize);
	hf_require_eq(
	    VOP_BMAP(vp, (daddr_t)(offset / bsize), NULL, &bn, NULL, NULL), 0);
	hf_require(bn != -1);
	m = vm_page_alloc_noobj(VM_ALLOC_WIRED | VM_ALLOC_WAITOK);
	seg.pa = VM_PAGE_TO_PHYS(m);
	seg.len = (uint32_t)bytes;
	io.segs = &seg;
	io.nsegs = 1;
	io.sector = (uint64_t)bn + (in_block >> HF_SECTOR_SHIFT);
	if (op == HF_IO_WRITE)
		memcpy((void *)PHYS_TO_DMAP(seg.pa), buf, bytes);
	hf_expect_eq(hf_bdev_io_wait(vp->v_bufobj.bo_bdev, &io), 0);
	if (op == HF_IO_READ)
		memcpy(buf, (void *)PHYS_TO_DMAP(seg.pa), bytes);
	vm_page_unwire_noq(m);
	vm_page_free(m);
}

void
hf_file_read_disk(struct vnode *vp, uint64_t offset, void *buf, size_t bytes)
{
	raw_io(vp, HF_IO_READ, offset, buf, bytes);
}

void
hf_file_write_disk(
    struct vnode *vp, uint64_t offset, const void *buf, size_t bytes)
{
	raw_io(vp, HF_IO_WRITE, offset, __DECONST(void *, buf), bytes);
}

void
hf_file_forget_blocks(struct mount *mp)
{
	struct ext2_mount *em = MPTOE2(mp);
	struct hf_buf *bp;

	for (uint32_t i = 1; i <= HF_BUFS; i++) {
		hf_require_eq(
		    hf_bread(&em->em_bufs, em->em_blocks - i, &bp), 0);
		hf_brelse(&em->em_bufs, bp);
	}
}
