/* SPDX-License-Identifier: BSD-2-Clause */
/* shared.c: wired memory stays wired when another sharer gets a page above it. */

/*
 * Private memory that is inherited with SHARE has one shadow for all sharers.
 * If a page below it were wired by one of them, the copy that another one makes
 * there would hide it: the wiring would never be found again.
 */

#include <sys/proc.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/script_pager.h>
#include <test/space.h>
#include <test/whole.h>

#define VA    HF_SPACE_BASE
#define PAGES 3
#define END   (VA + ptoa(PAGES))
#define SET   VM_MAP_PROTECT_SET_PROT

static void
protect(vm_prot_t prot)
{
	hf_expect_eq(vm_map_protect(hf_space_map(), VA, END, prot, 0, SET),
	    KERN_SUCCESS);
}

static void
wire(int flags)
{
	hf_require_eq(
	    vm_map_wire(hf_space_map(), VA, END, flags), KERN_SUCCESS);
}

static void
unwire(int flags)
{
	hf_expect_eq(
	    vm_map_unwire(hf_space_map(), VA, END, flags), KERN_SUCCESS);
}

static void
share(void)
{
	hf_expect_eq(vm_map_inherit(hf_space_map(), VA, END, VM_INHERIT_SHARE),
	    KERN_SUCCESS);
}

/* The ways in which a sharer that was read-only gets pages of its own. */
static void
by_store(void)
{
	protect(VM_PROT_RW);
	hf_expect(hf_probe_write(VA + ptoa(1), 0x77).ok);
}

static void
by_hold(void)
{
	vm_page_t m;

	protect(VM_PROT_RW);
	hf_require_eq(vm_fault_quick_hold_pages(hf_space_map(), VA + ptoa(1), 8,
			  VM_PROT_WRITE, &m, 1),
	    1);
	*(volatile char *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m)) = 0x77;
	vm_page_unhold_pages(&m, 1);
}

static void
by_debugger(void)
{
	vm_page_t m;

	hf_require_eq(vm_fault(hf_space_map(), VA + ptoa(1),
			  VM_PROT_READ | VM_PROT_COPY, VM_FAULT_DIRTY, &m),
	    KERN_SUCCESS);
	*(volatile char *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m)) = 0x77;
	vm_page_unwire(m, PQ_ACTIVE);
}

static void
by_upgrade(void)
{
	wire(VM_MAP_WIRE_USER);
	protect(VM_PROT_RW);
	hf_expect(hf_probe_write(VA + ptoa(1), 0x77).ok);
}

static void (*const ways[])(
    void) = { by_store, by_hold, by_debugger, by_upgrade };

/* Read-only private memory, first byte byte(i): of a file or of a fork. */
struct memory {
	bool file;
	struct hf_script s;
	struct proc *other; /* has the same memory, copied on write */
};

static int
byte(const struct memory *mem, int i)
{
	return (mem->file ? hf_script_byte(i) : 0x11 + i);
}

static void
begin(struct memory *mem, bool file)
{
	int i;

	mem->file = file;
	if (file) {
		hf_script_begin(&mem->s, PAGES);
		hf_space_map_at(VA, PAGES, mem->s.object, 0, VM_PROT_READ,
		    MAP_COPY_ON_WRITE);
		return;
	}
	hf_space_anon_at(VA, PAGES);
	for (i = 0; i < PAGES; i++)
		hf_poke(VA + ptoa(i), (uint64_t)byte(mem, i));
	mem->other = hf_space_fork("other");
	protect(VM_PROT_READ);
}

static void
end(struct memory *mem)
{
	vm_map_remove(hf_space_map(), VA, END);
	if (mem->file)
		hf_script_end(&mem->s);
	else
		hf_space_end(mem->other);
	hf_expect_eq(vm_user_wire_count, 0);
	hf_space_check();
}

/* What is behind each page of the range has n wirings. */
static void
expect_wirings(u_int n)
{
	int i;

	for (i = 0; i < PAGES; i++) {
		hf_expect(hf_probe_read(VA + ptoa(i)).ok);
		hf_expect_eq(
		    vm_page_wire_count(hf_space_page(VA + ptoa(i))), n);
	}
}

/* One sharer wires, the other gets a page in this way. */
static void
one(bool file, int flags, void (*way)(void), bool wire_first)
{
	struct proc *me = curproc, *sharer;
	struct memory mem;

	begin(&mem, file);
	share();
	if (wire_first)
		wire(flags);
	sharer = hf_space_fork("sharer");
	if (!wire_first)
		wire(flags);
	hf_space_check();
	hf_space_run(sharer);
	way();
	hf_space_run(me);
	hf_space_check();
	hf_expect_read(VA, byte(&mem, 0));
	hf_expect_read(VA + ptoa(1), 0x77);
	hf_expect_read(VA + ptoa(2), byte(&mem, 2));
	expect_wirings(way == by_upgrade ? 2 : 1);
	unwire(flags);
	expect_wirings(way == by_upgrade ? 1 : 0);
	hf_space_end(sharer);
	hf_space_check();
	expect_wirings(0);
	hf_expect_read(VA + ptoa(1), 0x77);
	end(&mem);
}

static void
all_ways(bool file, bool wire_first)
{
	u_int i;

	for (i = 0; i < nitems(ways); i++) {
		one(file, VM_MAP_WIRE_USER, ways[i], wire_first);
		one(file, VM_MAP_WIRE_SYSTEM, ways[i], wire_first);
	}
}

HF_SCENARIO(wire_shared_shadow, "wire.shared_shadow", "WI-38 IW-1 CW-25 WI-22",
    "a private mapping, wired and then shared, stays so when the other one "
    "writes")
{
	all_ways(true, true);
}

HF_SCENARIO(wire_shared_shadow_anon, "wire.shared_shadow_anon",
    "WI-38 IW-1 CW-25 WI-22", "the same with anonymous memory after a fork")
{
	all_ways(false, true);
}

HF_SCENARIO(wire_lock_beside_copy, "wire.lock_beside_sharers_copy",
    "WI-38 IW-1 CW-25 WI-22",
    "a private mapping, shared and then wired, stays so when the other one "
    "writes")
{
	all_ways(true, false);
}

HF_SCENARIO(wire_lock_beside_copy_anon, "wire.lock_beside_sharers_copy_anon",
    "WI-38 IW-1 CW-25 WI-22", "the same with anonymous memory after a fork")
{
	all_ways(false, false);
}

/* Pages in two objects below the one that the sharers write to. */
HF_SCENARIO(wire_below_shared, "wire.below_shared", "WI-38 IW-1 CW-12 CW-24",
    "a copy of what others share is wired; they write; it keeps its wiring")
{
	struct proc *me = curproc, *sharer, *heir;
	struct memory mem;
	int shadowed;

	for (shadowed = 0; shadowed < 2; shadowed++) {
		begin(&mem, true);
		share();
		sharer = hf_space_fork("sharer");
		hf_expect_eq(
		    vm_map_inherit(hf_space_map(), VA, END, VM_INHERIT_COPY),
		    KERN_SUCCESS);
		heir = hf_space_fork("heir");
		hf_space_run(heir);
		if (shadowed != 0) {
			/* With an object of its own in front of the shared. */
			protect(VM_PROT_RW);
			hf_expect(hf_probe_write(VA, 0x33).ok);
			protect(VM_PROT_READ);
		}
		wire(VM_MAP_WIRE_USER);
		hf_space_run(sharer);
		by_store();
		hf_space_check();
		hf_space_run(heir);
		hf_expect_read(VA + ptoa(2), byte(&mem, 2));
		expect_wirings(1);
		unwire(VM_MAP_WIRE_USER);
		expect_wirings(0);
		hf_space_run(me);
		hf_space_end(heir);
		hf_space_end(sharer);
		end(&mem);
	}
}

/* Two pieces of one object: one is shared, the other copied and wired. */
HF_SCENARIO(wire_shared_elsewhere, "wire.shared_elsewhere", "WI-38 IW-1 WI-22",
    "a page wired by parent and child beside one that they share keeps both")
{
	struct proc *me = curproc, *child;
	struct memory mem;
	vm_map_t map;
	vm_page_t m;

	begin(&mem, true);
	map = hf_space_map();
	protect(VM_PROT_RW);
	hf_expect(hf_probe_write(VA, 0x33).ok);
	hf_expect_bytes(VA, 1, PAGE_SIZE, hf_script_byte(0));
	protect(VM_PROT_READ);
	hf_require_eq(vm_map_wire(map, VA + ptoa(2), END, VM_MAP_WIRE_USER),
	    KERN_SUCCESS);
	m = hf_space_page(VA + ptoa(2));
	hf_expect_eq(m->object, mem.s.object);
	hf_expect_eq(vm_map_inherit(map, VA, VA + ptoa(1), VM_INHERIT_SHARE),
	    KERN_SUCCESS);
	child = hf_space_fork("child");
	hf_space_run(child);
	wire(VM_MAP_WIRE_USER);
	hf_space_check();
	hf_space_run(me);
	hf_space_check();
	hf_expect_eq(hf_space_page(VA + ptoa(2)), m);
	hf_expect_eq(vm_map_unwire(map, VA + ptoa(2), END, VM_MAP_WIRE_USER),
	    KERN_SUCCESS);
	hf_expect_eq(vm_page_wire_count(m), 0);
	hf_space_run(child);
	unwire(VM_MAP_WIRE_USER);
	expect_wirings(0);
	hf_space_run(me);
	hf_space_end(child);
	end(&mem);
}

HF_SCENARIO(wire_shared_upgrade, "wire.shared_upgrade",
    "WI-38 IW-1 WI-22 FT-80",
    "of two sharers that both locked the memory one makes it writable")
{
	struct proc *me = curproc, *sharer;
	struct memory mem;
	int round;

	for (round = 0; round < 2; round++) {
		begin(&mem, round != 0);
		wire(VM_MAP_WIRE_USER);
		share();
		sharer = hf_space_fork("sharer");
		hf_space_run(sharer);
		wire(VM_MAP_WIRE_USER);
		protect(VM_PROT_NONE);
		protect(VM_PROT_RW);
		hf_space_check();
		hf_space_run(me);
		hf_space_check();
		expect_wirings(2);
		/* Both have it writable, so neither copies from now on. */
		protect(VM_PROT_RW);
		hf_expect(hf_probe_write(VA, 0x55).ok);
		unwire(VM_MAP_WIRE_USER);
		expect_wirings(1);
		hf_space_run(sharer);
		hf_expect_read(VA, 0x55);
		if (mem.file)
			hf_expect_bytes(VA, 1, PAGE_SIZE, hf_script_byte(0));
		hf_space_run(me);
		hf_space_end(sharer);
		expect_wirings(0);
		end(&mem);
	}
}

/*
 * When one sharer copies, all mappings of the original go, also those of a
 * process that locked it and shares nothing with the two.  Its next access is
 * then a fault, without I/O.
 */
HF_SCENARIO(wire_beside_copy, "wire.locked_mapping_beside_sharers_copy",
    "CW-33 WI-22 IW-1",
    "locked memory of a third process keeps its page when two sharers copy it")
{
	struct proc *me = curproc, *first, *sharer;
	vm_page_t m;
	long major;

	hf_space_anon_at(VA, PAGES);
	hf_fill(VA + ptoa(1), 1);
	protect(VM_PROT_READ);
	wire(VM_MAP_WIRE_USER);
	m = hf_space_page(VA + ptoa(1));
	first = hf_space_fork("first");
	hf_space_run(first);
	protect(VM_PROT_RW);
	share();
	sharer = hf_space_fork("sharer");
	hf_space_run(sharer);
	hf_store(VA + ptoa(1), 3);
	hf_space_run(me);
	hf_space_check();
	major = curthread->td_ru.ru_majflt;
	hf_expect_eq(hf_load(VA + ptoa(1)), 1);
	hf_expect_eq(curthread->td_ru.ru_majflt, major);
	hf_expect_eq(hf_space_page(VA + ptoa(1)), m);
	expect_wirings(1);
	unwire(VM_MAP_WIRE_USER);
	expect_wirings(0);
	hf_space_run(first);
	hf_expect_eq(hf_load(VA + ptoa(1)), 3);
	hf_space_run(me);
	hf_space_end(sharer);
	hf_space_end(first);
	hf_space_check();
}
