/* SPDX-License-Identifier: BSD-2-Clause */
/* delete_wait.c: what a deletion waits for, and when objects really end. */

#include <kern/thread.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/script_pager.h>
#include <test/space.h>

#define VA   HF_SPACE_BASE
#define SYS  (VM_MAP_WIRE_SYSTEM | VM_MAP_WIRE_NOHOLES)
#define USER (VM_MAP_WIRE_USER | VM_MAP_WIRE_NOHOLES)

struct job {
	vm_map_t map;
	vm_offset_t start, end;
	int flags;
	volatile int done;
	volatile int rv;
};

static void
wire(void *arg)
{
	struct job *j = arg;

	j->rv = vm_map_wire(j->map, j->start, j->end, j->flags);
	j->done = 1;
}

static void delete (void *arg)
{
	struct job *j = arg;

	j->rv = vm_map_remove(j->map, j->start, j->end);
	j->done = 1;
}

static void
protect(void *arg)
{
	struct job *j = arg;

	j->rv = vm_map_protect(
	    j->map, j->start, j->end, VM_PROT_READ, 0, VM_MAP_PROTECT_SET_PROT);
	j->done = 1;
}

HF_SCENARIO(map_delete_wiring, "map.delete_wiring", "MP-18 WI-14 WI-27",
    "a deletion sleeps until a wiring in progress is over, then removes all")
{
	struct hf_script s;
	struct thread *wirer, *deleter;
	struct job w = { .start = VA, .end = VA + ptoa(3), .flags = USER };
	struct job d = { .start = VA + ptoa(1), .end = VA + ptoa(4) };

	hf_script_begin(&s, 4);
	vm_object_reference(s.object);
	hf_space_map_at(VA, 4, s.object, 0, VM_PROT_RW, 0);
	w.map = d.map = hf_space_map();
	s.hold = true;
	wirer = hf_space_thread(wire, &w);
	hf_await(&s.waiting, 1);
	deleter = hf_space_thread(delete, &d);
	hf_await_sleep(deleter, "vmmaps");
	hf_expect_eq(w.done + d.done, 0);
	hf_script_release(&s);
	hf_thread_join(wirer);
	hf_thread_join(deleter);
	hf_expect_eq(w.rv, KERN_SUCCESS);
	hf_expect_eq(d.rv, KERN_SUCCESS);
	hf_expect_segv_map(hf_probe_read(VA + ptoa(1)));
	hf_expect_eq(vm_user_wire_count, 1);
	hf_expect_eq(hf_space_entry(VA)->wired_count, 1);
	hf_space_check();
	hf_expect_eq(vm_map_remove(w.map, VA, VA + ptoa(1)), KERN_SUCCESS);
	hf_expect_eq(vm_user_wire_count, 0);
	vm_object_deallocate(s.object);
	hf_script_end(&s);
}

HF_SCENARIO(map_delete_wired, "map.delete_wired", "MP-19 WI-15",
    "a deletion waits for the system's wiring, not for the user's")
{
	struct thread *deleter;
	struct job d = { .start = VA, .end = VA + ptoa(2) };

	hf_space_anon_at(VA, 2);
	d.map = hf_space_map();
	hf_require_eq(vslock((void *)VA, ptoa(2)), 0);
	deleter = hf_space_thread(delete, &d);
	hf_await_sleep(deleter, "vmmaps");
	hf_expect_eq(d.done, 0);
	hf_poke(VA, 1);
	vsunlock((void *)VA, ptoa(2));
	hf_thread_join(deleter);
	hf_expect_eq(d.rv, KERN_SUCCESS);
	hf_expect_segv_map(hf_probe_read(VA));
	hf_space_anon_at(VA, 2);
	hf_require_eq(vm_map_wire(d.map, VA, VA + ptoa(2), USER), KERN_SUCCESS);
	hf_expect_eq(vm_user_wire_count, 2);
	hf_expect_eq(vm_map_remove(d.map, VA, VA + ptoa(1)), KERN_SUCCESS);
	hf_expect_eq(vm_user_wire_count, 1);
	hf_space_check();
	hf_expect_eq(vm_map_remove(d.map, VA, VA + ptoa(2)), KERN_SUCCESS);
}

HF_SCENARIO(map_protect_wiring, "map.protect_wiring", "MP-28",
    "protection changes wait for wirings in progress")
{
	struct hf_script s;
	struct thread *wirer, *protector;
	struct job w = { .start = VA, .end = VA + ptoa(2), .flags = SYS };
	struct job p = { .start = VA, .end = VA + ptoa(2) };

	hf_script_begin(&s, 2);
	hf_space_map_at(VA, 2, s.object, 0, VM_PROT_RW, 0);
	w.map = p.map = hf_space_map();
	s.hold = true;
	wirer = hf_space_thread(wire, &w);
	hf_await(&s.waiting, 1);
	protector = hf_space_thread(protect, &p);
	hf_await_sleep(protector, "mbusy");
	hf_expect_eq(hf_space_entry(VA)->protection, VM_PROT_RW);
	hf_script_release(&s);
	hf_thread_join(wirer);
	hf_thread_join(protector);
	hf_expect_eq(w.rv, KERN_SUCCESS);
	hf_expect_eq(p.rv, KERN_SUCCESS);
	hf_expect_segv_acc(hf_probe_write(VA, 1));
	hf_expect_eq(vm_map_unwire(w.map, VA, VA + ptoa(2), SYS), KERN_SUCCESS);
	hf_space_check();
	vm_map_remove(w.map, VA, VA + ptoa(2));
	hf_script_end(&s);
}

HF_SCENARIO(map_delete_release, "map.delete_release", "MP-21",
    "the object of a deleted entry ends when no map is locked any more")
{
	struct hf_script s;
	vm_map_t map;

	hf_script_begin(&s, 2);
	hf_space_map_at(VA, 2, s.object, 0, VM_PROT_RW, 0);
	map = hf_space_map();
	hf_expect_read(VA, hf_script_byte(0));
	vm_map_lock(map);
	hf_expect_eq(vm_map_delete(map, VA, VA + ptoa(2)), KERN_SUCCESS);
	hf_expect_eq(map->nentries, 0);
	hf_expect_eq(s.ended, 0);
	vm_map_unlock(map);
	hf_expect_eq(s.ended, 1);
	hf_expect_eq(s.ended_locked, 0);
	hf_script_end(&s);
}
