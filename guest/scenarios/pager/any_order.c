/* SPDX-License-Identifier: BSD-2-Clause */
/* any_order.c: file I/O beside what could get in its way, in whatever order. */

/*
 * Nothing here makes the threads meet: on a machine they do or not, and
 * tools/explore has them meet in every way (docs/testing.md).
 */
#include <sys/mman.h>
#include <kern/thread.h>
#include <test/job.h>
#include <test/scenario.h>
#include <test/space.h>
#include <vm/vnode_pager.h>
#include "filesum.h"
#include "io.h"

#define VA     HF_SPACE_BASE
#define VB     (HF_SPACE_BASE + ptoa(16))
#define WRITES .flags = HF_NEEDS_DISK | HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE

HF_SCENARIO(any_crossed, "pager.crossed_any_order", "QH-30",
    "two threads write two files, each from the other's, as they come", WRITES)
{
	struct io a = { .rw = UIO_WRITE, .buf = VA, .bytes = 512 };
	struct io b = { .rw = UIO_WRITE, .buf = VB, .bytes = 512 };
	struct thread *ta, *tb;

	a.vp = hf_file_open(HF_SCRATCH_NAME);
	b.vp = hf_file_open(HF_SCRATCH2_NAME);
	hf_file_map(b.vp, VA, ptoa(1), 1, VM_PROT_READ, HF_FILE_SHARED);
	hf_file_map(a.vp, VB, ptoa(1), 1, VM_PROT_READ, HF_FILE_SHARED);
	ta = hf_space_thread(io_thread, &a);
	tb = hf_space_thread(io_thread, &b);
	hf_thread_join(ta);
	hf_thread_join(tb);
	hf_expect_eq(a.error, 0);
	hf_expect_eq(b.error, 0);
	hf_expect_eq(a.left, 0);
	hf_expect_eq(b.left, 0);
	hf_file_unmap(VA, 1);
	hf_file_unmap(VB, 1);
	hf_file_expect_idle(a.vp);
	hf_file_expect_idle(b.vp);
	hf_file_close(a.vp);
	hf_file_close(b.vp);
}

HF_SCENARIO(any_wiring, "pager.write_and_wire_any_order", "QH-30 WI-27",
    "write(2) from memory that another thread wires, as they come", WRITES)
{
	struct hf_job lock =
	    HF_JOB(hf_job_wire, VA, 2, .flags = VM_MAP_WIRE_USER);
	struct io w = { .rw = UIO_WRITE, .buf = VA + ptoa(1), .bytes = 64 };
	struct thread *td;

	w.vp = hf_file_open(HF_SCRATCH_NAME);
	hf_file_map(w.vp, VA, 0, 2, VM_PROT_READ, HF_FILE_SHARED);
	/* One page a fault. */
	vm_map_madvise(hf_space_map(), VA, VA + ptoa(2), MADV_RANDOM);
	td = hf_space_thread(io_thread, &w);
	hf_job_start(&lock);
	hf_thread_join(td);
	hf_expect_eq(hf_job_join(&lock), KERN_SUCCESS);
	hf_expect_eq(w.error, 0);
	hf_expect_eq(w.left, 0);
	hf_expect_eq(
	    vm_map_unwire(hf_space_map(), VA, VA + ptoa(2), VM_MAP_WIRE_USER),
	    KERN_SUCCESS);
	hf_file_unmap(VA, 2);
	hf_file_expect_idle(w.vp);
	hf_file_close(w.vp);
}
