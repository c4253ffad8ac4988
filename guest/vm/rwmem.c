/* SPDX-License-Identifier: BSD-2-Clause */
/* rwmem.c: one process reads and writes another's memory. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>
#include <vm/vm_page.h>

/* Breakpoints: what a CPU fetches next is what was written. */
static void
sync_icache(vm_map_t map, vm_offset_t va, vm_size_t len)
{
	boolean_t exec;

	vm_map_lock_read(map);
	exec = vm_map_check_protection(
	    map, trunc_page(va), trunc_page(va) + PAGE_SIZE, VM_PROT_EXECUTE);
	vm_map_unlock_read(map);
	if (exec)
		pmap_sync_icache(map->pmap, va, len);
}

/*
 * What of the uio lies in the page of uio_offset.  The fault gives the page
 * that serves the access, kept by a wiring: whatever becomes of the mapping, it
 * is not another's.
 */
static int
move_in_page(vm_map_t map, struct uio *uio)
{
	vm_offset_t va, off;
	bool writing;
	vm_page_t m;
	int error, len, rv;

	writing = uio->uio_rw == UIO_WRITE;
	va = (vm_offset_t)uio->uio_offset;
	off = va & PAGE_MASK;
	len = (int)ulmin(PAGE_SIZE - off, (u_long)uio->uio_resid);
	rv = vm_fault(map, trunc_page(va),
	    writing ? VM_PROT_READ | VM_PROT_COPY : VM_PROT_READ,
	    writing ? VM_FAULT_DIRTY : VM_FAULT_NORMAL, &m);
	if (rv != KERN_SUCCESS)
		return (rv == KERN_RESOURCE_SHORTAGE ? ENOMEM : EFAULT);
	error = uiomove_fromphys(&m, off, len, uio);
	if (writing) {
		/* The fault said so before the bytes came. */
		hf_vm_page_dirty_stored(m);
		sync_icache(map, va, (vm_size_t)len);
	}
	vm_page_unwire(m, PQ_ACTIVE);
	return (error);
}

int
proc_rwmem(struct proc *p, struct uio *uio)
{
	struct vmspace *vm;
	ssize_t before;
	int error;

	vm = vmspace_acquire_ref(p);
	if (vm == NULL)
		return (EFAULT);
	error = 0;
	before = 0;
	while (error == 0 && uio->uio_resid > 0 && uio->uio_resid != before) {
		before = uio->uio_resid;
		error = move_in_page(&vm->vm_map, uio);
	}
	vmspace_free(vm);
	return (error);
}

static ssize_t
move_buffer(
    struct proc *p, vm_offset_t va, void *buf, size_t len, enum uio_rw rw)
{
	struct iovec iov = { buf, len };
	struct uio uio = { .uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_offset = (off_t)va,
		.uio_resid = (ssize_t)len,
		.uio_segflg = UIO_SYSSPACE,
		.uio_rw = rw };
	int error;

	if (len > INT64_MAX)
		return (-1); /* more than any process has */
	error = proc_rwmem(p, &uio);
	if (error != 0 && uio.uio_resid == (ssize_t)len)
		return (-1);
	return ((ssize_t)len - uio.uio_resid);
}

ssize_t
proc_readmem(
    struct thread *td, struct proc *p, vm_offset_t va, void *buf, size_t len)
{
	return (move_buffer(p, va, buf, len, UIO_READ));
}

ssize_t
proc_writemem(
    struct thread *td, struct proc *p, vm_offset_t va, void *buf, size_t len)
{
	return (move_buffer(p, va, buf, len, UIO_WRITE));
}
