/* SPDX-License-Identifier: BSD-2-Clause */
/* wait.c: what a wiring does after it has waited for another thread's. */

#include <test/job.h>
#include <test/scenario.h>

#define VA HF_SPACE_BASE

HF_SCENARIO(wire_waits_midway, "wire.waits_midway", "WI-12 WI-27",
    "a wirer that waited in the middle goes on there, whatever was split "
    "meanwhile")
{
	struct hf_script s;
	struct hf_job a =
	    HF_JOB(hf_job_wire, VA + ptoa(1), 2, .flags = VM_MAP_WIRE_USER);
	struct hf_job b = HF_JOB(hf_job_wire, VA, 4);
	int i;

	hf_space_anon_at(VA, 1);
	hf_script_map(&s, VA + ptoa(1), 2);
	hf_space_anon_at(VA + ptoa(3), 1);
	hf_job_start_held(&a, &s);
	/* Has the first page, and waits for the entry behind it, ... */
	hf_job_start_asleep(&b, "vmmaps");
	hf_expect_eq(hf_space_entry(VA)->wired_count, 1);
	/* ... which becomes two: the one it waits for is the upper. */
	hf_expect_eq(
	    vm_map_inherit(a.map, VA + ptoa(2), VA + ptoa(3), VM_INHERIT_SHARE),
	    KERN_SUCCESS);
	hf_script_release(&s);
	hf_expect_eq(hf_job_join(&a), KERN_SUCCESS);
	hf_expect_eq(hf_job_join(&b), KERN_SUCCESS);
	for (i = 0; i < 4; i++)
		hf_expect_eq(hf_space_entry(VA + ptoa(i))->wired_count,
		    i == 1 || i == 2 ? 2 : 1);
	hf_expect_eq(vm_user_wire_count, 2);
	hf_space_check();
	hf_expect_eq(vm_map_unwire(b.map, b.start, b.end, 0), KERN_SUCCESS);
	hf_space_check();
	vm_map_remove(a.map, VA, VA + ptoa(4));
	hf_expect_eq(vm_user_wire_count, 0);
	hf_script_end(&s);
}

/* Wires the range and unmaps it before anybody else gets the map. */
static int
wire_and_remove(const struct hf_job *j)
{
	int rv;

	vm_map_lock(j->map);
	rv = vm_map_wire_locked(j->map, j->start, j->end, VM_MAP_WIRE_USER);
	(void)vm_map_delete(j->map, j->start, j->end);
	vm_map_unlock(j->map);
	return (rv);
}

HF_SCENARIO(wire_removed, "wire.removed_meanwhile", "WI-13 IW-9",
    "what a wirer waits for is unmapped: NOHOLES gives all back, HOLESOK goes "
    "on")
{
	struct hf_script s;
	struct hf_job a = HF_JOB(wire_and_remove, VA + ptoa(1), 1);
	struct hf_job b = HF_JOB(hf_job_wire, VA, 3);
	int holes;

	for (holes = 0; holes < 2; holes++) {
		b.flags = VM_MAP_WIRE_USER |
		    (holes != 0 ? VM_MAP_WIRE_HOLESOK : VM_MAP_WIRE_NOHOLES);
		hf_space_anon_at(VA, 1);
		hf_script_map(&s, VA + ptoa(1), 1);
		hf_space_anon_at(VA + ptoa(2), 1);
		hf_job_start_held(&a, &s);
		hf_job_start_asleep(&b, "vmmaps");
		hf_script_release(&s);
		hf_expect_eq(hf_job_join(&a), KERN_SUCCESS);
		hf_expect_eq(hf_job_join(&b),
		    holes != 0 ? KERN_SUCCESS : KERN_INVALID_ADDRESS);
		hf_expect_eq(hf_space_entry(VA)->wired_count, holes);
		hf_expect_eq(hf_space_entry(VA + ptoa(2))->wired_count, holes);
		hf_expect_eq(vm_user_wire_count, 2 * holes);
		hf_space_check();
		vm_map_remove(hf_space_map(), VA, VA + ptoa(3));
		hf_script_end(&s);
	}
	hf_expect_eq(vm_user_wire_count, 0);
}

HF_SCENARIO(wire_others_claim, "wire.others_claim", "WI-34 WI-12",
    "with HOLESOK a wirer leaves alone what others wire in its holes meanwhile")
{
	struct hf_script s;
	struct hf_job user = HF_JOB(hf_job_wire, VA, 3,
	    .flags = VM_MAP_WIRE_USER | VM_MAP_WIRE_HOLESOK);
	struct hf_job system =
	    HF_JOB(hf_job_wire, VA, 3, .flags = VM_MAP_WIRE_HOLESOK);
	vm_map_entry_t first;

	hf_script_map(&s, VA + ptoa(2), 1);
	hf_job_start_held(&user, &s);
	/* Comes into a hole that the user's wiring has passed. */
	hf_space_anon_at(VA, 1);
	hf_job_start_asleep(&system, "vmmaps");
	hf_script_release(&s);
	hf_expect_eq(hf_job_join(&user), KERN_SUCCESS);
	hf_expect_eq(hf_job_join(&system), KERN_SUCCESS);
	first = hf_space_entry(VA);
	hf_expect_eq(first->wired_count, 1);
	hf_expect_eq(first->eflags & MAP_ENTRY_USER_WIRED, 0);
	hf_expect_eq(hf_space_entry(VA + ptoa(2))->wired_count, 2);
	hf_expect_eq(vm_user_wire_count, 1);
	hf_space_check();
	hf_expect_eq(
	    vm_map_unwire(system.map, VA, VA + ptoa(3), VM_MAP_WIRE_HOLESOK),
	    KERN_SUCCESS);
	vm_map_remove(user.map, VA, VA + ptoa(3));
	hf_expect_eq(vm_user_wire_count, 0);
	hf_script_end(&s);
}

HF_SCENARIO(wire_joins, "wire.joins_again", "MP-15 WI-01",
    "an entry that wirings split is one again after them, whichever part it "
    "was")
{
	static const struct {
		u_long first, n;
	} parts[] = { { 0, 1 }, { 1, 1 }, { 2, 1 }, { 0, 2 }, { 1, 2 } };
	vm_offset_t start, end;
	vm_map_t map;
	u_int i;

	hf_space_anon_at(VA, 3);
	map = hf_space_map();
	for (i = 0; i < nitems(parts); i++) {
		start = VA + ptoa(parts[i].first);
		end = start + ptoa(parts[i].n);
		hf_expect_eq(vm_map_wire(map, start, end, VM_MAP_WIRE_USER),
		    KERN_SUCCESS);
		hf_expect_lt(1, map->nentries);
		hf_expect_eq(vm_map_unwire(map, start, end, VM_MAP_WIRE_USER),
		    KERN_SUCCESS);
		hf_expect_eq(map->nentries, 1);
		hf_expect_eq(vm_map_wire(map, start, end, VM_MAP_WIRE_USER),
		    KERN_SUCCESS);
		/* The other parts become like it, and join. */
		hf_expect_eq(
		    vm_map_wire(map, VA, VA + ptoa(3), VM_MAP_WIRE_USER),
		    KERN_SUCCESS);
		hf_expect_eq(map->nentries, 1);
		hf_expect_eq(vm_map_unwire(map, start, end, VM_MAP_WIRE_USER),
		    KERN_SUCCESS);
		hf_expect_eq(
		    vm_map_unwire(map, VA, VA + ptoa(3), VM_MAP_WIRE_USER),
		    KERN_SUCCESS);
		hf_expect_eq(map->nentries, 1);
		hf_expect_eq(vm_user_wire_count, 0);
	}
	hf_space_check();
}

HF_SCENARIO(wire_failure_nests, "wire.failure_nests", "WI-05 IW-9",
    "a wiring that fails takes its unit back from what others had wired")
{
	vm_map_t map;
	int flags;

	hf_space_anon_at(VA, 2);
	map = hf_space_map();
	for (flags = VM_MAP_WIRE_SYSTEM; flags <= VM_MAP_WIRE_USER; flags++) {
		hf_expect_eq(
		    vm_map_wire(map, VA, VA + ptoa(1), VM_MAP_WIRE_SYSTEM),
		    KERN_SUCCESS);
		/* The third page is a hole. */
		hf_expect_eq(vm_map_wire(map, VA, VA + ptoa(3), flags),
		    KERN_INVALID_ADDRESS);
		hf_expect_eq(hf_space_entry(VA)->wired_count, 1);
		hf_expect_eq(hf_space_entry(VA + ptoa(1))->wired_count, 0);
		hf_expect_eq(vm_user_wire_count, 0);
		hf_space_check();
		hf_expect_eq(
		    vm_map_unwire(map, VA, VA + ptoa(1), VM_MAP_WIRE_SYSTEM),
		    KERN_SUCCESS);
	}
	hf_space_check();
}

/*
 * Private, read-only memory of a file is wired, with a shadow in front.  A
 * debugger's access has left its placeholder in the shadow and waits for the
 * page below, which is busy.
 */
struct placeholder {
	struct hf_script s;
	struct hf_job debugger;
	vm_page_t m;
};

static void
placeholder_begin(struct placeholder *ph)
{
	hf_script_begin(&ph->s, 2);
	hf_space_map_at(
	    VA, 2, ph->s.object, 0, VM_PROT_READ, MAP_COPY_ON_WRITE);
	hf_require_eq(vm_fault(hf_space_map(), VA, VM_PROT_READ | VM_PROT_COPY,
			  VM_FAULT_DIRTY, NULL),
	    KERN_SUCCESS);
	hf_require_eq(
	    vm_map_wire(hf_space_map(), VA, VA + ptoa(2), VM_MAP_WIRE_USER),
	    KERN_SUCCESS);
	ph->m = hf_space_page(VA + ptoa(1));
	hf_expect_eq(ph->m->object, ph->s.object);
	hf_require(vm_page_tryxbusy(ph->m));
	ph->debugger = (struct hf_job)HF_JOB(
	    hf_job_fault, VA + ptoa(1), 1, .prot = VM_PROT_READ | VM_PROT_COPY);
	hf_job_start_asleep(&ph->debugger, "vmpfw");
}

/* The original has no wiring any more, the debugger's copy has n. */
static void
placeholder_end(struct placeholder *ph, u_int n)
{
	hf_space_check();
	hf_expect_eq(vm_page_wire_count(ph->m), 0);
	hf_expect_ne(hf_space_page(VA + ptoa(1)), ph->m);
	hf_expect_eq(vm_page_wire_count(hf_space_page(VA + ptoa(1))), n);
	vm_map_remove(hf_space_map(), VA, VA + ptoa(2));
	hf_expect_eq(vm_user_wire_count, 0);
	hf_script_end(&ph->s);
}

HF_SCENARIO(wire_placeholder_unwire, "wire.placeholder_unwire",
    "WI-37 IW-1 WI-24",
    "unwiring finds the wired page behind another fault's placeholder")
{
	struct placeholder ph;
	struct hf_job u =
	    HF_JOB(hf_job_unwire, VA, 2, .flags = VM_MAP_WIRE_USER);

	placeholder_begin(&ph);
	hf_job_start_asleep(&u, "unwbo");
	vm_page_xunbusy(ph.m);
	hf_expect_eq(hf_job_join(&u), KERN_SUCCESS);
	hf_expect_eq(hf_job_join(&ph.debugger), KERN_SUCCESS);
	placeholder_end(&ph, 0);
}

HF_SCENARIO(wire_placeholder_share, "wire.placeholder_share",
    "WI-38 WI-37 IW-1",
    "memory that begins to be shared is copied over another fault's "
    "placeholder")
{
	struct placeholder ph;
	struct proc *child;

	placeholder_begin(&ph);
	hf_expect_eq(
	    vm_map_inherit(hf_space_map(), VA, VA + ptoa(2), VM_INHERIT_SHARE),
	    KERN_SUCCESS);
	child = hf_space_fork("child");
	hf_expect_ne(hf_space_page(VA + ptoa(1)), ph.m);
	vm_page_xunbusy(ph.m);
	hf_expect_eq(hf_job_join(&ph.debugger), KERN_SUCCESS);
	hf_space_end(child);
	placeholder_end(&ph, 1);
}
