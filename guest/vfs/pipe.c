/* SPDX-License-Identifier: BSD-2-Clause */
/* pipe.c: bytes from one process straight into another's memory. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/uio.h>
#include <kern/failpoint.h>
#include <vfs/pipe.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>
#include <vm/vm_page.h>

void
hf_pipe_init(struct hf_pipe *p)
{
	*p = (struct hf_pipe){ .p_left = 0 };
	mtx_init(&p->p_lock, "pipe", NULL, MTX_DEF);
}

void
hf_pipe_destroy(struct hf_pipe *p)
{
	KASSERT(!p->p_writing && !p->p_reading, ("hf_pipe_destroy: in use"));
	mtx_destroy(&p->p_lock);
}

void
hf_pipe_close(struct hf_pipe *p)
{
	mtx_lock(&p->p_lock);
	p->p_closed = true;
	wakeup(p);
	mtx_unlock(&p->p_lock);
}

/* p_lock held.  Offers n bytes of held pages; those that were not taken. */
static size_t
offer(struct hf_pipe *p, vm_offset_t offset, size_t n)
{
	size_t left;

	p->p_offset = offset;
	p->p_left = n;
	wakeup(p);
	/* A reader may be at the pages: they stay until it has left. */
	while (p->p_reading || (p->p_left > 0 && !p->p_closed))
		(void)msleep(p, &p->p_lock, PVFS, "pipewr", 0);
	left = p->p_left;
	p->p_left = 0;
	return (left);
}

/*
 * The next batch of the uio, p_lock held; dropped while pages are held and let
 * go.
 */
static int
send_batch(struct hf_pipe *p, struct uio *uio)
{
	vm_offset_t addr, offset;
	size_t n, left;
	int count;

	addr = (vm_offset_t)uio->uio_iov->iov_base;
	offset = addr & PAGE_MASK;
	n = ulmin(uio->uio_iov->iov_len, ptoa(HF_PIPE_PAGES) - offset);
	n = ulmin(n, (u_long)uio->uio_resid);
	mtx_unlock(&p->p_lock);
	/* Of this pipe only: the writer whose turn it is uses p_ma. */
	count = vm_fault_quick_hold_pages(&curproc->p_vmspace->vm_map, addr, n,
	    VM_PROT_READ, p->p_ma, HF_PIPE_PAGES);
	mtx_lock(&p->p_lock);
	if (count < 0)
		return (EFAULT);
	left = offer(p, offset, n);
	mtx_unlock(&p->p_lock);
	vm_page_unhold_pages(p->p_ma, count);
	mtx_lock(&p->p_lock);
	hf_uio_advance(uio, n - left);
	return (left == 0 ? 0 : EPIPE);
}

int
hf_pipe_write(struct hf_pipe *p, struct uio *uio)
{
	int error;

	KASSERT(uio->uio_segflg == UIO_USERSPACE,
	    ("hf_pipe_write: not of a process"));
	mtx_lock(&p->p_lock);
	while (p->p_writing)
		(void)msleep(p, &p->p_lock, PVFS, "pipewt", 0);
	p->p_writing = true;
	error = 0;
	while (error == 0 && hf_uio_more(uio))
		error = p->p_closed ? EPIPE : send_batch(p, uio);
	p->p_writing = false;
	wakeup(p);
	mtx_unlock(&p->p_lock);
	return (error);
}

/* Bytes of a page through this CPU's frame, where no fault can be taken. */
static int
move_by_frame(vm_page_t m, vm_offset_t offset, int n, struct uio *uio)
{
	vm_offset_t kva;
	int error, save;

	save = vm_fault_disable_pagefaults();
	kva = pmap_quick_enter_page(m);
	error = uiomove((void *)(kva + offset), n, uio);
	pmap_quick_remove_page(kva);
	vm_fault_enable_pagefaults(save);
	return (error);
}

/*
 * The receiver's memory wants a fault: it is taken by holding its pages, which
 * then can be stored to without another.  One piece of the uio at most, which
 * is not empty.
 */
static int
move_to_held(vm_page_t m, vm_offset_t offset, int n, struct uio *uio)
{
	vm_page_t to[2];
	vm_offset_t addr, kva;
	struct iovec iov;
	struct uio in = { .uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_segflg = UIO_SYSSPACE,
		.uio_rw = UIO_WRITE };
	int count, error, i;

	KASSERT(uio->uio_segflg == UIO_USERSPACE,
	    ("hf_pipe_read: memory of the kernel wants a fault"));
	addr = (vm_offset_t)uio->uio_iov->iov_base;
	iov.iov_len = ulmin(uio->uio_iov->iov_len, (u_long)n);
	in.uio_resid = (ssize_t)iov.iov_len;
	count = vm_fault_quick_hold_pages(&curproc->p_vmspace->vm_map, addr,
	    iov.iov_len, VM_PROT_READ | VM_PROT_WRITE, to, nitems(to));
	if (count < 0)
		return (EFAULT);
	n = (int)iov.iov_len;
	(void)HF_FAILPOINT("pipe.held");
	kva = pmap_quick_enter_page(m);
	iov.iov_base = (void *)(kva + offset);
	error = uiomove_fromphys(to, addr & PAGE_MASK, n, &in);
	pmap_quick_remove_page(kva);
	for (i = 0; i < count; i++)
		hf_vm_page_dirty_stored(to[i]);
	vm_page_unhold_pages(to, count);
	KASSERT(error == 0, ("move_to_held: error %d", error));
	hf_uio_advance(uio, (size_t)n);
	return (error);
}

/* The reader has the batch: as much of it as the uio takes. */
static int
receive(struct hf_pipe *p, size_t left, struct uio *uio)
{
	vm_offset_t base;
	ssize_t before;
	vm_page_t m;
	int error, n;

	for (error = 0; error == 0 && left > 0 && hf_uio_more(uio);) {
		m = p->p_ma[p->p_offset / PAGE_SIZE];
		base = p->p_offset & PAGE_MASK;
		n = (int)ulmin(left, PAGE_SIZE - base);
		before = uio->uio_resid;
		error = move_by_frame(m, base, n, uio);
		if (error == EFAULT && uio->uio_resid == before)
			error = move_to_held(m, base, n, uio);
		else if (error == EFAULT)
			error = 0; /* what came before it counts */
		p->p_offset += (vm_offset_t)(before - uio->uio_resid);
		left -= (size_t)(before - uio->uio_resid);
	}
	return (error);
}

int
hf_pipe_read(struct hf_pipe *p, struct uio *uio)
{
	ssize_t before;
	int error;

	before = uio->uio_resid;
	mtx_lock(&p->p_lock);
	while (p->p_reading || (p->p_left == 0 && !p->p_closed))
		(void)msleep(p, &p->p_lock, PVFS, "piperd", 0);
	if (p->p_closed) {
		mtx_unlock(&p->p_lock);
		return (0);
	}
	p->p_reading = true;
	mtx_unlock(&p->p_lock);
	error = receive(p, p->p_left, uio);
	mtx_lock(&p->p_lock);
	p->p_left -= (size_t)(before - uio->uio_resid);
	p->p_reading = false;
	wakeup(p);
	mtx_unlock(&p->p_lock);
	return (uio->uio_resid == before ? error : 0);
}
