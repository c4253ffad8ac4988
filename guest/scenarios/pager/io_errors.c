/* SPDX-License-Identifier: BSD-2-Clause */
/* io_errors.c: read(2), write(2) and paging where the disk fails in the middle. */

#include <sys/proc.h>
#include <sys/signal.h>
#include <sys/uio.h>
#include <kern/failpoint.h>
#include "scratch.h"

static char buf[2 * PAGE_SIZE];

/* Two pages of the file at byte off, or to it; *left were not moved. */
static int
move(enum uio_rw rw, uint64_t off, int len, int ioflag, ssize_t *left)
{
	*left = -1;
	return (vn_rdwr(rw, vp, buf, len, (off_t)off, UIO_SYSSPACE, ioflag,
	    NULL, NULL, left, curthread));
}

HF_SCENARIO(io_read_fails, "pager.io_read_fails", "VN-43 GP-25",
    "read(2) and write(2) whose page cannot be read are EIO, and work later",
    WRITES)
{
	ssize_t left;

	begin();
	hf_file_warm(vp, 20);
	hf_expect_eq(move(UIO_READ, ptoa(20), 1, 0, &left), 0);
	hf_require(hf_file_page(vp, 20) != NULL);
	hf_require(hf_file_page(vp, 21) == NULL);
	hf_failpoint_arm("bdev.read", 0, -1);
	hf_expect_eq(move(UIO_READ, ptoa(20) + 96, sizeof(buf), 0, &left), EIO);
	hf_expect_eq(left, PAGE_SIZE + 96);
	/* What it changes in part it must read. */
	hf_expect_eq(move(UIO_WRITE, ptoa(21) + 5, 1, 0, &left), EIO);
	hf_expect_eq(left, 1);
	hf_failpoint_disarm_all();
	hf_expect(hf_file_page(vp, 21) == NULL);
	hf_expect_eq(hf_file_need_page(vp, 20)->dirty, 0);
	hf_expect_eq(move(UIO_READ, ptoa(20) + 96, sizeof(buf), 0, &left), 0);
	hf_expect_eq(left, 0);
	end();
}

HF_SCENARIO(io_pointers_fail, "pager.pointers_unreadable", "VN-43 PP-05 GP-25",
    "where pointers to blocks cannot be read nothing is paged in or out, and "
    "later it is",
    WRITES)
{
	ssize_t left;
	vm_page_t m;
	int b;

	begin();
	b = other_byte(ptoa(20) + 9);
	hf_expect(hf_probe_write(VA + ptoa(20) + 9, b).ok);
	m = hf_file_need_page(vp, 20);
	hf_require(hf_file_page(vp, 50) == NULL);
	hf_file_forget_blocks(vp->v_mount);
	hf_failpoint_arm("bdev.read", 0, -1);
	hf_expect_bus(hf_probe_read(VA + ptoa(50)));
	hf_expect_eq(move(UIO_WRITE, ptoa(20) + 9, 1, 0, &left), EIO);
	hf_expect_eq(left, 1);
	hf_expect_ne(sync_pages(20, 1, TRUE), KERN_SUCCESS);
	hf_expect_ne(hf_failpoint_fired("bdev.read"), 0);
	hf_failpoint_disarm_all();
	hf_expect_eq(m->dirty, VM_PAGE_BITS_ALL);
	hf_expect(hf_file_page(vp, 50) == NULL);
	hf_expect_ne(disk_byte(ptoa(20) + 9), b);
	hf_expect_eq(sync_pages(20, 1, TRUE), KERN_SUCCESS);
	hf_expect_eq(disk_byte(ptoa(20) + 9), b);
	hf_expect(hf_probe_read(VA + ptoa(50)).ok);
	end();
}

HF_SCENARIO(io_sync_fails, "pager.io_sync_fails", "VN-43 PP-05",
    "a synchronous write(2) that does not come to the disk is EIO, and is not "
    "lost",
    WRITES)
{
	static const char *const points[] = { "bdev.write", "bdev.flush" };
	ssize_t left;

	begin();
	for (u_int i = 0; i < nitems(points); i++) {
		buf[0] = (char)other_byte(ptoa(5));
		hf_failpoint_arm(points[i], 0, -1);
		hf_expect_eq(move(UIO_WRITE, ptoa(5), 1, IO_SYNC, &left), EIO);
		hf_expect_ne(hf_failpoint_fired(points[i]), 0);
		hf_failpoint_disarm_all();
		hf_expect_read(VA + ptoa(5), (uint8_t)buf[0]);
		hf_expect_eq(sync_pages(5, 1, TRUE), KERN_SUCCESS);
		hf_expect_eq(disk_byte(ptoa(5)), (uint8_t)buf[0]);
	}
	end();
}

HF_SCENARIO(write_nocopy, "pager.write_nocopy", "PP-33",
    "a write without copying takes busied pages only", WRITES)
{
	struct iovec iov = { NULL, PAGE_SIZE };
	struct uio uio = { .uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_offset = ptoa(7),
		.uio_resid = PAGE_SIZE,
		.uio_segflg = UIO_NOCOPY,
		.uio_rw = UIO_WRITE };
	uint64_t writes;

	begin();
	writes = bd->writes;
	hf_require(hf_file_page(vp, 7) == NULL);
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	hf_expect_eq(VOP_WRITE(vp, &uio, 0, NULL), EINVAL);
	VOP_UNLOCK(vp);
	hf_expect(hf_probe_read(VA + ptoa(7)).ok);
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	hf_expect_eq(VOP_WRITE(vp, &uio, 0, NULL), EINVAL);
	VOP_UNLOCK(vp);
	hf_expect_eq(uio.uio_resid, PAGE_SIZE);
	hf_expect_eq(uio.uio_offset, ptoa(7));
	hf_expect_eq(bd->writes, writes);
	end();
}

HF_SCENARIO(io_no_space, "pager.io_no_space", "VN-23",
    "a process without memory reads and writes nothing",
    .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE)
{
	struct vnode *file = hf_file_open("one-mib");
	ssize_t left = -1;

	hf_require(curproc->p_vmspace == NULL);
	hf_expect_eq(vn_rdwr(UIO_READ, file, (void *)HF_SPACE_BASE, 10, 0,
			 UIO_USERSPACE, 0, NULL, NULL, &left, curthread),
	    EFAULT);
	hf_expect_eq(left, 10);
	hf_expect_eq(VOP_ISLOCKED(file), 0);
	hf_file_close(file);
}

HF_SCENARIO(fsync_nowait, "pager.fsync_nowait", "PP-24",
    "who does not want to wait starts no flush; who does gets one", WRITES)
{
	uint64_t flushes;

	begin();
	hf_expect(hf_probe_write(VA, other_byte(0)).ok);
	hf_expect_eq(sync_pages(0, 1, FALSE), KERN_SUCCESS);
	flushes = bd->flushes;
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	hf_expect_eq(VOP_FSYNC(vp, MNT_NOWAIT, NULL), 0);
	hf_expect_eq(bd->flushes, flushes);
	hf_expect_eq(VOP_FSYNC(vp, MNT_WAIT, NULL), 0);
	hf_expect_eq(bd->flushes, flushes + 1);
	VOP_UNLOCK(vp);
	end();
}
