/* SPDX-License-Identifier: BSD-2-Clause */
/* crossed.c: file I/O whose user memory is a file: its own, or another's. */

#include <sys/mman.h>
#include <kern/thread.h>
#include <test/job.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/space.h>
#include <test/vm_util.h>
#include <vm/vm_object.h>
#include <vm/vnode_pager.h>
#include "filesum.h"
#include "io.h"

#define VA     HF_SPACE_BASE
#define VB     (HF_SPACE_BASE + ptoa(16))
#define WRITES .flags = HF_NEEDS_DISK | HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE

/* The words at the start of npages pages are those at va. */
static bool
same_words(vm_offset_t va, const uint64_t *want, int npages)
{
	int i;

	for (i = 0; i < npages; i++)
		if (hf_peek(va + ptoa(i)) != want[i])
			return (false);
	return (true);
}

HF_SCENARIO(crossed_own_write, "pager.write_own_mapping", "VN-17 QH-30",
    "write(2) of a file from an absent page of its own mapping", WRITES,
    .timeout_ms = 20000)
{
	struct vnode *vp;
	uint64_t old;
	int how;

	vp = hf_file_open(HF_SCRATCH_NAME);
	for (how = 0; how < IO_HOWS; how++) {
		hf_file_map(vp, VA, 0, 8, VM_PROT_RW, HF_FILE_SHARED);
		hf_poke(VA + ptoa(5), 0x5000 + (uint64_t)how);
		old = hf_peek(VA + ptoa(5));
		hf_file_unmap(VA, 8);
		hf_file_drop(vp);
		hf_file_map(vp, VA, 0, 8, VM_PROT_RW, HF_FILE_SHARED);
		hf_expect_eq(
		    io_do(vp, how, UIO_WRITE, 0, VA + ptoa(5), PAGE_SIZE), 0);
		hf_expect_eq(hf_peek(VA), old);
		/* A page onto itself, and half a page onto the other half. */
		hf_file_drop(vp);
		hf_expect_eq(
		    io_do(vp, how, UIO_WRITE, ptoa(1), VA + ptoa(1), PAGE_SIZE),
		    0);
		hf_poke(VA + ptoa(2), 0xabc);
		hf_file_drop(vp);
		hf_expect_eq(io_do(vp, how, UIO_WRITE, (off_t)ptoa(2) + 2048,
				 VA + ptoa(2), 2048),
		    0);
		hf_expect_eq(hf_peek(VA + ptoa(2) + 2048), 0xabc);
		hf_file_unmap(VA, 8);
	}
	hf_file_expect_idle(vp);
	hf_file_close(vp);
}

HF_SCENARIO(crossed_own_read, "pager.read_own_mapping", "QH-30",
    "read(2) of a file into absent pages of its own mapping", WRITES,
    .timeout_ms = 20000)
{
	struct vnode *vp;
	uint64_t want[5];
	int how, i;

	vp = hf_file_open(HF_SCRATCH_NAME);
	hf_file_map(vp, VA, 0, 8, VM_PROT_RW, HF_FILE_SHARED);
	for (i = 0; i < 5; i++)
		hf_poke(VA + ptoa(i), 0x100 + (uint64_t)i);
	hf_file_unmap(VA, 8);
	for (how = 0; how < IO_HOWS; how++) {
		hf_file_drop(vp);
		/* Shared: the file onto itself. */
		hf_file_map(vp, VA, 0, 8, VM_PROT_RW, HF_FILE_SHARED);
		hf_expect_eq(io_do(vp, how, UIO_READ, 0, VA, PAGE_SIZE), 0);
		hf_expect_eq(
		    io_do(vp, how, UIO_READ, 0, VA + ptoa(3), 2 * PAGE_SIZE),
		    0);
		want[0] = want[3] = 0x100;
		want[1] = want[4] = 0x101;
		want[2] = 0x102;
		hf_expect(same_words(VA, want, 5));
		hf_poke(VA + ptoa(3), 0x103);
		hf_poke(VA + ptoa(4), 0x104);
		hf_file_unmap(VA, 8);
		/* Private: into copies; the file stays. */
		hf_file_drop(vp);
		hf_file_map(vp, VA, 0, 8, VM_PROT_RW, HF_FILE_PRIVATE);
		hf_expect_eq(
		    io_do(vp, how, UIO_READ, 0, VA + ptoa(3), 2 * PAGE_SIZE),
		    0);
		hf_expect(same_words(VA, want, 5));
		hf_file_unmap(VA, 8);
		hf_file_map(vp, VA, 0, 8, VM_PROT_READ, HF_FILE_SHARED);
		hf_expect_eq(hf_peek(VA + ptoa(3)), 0x103);
		hf_file_unmap(VA, 8);
	}
	hf_file_expect_idle(vp);
	hf_file_close(vp);
}

/* Two writers, each from a mapping of the other's file, both in the middle. */
static void
cross(struct vnode *va, struct vnode *vb, enum io_how how)
{
	struct io a = { .vp = va,
		.how = how,
		.rw = UIO_WRITE,
		.buf = VA,
		.bytes = PAGE_SIZE };
	struct io b = { .vp = vb,
		.how = how,
		.rw = UIO_WRITE,
		.buf = VB,
		.bytes = PAGE_SIZE };
	struct hf_bdev *bd = va->v_mount->mnt_bdev;
	struct thread *ta, *tb;

	hf_file_drop(va);
	hf_file_drop(vb);
	hf_file_warm(va, 8);
	hf_file_warm(vb, 8);
	/* Pages that nobody has touched yet. */
	hf_file_map(vb, VA, ptoa(8), 2, VM_PROT_READ, HF_FILE_SHARED);
	hf_file_map(va, VB, ptoa(8), 2, VM_PROT_READ, HF_FILE_SHARED);
	/* Both have their own file locked and wait for its page. */
	hf_bdev_hold(bd);
	ta = hf_space_thread(io_thread, &a);
	tb = hf_space_thread(io_thread, &b);
	hf_file_await_held(bd, 2);
	hf_bdev_release(bd);
	hf_thread_join(ta);
	hf_thread_join(tb);
	hf_expect_eq(a.error, 0);
	hf_expect_eq(b.error, 0);
	hf_expect_eq(a.left, 0);
	hf_expect_eq(b.left, 0);
	hf_file_unmap(VA, 2);
	hf_file_unmap(VB, 2);
}

/* Page 8 of one file is page 0 of the other, byte by byte. */
static void
expect_same_page(struct vnode *from, struct vnode *to)
{
	uint64_t one, other;

	hf_file_map(from, VA, ptoa(8), 1, VM_PROT_READ, HF_FILE_SHARED);
	hf_file_map(to, VB, 0, 1, VM_PROT_READ, HF_FILE_SHARED);
	hf_expect(hf_file_sum(VA, PAGE_SIZE, &one));
	hf_expect(hf_file_sum(VB, PAGE_SIZE, &other));
	hf_expect_eq(one, other);
	hf_file_unmap(VA, 1);
	hf_file_unmap(VB, 1);
}

HF_SCENARIO(crossed_writes, "pager.crossed_writes", "QH-30",
    "two threads write two files, each from a mapping of the other's file",
    WRITES, .timeout_ms = 20000)
{
	struct vnode *va, *vb;
	int how;

	va = hf_file_open(HF_SCRATCH_NAME);
	vb = hf_file_open(HF_SCRATCH2_NAME);
	for (how = 0; how < IO_HOWS; how++) {
		cross(va, vb, how);
		expect_same_page(vb, va);
		expect_same_page(va, vb);
	}
	hf_file_expect_idle(va);
	hf_file_expect_idle(vb);
	hf_file_close(va);
	hf_file_close(vb);
}

static void
lock_and_go(void *arg)
{
	struct io *x = arg;

	(void)vn_lock(x->vp, LK_EXCLUSIVE | LK_RETRY);
	VOP_UNLOCK(x->vp);
	x->done = 1;
}

HF_SCENARIO(crossed_beside_writer, "pager.read_own_mapping_beside_writer",
    "QH-30", "read(2) into the file's own mapping ends although a writer waits",
    WRITES, .timeout_ms = 20000)
{
	struct hf_bdev *bd;
	struct thread *tr, *tx;
	struct io r, x;
	struct vnode *vp;
	int how;

	vp = hf_file_open(HF_SCRATCH_NAME);
	bd = vp->v_mount->mnt_bdev;
	for (how = 0; how < IO_HOWS; how++) {
		hf_file_drop(vp);
		hf_file_warm(vp, 40);
		hf_file_map(vp, VA, ptoa(40), 2, VM_PROT_RW, HF_FILE_SHARED);
		r = (struct io){ .vp = vp,
			.how = how,
			.rw = UIO_READ,
			.buf = VA,
			.bytes = PAGE_SIZE };
		x = (struct io){ .vp = vp };
		hf_bdev_hold(bd);
		tr = hf_space_thread(io_thread, &r);
		hf_file_await_held(bd, 1);
		tx = hf_space_thread(lock_and_go, &x);
		hf_await_sleep(tx, "vnode");
		hf_expect(!x.done);
		hf_bdev_release(bd);
		hf_thread_join(tr);
		hf_thread_join(tx);
		hf_expect_eq(r.error, 0);
		hf_file_unmap(VA, 2);
	}
	hf_file_close(vp);
}

HF_SCENARIO(crossed_wiring, "pager.write_while_wiring", "QH-30 WI-27",
    "write(2) from a mapping of the same file that another thread is locking",
    WRITES, .timeout_ms = 20000)
{
	struct hf_job lock =
	    HF_JOB(hf_job_wire, VA, 8, .flags = VM_MAP_WIRE_USER);
	struct hf_bdev *bd;
	struct thread *td;
	struct io w;
	struct vnode *vp;
	int how;

	vp = hf_file_open(HF_SCRATCH_NAME);
	bd = vp->v_mount->mnt_bdev;
	for (how = 0; how < IO_HOWS; how++) {
		hf_file_drop(vp);
		hf_file_map(vp, VA, 0, 8, VM_PROT_READ, HF_FILE_SHARED);
		/* One page a fault. */
		vm_map_madvise(hf_space_map(), VA, VA + ptoa(8), MADV_RANDOM);
		hf_bdev_hold(bd);
		hf_job_start(&lock);
		hf_file_await_held(bd, 1);
		w = (struct io){ .vp = vp,
			.how = how,
			.rw = UIO_WRITE,
			.buf = VA + ptoa(4),
			.bytes = 64 };
		td = hf_space_thread(io_thread, &w);
		hf_await_sleep(td, NULL);
		hf_bdev_release(bd);
		hf_thread_join(td);
		hf_expect_eq(hf_job_join(&lock), KERN_SUCCESS);
		hf_expect_eq(w.error, 0);
		hf_expect_eq(hf_peek(VA), hf_peek(VA + ptoa(4)));
		hf_expect_eq(vm_map_unwire(hf_space_map(), VA, VA + ptoa(8),
				 VM_MAP_WIRE_USER),
		    KERN_SUCCESS);
		hf_file_unmap(VA, 8);
	}
	hf_file_drop(vp);
	hf_file_close(vp);
}

HF_SCENARIO(crossed_fault_wiring, "pager.fault_lets_vnode_go",
    "FT-89 QH-30 WI-27",
    "a fault that got its vnode waits for a wiring without it", WRITES,
    .timeout_ms = 20000)
{
	struct hf_job lock =
	    HF_JOB(hf_job_wire, VA, 4, .flags = VM_MAP_WIRE_USER);
	struct hf_toucher t;
	struct hf_bdev *bd;
	struct vnode *vp;

	vp = hf_file_open(HF_SCRATCH_NAME);
	bd = vp->v_mount->mnt_bdev;
	hf_file_drop(vp);
	hf_file_warm(vp, 0);
	hf_file_map(vp, VA, 0, 4, VM_PROT_READ, HF_FILE_SHARED);
	vm_map_madvise(hf_space_map(), VA, VA + ptoa(4), MADV_RANDOM);
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	hf_toucher_start(&t, VA + ptoa(3), -1);
	hf_require(hf_toucher_asleep(&t, "vnode"));
	hf_job_start_asleep(&lock, "vnode");
	/* Both get the vnode; the fault finds the wiring in its way. */
	hf_bdev_hold(bd);
	VOP_UNLOCK(vp);
	hf_require(hf_toucher_asleep(&t, "vmmaps"));
	hf_file_await_held(bd, 1);
	hf_bdev_release(bd);
	hf_expect_eq(hf_job_join(&lock), KERN_SUCCESS);
	hf_expect_ne(hf_toucher_join(&t), -1);
	hf_expect_eq(
	    vm_map_unwire(hf_space_map(), VA, VA + ptoa(4), VM_MAP_WIRE_USER),
	    KERN_SUCCESS);
	hf_file_unmap(VA, 4);
	hf_file_expect_idle(vp);
	hf_file_close(vp);
}

HF_SCENARIO(crossed_fault_memory, "pager.fault_lets_vnode_go_short", "FT-91",
    "a fault that got its vnode waits for memory without it", WRITES,
    .timeout_ms = 20000)
{
	struct hf_toucher t;
	struct vnode *vp;

	vp = hf_file_open(HF_SCRATCH_NAME);
	hf_file_drop(vp);
	hf_file_map(vp, VA, 0, 4, VM_PROT_READ, HF_FILE_SHARED);
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	hf_toucher_start(&t, VA + ptoa(3), -1);
	hf_require(hf_toucher_asleep(&t, "vnode"));
	hf_test_free_set(vm_cnt.v_free_severe - 1);
	VOP_UNLOCK(vp);
	hf_require(hf_toucher_asleep(&t, "pfault"));
	/* Whoever writes pages out to make memory needs it. */
	hf_expect_eq(vn_lock(vp, LK_EXCLUSIVE | LK_NOWAIT), 0);
	if (VOP_ISLOCKED(vp) == LK_EXCLUSIVE)
		VOP_UNLOCK(vp);
	hf_test_free_restore();
	hf_expect_ne(hf_toucher_join(&t), -1);
	hf_file_unmap(VA, 4);
	hf_file_expect_idle(vp);
	hf_file_close(vp);
}
