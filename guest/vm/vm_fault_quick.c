/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_fault_quick.c: holding the pages behind a range of addresses. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>
#include <vm/vm_page.h>

/*
 * Takes what is mapped with sufficient rights, under the pmap's lock only.  Every slot
 * is set, NULL where there is nothing; true if none is.
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
		    ma[i]->dirty != VM_PAGE_BITS_ALL)
			vm_page_dirty(ma[i]);
	}
	return (all);
}

/*
 * Behaves as if the bytes [addr, addr + len) of the map were accessed with prot,
 * and returns in ma the pages that served, each with one wiring; the number of them,
 * or -1 and nothing is held.  More pages than max_count panic.  With prot WRITE
 * the pages are dirty on return.
 *
 * Copying on write, page-in, filling with zeros and the checks of rights are those of
 * a real access; it is the mapping's rights that count.  The pages must have a
 * vm_page.  A held page is not freed or used for anything else until
 * vm_page_unhold_pages(), but it may stop being what is at that address or in
 * that object.
 *
 * Sleeps, and faults for curthread whatever map it is, so no lock may be held; in a
 * no-fault section only what is mapped can be had, and with VM_PROT_QUICK_NOFAULT
 * no fault is even tried.
 */
int
vm_fault_quick_hold_pages(vm_map_t map, vm_offset_t addr, vm_size_t len,
    vm_prot_t prot, vm_page_t *ma, int max_count)
{
	vm_offset_t end;
	u_long npages;
	int count, i;

	if (len == 0)
		return (0);
	if (addr + len < addr)
		return (-1);
	end = round_page(addr + len); /* of the unrounded end */
	addr = trunc_page(addr);
	if (!vm_map_range_valid(map, addr, end))
		return (-1);
	npages = atop(end - addr);
	if (max_count < 0 || npages > (u_long)max_count)
		panic(
		    "vm_fault_quick_hold_pages: %lu pages into an array of %d",
		    npages, max_count);
	count = (int)npages;
	if (hold_mapped(map->pmap, addr, prot, ma, count))
		return (count);
	if ((prot & VM_PROT_QUICK_NOFAULT) != 0 &&
	    (curthread->td_pflags & TDP_NOFAULTING) != 0)
		goto fail;
	for (i = 0; i < count; i++)
		if (ma[i] == NULL &&
		    vm_fault(map, addr + ptoa(i), prot & ~VM_PROT_PRIV_FLAG,
			VM_FAULT_NORMAL, &ma[i]) != KERN_SUCCESS)
			goto fail;
	return (count);
fail:
	for (i = 0; i < count; i++)
		if (ma[i] != NULL)
			vm_page_unwire(ma[i], PQ_INACTIVE);
	return (-1);
}
