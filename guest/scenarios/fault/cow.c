/* SPDX-License-Identifier: BSD-2-Clause */
/* cow.c: when a write gets a page of its own, and whose frame that is. */

#include <sys/proc.h>
#include <sys/vmmeter.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/script_pager.h>
#include <test/space.h>
#include <test/vm_util.h>
#include <test/whole.h>

#define VA HF_SPACE_BASE

HF_SCENARIO(fault_cow_private, "fault.cow_private", "CW-20 CW-26",
    "a private mapping reads the object's page and writes a copy")
{
	struct hf_script s;
	vm_page_t orig, copy;
	u_long cow;

	hf_script_begin(&s, 2);
	vm_object_reference(s.object);
	hf_space_map_at(VA, 2, s.object, 0, VM_PROT_RW, MAP_COPY_ON_WRITE);
	hf_space_map_at(VA + ptoa(4), 2, s.object, 0, VM_PROT_RW, 0);
	hf_expect_read(VA, hf_script_byte(0));
	orig = hf_space_page(VA);
	hf_expect_eq(orig->object, s.object);
	hf_expect((hf_space_leaf(VA) & X86_PG_RW) == 0);
	cow = VM_CNT_FETCH(v_cow_faults);
	hf_expect(hf_probe_write(VA, 0x11).ok);
	copy = hf_space_page(VA);
	hf_expect_ne(copy, orig);
	hf_expect((hf_space_leaf(VA) & X86_PG_RW) != 0);
	hf_expect_eq(VM_CNT_FETCH(v_cow_faults), cow + 1);
	hf_expect_read(VA, 0x11);
	hf_expect_bytes(VA, 1, PAGE_SIZE, hf_script_byte(0));
	hf_expect_read(VA + ptoa(4), hf_script_byte(0));
	hf_expect_eq(hf_space_page(VA + ptoa(4)), orig);
	hf_expect_eq(orig->dirty, 0);
	hf_expect_eq(copy->dirty, VM_PAGE_BITS_ALL);
	/* Once is enough. */
	hf_expect(hf_probe_write(VA + 2, 0x12).ok);
	hf_expect_eq(VM_CNT_FETCH(v_cow_faults), cow + 1);
	hf_space_check();
	vm_map_remove(hf_space_map(), VA, VA + ptoa(8));
	hf_script_end(&s);
}

HF_SCENARIO(fault_cow_fork, "fault.cow_fork", "CW-21 CW-01 CW-02",
    "after a fork the first writer copies and the other keeps the page")
{
	struct proc *parent, *child;
	vm_page_t orig;
	vm_offset_t va;
	u_long cow;

	va = hf_space_anon(1);
	parent = curproc;
	hf_fill(va, 0xaa);
	orig = hf_space_page(va);
	child = hf_space_fork("child");
	hf_expect((hf_space_leaf(va) & X86_PG_RW) == 0);
	cow = VM_CNT_FETCH(v_cow_faults);
	hf_store(va, 0xbb);
	hf_expect_eq(VM_CNT_FETCH(v_cow_faults), cow + 1);
	hf_expect_ne(hf_space_page(va), orig);
	hf_space_run(child);
	hf_expect((hf_space_leaf(va) & X86_PG_RW) == 0);
	hf_expect_eq(hf_load(va), 0xaa);
	hf_expect_eq(hf_space_page(va), orig);
	hf_space_check();
	hf_space_run(parent);
	hf_expect_eq(hf_load(va), 0xbb);
	hf_space_end(child);
	hf_space_check();
}

HF_SCENARIO(fault_cow_sole, "fault.cow_sole", "CW-22 CW-13",
    "when the other side is gone the page is taken over, not copied")
{
	struct proc *child;
	vm_page_t orig;
	vm_offset_t va;
	u_int free;

	va = hf_space_anon(2);
	hf_fill(va, 0xaa);
	hf_fill(va + ptoa(1), 0xab);
	orig = hf_space_page(va);
	child = hf_space_fork("child");
	/* The parent gets a shadow by its first write. */
	hf_store(va + ptoa(1), 0xcc);
	hf_space_end(child);
	free = vm_free_count();
	hf_store(va, 0xbb);
	hf_expect_eq(hf_space_page(va), orig);
	hf_expect_le(free, vm_free_count());
	hf_expect_eq(orig->dirty, VM_PAGE_BITS_ALL);
	hf_expect_eq(hf_load(va), 0xbb);
	hf_expect_eq(hf_load(va + ptoa(1)), 0xcc);
	hf_space_check();
}

/* A page that only the object in front of it, mapped at VA, can reach. */
static vm_page_t
map_late_chain(void)
{
	vm_object_t below, top;
	vm_page_t m;

	top = hf_test_late_chain();
	below = top->backing_object;
	VM_OBJECT_WLOCK(below);
	m = hf_test_page_resting(below, 0, 0xdd);
	VM_OBJECT_WUNLOCK(below);
	hf_space_map_at(VA, 1, top, 0, VM_PROT_RW, 0);
	hf_expect_read(VA, 0xdd);
	hf_expect_eq(hf_space_page(VA), m);
	return (m);
}

HF_SCENARIO(fault_cow_move, "fault.cow_move", "CW-22",
    "a fault moves a page up from an object that only it can reach")
{
	vm_object_t below, top;
	vm_page_t m;
	u_long optim;

	m = map_late_chain();
	below = m->object;
	top = hf_space_entry(VA)->object.vm_object;
	optim = VM_CNT_FETCH(v_cow_optim);
	hf_poke(VA + 8, 1);
	hf_expect_eq(VM_CNT_FETCH(v_cow_optim), optim + 1);
	hf_expect_eq(hf_space_page(VA), m);
	hf_expect_eq(m->object, top);
	hf_expect_eq(m->dirty, VM_PAGE_BITS_ALL);
	hf_expect_eq(below->resident_page_count, 0);
	hf_expect_read(VA, 0xdd);
	hf_space_check();
}

HF_SCENARIO(fault_cow_not_moved, "fault.cow_not_moved", "CW-23",
    "a page that others may look up, or of no anonymous object, is copied")
{
	vm_object_t below;
	vm_page_t m;
	u_long optim;
	int named;

	for (named = 0; named < 2; named++) {
		m = map_late_chain();
		below = m->object;
		VM_OBJECT_WLOCK(below);
		if (named)
			below->handle = below;
		else
			vm_object_clear_flag(below, OBJ_ANON);
		VM_OBJECT_WUNLOCK(below);
		optim = VM_CNT_FETCH(v_cow_optim);
		hf_poke(VA + 8, 1);
		hf_expect_eq(VM_CNT_FETCH(v_cow_optim), optim);
		hf_expect_ne(hf_space_page(VA), m);
		hf_expect_eq(m->object, below);
		hf_expect_read(VA, 0xdd);
		VM_OBJECT_WLOCK(below);
		below->handle = NULL;
		vm_object_set_flag(below, OBJ_ANON);
		VM_OBJECT_WUNLOCK(below);
		hf_space_check();
		vm_map_remove(hf_space_map(), VA, VA + ptoa(1));
	}
}

HF_SCENARIO(fault_cow_move_unwritten, "fault.cow_move_unwritten", "CW-22 CW-27",
    "a page that is moved up is dirty, stored to or not: its store stayed "
    "behind")
{
	vm_page_t m;

	m = map_late_chain();
	vm_page_undirty(m);
	hf_require_eq(vm_fault(hf_space_map(), VA, VM_PROT_READ | VM_PROT_COPY,
			  VM_FAULT_NORMAL, NULL),
	    KERN_SUCCESS);
	hf_expect_eq(m->object, hf_space_entry(VA)->object.vm_object);
	hf_expect_eq(m->dirty, VM_PAGE_BITS_ALL);
	hf_space_check();
}

HF_SCENARIO(fault_copy_stays, "fault.copy_stays", "CW-32 CW-27 PO-4",
    "a private copy that nobody has stored to is kept: it is the only one")
{
	struct hf_script s;
	vm_page_t copy, orig;

	hf_script_begin(&s, 1);
	hf_space_map_at(VA, 1, s.object, 0, VM_PROT_READ, MAP_COPY_ON_WRITE);
	hf_require_eq(vm_fault(hf_space_map(), VA, VM_PROT_READ | VM_PROT_COPY,
			  VM_FAULT_NORMAL, NULL),
	    KERN_SUCCESS);
	copy = hf_space_page(VA);
	hf_expect_ne(copy->object, s.object);
	/* The file gets other contents, and the copy looks unused. */
	VM_OBJECT_WLOCK(s.object);
	orig = vm_page_lookup(s.object, 0);
	hf_require(orig != NULL);
	vm_page_wire(orig);
	VM_OBJECT_WUNLOCK(s.object);
	memset((void *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(orig)), 0x11, PAGE_SIZE);
	VM_OBJECT_WLOCK(copy->object);
	hf_require(vm_page_tryxbusy(copy));
	pmap_remove_all(copy);
	vm_page_aflag_clear(copy, PGA_REFERENCED);
	vm_page_deactivate(copy);
	vm_page_xunbusy(copy);
	VM_OBJECT_WUNLOCK(copy->object);
	hf_test_scan_inactive();
	hf_expect_read(VA, hf_script_byte(0));
	vm_page_unwire(orig, PQ_INACTIVE);
	hf_space_check();
	vm_map_remove(hf_space_map(), VA, VA + ptoa(1));
	hf_script_end(&s);
}

HF_SCENARIO(fault_cow_not_sole, "fault.cow_not_sole", "CW-23 CW-24",
    "a page with another user, or two objects down, is copied")
{
	struct proc *parent, *child, *grandchild;
	vm_offset_t va;
	u_long optim;

	va = hf_space_anon(2);
	parent = curproc;
	hf_fill(va, 0xa0);
	hf_fill(va + ptoa(1), 0xa1);
	child = hf_space_fork("child");
	hf_space_run(child);
	hf_store(va, 0xb0);
	grandchild = hf_space_fork("grandchild");
	hf_space_run(grandchild);
	optim = VM_CNT_FETCH(v_cow_optim);
	/* Two down: in the object of the first generation. */
	hf_store(va + ptoa(1), 0xc1);
	hf_store(va, 0xc0);
	hf_expect_eq(VM_CNT_FETCH(v_cow_optim), optim);
	hf_expect_eq(hf_load(va), 0xc0);
	hf_expect_eq(hf_load(va + ptoa(1)), 0xc1);
	hf_space_check();
	hf_space_run(child);
	hf_expect_eq(hf_load(va), 0xb0);
	hf_expect_eq(hf_load(va + ptoa(1)), 0xa1);
	hf_space_run(parent);
	hf_expect_eq(hf_load(va), 0xa0);
	hf_expect_eq(hf_load(va + ptoa(1)), 0xa1);
	hf_space_end(grandchild);
	hf_space_end(child);
	hf_space_check();
}

HF_SCENARIO(fault_cow_shared_shadow, "fault.cow_shared_shadow", "CW-25 IF-3",
    "a copy made in a shared shadow replaces the old page for all sharers")
{
	struct proc *a, *b, *c;
	vm_offset_t va;
	vm_page_t old;

	va = hf_space_anon(2);
	a = curproc;
	hf_fill(va, 0xa0);
	hf_fill(va + ptoa(1), 0xa1);
	b = hf_space_fork("b");
	hf_space_run(b);
	hf_expect_eq(
	    vm_map_inherit(hf_space_map(), va, va + ptoa(2), VM_INHERIT_SHARE),
	    KERN_SUCCESS);
	hf_expect_eq(hf_load(va), 0xa0);
	old = hf_space_page(va);
	c = hf_space_fork("c");
	hf_expect_eq(hf_load(va), 0xa0);
	hf_space_run(c);
	hf_store(va, 0xc0);
	hf_space_run(b);
	/* Never the old frame again. */
	hf_expect_ne(hf_space_page(va), old);
	hf_expect_eq(hf_load(va), 0xc0);
	hf_expect_eq(hf_load(va + ptoa(1)), 0xa1);
	hf_space_run(a);
	hf_expect_eq(hf_load(va), 0xa0);
	hf_space_run(b);
	hf_space_end(c);
	hf_expect_eq(hf_load(va), 0xc0);
	hf_store(va + ptoa(1), 0xb1);
	hf_space_run(a);
	hf_expect_eq(hf_load(va + ptoa(1)), 0xa1);
	hf_space_end(b);
	hf_space_check();
}

HF_SCENARIO(fault_cow_debugger, "fault.cow_debugger", "CW-27 CW-29 QH-29",
    "COPY gives a read-only private mapping its own page, without write right")
{
	struct hf_script s;
	vm_map_t map;
	vm_page_t orig, m;

	hf_script_begin(&s, 2);
	vm_object_reference(s.object);
	vm_object_reference(s.object);
	hf_space_map_at(VA, 2, s.object, 0, VM_PROT_READ | VM_PROT_EXECUTE,
	    MAP_COPY_ON_WRITE);
	map = hf_space_map();
	hf_expect_read(VA, hf_script_byte(0));
	orig = hf_space_page(VA);
	hf_require_eq(
	    vm_fault(map, VA, VM_PROT_READ | VM_PROT_COPY, VM_FAULT_DIRTY, &m),
	    KERN_SUCCESS);
	hf_expect_ne(m, orig);
	hf_expect_eq(m, hf_space_page(VA));
	hf_expect_eq(m->dirty, VM_PAGE_BITS_ALL);
	hf_expect((hf_space_leaf(VA) & X86_PG_RW) == 0);
	*(volatile char *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m)) = 0x4c;
	vm_page_unwire(m, PQ_ACTIVE);
	hf_expect_read(VA, 0x4c);
	hf_expect_bytes(VA, 1, PAGE_SIZE, hf_script_byte(0));
	hf_expect_segv_acc(hf_probe_write(VA, 1));
	hf_expect_eq(orig->dirty, 0);
	/* Shared: only if it may become writable, and then the page itself. */
	hf_space_map_at(VA + ptoa(4), 2, s.object, 0, VM_PROT_READ, 0);
	hf_require_eq(vm_fault(map, VA + ptoa(4), VM_PROT_READ | VM_PROT_COPY,
			  VM_FAULT_DIRTY, &m),
	    KERN_SUCCESS);
	hf_expect_eq(m, orig);
	hf_expect_eq(m->dirty, VM_PAGE_BITS_ALL);
	vm_page_unwire(m, PQ_ACTIVE);
	hf_space_map_at(VA + ptoa(8), 2, s.object, 0, VM_PROT_READ, 0);
	hf_expect_eq(
	    vm_map_protect(map, VA + ptoa(8), VA + ptoa(10), VM_PROT_NONE,
		VM_PROT_READ, VM_MAP_PROTECT_SET_MAXPROT),
	    KERN_SUCCESS);
	hf_expect_eq(vm_fault(map, VA + ptoa(8), VM_PROT_READ | VM_PROT_COPY,
			 VM_FAULT_DIRTY, NULL),
	    KERN_PROTECTION_FAILURE);
	hf_space_check();
	vm_map_remove(map, VA, VA + ptoa(16));
	hf_script_end(&s);
}
