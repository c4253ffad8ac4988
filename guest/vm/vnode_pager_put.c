/* SPDX-License-Identifier: BSD-2-Clause */
/* vnode_pager_put.c: from dirty pages of a file to writes. */

/*
 * Lock order: vnode lock (held by the caller), object lock.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/vnode.h>
#include <vm/vm.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>
#include <vm/vnode_pager.h>
#include <vm/putrun.h>

int
vnode_pager_putpages_ioflags(int pager_flags)
{
	int ioflags;

	ioflags = IO_VMIO | IO_SEQMAX << IO_SEQSHIFT;
	if ((pager_flags & (VM_PAGER_PUT_SYNC | VM_PAGER_PUT_INVAL)) != 0)
		ioflags |= IO_SYNC;
	else if ((pager_flags & VM_PAGER_CLUSTER_OK) == 0)
		ioflags |= IO_ASYNC;
	if ((pager_flags & VM_PAGER_PUT_INVAL) != 0)
		ioflags |= IO_INVAL;
	if ((pager_flags & VM_PAGER_PUT_NOREUSE) != 0)
		ioflags |= IO_NOREUSE;
	return (ioflags);
}

int
hf_put_clip(vm_object_t object, vm_page_t *ma, int count, int *rtvals)
{
	vm_ooffset_t bytes, off, size;
	int i, n, tail;

	off = IDX_TO_OFF(ma[0]->pindex);
	VM_OBJECT_RLOCK(object);
	size = object->un_pager.vnp.vnp_size;
	VM_OBJECT_RUNLOCK(object);
	bytes = ptoa(count);
	if (off >= size)
		bytes = 0;
	else if (size - off < bytes)
		bytes = size - off;
	n = (int)btoc(bytes);
	for (i = 0; i < count; i++)
		rtvals[i] = i < n ? VM_PAGER_ERROR : VM_PAGER_BAD;
	/* What a mapping stored behind the end of file is not written. */
	tail = roundup2((int)(bytes & PAGE_MASK), DEV_BSIZE);
	if (tail != 0 && tail < PAGE_SIZE)
		vm_page_clear_dirty(ma[n - 1], tail, PAGE_SIZE - tail);
	return ((int)bytes);
}

bool
hf_put_next_run(vm_page_t *ma, int bytes, int *start, int *end)
{
	int pos;

	for (pos = *start; pos < bytes; pos += DEV_BSIZE)
		if ((ma[pos / PAGE_SIZE]->dirty &
			vm_page_bits(pos & PAGE_MASK, DEV_BSIZE)) != 0)
			break;
	*start = pos;
	for (; pos < bytes; pos += DEV_BSIZE)
		if ((ma[pos / PAGE_SIZE]->dirty &
			vm_page_bits(pos & PAGE_MASK, DEV_BSIZE)) == 0)
			break;
	*end = imin(pos, bytes);
	return (*start < bytes);
}

/* Writes [start, end) of the run, which begins at file offset off; progress. */
static int
write_run(struct vnode *vp, vm_ooffset_t off, int start, int end, int ioflags)
{
	struct iovec iov = { .iov_base = NULL,
		.iov_len = (size_t)(end - start) };
	struct uio uio = { .uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_segflg = UIO_NOCOPY,
		.uio_rw = UIO_WRITE };

	uio.uio_offset = (off_t)off + start;
	uio.uio_resid = end - start;
	(void)VOP_WRITE(vp, &uio, ioflags, NULL);
	return (end - start - (int)uio.uio_resid);
}

/*
 * The put operation of file systems that write in place: every run of dirty
 * blocks by one VOP_WRITE, which takes the data out of the pages and cleans
 * what it has written.  As VOP_PUTPAGES.
 */
int
vnode_pager_generic_putpages(
    struct vnode *vp, vm_page_t *ma, int bytecount, int flags, int *rtvals)
{
	vm_ooffset_t off;
	int bytes, count, end, i, ioflags, n, reached, start;

	count = bytecount / PAGE_SIZE;
	for (i = 0; i < count; i++)
		rtvals[i] = VM_PAGER_ERROR;
	off = IDX_TO_OFF(ma[0]->pindex);
	bytes = hf_put_clip(vp->v_object, ma, count, rtvals);
	ioflags = vnode_pager_putpages_ioflags(flags);
	reached = bytes;
	for (start = 0; hf_put_next_run(ma, bytes, &start, &end); start = end) {
		n = write_run(vp, off, start, end, ioflags);
		if (n < end - start) {
			reached = start + n;
			break;
		}
	}
	for (i = 0; i < (int)btoc(bytes); i++)
		if (reached == bytes || (int)ptoa(i + 1) <= reached ||
		    ma[i]->dirty == 0)
			rtvals[i] = VM_PAGER_OK;
	return (rtvals[0]);
}

void
vnode_pager_undirty_pages(
    vm_page_t *ma, int *rtvals, int written, off_t eof, int lpos)
{
	int i, pos, tail;

	if (written == 0 && eof >= lpos)
		return;
	for (i = 0, pos = 0; pos < written; i++, pos += PAGE_SIZE) {
		if (written - pos >= (int)PAGE_SIZE) {
			rtvals[i] = VM_PAGER_OK;
			vm_page_undirty(ma[i]);
			continue;
		}
		/* Only whole blocks are clean. */
		tail = rounddown2(written - pos, DEV_BSIZE);
		rtvals[i] = VM_PAGER_AGAIN;
		if (tail != 0)
			vm_page_clear_dirty(ma[i], 0, tail);
	}
	if (eof >= lpos)
		return;
	pos = (int)eof;
	tail = roundup2(pos & PAGE_MASK, DEV_BSIZE);
	if ((pos & PAGE_MASK) != 0) {
		i = pos / PAGE_SIZE;
		if (tail < PAGE_SIZE)
			vm_page_clear_dirty(ma[i], tail, PAGE_SIZE - tail);
		if (ma[i]->dirty == 0)
			rtvals[i] = VM_PAGER_OK;
	}
	for (pos = (int)round_page(pos); pos < lpos; pos += PAGE_SIZE)
		rtvals[pos / PAGE_SIZE] = VM_PAGER_BAD;
}
