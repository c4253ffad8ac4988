/* SPDX-License-Identifier: BSD-2-Clause */
/* stack_gap.c: a stack grows through a gap that something has clipped. */

#include <sys/mman.h>
#include <test/job.h>
#include <test/probe.h>
#include <test/script_pager.h>
#include "stack.h"

/* A range in the middle of the gap. */
#define FROM (BOTTOM + GROW + ptoa(4))
#define TO   (BOTTOM + 2 * GROW + ptoa(4))

static void
expect_grows_to_guard(vm_map_t map)
{
	hf_poke(TOP - GROW - 8, 1);
	hf_expect(hf_probe_write(BOTTOM + GROW, 3).ok);
	hf_expect(hf_probe_write(BOTTOM + PAGE_SIZE, 4).ok);
	hf_expect_segv_acc(hf_probe_write(BOTTOM + PAGE_SIZE - 1, 5));
	hf_expect_eq(map->size, BYTES - PAGE_SIZE);
	hf_expect_eq(hf_peek(TOP - GROW - 8), 1);
	hf_space_check();
}

/* What clips a gap, and undoes it. */
static void
wire(vm_map_t map, vm_offset_t start, vm_offset_t end, bool undo)
{
	const int flags = VM_MAP_WIRE_USER | VM_MAP_WIRE_HOLESOK;

	hf_expect_eq(undo ? vm_map_unwire(map, start, end, flags)
			  : vm_map_wire(map, start, end, flags),
	    KERN_SUCCESS);
}

static void
advise(vm_map_t map, vm_offset_t start, vm_offset_t end, bool undo)
{
	hf_expect_eq(
	    vm_map_madvise(map, start, end, undo ? MADV_NORMAL : MADV_RANDOM),
	    0);
}

static void
inherit(vm_map_t map, vm_offset_t start, vm_offset_t end, bool undo)
{
	hf_expect_eq(vm_map_inherit(map, start, end,
			 undo ? VM_INHERIT_COPY : VM_INHERIT_SHARE),
	    KERN_SUCCESS);
}

static void
protect(vm_map_t map, vm_offset_t start, vm_offset_t end, bool undo)
{
	hf_expect_eq(
	    vm_map_protect(map, start, end, undo ? VM_PROT_RW : VM_PROT_ALL, 0,
		VM_MAP_PROTECT_SET_PROT),
	    KERN_SUCCESS);
}

static void (*const ways[])(vm_map_t, vm_offset_t, vm_offset_t, bool) = { wire,
	advise, inherit, protect };

static const struct {
	vm_offset_t start, end;
} ranges[] = {
	{ FROM, TOP },			/* from the middle to the stack */
	{ FROM, TO },			/* the middle */
	{ BOTTOM, TO },			/* from the guard on */
	{ BOTTOM, BOTTOM + PAGE_SIZE }, /* the guard alone */
	{ BOTTOM + PAGE_SIZE, TOP - GROW },
};

HF_SCENARIO(map_gap_split, "map.gap_split", "MP-55 MP-36 MP-38 WI-26",
    "a gap that was clipped is one again, and the stack grows to its guard")
{
	vm_map_t map;
	u_int i, k;

	for (i = 0; i < nitems(ways); i++)
		for (k = 0; k < nitems(ranges); k++) {
			map = stack();
			ways[i](map, ranges[k].start, ranges[k].end, false);
			ways[i](map, ranges[k].start, ranges[k].end, true);
			hf_expect_eq(map->nentries, 2);
			expect_grows_to_guard(map);
			hf_expect_eq(vm_user_wire_count, 0);
			vm_map_remove(map, BOTTOM, TOP);
		}
}

HF_SCENARIO(map_gap_pieces, "map.gap_pieces", "MP-55 MP-48 MP-38",
    "a stack grows through a gap that is still in pieces, each with its rights")
{
	vm_map_t map;
	u_int i, k;

	for (i = 1; i < nitems(ways); i++)
		for (k = 0; k < nitems(ranges); k++) {
			map = stack();
			ways[i](map, ranges[k].start, ranges[k].end, false);
			expect_grows_to_guard(map);
			vm_map_remove(map, BOTTOM, TOP);
		}
	/* Down to the lowest piece at one go; the middle is read-only. */
	map = stack();
	hf_expect_eq(vm_map_protect(map, FROM, TO, VM_PROT_READ, 0,
			 VM_MAP_PROTECT_SET_PROT),
	    KERN_SUCCESS);
	hf_expect(hf_probe_write(FROM - 1, 1).ok);
	hf_expect_segv_acc(hf_probe_write(FROM, 1));
	hf_expect(hf_probe_read(TO - 1).ok);
	hf_expect(hf_probe_write(TO, 1).ok);
	hf_space_check();
}

HF_SCENARIO(map_gap_unmapped, "map.gap_unmapped", "IM-6 MP-38",
    "what is left of a gap above a hole ends in a guard; below it nothing "
    "grows")
{
	vm_map_t map;

	map = stack();
	vm_map_remove(map, FROM, TO);
	hf_space_anon_at(TO - PAGE_SIZE, 1);
	hf_expect(hf_probe_write(TO + PAGE_SIZE, 1).ok);
	hf_expect_segv_acc(hf_probe_write(TO, 1));
	hf_expect_segv_acc(hf_probe_write(FROM - 1, 1));
	hf_expect_segv_map(hf_probe_write(FROM, 1));
	hf_space_check();
}

HF_SCENARIO(map_gap_of_two, "map.gap_of_two", "IM-6 MP-38",
    "the gaps of two stacks that touch stay two")
{
	vm_map_t map;

	map = stack();
	vm_map_remove(map, TO, TOP);
	hf_require_eq(vm_map_stack(map, TO, GROW + ptoa(8), VM_PROT_RW,
			  VM_PROT_ALL, MAP_STACK_GROWS_DOWN),
	    KERN_SUCCESS);
	/* Passes over both and joins what it may. */
	advise(map, BOTTOM, TOP, false);
	advise(map, BOTTOM, TOP, true);
	hf_expect_eq(map->nentries, 3);
	hf_expect(hf_probe_write(TO + PAGE_SIZE, 1).ok);
	hf_expect_segv_acc(hf_probe_write(TO, 1));
	hf_expect_segv_acc(hf_probe_write(TO - 1, 1));
	hf_space_check();
}

HF_SCENARIO(map_gap_limit, "map.gap_limit", "MP-52 MP-55",
    "growing through pieces is refused as a whole when a limit forbids it")
{
	struct proc *p;
	vm_map_t map;

	map = stack();
	p = stack_limited(2 * GROW);
	advise(map, FROM, TO, false);
	hf_expect_segv_acc(hf_probe_write(TOP - 2 * GROW - 1, 1));
	hf_expect_eq(map->size, GROW);
	hf_expect_eq(p->p_vmspace->vm_ssize, atop(GROW));
	hf_poke(TOP - 2 * GROW, 1);
	hf_expect_eq(map->size, 2 * GROW);
	hf_expect_eq(p->p_vmspace->vm_ssize, atop(2 * GROW));
	p->p_limits[RLIMIT_STACK].rlim_cur = BYTES;
	hf_poke(BOTTOM + PAGE_SIZE, 1);
	hf_expect_eq(p->p_vmspace->vm_ssize, atop(BYTES) - 1);
	hf_space_check();
}

HF_SCENARIO(map_gap_wired_meanwhile, "map.stack_grows_while_wired",
    "WI-06 WI-26 MP-36",
    "a stack grows while wirings of others are at work on its gap")
{
	struct hf_script s;
	struct hf_job a = HF_JOB(hf_job_wire, BOTTOM, 160,
	    .flags = VM_MAP_WIRE_USER | VM_MAP_WIRE_HOLESOK);
	struct hf_job b = HF_JOB(hf_job_wire, BOTTOM, 2,
	    .flags = VM_MAP_WIRE_SYSTEM | VM_MAP_WIRE_HOLESOK);
	vm_map_entry_t e;
	vm_map_t map;

	map = stack();
	hf_script_map(&s, TOP + ptoa(1), 2);
	hf_job_start_held(&a, &s);
	hf_job_start_asleep(&b, "vmmaps");
	/* The gap is in transition, the new piece is nobody's. */
	hf_poke(TOP - GROW - 8, 5);
	hf_expect_eq(map->size, 2 * GROW + ptoa(2));
	hf_script_release(&s);
	hf_expect_eq(hf_job_join(&a), KERN_SUCCESS);
	hf_expect_eq(hf_job_join(&b), KERN_SUCCESS);
	hf_space_check();
	hf_expect_eq(hf_space_entry(TOP - GROW - 8)->wired_count, 0);
	hf_expect_eq(hf_space_entry(TOP - 8)->wired_count, 1);
	hf_expect_eq(vm_user_wire_count, atop(GROW) + 2);
	hf_poke(BOTTOM + PAGE_SIZE, 3);
	VM_MAP_ENTRY_FOREACH (e, map)
		hf_expect_eq(e->eflags &
			(MAP_ENTRY_IN_TRANSITION | MAP_ENTRY_WIRE_SKIPPED |
			    MAP_ENTRY_NEEDS_WAKEUP),
		    0);
	hf_expect_eq(vm_map_unwire(map, BOTTOM, BOTTOM + ptoa(160),
			 VM_MAP_WIRE_USER | VM_MAP_WIRE_HOLESOK),
	    KERN_SUCCESS);
	hf_expect_eq(vm_user_wire_count, 0);
	hf_space_check();
	vm_map_remove(map, BOTTOM, BOTTOM + ptoa(200));
	hf_script_end(&s);
}
