/* SPDX-License-Identifier: BSD-2-Clause */
/* file_io.c: read(2) and write(2) of memory that is not at hand, step by step. */

#include <sys/mman.h>
#include <kern/thread.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/space.h>
#include <vm/vnode_pager.h>
#include "filesum.h"
#include "io.h"

#define VA     HF_SPACE_BASE
#define VB     (HF_SPACE_BASE + ptoa(64))
#define WRITES .flags = HF_NEEDS_DISK | HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE
/* More than one step holds. */
#define MANY (ptoa(18) + 333)

/* The user's bytes at va are the file's from off on. */
static bool
same_bytes(struct vnode *vp, off_t off, vm_offset_t va, size_t bytes)
{
	static char file[PAGE_SIZE], user[PAGE_SIZE];
	ssize_t left;
	size_t n;

	for (; bytes > 0; bytes -= n, off += (off_t)n, va += n) {
		n = MIN(bytes, sizeof(file));
		if (vn_rdwr(UIO_READ, vp, file, (int)n, off, UIO_SYSSPACE, 0,
			NULL, NULL, &left, curthread) != 0 ||
		    left != 0 || copyin((void *)va, user, n) != 0 ||
		    memcmp(file, user, n) != 0)
			return (false);
	}
	return (true);
}

HF_SCENARIO(io_batches, "pager.io_batches", "QH-30 VN-17",
    "an unaligned transfer of many absent pages moves every byte", WRITES)
{
	struct vnode *from, *vp;
	int how;

	vp = hf_file_open(HF_SCRATCH_NAME);
	from = hf_file_open("one-mib");
	for (how = 0; how < IO_HOWS; how++) {
		hf_space_anon_at(VA, 20);
		hf_expect_eq(io_do(vp, how, UIO_READ, 77, VA + 100, MANY), 0);
		hf_expect(same_bytes(vp, 77, VA + 100, MANY));
		hf_expect_eq(fubyte((void *)(VA + 99)), 0);
		hf_expect_eq(fubyte((void *)(VA + 100 + MANY)), 0);
		hf_file_map(
		    from, VB, ptoa(how), 20, VM_PROT_READ, HF_FILE_PRIVATE);
		hf_expect_eq(
		    io_do(vp, how, UIO_WRITE, 4000, VB + 4095, MANY), 0);
		hf_expect(same_bytes(vp, 4000, VB + 4095, MANY));
		hf_file_unmap(VA, 20);
		hf_file_unmap(VB, 20);
		hf_file_drop(from);
	}
	hf_file_expect_idle(vp);
	hf_file_close(from);
	hf_file_close(vp);
}

HF_SCENARIO(io_pieces, "pager.io_pieces", "QH-30",
    "a uio of many pieces: empty ones, several entries, some pages absent",
    WRITES)
{
	struct iovec iov[6];
	struct uio uio;
	struct vnode *vp;
	vm_offset_t va;
	int how, i;

	vp = hf_file_open(HF_SCRATCH_NAME);
	for (how = 0; how < IO_HOWS; how++) {
		if (how == IO_RDWR)
			continue; /* one piece by nature */
		hf_space_anon_at(VA, 2);
		hf_file_map(
		    vp, VA + ptoa(2), ptoa(40), 2, VM_PROT_RW, HF_FILE_PRIVATE);
		hf_space_anon_at(VA + ptoa(4), 30);
		hf_poke(VA + ptoa(1), 1);
		iov[0] = (struct iovec){ (void *)(VA + 10), 0 };
		iov[1] = (struct iovec){ (void *)(VA + 4090), 10 };
		iov[2] =
		    (struct iovec){ (void *)(VA + ptoa(1) + 4), 3 * PAGE_SIZE };
		iov[3] = (struct iovec){ NULL, 0 };
		iov[4] = (struct iovec){ (void *)(VA + ptoa(6) + 1), 1 };
		iov[5] =
		    (struct iovec){ (void *)(VA + ptoa(7)), 17 * PAGE_SIZE };
		uio = (struct uio){ .uio_iov = iov,
			.uio_iovcnt = nitems(iov),
			.uio_offset = 5,
			.uio_segflg = UIO_USERSPACE,
			.uio_rw = UIO_READ,
			.uio_td = curthread };
		for (i = 0; i < nitems(iov); i++)
			uio.uio_resid += (ssize_t)iov[i].iov_len;
		hf_expect_eq(io_uio(vp, how, &uio), 0);
		hf_expect_eq(uio.uio_resid, 0);
		hf_expect_eq(uio.uio_offset, 5 + 11 + 20 * (off_t)PAGE_SIZE);
		hf_expect(same_bytes(vp, 5, VA + 4090, 10));
		hf_expect(same_bytes(
		    vp, 15, VA + ptoa(1) + 4, 3 * (size_t)PAGE_SIZE));
		va = 15 + 3 * PAGE_SIZE;
		hf_expect(same_bytes(vp, (off_t)va, VA + ptoa(6) + 1, 1));
		hf_expect(same_bytes(
		    vp, (off_t)va + 1, VA + ptoa(7), 17 * (size_t)PAGE_SIZE));
		hf_file_unmap(VA, 34);
	}
	hf_file_close(vp);
}

HF_SCENARIO(io_efault, "pager.io_efault", "QH-10 QH-30 VN-23",
    "bytes before bad memory are moved and counted, with EFAULT", WRITES)
{
	struct io io;
	struct vnode *vp;
	uint64_t word;
	int how;

	vp = hf_file_open(HF_SCRATCH_NAME);
	for (how = 0; how < IO_HOWS; how++) {
		/* Three pages, then nothing. */
		hf_space_anon_at(VA, 3);
		io = (struct io){ .vp = vp,
			.how = how,
			.rw = UIO_READ,
			.buf = VA + 8,
			.bytes = 6 * PAGE_SIZE };
		hf_expect_eq(io_run(&io), EFAULT);
		hf_expect_eq(io.left, 3 * PAGE_SIZE + 8);
		hf_expect(same_bytes(vp, 0, VA + 8, 3 * PAGE_SIZE - 8));
		/* Memory that takes no store; none at all; the kernel's. */
		hf_expect_eq(vm_map_protect(hf_space_map(), VA, VA + ptoa(1),
				 VM_PROT_READ, 0, VM_MAP_PROTECT_SET_PROT),
		    KERN_SUCCESS);
		io.buf = VA;
		hf_expect_eq(io_run(&io), EFAULT);
		hf_expect_eq(io.left, 6 * PAGE_SIZE);
		io.rw = UIO_WRITE;
		io.buf = VA + ptoa(3);
		io.off = ptoa(2);
		hf_file_map(vp, VB, ptoa(2), 1, VM_PROT_READ, HF_FILE_SHARED);
		word = hf_peek(VB);
		hf_expect_eq(io_run(&io), EFAULT);
		hf_expect_eq(io.left, 6 * PAGE_SIZE);
		io.buf = VM_MIN_KERNEL_ADDRESS;
		hf_expect_eq(io_run(&io), EFAULT);
		io.buf = ~(vm_offset_t)0 - 100;
		hf_expect_eq(io_run(&io), EFAULT);
		hf_expect_eq(hf_peek(VB), word);
		hf_file_unmap(VB, 1);
		hf_file_unmap(VA, 3);
	}
	hf_file_expect_idle(vp);
	hf_file_close(vp);
}

HF_SCENARIO(io_ends, "pager.io_ends", "VN-17",
    "memory behind the end of file is not asked for; nothing moves nothing",
    WRITES)
{
	struct io io;
	struct vnode *vp;
	off_t end;
	int how;

	vp = hf_file_open(HF_SCRATCH_NAME);
	end = (off_t)hf_file_bytes(vp);
	for (how = 0; how < IO_HOWS; how++) {
		hf_space_anon_at(VA, 1);
		io = (struct io){ .vp = vp,
			.how = how,
			.rw = UIO_READ,
			.off = end - 100,
			.buf = VA,
			.bytes = 3 * PAGE_SIZE };
		hf_expect_eq(io_run(&io), 0);
		hf_expect_eq(io.left, 3 * PAGE_SIZE - 100);
		hf_expect(same_bytes(vp, end - 100, VA, 100));
		io.off = end;
		io.buf = VB; /* nothing is there */
		hf_expect_eq(io_run(&io), 0);
		hf_expect_eq(io.left, 3 * PAGE_SIZE);
		io.bytes = 0;
		hf_expect_eq(io_run(&io), 0);
		io.rw = UIO_WRITE;
		io.off = 0;
		hf_expect_eq(io_run(&io), 0);
		io.buf = VM_MIN_KERNEL_ADDRESS;
		hf_expect_eq(io_run(&io), 0);
		io.bytes = 200;
		io.off = end - 100;
		io.buf = VA;
		hf_expect_eq(io_run(&io), EFBIG);
		hf_expect_eq(io.left, 200);
		hf_file_unmap(VA, 1);
	}
	hf_file_close(vp);
}

HF_SCENARIO(io_vanishes, "pager.io_vanishes", "QH-30 VN-23",
    "memory that is unmapped between two tries is EFAULT", WRITES)
{
	struct hf_bdev *bd;
	struct thread *td;
	struct vnode *vp;
	struct io io;
	int how;

	vp = hf_file_open(HF_SCRATCH_NAME);
	bd = vp->v_mount->mnt_bdev;
	for (how = 0; how < IO_HOWS; how++) {
		hf_file_drop(vp);
		hf_space_anon_at(VA, 2);
		io = (struct io){ .vp = vp,
			.how = how,
			.rw = UIO_READ,
			.buf = VA,
			.bytes = 2 * PAGE_SIZE };
		hf_bdev_hold(bd);
		td = hf_space_thread(io_thread, &io);
		hf_file_await_held(bd, 1);
		hf_file_unmap(VA, 2);
		hf_bdev_release(bd);
		hf_thread_join(td);
		hf_expect_eq(io.error, EFAULT);
		hf_expect_eq(io.left, 2 * PAGE_SIZE);
		hf_file_expect_idle(vp);
	}
	hf_file_close(vp);
}

HF_SCENARIO(io_gone, "pager.io_gone", "QH-30 VN-22",
    "the vnode is not locked while pages are held; a file gone then is EIO",
    WRITES)
{
	struct hf_bdev *bd;
	struct thread *td;
	struct vnode *from, *vp;
	struct io io;
	int how;

	from = hf_file_open("one-mib");
	for (how = 0; how < IO_HOWS; how++) {
		vp = hf_file_open(HF_SCRATCH_NAME);
		bd = vp->v_mount->mnt_bdev;
		hf_file_drop(vp);
		hf_file_drop(from);
		hf_file_warm(from, 8);
		hf_space_anon_at(VA, 1);
		hf_expect_eq(io_do(vp, how, UIO_READ, 0, VA, PAGE_SIZE), 0);
		hf_file_map(from, VB, ptoa(8), 1, VM_PROT_READ, HF_FILE_SHARED);
		io = (struct io){ .vp = vp,
			.how = how,
			.rw = UIO_WRITE,
			.buf = VB,
			.bytes = PAGE_SIZE };
		hf_bdev_hold(bd);
		td = hf_space_thread(io_thread, &io);
		hf_file_await_held(bd, 1);
		/* It waits for its memory, and has let go. */
		hf_require_eq(vn_lock(vp, LK_EXCLUSIVE | LK_NOWAIT), 0);
		hf_bdev_release(bd);
		vgone(vp);
		VOP_UNLOCK(vp);
		hf_thread_join(td);
		hf_expect_eq(io.error, EIO);
		hf_expect_eq(io.left, PAGE_SIZE);
		hf_expect_eq(VOP_ISLOCKED(vp), 0);
		hf_expect_eq(io_do(vp, how, UIO_READ, 0, VA, PAGE_SIZE), EIO);
		hf_file_unmap(VA, 1);
		hf_file_unmap(VB, 1);
		hf_file_close(vp);
	}
	hf_file_close(from);
}

HF_SCENARIO(io_relocks, "pager.io_relocks", "QH-30 VN-21",
    "a caller's lock of the vnode comes back as it was, recursive as well",
    WRITES)
{
	struct iovec iov = { (void *)VA, PAGE_SIZE };
	struct uio uio = { .uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_resid = PAGE_SIZE,
		.uio_segflg = UIO_USERSPACE,
		.uio_rw = UIO_READ };
	struct vnode *vp;

	vp = hf_file_open(HF_SCRATCH_NAME);
	hf_space_anon_at(VA, 3);
	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	hf_expect_eq(VOP_READ(vp, &uio, 0, NULL), 0);
	hf_expect_eq(VOP_ISLOCKED(vp), LK_SHARED);
	VOP_UNLOCK(vp);
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY | LK_CANRECURSE);
	iov = (struct iovec){ (void *)(VA + ptoa(1)), PAGE_SIZE };
	uio.uio_resid = PAGE_SIZE;
	uio.uio_offset = 0;
	uio.uio_iov = &iov;
	uio.uio_iovcnt = 1;
	hf_expect_eq(VOP_READ(vp, &uio, 0, NULL), 0);
	hf_expect_eq(uio.uio_resid, 0);
	VOP_UNLOCK(vp);
	hf_expect_eq(VOP_ISLOCKED(vp), LK_EXCLUSIVE);
	VOP_UNLOCK(vp);
	hf_expect_eq(VOP_ISLOCKED(vp), 0);
	hf_expect(same_bytes(vp, 0, VA + ptoa(1), PAGE_SIZE));
	hf_file_unmap(VA, 3);
	hf_file_close(vp);
}

HF_SCENARIO(io_open_file, "pager.io_open_file", "VN-27",
    "an open file's offset advances; vn_rdwr counts, refuses and says EIO",
    WRITES)
{
	struct iovec iov = { (void *)VA, 100 };
	struct uio uio = { .uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_offset = 7777,
		.uio_resid = 100,
		.uio_segflg = UIO_USERSPACE,
		.uio_rw = UIO_READ,
		.uio_td = curthread };
	struct file f;
	struct vnode *vp;
	ssize_t left;
	off_t end;

	vp = hf_file_open(HF_SCRATCH_NAME);
	end = (off_t)hf_file_bytes(vp);
	hf_space_anon_at(VA, 1);
	finit_vnode(&f, FREAD | FWRITE, vp, &vnops);
	hf_expect_eq(fo_read(&f, &uio, NULL, 0, curthread), 0);
	hf_expect_eq(f.f_offset, 100);
	hf_expect(same_bytes(vp, 0, VA, 100));
	iov = (struct iovec){ (void *)VA, 60 };
	uio.uio_iovcnt = 1;
	uio.uio_iov = &iov;
	uio.uio_resid = 60;
	hf_expect_eq(fo_read(&f, &uio, NULL, 0, curthread), 0);
	hf_expect_eq(f.f_offset, 160);
	hf_expect(same_bytes(vp, 100, VA, 60));
	iov = (struct iovec){ (void *)VA, 60 };
	uio.uio_iovcnt = 1;
	uio.uio_iov = &iov;
	uio.uio_resid = 60;
	uio.uio_offset = end - 10;
	hf_expect_eq(fo_read(&f, &uio, NULL, FOF_OFFSET, curthread), 0);
	hf_expect_eq(uio.uio_resid, 50);
	hf_expect_eq(f.f_offset, 160);
	/* Appending: files do not grow here. */
	f.f_flag |= O_APPEND;
	iov = (struct iovec){ (void *)VA, 1 };
	uio.uio_iovcnt = 1;
	uio.uio_iov = &iov;
	uio.uio_resid = 1;
	uio.uio_rw = UIO_WRITE;
	hf_expect_eq(fo_write(&f, &uio, NULL, 0, curthread), EFBIG);
	hf_expect_eq(uio.uio_resid, 1);
	hf_file_fini(&f);

	hf_expect_eq(vn_rdwr(UIO_READ, vp, (void *)VA, 60, end - 10,
			 UIO_USERSPACE, 0, NULL, NULL, NULL, curthread),
	    EIO);
	hf_expect_eq(vn_rdwr(UIO_READ, vp, (void *)VA, 60, end - 10,
			 UIO_USERSPACE, 0, NULL, NULL, &left, curthread),
	    0);
	hf_expect_eq(left, 50);
	hf_expect_eq(vn_rdwr(UIO_READ, vp, (void *)VA, 60, -1, UIO_USERSPACE, 0,
			 NULL, NULL, &left, curthread),
	    EINVAL);
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	hf_expect_eq(
	    vn_rdwr(UIO_WRITE, vp, (void *)VA, 50, end - 50, UIO_USERSPACE,
		IO_NODELOCKED, NULL, NULL, &left, curthread),
	    0);
	hf_expect_eq(VOP_ISLOCKED(vp), LK_EXCLUSIVE);
	VOP_UNLOCK(vp);
	hf_expect(same_bytes(vp, end - 50, VA, 50));
	hf_file_unmap(VA, 1);
	hf_file_close(vp);
}

HF_SCENARIO(io_whole, "pager.io_whole", "QH-30 VN-26",
    "a reader waits for a write of several steps and sees all of it", WRITES,
    .timeout_ms = 20000)
{
	struct hf_bdev *bd;
	struct io r, w;
	struct thread *tr, *tw;
	struct vnode *from, *vp;
	int i;

	vp = hf_file_open(HF_SCRATCH_NAME);
	from = hf_file_open("one-mib");
	bd = vp->v_mount->mnt_bdev;
	hf_file_drop(from);
	hf_file_warm(from, 40);
	hf_space_anon_at(VA, 21);
	hf_expect_eq(io_do(vp, IO_FILE, UIO_READ, 0, VA, ptoa(21)), 0);
	hf_file_map(from, VB, ptoa(30), 20, VM_PROT_READ, HF_FILE_SHARED);
	vm_map_madvise(hf_space_map(), VB, VB + ptoa(20), MADV_RANDOM);
	for (i = 0; i < 10; i++)
		(void)hf_peek(VB + ptoa(i));
	w = (struct io){ .vp = vp,
		.how = IO_FILE,
		.rw = UIO_WRITE,
		.buf = VB,
		.bytes = ptoa(20) };
	r = (struct io){ .vp = vp,
		.how = IO_FILE,
		.rw = UIO_READ,
		.buf = VA,
		.bytes = ptoa(20) };
	hf_bdev_hold(bd);
	tw = hf_space_thread(io_thread, &w);
	hf_file_await_held(bd, 1);
	/* The first pages are written, the rest waits for its memory. */
	hf_expect_eq(VOP_ISLOCKED(vp), 0);
	tr = hf_space_thread(io_thread, &r);
	hf_await_sleep(tr, "range");
	/* A part that nobody writes is free. */
	hf_expect_eq(
	    io_do(vp, IO_FILE, UIO_READ, ptoa(20), VA + ptoa(20), 8), 0);
	hf_bdev_release(bd);
	hf_thread_join(tw);
	hf_thread_join(tr);
	hf_expect_eq(w.error, 0);
	hf_expect_eq(r.error, 0);
	hf_expect(same_bytes(from, ptoa(30), VA, ptoa(20)));
	hf_expect(same_bytes(vp, 0, VA, ptoa(20)));
	hf_file_unmap(VA, 21);
	hf_file_unmap(VB, 20);
	hf_file_close(from);
	hf_file_close(vp);
}

HF_SCENARIO(io_dirties, "pager.io_dirties", "QH-12 VN-17",
    "what is read into a file's page that was written back meanwhile is kept",
    WRITES, .timeout_ms = 20000)
{
	struct hf_bdev *bd;
	struct io r;
	struct thread *td;
	struct vnode *from, *vp;
	int how;

	vp = hf_file_open(HF_SCRATCH_NAME);
	from = hf_file_open("one-mib");
	bd = vp->v_mount->mnt_bdev;
	hf_space_anon_at(VA, 1);
	for (how = 0; how < IO_HOWS; how++) {
		off_t off = (off_t)ptoa(how);

		hf_expect_eq(
		    io_do(from, IO_FILE, UIO_READ, off, VA, PAGE_SIZE), 0);
		hf_file_drop(vp);
		hf_file_warm(vp, 5);
		hf_file_map(vp, VB, ptoa(5), 1, VM_PROT_RW, HF_FILE_SHARED);
		r = (struct io){ .vp = from,
			.how = how,
			.rw = UIO_READ,
			.off = off,
			.buf = VB,
			.bytes = PAGE_SIZE };
		hf_bdev_hold(bd);
		td = hf_space_thread(io_thread, &r);
		hf_file_await_held(bd, 1);
		(void)vn_lock(from, LK_EXCLUSIVE | LK_RETRY);
		hf_bdev_release(bd);
		/* The page is held now, and dirty; it is written back. */
		hf_await_sleep(td, "vnode");
		vm_object_reference(vp->v_object);
		hf_expect(vm_object_sync(
		    vp->v_object, ptoa(5), PAGE_SIZE, TRUE, FALSE));
		vm_object_deallocate(vp->v_object);
		hf_expect_eq(hf_file_page(vp, 5)->dirty, 0);
		VOP_UNLOCK(from);
		hf_thread_join(td);
		hf_expect_eq(r.error, 0);
		hf_expect_eq(r.left, 0);
		hf_file_unmap(VB, 1);
		hf_file_drop(vp);
		hf_expect(same_bytes(vp, (off_t)ptoa(5), VA, PAGE_SIZE));
	}
	hf_file_close(from);
	hf_file_close(vp);
}

HF_SCENARIO(io_fsync, "pager.io_synchronous", "PP-08 QH-30",
    "a file opened with O_FSYNC is on the disk when write(2) is over", WRITES)
{
	static uint64_t kept[64], on_disk[64];
	struct iovec iov = { kept, sizeof(kept) };
	struct uio uio = { .uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_offset = 512,
		.uio_resid = sizeof(kept),
		.uio_segflg = UIO_SYSSPACE,
		.uio_rw = UIO_WRITE,
		.uio_td = curthread };
	struct vnode *vp;
	struct file f;
	u_int i;

	vp = hf_file_open(HF_SCRATCH_NAME);
	hf_file_read_disk(vp, 512, on_disk, sizeof(on_disk));
	for (i = 0; i < nitems(kept); i++)
		kept[i] = ~on_disk[i];
	finit_vnode(&f, FREAD | FWRITE | O_FSYNC, vp, &vnops);
	hf_expect_eq(fo_write(&f, &uio, NULL, FOF_OFFSET, curthread), 0);
	hf_expect_eq(uio.uio_resid, 0);
	hf_file_read_disk(vp, 512, on_disk, sizeof(on_disk));
	hf_expect_eq(memcmp(on_disk, kept, sizeof(kept)), 0);
	hf_file_fini(&f);
	hf_file_expect_idle(vp);
	hf_file_close(vp);
}
