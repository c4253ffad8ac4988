/* SPDX-License-Identifier: BSD-2-Clause */
/* range_lock.c: a range of a file that somebody keeps from read(2) and write(2). */

#include <kern/thread.h>
#include <test/scenario.h>
#include <test/space.h>
#include "filesum.h"
#include "io.h"

#define VA     HF_SPACE_BASE
#define WRITES .flags = HF_NEEDS_DISK | HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE

/* One page of the file, by a thread that is to wait for it. */
static struct thread *
waiting(struct io *io)
{
	struct thread *td;

	td = hf_space_thread(io_thread, io);
	hf_await_sleep(td, "range");
	hf_expect_eq(io->done, 0);
	/* The file's other pages are free, and its vnode is not locked. */
	hf_expect_eq(VOP_ISLOCKED(io->vp), 0);
	hf_expect_eq(
	    io_do(io->vp, IO_FILE, UIO_READ, ptoa(3), VA + ptoa(3), 8), 0);
	return (td);
}

HF_SCENARIO(range_lock, "pager.range_lock", "QH-30",
    "who has a range of a file lets readers in, or nobody, and all at the end",
    WRITES)
{
	struct io r = { .how = IO_FILE, .buf = VA, .bytes = PAGE_SIZE };
	struct thread *td;
	struct vnode *vp;
	void *cookie, *second;

	vp = hf_file_open(HF_SCRATCH_NAME);
	hf_space_anon_at(VA, 4);
	r.vp = vp;

	r.rw = UIO_READ;
	cookie = vn_rangelock_wlock(vp, 0, PAGE_SIZE);
	/* A second one of the same thread is in nobody's way. */
	second = vn_rangelock_wlock(vp, ptoa(8), ptoa(9));
	td = waiting(&r);
	vn_rangelock_unlock(vp, second);
	hf_expect_eq(r.done, 0);
	vn_rangelock_unlock(vp, cookie);
	hf_thread_join(td);
	hf_expect_eq(r.error, 0);
	hf_expect_eq(r.left, 0);

	/* Readers come in beside a reader, a writer does not. */
	r = (struct io){ .vp = vp,
		.how = IO_FILE,
		.rw = UIO_WRITE,
		.buf = VA,
		.bytes = PAGE_SIZE };
	cookie = vn_rangelock_rlock(vp, 0, PAGE_SIZE);
	hf_expect_eq(io_do(vp, IO_FILE, UIO_READ, 0, VA + ptoa(1), 8), 0);
	td = waiting(&r);
	vn_rangelock_unlock(vp, cookie);
	hf_thread_join(td);
	hf_expect_eq(r.error, 0);
	hf_expect_eq(r.left, 0);
	hf_file_expect_idle(vp);
	hf_file_close(vp);
}
