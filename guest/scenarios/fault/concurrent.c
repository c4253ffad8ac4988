/* SPDX-License-Identifier: BSD-2-Clause */
/* concurrent.c: faults that meet other faults, busy pages and map changes. */

#include <sys/proc.h>
#include <sys/vmmeter.h>
#include <kern/failpoint.h>
#include <test/job.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/vm_util.h>

#define VA HF_SPACE_BASE

HF_SCENARIO(fault_same_page, "fault.same_page", "FT-20 GP-20",
    "two faults on one absent page ask the pager once and make one page")
{
	struct hf_script s;
	struct hf_job a = HF_JOB(hf_job_fault, VA, 1, .prot = VM_PROT_READ);
	struct hf_job b = HF_JOB(hf_job_fault, VA, 1, .prot = VM_PROT_WRITE);

	hf_script_map(&s, VA, 1);
	hf_job_start_held(&a, &s);
	hf_job_start_asleep(&b, "vmpfw");
	hf_script_release(&s);
	hf_expect_eq(hf_job_join(&a), KERN_SUCCESS);
	hf_expect_eq(hf_job_join(&b), KERN_SUCCESS);
	hf_expect_eq(s.calls, 1);
	hf_expect_eq(s.object->resident_page_count, 1);
	hf_expect_read(VA, hf_script_byte(0));
	hf_space_check();
	vm_map_remove(a.map, VA, VA + ptoa(1));
	hf_script_end(&s);
}

HF_SCENARIO(fault_busy_page, "fault.busy_page", "FT-21 FT-28 FT-11",
    "a fault on a busy page sleeps, marks it referenced, and goes on after")
{
	struct hf_job j = HF_JOB(hf_job_fault, VA, 1, .prot = VM_PROT_WRITE);
	vm_object_t object;
	vm_page_t m;
	u_long faults, intrans;

	hf_space_anon_at(VA, 1);
	hf_poke(VA, 1);
	m = hf_space_page(VA);
	object = m->object;
	hf_require(vm_page_tryxbusy(m) != 0);
	vm_page_aflag_clear(m, PGA_REFERENCED);
	intrans = VM_CNT_FETCH(v_intrans);
	faults = VM_CNT_FETCH(v_vm_faults);
	hf_job_start_asleep(&j, "vmpfw");
	hf_expect((vm_page_aflags(m) & PGA_REFERENCED) != 0);
	hf_expect_eq(blockcount_read(&object->paging_in_progress), 0);
	/* No lock of the map is held: it can be changed. */
	hf_expect(vm_map_trylock(j.map) != 0);
	vm_map_unlock(j.map);
	vm_page_xunbusy(m);
	hf_expect_eq(hf_job_join(&j), KERN_SUCCESS);
	/*
	 * Before or after the sleep, once for each; it is one fault all the
	 * same.
	 */
	hf_expect_lt(intrans, VM_CNT_FETCH(v_intrans));
	hf_expect_eq(VM_CNT_FETCH(v_vm_faults), faults + 1);
	hf_expect_eq(object->ref_count, 1);
	hf_space_check();
}

HF_SCENARIO(fault_shared_lock, "fault.shared_lock", "FT-29",
    "a fault on a resident page does not wait for others that look at its "
    "object")
{
	vm_map_t map = hf_space_enter();
	struct hf_test_look other;
	vm_page_t m;

	hf_space_anon_at(VA, 2);
	hf_poke(VA, 1);
	hf_poke(VA + ptoa(1), 2);
	m = hf_space_page(VA + ptoa(1));
	pmap_remove(map->pmap, VA + ptoa(1), VA + ptoa(2));
	hf_test_look(&other, m->object);
	hf_expect_eq(
	    vm_fault(map, VA + ptoa(1), VM_PROT_WRITE, VM_FAULT_NORMAL, NULL),
	    KERN_SUCCESS);
	hf_test_look_away(&other);
	hf_expect_eq(hf_space_page(VA + ptoa(1)), m);
	hf_space_check();
}

/* Runs a fault that waits for the pager, lets change() happen, goes on. */
static int
fault_across(struct hf_script *s, vm_prot_t type, void (*change)(vm_map_t))
{
	struct hf_job j = HF_JOB(hf_job_fault, VA, 1, .prot = type);

	hf_job_start_held(&j, s);
	change(j.map);
	hf_script_release(s);
	return (hf_job_join(&j));
}

static void
unmap(vm_map_t map)
{
	hf_expect_eq(vm_map_remove(map, VA, VA + ptoa(1)), KERN_SUCCESS);
}

static void
make_readonly(vm_map_t map)
{
	hf_expect_eq(vm_map_protect(map, VA, VA + ptoa(1), VM_PROT_READ, 0,
			 VM_MAP_PROTECT_SET_PROT),
	    KERN_SUCCESS);
}

static void
remap(vm_map_t map)
{
	hf_expect_eq(
	    vm_map_fixed(map, NULL, 0, VA, ptoa(1), VM_PROT_RW, VM_PROT_ALL, 0),
	    KERN_SUCCESS);
}

HF_SCENARIO(fault_unmapped_meanwhile, "fault.unmapped_meanwhile", "FT-22",
    "unmapped while the pager works: the fault ends, nothing leaks")
{
	struct hf_script s;

	hf_script_map(&s, VA, 1);
	vm_object_reference(s.object);
	hf_expect_eq(
	    fault_across(&s, VM_PROT_READ, unmap), KERN_INVALID_ADDRESS);
	hf_expect_eq(blockcount_read(&s.object->paging_in_progress), 0);
	hf_expect_eq(s.object->ref_count, 1);
	hf_space_check();
	vm_object_deallocate(s.object);
	hf_script_end(&s);
}

HF_SCENARIO(fault_protected_meanwhile, "fault.protected_meanwhile", "FT-23",
    "made read-only while the pager works: a write fault is refused")
{
	struct hf_script s;

	hf_script_map(&s, VA, 1);
	hf_expect_eq(fault_across(&s, VM_PROT_WRITE, make_readonly),
	    KERN_PROTECTION_FAILURE);
	hf_expect_eq(hf_space_leaf(VA) & X86_PG_RW, 0);
	hf_expect_read(VA, hf_script_byte(0));
	hf_expect_eq(hf_space_leaf(VA) & X86_PG_RW, 0);
	hf_space_check();
	vm_map_remove(hf_space_map(), VA, VA + ptoa(1));
	hf_script_end(&s);
}

HF_SCENARIO(fault_read_meanwhile, "fault.read_meanwhile", "FT-23",
    "made read-only while the pager works: a read gets a read-only mapping")
{
	struct hf_script s;

	hf_script_map(&s, VA, 1);
	hf_expect_eq(
	    fault_across(&s, VM_PROT_READ, make_readonly), KERN_SUCCESS);
	hf_expect_eq(hf_space_leaf(VA) & (X86_PG_V | X86_PG_RW), X86_PG_V);
	hf_space_check();
	vm_map_remove(hf_space_map(), VA, VA + ptoa(1));
	hf_script_end(&s);
}

HF_SCENARIO(fault_remapped_meanwhile, "fault.remapped_meanwhile", "FT-24",
    "replaced while the pager works: only the new object is mapped")
{
	struct hf_script s;

	hf_script_map(&s, VA, 1);
	vm_object_reference(s.object);
	hf_expect_eq(fault_across(&s, VM_PROT_WRITE, remap), KERN_SUCCESS);
	hf_expect_ne(hf_space_page(VA)->object, s.object);
	hf_expect_read(VA, 0);
	hf_expect_eq(blockcount_read(&s.object->paging_in_progress), 0);
	hf_space_check();
	vm_object_deallocate(s.object);
	hf_script_end(&s);
}

HF_SCENARIO(fault_in_transition, "fault.in_transition", "FT-25 FT-26",
    "a fault on an entry that another thread wires waits until that is over")
{
	struct hf_script s;
	/* FT-26: its own faults on the entry do not wait for it. */
	struct hf_job w =
	    HF_JOB(hf_job_wire, VA, 2, .flags = VM_MAP_WIRE_SYSTEM);
	struct hf_job j =
	    HF_JOB(hf_job_fault, VA + ptoa(1), 1, .prot = VM_PROT_WRITE);

	hf_script_map(&s, VA, 2);
	hf_job_start_held(&w, &s);
	hf_job_start_asleep(&j, "vmmaps");
	hf_expect_eq(j.done, 0);
	hf_script_release(&s);
	hf_expect_eq(hf_job_join(&w), KERN_SUCCESS);
	hf_expect_eq(hf_job_join(&j), KERN_SUCCESS);
	hf_expect_eq(s.calls, 2);
	hf_expect((hf_space_leaf(VA + ptoa(1)) & PG_W) != 0);
	hf_expect_eq(vm_page_wire_count(hf_space_page(VA + ptoa(1))), 1);
	hf_expect_eq(vm_map_unwire(w.map, VA, VA + ptoa(2), VM_MAP_WIRE_SYSTEM),
	    KERN_SUCCESS);
	hf_space_check();
	vm_map_remove(w.map, VA, VA + ptoa(2));
	hf_script_end(&s);
}

HF_SCENARIO(fault_map_locked, "fault.map_locked", "FT-28 FT-20",
    "a fault that finds the map locked after a page-in keeps nothing busy, and "
    "reads once")
{
	struct hf_script s;
	struct hf_job j = HF_JOB(hf_job_fault, VA, 1, .prot = VM_PROT_READ);
	vm_map_t map;
	vm_page_t m;

	hf_script_map(&s, VA, 1);
	map = hf_space_map();
	hf_job_start_held(&j, &s);
	vm_map_lock(map);
	hf_script_release(&s);
	hf_await(&s.waiting, 0);
	/* It waits for the map now, as a new attempt. */
	hf_await_sleep(j.td, NULL);
	VM_OBJECT_RLOCK(s.object);
	m = vm_page_lookup(s.object, 0);
	hf_expect(m != NULL && vm_page_all_valid(m));
	hf_expect(m != NULL && !vm_page_busied(m));
	VM_OBJECT_RUNLOCK(s.object);
	hf_expect_eq(blockcount_read(&s.object->paging_in_progress), 0);
	vm_map_unlock(map);
	hf_expect_eq(hf_job_join(&j), KERN_SUCCESS);
	hf_expect_eq(s.calls, 1);
	hf_expect_read(VA, hf_script_byte(0));
	hf_space_check();
	vm_map_remove(map, VA, VA + ptoa(1));
	hf_script_end(&s);
}

struct wiring {
	struct hf_script s;
	struct hf_job w;
};

static void
end_wiring(void *arg)
{
	struct wiring *w = arg;

	hf_script_release(&w->s);
	hf_expect_eq(hf_job_join(&w->w), KERN_SUCCESS);
}

HF_SCENARIO(fault_transition_over, "fault.transition_over", "FT-25 FT-28",
    "a wiring that ends before a fault can wait for it is not waited for")
{
	struct wiring w = { .w = HF_JOB(hf_job_wire, VA, 2,
				.flags = VM_MAP_WIRE_SYSTEM) };
	vm_map_t map;

	hf_script_map(&w.s, VA, 2);
	map = hf_space_map();
	hf_job_start_held(&w.w, &w.s);
	hf_failpoint_call("fault.transition", 0, end_wiring, &w);
	hf_expect_eq(
	    vm_fault(map, VA + ptoa(1), VM_PROT_WRITE, VM_FAULT_NORMAL, NULL),
	    KERN_SUCCESS);
	hf_expect_eq(hf_failpoint_fired("fault.transition"), 1);
	hf_failpoint_disarm_all();
	hf_expect((hf_space_leaf(VA + ptoa(1)) & PG_W) != 0);
	hf_expect_eq(vm_map_unwire(map, VA, VA + ptoa(2), VM_MAP_WIRE_SYSTEM),
	    KERN_SUCCESS);
	hf_space_check();
	vm_map_remove(map, VA, VA + ptoa(2));
	hf_script_end(&w.s);
}

/* Other memory takes the place of what the fault has found. */
static void
change_map(void *arg)
{
	struct hf_test_look *look = arg;

	hf_await(&look->looks, 1);
	hf_test_look_away(look);
	hf_expect_eq(vm_map_fixed(hf_space_map(), NULL, 0, VA, ptoa(1),
			 VM_PROT_RW, VM_PROT_ALL, 0),
	    KERN_SUCCESS);
}

/* Has the map locked shared until it is to look away. */
static void
look_at_map(void *arg)
{
	struct hf_test_look *look = arg;
	vm_map_t map = hf_space_map();

	vm_map_lock_read(map);
	look->looks = 1;
	hf_await(&look->over, 1);
	vm_map_unlock_read(map);
}

/* A store that needs the map exclusively, which another thread has shared. */
static void
store_beside_look(uint64_t value)
{
	struct hf_test_look look = { .looks = 0 };

	look.td = hf_space_thread(look_at_map, &look);
	hf_await(&look.looks, 1);
	hf_failpoint_call("map.upgrade", 0, change_map, &look);
	hf_poke(VA, value);
	hf_expect_eq(hf_failpoint_fired("map.upgrade"), 1);
	hf_failpoint_disarm_all();
	hf_expect_eq(hf_peek(VA), value);
}

HF_SCENARIO(fault_map_changed, "fault.map_changed", "MP-39 FT-24",
    "a fault that gives an entry its object looks again if the map changed")
{
	struct proc *child, *home = curproc;

	hf_space_anon_at(VA, 1);
	store_beside_look(1);
	/* The same where the object is to be shadowed. */
	child = hf_space_fork("child");
	store_beside_look(2);
	hf_space_check();
	hf_space_run(child);
	hf_expect_eq(hf_peek(VA), 1);
	hf_space_run(home);
	hf_space_end(child);
}

HF_SCENARIO(fault_cow_meanwhile, "fault.cow_meanwhile", "CW-30 FT-28",
    "a copy that must be given up leaves no valid page above the original")
{
	struct hf_script s;
	vm_object_t top;
	vm_page_t m;

	hf_script_begin(&s, 1);
	vm_object_reference(s.object);
	hf_space_map_at(VA, 1, s.object, 0, VM_PROT_RW, MAP_COPY_ON_WRITE);
	/* Give the entry its shadow, which the attempt will work in. */
	s.fail_times = 1;
	hf_expect_bus(hf_probe_write(VA, 1));
	top = hf_space_entry(VA)->object.vm_object;
	hf_require(top != s.object);
	/* With another way to its pages an unmapping does not wait for them. */
	VM_OBJECT_WLOCK(top);
	vm_object_reference_locked(top);
	vm_object_clear_flag(top, OBJ_ONEMAPPING);
	VM_OBJECT_WUNLOCK(top);
	hf_expect_eq(
	    fault_across(&s, VM_PROT_WRITE, unmap), KERN_INVALID_ADDRESS);
	/* The next attempt may want the page; nobody may see it until then. */
	VM_OBJECT_RLOCK(top);
	TAILQ_FOREACH (m, &top->memq, listq) {
		hf_expect_eq(m->valid, 0);
		hf_expect(!pmap_page_is_mapped(m));
		hf_expect(!vm_page_busied(m));
		hf_expect(!vm_page_wired(m));
	}
	VM_OBJECT_RUNLOCK(top);
	hf_expect_eq(s.object->resident_page_count, 1);
	hf_expect_eq(blockcount_read(&top->paging_in_progress), 0);
	hf_expect_eq(blockcount_read(&s.object->paging_in_progress), 0);
	vm_object_deallocate(top);
	hf_space_check();
	vm_object_deallocate(s.object);
	hf_script_end(&s);
}
