/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_glue.c: buffers of processes: wiring them for the kernel, checking them. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <vm/vm.h>
#include <vm/vm_extern.h>
#include <vm/vm_kern.h>
#include <vm/vm_map.h>

static bool
check_access(vm_map_t map, void *addr, int len, int rw)
{
	vm_offset_t start, end;
	bool ok;

	KASSERT((rw & ~VM_PROT_ALL) == 0, ("useracc: rw %#x", rw));
	start = (vm_offset_t)addr;
	end = start + len;
	if (len < 0 || end < start || end > vm_map_max(map))
		return (false);
	vm_map_lock_read(map);
	ok = vm_map_check_protection(
	    map, trunc_page(start), round_page(end), rw);
	vm_map_unlock_read(map);
	return (ok);
}

/*
 * Does the kernel's map permit rw (VM_PROT_) in the range?  No promise that an
 * access will work.
 */
bool
kernacc(void *addr, int len, int rw)
{
	return (check_access(kernel_map, addr, len, rw));
}

/* The same for the current process. */
bool
useracc(void *addr, int len, int rw)
{
	return (check_access(&curproc->p_vmspace->vm_map, addr, len, rw));
}

/*
 * Wires the pages of [addr, addr + len) of the current process, so that copyout()
 * there does not fault.  Sleeps.  0, or EINVAL (wraps), ENOMEM (more than
 * may be wired at all), EFAULT.  Nests; pair each with vsunlock().
 */
int
vslock(void *addr, size_t len)
{
	vm_offset_t start, end, last;
	vm_size_t npages;

	last = (vm_offset_t)addr + len;
	start = trunc_page(addr);
	end = round_page(last);
	if (last < (vm_offset_t)addr || end < (vm_offset_t)addr)
		return (EINVAL);
	npages = atop(end - start);
	if (npages > vm_page_max_user_wired)
		return (ENOMEM);
	if (vm_map_wire(&curproc->p_vmspace->vm_map, start, end,
		VM_MAP_WIRE_SYSTEM | VM_MAP_WIRE_NOHOLES) != KERN_SUCCESS)
		return (EFAULT);
	curthread->td_vslock_sz += len;
	return (0);
}

/* Undoes a vslock() of exactly this range by this thread. */
void
vsunlock(void *addr, size_t len)
{
	KASSERT(curthread->td_vslock_sz >= len, ("vsunlock: unpaired"));
	curthread->td_vslock_sz -= len;
	if (vm_map_unwire(&curproc->p_vmspace->vm_map, trunc_page(addr),
		round_page((vm_offset_t)addr + len),
		VM_MAP_WIRE_SYSTEM | VM_MAP_WIRE_NOHOLES) != KERN_SUCCESS)
		panic("vsunlock: %p is not wired", addr);
}
