/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_glue.c: stacks of threads; buffers of processes: wiring and checking them. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_extern.h>
#include <vm/vm_kern.h>
#include <vm/vm_map.h>
#include <vm/vm_page.h>

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
 * Wires the pages of [addr, addr + len) of the current process, so that
 * copyout() there does not fault.  Sleeps.  0; EINVAL if the range wraps, also
 * when rounded; ENOMEM if it is more than may be wired at all; EFAULT if a page
 * is not mapped, cannot be had, or lies outside the map (vm_map_wire() would
 * wire the rest).  No byte at the start of a page is no page, at another
 * address the page around it.  Nests; pair each with vsunlock().
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

/*
 * A stack of so many pages (at most KSTACK_PAGES) for td, with an unmapped page
 * below it.  Sleeps for memory.  False: the kernel map has no addresses.
 */
int
vm_thread_new(struct thread *td, int pages)
{
	vm_offset_t va;
	vm_page_t m;

	KASSERT(pages > 0 && pages <= KSTACK_PAGES,
	    ("vm_thread_new: %d pages", pages));
	va = kva_alloc(ptoa(pages + 1));
	if (va == 0)
		return (0);
	va += PAGE_SIZE;
	for (int i = 0; i < pages; i++) {
		m = vm_page_alloc_noobj(VM_ALLOC_WIRED | VM_ALLOC_WAITOK);
		pmap_qenter(va + ptoa(i), &m, 1);
	}
	td->td_kstack = va;
	td->td_kstack_pages = pages;
	return (1);
}

/* Gives back what vm_thread_new() made.  Nobody runs on it any more. */
void
vm_thread_dispose(struct thread *td)
{
	vm_page_t m[KSTACK_PAGES];
	int pages = td->td_kstack_pages;

	for (int i = 0; i < pages; i++)
		m[i] = PHYS_TO_VM_PAGE(pmap_kextract(td->td_kstack + ptoa(i)));
	pmap_qremove(td->td_kstack, pages);
	for (int i = 0; i < pages; i++) {
		vm_page_unwire_noq(m[i]);
		vm_page_free(m[i]);
	}
	kva_free(td->td_kstack - PAGE_SIZE, ptoa(pages + 1));
	td->td_kstack = 0;
	td->td_kstack_pages = 0;
}
