/* SPDX-License-Identifier: BSD-2-Clause */
/* access.c: a quick hold does all that the access itself would. */

#include <sys/proc.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/space.h>

#define VA HF_SPACE_BASE

static int
hold(vm_offset_t addr, vm_size_t len, vm_prot_t prot, vm_page_t *ma, int max)
{
	return (vm_fault_quick_hold_pages(
	    hf_space_map(), addr, len, prot, ma, max));
}

HF_SCENARIO(hold_unmapped_page, "hold.unmapped_page", "QH-07 QH-35 QH-25",
    "it is the mapping's rights that count, and a resident page needs no I/O")
{
	struct rusage ru;
	vm_page_t ma[1], m;
	vm_map_t map;

	hf_space_anon_at(VA, 1);
	map = hf_space_map();
	hf_poke(VA, 3);
	m = hf_space_page(VA);
	pmap_remove(map->pmap, VA, VA + ptoa(1));
	ru = curthread->td_ru;
	hf_expect_eq(hold(VA, 1, VM_PROT_READ, ma, 1), 1);
	hf_expect_eq(ma[0], m);
	hf_expect_eq(curthread->td_ru.ru_minflt, ru.ru_minflt + 1);
	hf_expect_eq(curthread->td_ru.ru_majflt, ru.ru_majflt);
	vm_page_unhold_pages(ma, 1);
	/* Mapped with too few rights, in an entry that allows it. */
	pmap_protect(map->pmap, VA, VA + ptoa(1), VM_PROT_READ);
	hf_expect_eq(hold(VA, 1, VM_PROT_RW, ma, 1), 1);
	hf_expect_eq(ma[0], m);
	vm_page_unhold_pages(ma, 1);
	/* Present, but the entry forbids it. */
	hf_require_eq(vm_map_protect(map, VA, VA + ptoa(1), VM_PROT_READ, 0,
			  VM_MAP_PROTECT_SET_PROT),
	    KERN_SUCCESS);
	hf_expect_eq(hold(VA, 1, VM_PROT_RW, ma, 1), -1);
	hf_space_map_at(VA + ptoa(2), 1, NULL, 0, VM_PROT_EXECUTE, 0);
	hf_expect_eq(hold(VA + ptoa(2), 1, VM_PROT_EXECUTE, ma, 1), 1);
	vm_page_unhold_pages(ma, 1);
	hf_space_check();
}

HF_SCENARIO(hold_cow, "hold.cow", "QH-09 QH-12",
    "holding for write copies a shared page and marks it dirty")
{
	struct proc *parent, *child;
	vm_page_t ma[2], orig;

	hf_space_anon_at(VA, 2);
	parent = curproc;
	hf_poke(VA, 0xaa);
	orig = hf_space_page(VA);
	child = hf_space_fork("child");
	vm_page_undirty(orig);
	hf_expect_eq(hold(VA, 1, VM_PROT_READ, ma, 1), 1);
	hf_expect_eq(ma[0], orig);
	hf_expect_eq(orig->dirty, 0);
	vm_page_unhold_pages(ma, 1);
	hf_expect_eq(hold(VA, ptoa(2), VM_PROT_RW, ma, 2), 2);
	hf_expect_ne(ma[0], orig);
	hf_expect_eq(ma[0]->dirty, VM_PAGE_BITS_ALL);
	hf_expect_eq(ma[1]->dirty, VM_PAGE_BITS_ALL);
	hf_expect((hf_space_leaf(VA) & X86_PG_RW) != 0);
	hf_expect_eq(hf_space_page(VA), ma[0]);
	hf_expect_eq(*(uint64_t *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(ma[0])), 0xaa);
	vm_page_unhold_pages(ma, 2);
	/* Again, now by the fast path. */
	vm_page_undirty(hf_space_page(VA));
	hf_expect_eq(hold(VA, 1, VM_PROT_RW, ma, 1), 1);
	hf_expect_eq(ma[0]->dirty, VM_PAGE_BITS_ALL);
	vm_page_unhold_pages(ma, 1);
	hf_space_run(child);
	hf_expect_eq(
	    hf_space_page(VA) == NULL ? orig : hf_space_page(VA), orig);
	hf_expect_eq(hf_peek(VA), 0xaa);
	hf_space_run(parent);
	hf_space_end(child);
	hf_space_check();
}

HF_SCENARIO(hold_foreign, "hold.foreign", "QH-18",
    "for another process's map the caller pays")
{
	struct proc *owner, *other;
	struct rusage ru;
	vm_map_t map;
	vm_page_t ma[1];

	hf_space_anon_at(VA, 1);
	map = hf_space_map();
	owner = curproc;
	other = hf_space_proc("other");
	hf_space_run(other);
	ru = curthread->td_ru;
	hf_expect_eq(
	    vm_fault_quick_hold_pages(map, VA, 8, VM_PROT_RW, ma, 1), 1);
	hf_expect_eq(curthread->td_ru.ru_minflt, ru.ru_minflt + 1);
	*(volatile uint64_t *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(ma[0])) = 0x1234;
	vm_page_unhold_pages(ma, 1);
	hf_space_run(owner);
	hf_space_end(other);
	hf_expect_eq(hf_peek(VA), 0x1234);
	hf_space_check();
}

/*
 * The flow that the manual page describes: a driver gets at a process's buffer
 * with a lock held under which nothing may fault.
 */
HF_SCENARIO(hold_example, "hold.example", "QH-33 QH-34",
    "a kernel changes a process's buffer through held pages, without faults")
{
	enum { LEN = 2 * PAGE_SIZE - 200, OFF = 300 };
	vm_page_t ma[LEN / PAGE_SIZE + 2];
	vm_offset_t addr, at, end;
	u_long faults;
	int count, i, from, to;

	hf_space_anon_at(VA, 4);
	addr = VA + OFF;
	count = hold(addr, LEN, VM_PROT_RW, ma, nitems(ma));
	hf_require(count > 0);
	faults = VM_CNT_FETCH(v_vm_faults);
	end = addr + LEN;
	critical_enter();
	for (i = 0; i < count; i++) {
		at = trunc_page(addr) + ptoa(i);
		from = i == 0 ? (int)(addr & PAGE_MASK) : 0;
		to = end - at < PAGE_SIZE ? (int)(end - at) : PAGE_SIZE;
		memset((void *)(PHYS_TO_DMAP(VM_PAGE_TO_PHYS(ma[i])) + from),
		    0x77, to - from);
	}
	critical_exit();
	hf_expect_eq(VM_CNT_FETCH(v_vm_faults), faults);
	vm_page_unhold_pages(ma, count);
	hf_expect_read(addr - 1, 0);
	hf_expect_read(addr, 0x77);
	hf_expect_read(addr + PAGE_SIZE, 0x77);
	hf_expect_read(end - 1, 0x77);
	hf_expect_read(end, 0);
	hf_space_check();
}
