/* SPDX-License-Identifier: BSD-2-Clause */
/* io_user.c: what else touches user memory beside a vnode lock. */

#include <sys/vmmeter.h>
#include <kern/thread.h>
#include <test/scenario.h>
#include <test/space.h>
#include <vm/vm_object.h>
#include <vm/vnode_pager.h>
#include "filesum.h"
#include "io.h"

#define VA     HF_SPACE_BASE
#define WRITES .flags = HF_NEEDS_DISK | HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE

/* Entries of the directory into buf; *got bytes; errno. */
static int
list(struct vnode *dvp, enum uio_seg seg, void *buf, size_t bytes, size_t *got,
    int *eof)
{
	struct iovec iov = { buf, bytes };
	struct uio uio = { .uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_resid = (ssize_t)bytes,
		.uio_segflg = seg,
		.uio_rw = UIO_READ };
	int error;

	(void)vn_lock(dvp, LK_SHARED | LK_RETRY);
	error = VOP_READDIR(dvp, &uio, NULL, eof, NULL, NULL);
	VOP_UNLOCK(dvp);
	*got = bytes - (size_t)uio.uio_resid;
	return (error);
}

HF_SCENARIO(io_readdir, "pager.readdir_user", "QH-30 VN-21 VN-23",
    "a directory is read into absent user memory; bad memory is EFAULT", WRITES)
{
	static char want[PAGE_SIZE] __aligned(8), have[PAGE_SIZE] __aligned(8);
	struct vnode *dvp;
	size_t got, wanted;
	int eof;

	dvp = hf_file_open("nested");
	hf_space_anon_at(VA, 2);
	hf_expect_eq(
	    list(dvp, UIO_SYSSPACE, want, sizeof(want), &wanted, &eof), 0);
	hf_expect(eof && wanted > 0);
	hf_expect_eq(list(dvp, UIO_USERSPACE, (void *)(VA + ptoa(1) - 8),
			 PAGE_SIZE, &got, &eof),
	    0);
	hf_expect(eof);
	hf_expect_eq(got, wanted);
	hf_expect_eq(copyin((void *)(VA + ptoa(1) - 8), have, got), 0);
	hf_expect_eq(memcmp(want, have, got), 0);
	hf_expect_eq(list(dvp, UIO_USERSPACE, (void *)(VA + ptoa(2)), PAGE_SIZE,
			 &got, &eof),
	    EFAULT);
	hf_expect_eq(got, 0);
	/* Room for one entry is enough for one. */
	hf_expect_eq(
	    list(dvp, UIO_SYSSPACE, have, sizeof(struct dirent), &got, &eof),
	    0);
	hf_expect_lt(0, got);
	hf_expect(!eof);
	hf_expect_eq(memcmp(want, have, got), 0);
	hf_expect_eq(VOP_ISLOCKED(dvp), 0);
	hf_file_close(dvp);
}

HF_SCENARIO(io_pgmove, "pager.io_pgmove", "QH-34",
    "bytes move between a file's pages and the user's held pages", WRITES)
{
	struct thread *td = curthread;
	struct iovec iov = { (void *)(VA + 4000), 300 };
	struct uio uio = { .uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_offset = 9,
		.uio_resid = 300,
		.uio_segflg = UIO_USERSPACE,
		.uio_rw = UIO_READ,
		.uio_td = td };
	struct iovec iov_back;
	struct uio back;
	vm_page_t held[2], frame;
	uint8_t *byte;
	int i, wrong;

	frame = vm_page_alloc_noobj(VM_ALLOC_WIRED | VM_ALLOC_ZERO);
	hf_require(frame != NULL);
	byte = (uint8_t *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(frame));
	for (i = 0; i < 300; i++)
		byte[50 + i] = (uint8_t)(i * 3);
	hf_space_anon_at(VA, 2);
	hf_require_eq(vm_fault_quick_hold_pages(
			  hf_space_map(), VA + 4000, 300, VM_PROT_RW, held, 2),
	    2);
	td->td_ma = held;
	td->td_ma_cnt = 2;
	td->td_pflags |= TDP_UIOHELD;
	hf_expect_eq(vn_io_fault_pgmove(&frame, 50, 200, &uio), 0);
	hf_expect_eq(vn_io_fault_pgmove(&frame, 250, 999, &uio), 0);
	/* And back, behind what came from there. */
	back = uio;
	iov_back = (struct iovec){ (void *)(VA + 4000), 300 };
	back.uio_iov = &iov_back;
	back.uio_iovcnt = 1;
	back.uio_offset = 9;
	back.uio_resid = 300;
	back.uio_rw = UIO_WRITE;
	td->td_ma = held;
	td->td_ma_cnt = 2;
	hf_expect_eq(vn_io_fault_pgmove(&frame, 400, 300, &back), 0);
	hf_expect_eq(back.uio_resid, 0);
	hf_expect_eq(memcmp(byte + 400, byte + 50, 300), 0);
	td->td_pflags &= ~TDP_UIOHELD;
	td->td_ma = NULL;
	td->td_ma_cnt = 0;
	hf_expect_eq(uio.uio_resid, 0);
	hf_expect_eq(uio.uio_offset, 309);
	for (wrong = i = 0; i < 300; i++)
		wrong +=
		    fubyte((void *)(VA + 4000 + (u_int)i)) != (uint8_t)(i * 3);
	hf_expect_eq(wrong, 0);
	/* Without held pages it is uiomove_fromphys(). */
	iov = (struct iovec){ (void *)VA, 8 };
	uio.uio_iov = &iov;
	uio.uio_iovcnt = 1;
	uio.uio_resid = 8;
	uio.uio_rw = UIO_WRITE;
	hf_poke(VA, 0x0807060504030201);
	hf_expect_eq(vn_io_fault_pgmove(&frame, 0, 8, &uio), 0);
	hf_expect_eq(byte[7], 8);
	vm_page_unhold_pages(held, 2);
	vm_page_unwire_noq(frame);
	vm_page_free(frame);
}

HF_SCENARIO(io_resident, "pager.io_resident", "QH-30 VN-25",
    "memory at hand is moved in one try: no fault, no wiring, no unlocking",
    WRITES)
{
	u_long faults;
	struct vnode *vp;
	vm_page_t m;
	int how;

	vp = hf_file_open(HF_SCRATCH_NAME);
	hf_space_anon_at(VA, 1);
	hf_poke(VA, 1);
	m = hf_space_page(VA);
	hf_expect_eq(io_do(vp, IO_FILE, UIO_READ, 0, VA, PAGE_SIZE), 0);
	for (how = 0; how < IO_HOWS; how++) {
		faults = VM_CNT_FETCH(v_vm_faults);
		hf_expect_eq(io_do(vp, how, UIO_READ, 0, VA, PAGE_SIZE), 0);
		hf_expect_eq(io_do(vp, how, UIO_WRITE, 0, VA, PAGE_SIZE), 0);
		hf_expect_eq(VM_CNT_FETCH(v_vm_faults), faults);
		hf_expect_eq(vm_page_wire_count(m), 0);
	}
	hf_file_close(vp);
}

#ifdef INVARIANTS
static void
fault_other(void *arg)
{
	(void)vm_fault(hf_space_map(), VA, VM_PROT_READ, VM_FAULT_NORMAL, NULL);
}
#endif

static volatile int has, go;

static void
lock_other(void *arg)
{
	(void)vn_lock(arg, LK_EXCLUSIVE | LK_RETRY);
	has = 1;
	hf_await(&go, 1);
	VOP_UNLOCK(arg);
}

HF_SCENARIO(io_order, "pager.fault_under_other_vnode", "IN-8",
    "a fault that must wait for one vnode with another locked is reported",
    WRITES)
{
	struct thread *td;
	struct vnode *own, *vp;

	own = hf_file_open("hello.txt");
	vp = hf_file_open(HF_SCRATCH_NAME);
	hf_file_map(vp, VA, ptoa(3), 1, VM_PROT_READ, HF_FILE_SHARED);
	has = go = 0;
	td = hf_space_thread(lock_other, vp);
	hf_await(&has, 1);
	(void)vn_lock(own, LK_SHARED | LK_RETRY);
#ifdef INVARIANTS
	hf_expect_panic(fault_other, NULL, "vnode is taken with vnode held");
	vdrop(vp); /* the panic left it held */
#endif
	go = 1;
	hf_thread_join(td);
	/* Nobody has it: no wait, no report. */
	hf_expect_eq(
	    vm_fault(hf_space_map(), VA, VM_PROT_READ, VM_FAULT_NORMAL, NULL),
	    KERN_SUCCESS);
	VOP_UNLOCK(own);
	hf_file_unmap(VA, 1);
	hf_file_close(own);
	hf_file_close(vp);
}
