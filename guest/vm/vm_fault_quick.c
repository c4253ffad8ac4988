/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_fault_quick.c: holding the pages behind a range of addresses. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <kern/failpoint.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>
#include <vm/vm_page.h>

/*
 * Takes what is mapped with sufficient rights, under the pmap's lock only.
 * Every slot is set, NULL where there is nothing; true if none is.
 */
static bool
hold_mapped(
    pmap_t pmap, vm_offset_t addr, vm_prot_t prot, vm_page_t *ma, int count)
{
	bool all;
	int i;

	all = true;
	for (i = 0; i < count; i++) {
		ma[i] = pmap_extract_and_hold(
		    pmap, addr + ptoa(i), prot & VM_PROT_ALL);
		if (ma[i] == NULL)
			all = false;
		else if ((prot & VM_PROT_WRITE) != 0 &&
		    ma[i]->dirty != VM_PAGE_BITS_ALL) {
			/* The wiring does not keep it valid. */
			(void)HF_FAILPOINT("hold.mapped");
			hf_vm_page_dirty_held(ma[i]);
		}
	}
	return (all);
}

/* Lets go what the slots name. */
static void
unhold(vm_page_t *ma, int count)
{
	int i;

	for (i = 0; i < count; i++)
		if (ma[i] != NULL)
			vm_page_unwire(ma[i], PQ_INACTIVE);
}

/* Faults in what hold_mapped() has not found; EAGAIN: it must not. */
static int
hold_faulted(
    vm_map_t map, vm_offset_t addr, vm_prot_t prot, vm_page_t *ma, int count)
{
	int i;

	if ((prot & VM_PROT_QUICK_NOFAULT) != 0 &&
	    (curthread->td_pflags & TDP_NOFAULTING) != 0)
		return (EAGAIN);
	for (i = 0; i < count; i++)
		if (ma[i] == NULL &&
		    vm_fault(map, addr + ptoa(i), prot & ~VM_PROT_PRIV_FLAG,
			VM_FAULT_NORMAL, &ma[i]) != KERN_SUCCESS)
			return (EFAULT);
	return (0);
}

/*
 * Behaves as if the bytes [addr, addr + len) of the map were accessed with prot
 * (READ, WRITE, EXECUTE).  ma receives the pages that served, each with one
 * wiring, and *countp their number.  With prot WRITE the pages are dirty on
 * return, unless they were truncated meanwhile.  No bytes are no pages,
 * whatever addr and ma are.
 *
 * On an error nothing is held, *countp is 0 and ma means nothing.  ENOMEM: the
 * range leaves the map, or its end wraps, also when rounded to a page.  EINVAL:
 * the array is too small.  EFAULT: the access is not possible, or prot names
 * none.  EAGAIN: something is not mapped, prot has VM_PROT_QUICK_NOFAULT and
 * the thread is in a no-fault section.  The range is checked before the array.
 *
 * Copying on write, page-in, filling with zeros and the checks of rights are
 * those of a real access; it is the mapping's rights that count.  The pages
 * must have a vm_page.
 *
 * A held frame is not freed or used for anything else until
 * vm_page_unhold_pages(). Nothing keeps it at its address or in its object,
 * though, or its contents as they are:
 *  - unmapped or truncated, it is the holder's alone.  What is mapped there
 *    later, or read when the file has grown again, is another frame.  There is
 *    one exception: if a map entry had the page wired (mlock, vslock), the same
 *    frame comes back, as the lock promised.
 *  - after a fork the next write by either side makes a copy, and the held page
 *    may be the other side's.  Once the process that it was held from has
 *    ended, the page may belong to the survivor alone, which then writes it in
 *    place.
 *  - a write-back takes it for clean when it ends.  Who stores after it began must
 *    call hf_vm_page_dirty_stored() after the last store, or the store may be
 *    lost; hf_vm_page_dirty_held() where sleeping is forbidden, once that end is
 *    known.
 * See scenarios hold.not_remapped, hold.file_regrown, hold.locked_regrown,
 * hold.forked, hold.dead_child and hold.synced.
 *
 * Sleeps, and faults for curthread whatever map it is, so the caller holds no
 * lock.  In a no-fault section only what is mapped can be held; with
 * VM_PROT_QUICK_NOFAULT no fault is even tried.
 */
int
vm_fault_hold_pages(vm_map_t map, vm_offset_t addr, vm_size_t len,
    vm_prot_t prot, vm_page_t *ma, int max_count, int *countp)
{
	vm_offset_t end;
	int count, error;

	*countp = 0;
	if (len == 0)
		return (0);
	end = round_page(addr + len); /* of the unrounded end */
	if (addr + len < addr || end < addr + len)
		return (ENOMEM);
	addr = trunc_page(addr);
	if (!vm_map_range_valid(map, addr, end))
		return (ENOMEM);
	if (max_count < 0 || atop(end - addr) > (u_long)max_count)
		return (EINVAL);
	if ((prot & VM_PROT_ALL) == VM_PROT_NONE)
		return (EFAULT);
	count = (int)atop(end - addr);
	if (!hold_mapped(map->pmap, addr, prot, ma, count)) {
		error = hold_faulted(map, addr, prot, ma, count);
		if (error != 0) {
			unhold(ma, count);
			return (error);
		}
	}
	*countp = count;
	return (0);
}

/*
 * The same in its older form: the number of pages, or -1 for any error but a
 * too small array, which panics.
 */
int
vm_fault_quick_hold_pages(vm_map_t map, vm_offset_t addr, vm_size_t len,
    vm_prot_t prot, vm_page_t *ma, int max_count)
{
	int count, error;

	error =
	    vm_fault_hold_pages(map, addr, len, prot, ma, max_count, &count);
	if (error == EINVAL)
		panic("vm_fault_quick_hold_pages: %lu bytes at %#lx into an "
		      "array of %d",
		    len, addr, max_count);
	return (error == 0 ? count : -1);
}
