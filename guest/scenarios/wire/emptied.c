/* SPDX-License-Identifier: BSD-2-Clause */
/* emptied.c: wired pages without contents, at every place of a shadow chain. */

/*
 * Truncation and invalidation leave a wired page where it is, invalid.  Protect
 * copies such a page, too, so that one can be in an anonymous object.  It
 * carries an entry's wiring, so nothing may take its place or be put above it.
 */

#include <sys/proc.h>
#include <sys/vmmeter.h>
#include <test/file.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/script_pager.h>
#include <test/space.h>
#include <test/vm_util.h>

#define VA    HF_SPACE_BASE
#define PAGES 3
#define END   (VA + ptoa(PAGES))
#define LOST  (VA + ptoa(1)) /* the page that is emptied */
#define USER  VM_MAP_WIRE_USER

static void
protect(vm_offset_t start, vm_offset_t end, vm_prot_t prot)
{
	hf_expect_eq(vm_map_protect(hf_space_map(), start, end, prot, 0,
			 VM_MAP_PROTECT_SET_PROT),
	    KERN_SUCCESS);
}

/* A debugger's store, which needs no right to write. */
static void
debug(vm_offset_t va, int byte)
{
	vm_page_t m;

	hf_require_eq(vm_fault(hf_space_map(), va, VM_PROT_READ | VM_PROT_COPY,
			  VM_FAULT_DIRTY, &m),
	    KERN_SUCCESS);
	*(volatile char *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m)) = (char)byte;
	vm_page_unwire(m, PQ_ACTIVE);
}

/* The topmost page of the entry at va, valid or not. */
static vm_page_t
topmost(vm_offset_t va)
{
	vm_map_entry_t entry = hf_space_entry(va);
	vm_object_t object;
	vm_page_t m;

	object = entry->object.vm_object;
	VM_OBJECT_RLOCK(object);
	m = vm_page_lookup(
	    object, OFF_TO_IDX(va - entry->start + entry->offset));
	VM_OBJECT_RUNLOCK(object);
	return (m);
}

/*
 * Private, wired, read-only memory of a file that was emptied at LOST while it
 * was wired: its page there is invalid, in an object of its own.  With
 * shadowed, the file still is behind that object.
 */
static void
begin(struct hf_script *s, bool shadowed)
{
	hf_script_begin(s, PAGES);
	hf_space_map_at(
	    VA, PAGES, s->object, 0, VM_PROT_READ, MAP_COPY_ON_WRITE);
	if (shadowed)
		debug(VA, 0x70);
	hf_require_eq(vm_map_wire(hf_space_map(), VA, END, USER), KERN_SUCCESS);
	VM_OBJECT_WLOCK(s->object);
	vm_object_page_remove(s->object, 1, 2, 0);
	VM_OBJECT_WUNLOCK(s->object);
	hf_expect_eq(hf_space_page(LOST), NULL);
	protect(VA, END, VM_PROT_RW);
	protect(VA, END, VM_PROT_READ);
	hf_space_check();
	hf_require(topmost(LOST) != NULL);
	hf_expect_eq(topmost(LOST)->valid, 0);
	hf_expect_eq(vm_page_wire_count(topmost(LOST)), 1);
}

static void
end(struct hf_script *s)
{
	vm_page_t m;
	int i;

	hf_space_check();
	hf_expect_eq(
	    vm_map_unwire(hf_space_map(), VA, END, USER), KERN_SUCCESS);
	for (i = 0; i < PAGES; i++) {
		m = hf_space_page(VA + ptoa(i));
		if (m != NULL)
			hf_expect_eq(vm_page_wire_count(m), 0);
	}
	hf_space_check();
	vm_map_remove(hf_space_map(), VA, END);
	hf_script_end(s);
	hf_expect_eq(vm_user_wire_count, 0);
}

HF_SCENARIO(wire_emptied_top, "wire.emptied_top", "IW-1 FT-82 FT-88 WI-19",
    "a wired page that lost its contents gets them again in the same frame")
{
	struct hf_script s;
	vm_page_t m;
	int round;

	/* round 1: behind an access for writing, 2: a debugger's. */
	for (round = 0; round < 3; round++) {
		begin(&s, true);
		m = topmost(LOST);
		if (round == 1) {
			protect(VA, END, VM_PROT_RW);
			hf_expect(hf_probe_write(LOST + 1, 0x55).ok);
		} else if (round == 2)
			debug(LOST + 0, hf_script_byte(1));
		hf_expect_read(LOST, hf_script_byte(1));
		hf_expect_eq(topmost(LOST), m);
		hf_expect_eq(hf_space_page(LOST), m);
		hf_expect_eq(vm_page_wire_count(m), 1);
		end(&s);
	}
	/* With nothing behind it: zeros. */
	begin(&s, false);
	m = topmost(LOST);
	hf_expect_read(LOST, 0);
	hf_expect_eq(hf_space_page(LOST), m);
	end(&s);
}

/* Of a wired entry, and of its unwired copy. */
static void
below(bool shadowed, bool by_child)
{
	struct proc *me = curproc, *child;
	const int byte = shadowed ? hf_script_byte(1) : 0;
	struct hf_script s;
	vm_page_t m;

	begin(&s, shadowed);
	m = topmost(LOST);
	child = hf_space_fork("child");
	/* An object of its own for the locker, in front. */
	debug(VA + ptoa(2), 0x72);
	hf_expect_eq(topmost(LOST), NULL);
	if (by_child) {
		hf_space_run(child);
		hf_expect_read(LOST, byte);
		hf_expect_eq(hf_space_page(LOST), m);
		hf_space_run(me);
		hf_expect_eq(vm_page_wire_count(m), 1);
		hf_expect_read(LOST, byte);
		hf_expect_eq(hf_space_page(LOST), m);
	} else {
		debug(LOST + 0, 0x71);
		hf_expect_eq(vm_page_wire_count(m), 0);
		hf_expect_eq(vm_page_wire_count(topmost(LOST)), 1);
		hf_expect_read(LOST, 0x71);
		hf_space_run(child);
		hf_expect_read(LOST, byte);
		hf_space_run(me);
	}
	hf_space_end(child);
	end(&s);
}

HF_SCENARIO(wire_emptied_below, "wire.emptied_below", "IW-1 FT-88 CW-28",
    "an emptied wired page in a lower object is filled there, not passed over")
{
	below(true, false);
	below(true, true);
	below(false, false);
	below(false, true);
}

HF_SCENARIO(wire_emptied_fold, "wire.emptied_fold", "IW-1 FT-88 OB-11",
    "an emptied wired page moves along when its object is folded or split")
{
	struct proc *child;
	struct hf_script s;
	vm_page_t m;

	/* Folded: the child, whose the lower object was as well, ends. */
	begin(&s, true);
	m = topmost(LOST);
	child = hf_space_fork("child");
	debug(VA, 0x72);
	hf_expect_eq(topmost(LOST), NULL);
	hf_space_end(child);
	hf_expect_eq(topmost(LOST), m);
	hf_expect_eq(m->valid, 0);
	end(&s);
	/* Split: a fork of one piece of what is in one object. */
	begin(&s, false);
	m = topmost(LOST);
	protect(VA, LOST, VM_PROT_RW);
	child = hf_space_fork("child");
	hf_expect_eq(topmost(LOST), m);
	hf_space_end(child);
	end(&s);
}

HF_SCENARIO(wire_emptied_fork, "wire.emptied_fork", "IW-1 FT-82 CW-06",
    "an emptied wired page is copied for a child, and for sharers, as it is")
{
	struct proc *me = curproc, *child;
	struct hf_script s;
	vm_page_t m;
	int round;

	for (round = 0; round < 2; round++) {
		begin(&s, true);
		m = topmost(LOST);
		if (round == 0)
			protect(VA, END, VM_PROT_RW);
		else
			hf_expect_eq(vm_map_inherit(hf_space_map(), VA, END,
					 VM_INHERIT_SHARE),
			    KERN_SUCCESS);
		child = hf_space_fork("child");
		hf_expect_eq(topmost(LOST), m);
		hf_space_run(child);
		protect(VA, END, VM_PROT_RW);
		hf_expect(hf_probe_write(LOST + 1, 0x44).ok);
		hf_space_check();
		hf_expect_eq(hf_space_page(LOST) == m, round == 1);
		hf_space_run(me);
		hf_space_check();
		hf_expect_read(LOST, hf_script_byte(1));
		hf_expect_read(LOST + 1, round == 1 ? 0x44 : hf_script_byte(1));
		hf_space_end(child);
		end(&s);
	}
}

HF_SCENARIO(wire_system_upgrade, "wire.system_upgrade", "FT-87 IW-1",
    "private memory that the system wired is copied when it becomes writable")
{
	struct hf_script s;
	vm_map_t map;
	u_long faults;

	hf_script_begin(&s, PAGES);
	hf_space_map_at(
	    VA, PAGES, s.object, 0, VM_PROT_READ, MAP_COPY_ON_WRITE);
	map = hf_space_map();
	hf_require_eq(
	    vm_map_wire(map, VA, END, VM_MAP_WIRE_SYSTEM), KERN_SUCCESS);
	protect(VA, END, VM_PROT_RW);
	hf_space_check();
	faults = VM_CNT_FETCH(v_vm_faults);
	hf_expect(hf_probe_write(VA, 1).ok);
	hf_expect(hf_probe_write(END - 1, 2).ok);
	hf_expect_eq(VM_CNT_FETCH(v_vm_faults), faults);
	hf_expect_read(VA + 1, hf_script_byte(0));
	hf_expect_eq(
	    vm_map_unwire(map, VA, END, VM_MAP_WIRE_SYSTEM), KERN_SUCCESS);
	hf_space_check();
	vm_map_remove(map, VA, END);
	hf_script_end(&s);
}

HF_SCENARIO(wire_emptied_unmet, "wire.emptied_below_unmet", "IW-1 FT-88 FT-05",
    "a fault that has passed an emptied wired page lets it go when it has to "
    "wait, or fails")
{
	struct proc *child;
	struct hf_toucher t;
	struct hf_script s;
	vm_page_t below, m;
	int fails;

	for (fails = 0; fails < 2; fails++) {
		begin(&s, true);
		m = topmost(LOST);
		child = hf_space_fork("child");
		debug(VA + ptoa(2), 0x72);
		if (fails) {
			s.fail_index = 1;
			s.fail_times = 1;
			hf_expect_bus(hf_probe_read(LOST));
		} else {
			VM_OBJECT_WLOCK(s.object);
			below = hf_test_page(s.object, 1, hf_script_byte(1));
			vm_page_activate(below);
			VM_OBJECT_WUNLOCK(s.object);
			hf_toucher_start(&t, LOST, -1);
			hf_require(hf_toucher_asleep(&t, "vmpfw"));
			hf_expect(!vm_page_busied(m));
			hf_expect_eq(
			    blockcount_read(&m->object->paging_in_progress), 0);
			vm_page_xunbusy(below);
			hf_expect_eq(hf_toucher_join(&t), hf_script_byte(1));
		}
		hf_expect(!vm_page_busied(m));
		hf_expect_eq(
		    blockcount_read(&m->object->paging_in_progress), 0);
		hf_expect_read(LOST, hf_script_byte(1));
		hf_expect_eq(hf_space_page(LOST), m);
		hf_space_end(child);
		end(&s);
	}
}
