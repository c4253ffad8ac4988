/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_glue.c: buffers of processes: wiring them for the kernel, checking them. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <vm/vm.h>
#include <vm/vm_extern.h>
#include <vm/vm_kern.h>
#include <vm/vm_map.h>

/* A range that leaves the map, or wraps, permits nothing; an empty one all. */
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

/* The whole pages of [addr, addr + len); false: that wraps. */
static bool
covering_pages(void *addr, size_t len, vm_offset_t *start, vm_offset_t *end)
{
	vm_offset_t last;

	last = (vm_offset_t)addr + len;
	*start = trunc_page(addr);
	*end = round_page(last);
	return (last >= (vm_offset_t)addr && *end >= last);
}

/*
 * Wires the pages of [addr, addr + len) of the current process, so that copyout()
 * there does not fault.  Sleeps.  0, or EINVAL (wraps, also when rounded), ENOMEM
 * (more than may be wired at all), EFAULT (a page is not mapped, cannot be had or lies
 * outside the map, of which vm_map_wire() would wire what is left).  No byte
 * at the start of a page is no page, at another address the page around it.
 * Nests; pair each with vsunlock().
 */
int
vslock(void *addr, size_t len)
{
	vm_offset_t start, end;
	vm_map_t map;

	map = &curproc->p_vmspace->vm_map;
	if (!covering_pages(addr, len, &start, &end))
		return (EINVAL);
	if (atop(end - start) > vm_page_max_user_wired)
		return (ENOMEM);
	if (start != end &&
	    (!vm_map_range_valid(map, start, end) ||
		vm_map_wire(map, start, end,
		    VM_MAP_WIRE_SYSTEM | VM_MAP_WIRE_NOHOLES) != KERN_SUCCESS))
		return (EFAULT);
	curthread->td_vslock_sz += len;
	return (0);
}

/* Undoes a vslock() of exactly this range by this thread. */
void
vsunlock(void *addr, size_t len)
{
	vm_offset_t start, end;
	vm_map_t map;

	map = &curproc->p_vmspace->vm_map;
	KASSERT(curthread->td_vslock_sz >= len, ("vsunlock: unpaired"));
	if (!covering_pages(addr, len, &start, &end) ||
	    (start != end &&
		(!vm_map_range_valid(map, start, end) ||
		    vm_map_unwire(map, start, end,
			VM_MAP_WIRE_SYSTEM | VM_MAP_WIRE_NOHOLES) !=
			KERN_SUCCESS)))
		panic("vsunlock: %p is not wired", addr);
	curthread->td_vslock_sz -= len;
}
