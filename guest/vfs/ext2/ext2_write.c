/* SPDX-License-Identifier: BSD-2-Clause */
/* ext2_write.c: write(2) and in-place write back. */

/*
 * Blocks are never allocated: writing goes to blocks that the file has; over a
 * hole it fails with ENOSPC, behind the end of file with EFBIG.
 *
 * Lock order: vnode lock (held by the caller), object lock.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mount.h>
#include <vfs/ext2/ext2_io.h>
#include <vfs/ext2/ext2fs.h>
#include <vfs/pbuf.h>
#include <vm/putrun.h>
#include <vfs/vfs.h>
#include <vm/vm.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>
#include <vm/vnode_pager.h>

/*
 * Extends a transfer by the pages' bytes [pos, end) (offsets from ma[0]), of
 * no more pages than it has segments for.
 */
static void
add_segs(struct hf_pbuf *pb, vm_page_t *ma, int pos, int end)
{
	int piece;

	for (; pos < end; pos += piece) {
		KASSERT(pb->pb_io.nsegs < HF_PBUF_PAGES,
		    ("ext2: a write of more pages than a transfer has"));
		piece = imin(end - pos, (int)(PAGE_SIZE - (pos & PAGE_MASK)));
		pb->pb_segs[pb->pb_io.nsegs].pa =
		    VM_PAGE_TO_PHYS(ma[pos / PAGE_SIZE]) +
		    (vm_paddr_t)(pos & PAGE_MASK);
		pb->pb_segs[pb->pb_io.nsegs++].len = (uint32_t)piece;
	}
}

/*
 * Describes the write of the longest part of [start, end) from the front that
 * lies contiguously on the device, whole sectors.  Bytes behind the end of file
 * that share its last sector are zeroed: they are never written.  0 and *lenp
 * (clipped to end), or errno.
 */
int
ext2_build_write(struct vnode *vp, struct hf_pbuf *pb, vm_page_t *ma, int start,
    int end, int *lenp)
{
	struct ext2_mount *em;
	uint64_t off, size;
	uint32_t blk, in_block, sector_mask;
	int after, error, from, room, to;

	em = MPTOE2(vp->v_mount);
	sector_mask = (uint32_t)vp->v_bufobj.bo_bsize - 1;
	from = start & ~(int)sector_mask;
	off = IDX_TO_OFF(ma[0]->pindex) + (uint64_t)from;
	error = ext2_map(vp, off >> em->em_bshift, &blk, &after, NULL);
	if (error != 0)
		return (error);
	if (blk == 0)
		return (ENOSPC);
	in_block = (uint32_t)off & (em->em_bsize - 1);
	room = (int)((uint32_t)(after + 1) * em->em_bsize - in_block);
	to = roundup2(end, (int)sector_mask + 1);
	to = imin(to, from + room);
	size = vp->v_object->un_pager.vnp.vnp_size;
	if (off + (uint64_t)(to - from) > size) {
		room = (int)(size - off); /* bytes of the file */
		pmap_zero_page_area(ma[(from + room) / PAGE_SIZE],
		    (from + room) & PAGE_MASK, to - from - room);
	}
	pb->pb_io.op = HF_IO_WRITE;
	pb->pb_io.nsegs = 0;
	pb->pb_io.sector =
	    ((uint64_t)blk << (em->em_bshift - HF_SECTOR_SHIFT)) +
	    (in_block >> HF_SECTOR_SHIFT);
	add_segs(pb, ma, from, to);
	*lenp = imin(to, end) - start;
	return (0);
}

/* Dirty bits of the pages' bytes [start, end) go, whole blocks at the end. */
static void
clean_range(vm_page_t *ma, int start, int end)
{
	int piece;

	end = roundup2(end, DEV_BSIZE);
	for (; start < end; start += piece) {
		piece =
		    imin(end - start, (int)(PAGE_SIZE - (start & PAGE_MASK)));
		vm_page_clear_dirty(
		    ma[start / PAGE_SIZE], start & PAGE_MASK, piece);
	}
}

/*
 * The pages of the next bytes, as many as one transfer has; the bytes of them
 * that count, or -1 if the caller has not busied one.
 */
static int
nocopy_pages(struct vnode *vp, const struct uio *uio, vm_page_t *ma)
{
	const vm_pindex_t first = OFF_TO_IDX(uio->uio_offset);
	const ssize_t base = uio->uio_offset & PAGE_MASK;
	ssize_t len;
	int i, n;

	len = MIN(uio->uio_resid, (ssize_t)ptoa(HF_PBUF_PAGES) - base);
	n = (int)btoc((vm_offset_t)(base + len));
	VM_OBJECT_RLOCK(vp->v_object);
	for (i = 0; i < n && len >= 0; i++) {
		ma[i] = vm_page_lookup(vp->v_object, first + (vm_pindex_t)i);
		if (ma[i] == NULL || !vm_page_busied(ma[i]))
			len = -1;
	}
	VM_OBJECT_RUNLOCK(vp->v_object);
	return ((int)len);
}

/*
 * VOP_WRITE of putpages: the data lies in pages that the caller has busied.
 * Advances the uio by what is on the device.
 */
static int
write_nocopy(struct vnode *vp, struct uio *uio)
{
	vm_page_t ma[HF_PBUF_PAGES];
	struct hf_pbuf *pb;
	int base, error, len;

	pb = hf_pbuf_get(HF_PBUF_WRITE, false);
	error = 0;
	while (uio->uio_resid > 0 && error == 0) {
		base = (int)(uio->uio_offset & PAGE_MASK);
		len = nocopy_pages(vp, uio, ma);
		if (len < 0) {
			error = EINVAL;
			break;
		}
		error = ext2_build_write(vp, pb, ma, base, base + len, &len);
		if (error == 0)
			error = hf_bufobj_io_wait(&vp->v_bufobj, &pb->pb_io);
		vp->v_unflushed = 1;
		if (error == 0) {
			clean_range(ma, base, base + len);
			uio->uio_offset += len;
			uio->uio_resid -= len;
		}
	}
	hf_pbuf_put(pb);
	return (error);
}

/*
 * One page's share of a write: not over a hole, and, with small blocks, up to
 * the end of one.
 */
static int
write_page(struct vnode *vp, struct uio *uio)
{
	const int bsize = (int)vp->v_mount->mnt_stat.f_iosize;
	uint32_t blk;
	int error;

	error = ext2_map(vp,
	    (uint64_t)uio->uio_offset >> MPTOE2(vp->v_mount)->em_bshift, &blk,
	    NULL, NULL);
	if (error != 0)
		return (error);
	if (blk == 0)
		return (ENOSPC);
	return (hf_vn_copy_page(
	    vp, uio, bsize - (int)(uio->uio_offset & (bsize - 1))));
}

int
ext2_write(struct vnode *vp, struct uio *uio, int ioflag, struct ucred *cred)
{
	return (hf_vn_write(vp, uio, ioflag, cred, write_page, write_nocopy));
}
