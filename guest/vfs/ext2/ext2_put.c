/* SPDX-License-Identifier: BSD-2-Clause */
/* ext2_put.c: putpages without waiting, and fsync. */

/*
 * An asynchronous put is one transfer buffer and one device write; what does
 * not fit that shape (several runs, fragments, holes) is written synchronously.
 *
 * Lock order: vnode lock (held by the caller), object lock.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mount.h>
#include <machine/atomic.h>
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
 * Completion of an asynchronous put, in thread context: clean, unbusy, end of
 * paging, in this order; after an error the pages stay dirty.
 */
static void
put_task(void *arg)
{
	struct hf_pbuf *pb;
	struct vnode *vp;
	vm_object_t object;
	int i;

	pb = arg;
	vp = pb->pb_vp;
	object = pb->pb_object;
	if (pb->pb_error != 0) {
		vp->v_wrerror = pb->pb_error;
		vm_object_set_writeable_dirty(object);
	}
	for (i = 0; i < pb->pb_count; i++) {
		if (pb->pb_error == 0)
			vm_page_undirty(pb->pb_pages[i]);
		else
			vm_page_activate(pb->pb_pages[i]);
		vm_page_sunbusy(pb->pb_pages[i]);
		vm_object_pip_wakeup(object);
	}
	hf_pbuf_put(pb);
	vp->v_unflushed = 1;
	VI_LOCK(vp);
	if (--vp->v_writesinflight == 0)
		wakeup((const void *)(uintptr_t)&vp->v_writesinflight);
	VI_UNLOCK(vp);
	vdrop(vp);
}

static void
put_done(struct hf_io *io, int error)
{
	struct hf_pbuf *pb;

	pb = io->arg;
	pb->pb_error = error;
	hf_task_enqueue(&pb->pb_task);
}

/*
 * Starts the one write that cleans all pages; true and every slot is PEND.
 * False: nothing happened.
 */
static bool
put_async(struct vnode *vp, vm_page_t *ma, int count, int *rtvals)
{
	struct hf_pbuf *pb;
	int bytes, end, i, len, next, start;

	bytes = hf_put_clip(vp->v_object, ma, count, rtvals);
	start = 0;
	if (bytes <= (int)ptoa(count - 1) || count > HF_PBUF_PAGES ||
	    !hf_put_next_run(ma, bytes, &start, &end))
		return (false);
	next = end;
	if (end < bytes && hf_put_next_run(ma, bytes, &next, &i))
		return (false);
	pb = hf_pbuf_get(HF_PBUF_WRITE, true);
	if (pb == NULL)
		return (false);
	if (ext2_build_write(vp, pb, ma, start, end, &len) != 0 ||
	    len != end - start) {
		hf_pbuf_put(pb);
		return (false);
	}
	vhold(vp);
	pb->pb_vp = vp;
	pb->pb_object = vp->v_object;
	pb->pb_count = count;
	for (i = 0; i < count; i++) {
		pb->pb_pages[i] = ma[i];
		rtvals[i] = VM_PAGER_PEND;
	}
	VI_LOCK(vp);
	vp->v_writesinflight++;
	VI_UNLOCK(vp);
	hf_task_init(&pb->pb_task, put_task, pb);
	pb->pb_io.done = put_done;
	pb->pb_io.arg = pb;
	i = hf_bufobj_submit(&vp->v_bufobj, &pb->pb_io);
	if (i != 0)
		put_done(&pb->pb_io, i);
	return (true);
}

int
ext2_putpages(
    struct vnode *vp, vm_page_t *ma, int bytecount, int flags, int *rtvals)
{
	if ((flags & (VM_PAGER_PUT_SYNC | VM_PAGER_PUT_INVAL)) == 0 &&
	    ext2_access(vp, VWRITE, NULL, NULL) == 0 &&
	    put_async(vp, ma, bytecount / PAGE_SIZE, rtvals))
		return (rtvals[0]);
	return (vnode_pager_generic_putpages(vp, ma, bytecount, flags, rtvals));
}

int
hf_vnode_wait_writes(struct vnode *vp)
{
	VI_LOCK(vp);
	while (vp->v_writesinflight != 0)
		(void)msleep((const void *)(uintptr_t)&vp->v_writesinflight,
		    &vp->v_interlock, PVFS, "vnwrite", 0);
	VI_UNLOCK(vp);
	return ((int)atomic_swap_int((volatile u_int *)&vp->v_wrerror, 0));
}

/*
 * Pages are the caller's business; this waits for the writes that were
 * started, then has the device make everything stable.
 */
int
ext2_fsync(struct vnode *vp, int waitfor, struct thread *td)
{
	struct hf_io io = { .op = HF_IO_FLUSH };
	int error, flush_error;

	if (waitfor != MNT_WAIT)
		return (0);
	error = hf_vnode_wait_writes(vp);
	/* Cleared first: a write that ends from now on asks for another one. */
	if (atomic_swap_int(&vp->v_unflushed, 0) == 0)
		return (error);
	flush_error = hf_bufobj_io_wait(&vp->v_bufobj, &io);
	if (flush_error != 0)
		vp->v_unflushed = 1;
	return (error != 0 ? error : flush_error);
}
