/* SPDX-License-Identifier: BSD-2-Clause */
/* transition.c: wirings that meet wirings, unwirings and unmappings. */

#include <kern/thread.h>
#include <test/scenario.h>
#include <test/script_pager.h>
#include <test/space.h>

#define VA HF_SPACE_BASE

struct job {
	vm_map_t map;
	vm_offset_t start, end;
	int flags;
	volatile int rv;
};

static void
wire(void *arg)
{
	struct job *j = arg;

	j->rv = vm_map_wire(j->map, j->start, j->end, j->flags);
}

static void
unwire(void *arg)
{
	struct job *j = arg;

	j->rv = vm_map_unwire(j->map, j->start, j->end, j->flags);
}

HF_SCENARIO(wire_overlap, "wire.overlap", "WI-12 WI-27",
    "overlapping wirings by two threads add up")
{
	struct hf_script s;
	struct thread *a, *b;
	struct job ja = { .start = VA, .end = VA + ptoa(3) };
	struct job jb = { .start = VA + ptoa(1), .end = VA + ptoa(4) };
	int i;

	hf_script_begin(&s, 4);
	hf_space_map_at(VA, 4, s.object, 0, VM_PROT_RW, 0);
	ja.map = jb.map = hf_space_map();
	s.hold = true;
	a = hf_space_thread(wire, &ja);
	hf_await(&s.waiting, 1);
	b = hf_space_thread(wire, &jb);
	hf_await_sleep(b, "vmmaps");
	hf_script_release(&s);
	hf_thread_join(a);
	hf_thread_join(b);
	hf_expect_eq(ja.rv, KERN_SUCCESS);
	hf_expect_eq(jb.rv, KERN_SUCCESS);
	for (i = 0; i < 4; i++)
		hf_expect_eq(hf_space_entry(VA + ptoa(i))->wired_count,
		    i == 1 || i == 2 ? 2 : 1);
	hf_space_check();
	hf_expect_eq(vm_map_unwire(ja.map, ja.start, ja.end, 0), KERN_SUCCESS);
	hf_expect_eq(vm_map_unwire(ja.map, jb.start, jb.end, 0), KERN_SUCCESS);
	hf_space_check();
	vm_map_remove(ja.map, VA, VA + ptoa(4));
	hf_script_end(&s);
}

HF_SCENARIO(wire_failed_owner, "wire.failed_owner", "WI-27",
    "a waiter goes on when the wiring it waited for has failed")
{
	struct hf_script s;
	struct thread *a, *b;
	struct job ja = { .start = VA, .end = VA + ptoa(2) };
	struct job jb = { .start = VA, .end = VA + ptoa(1) };

	hf_script_begin(&s, 2);
	s.fail_index = 1;
	s.fail_times = 1;
	hf_space_map_at(VA, 2, s.object, 0, VM_PROT_RW, 0);
	ja.map = jb.map = hf_space_map();
	s.hold = true;
	a = hf_space_thread(wire, &ja);
	hf_await(&s.waiting, 1);
	b = hf_space_thread(wire, &jb);
	hf_await_sleep(b, "vmmaps");
	hf_script_release(&s);
	hf_thread_join(a);
	hf_thread_join(b);
	hf_expect_eq(ja.rv, KERN_OUT_OF_BOUNDS);
	hf_expect_eq(jb.rv, KERN_SUCCESS);
	hf_expect_eq(hf_space_entry(VA)->wired_count, 1);
	hf_expect_eq(hf_space_entry(VA + ptoa(1))->wired_count, 0);
	hf_expect_eq(vm_map_unwire(jb.map, jb.start, jb.end, 0), KERN_SUCCESS);
	hf_space_check();
	vm_map_remove(ja.map, VA, VA + ptoa(2));
	hf_script_end(&s);
}

HF_SCENARIO(wire_clipped, "wire.clipped", "WI-12",
    "an entry that is split while it is wired is wired in all its pieces")
{
	struct hf_script s;
	struct thread *a, *b;
	struct job ja = {
		.start = VA, .end = VA + ptoa(3), .flags = VM_MAP_WIRE_USER
	};
	struct job jb = { .start = VA + ptoa(1),
		.end = VA + ptoa(2),
		.flags = VM_MAP_WIRE_USER };

	hf_script_begin(&s, 3);
	hf_space_map_at(VA, 3, s.object, 0, VM_PROT_RW, 0);
	ja.map = jb.map = hf_space_map();
	s.hold = true;
	a = hf_space_thread(wire, &ja);
	hf_await(&s.waiting, 1);
	/* Inheritance may split what is in transition. */
	hf_expect_eq(vm_map_inherit(
			 ja.map, VA + ptoa(1), VA + ptoa(2), VM_INHERIT_SHARE),
	    KERN_SUCCESS);
	hf_expect_eq(ja.map->nentries, 3);
	b = hf_space_thread(unwire, &jb);
	hf_await_sleep(b, "vmmaps");
	hf_script_release(&s);
	hf_thread_join(a);
	hf_thread_join(b);
	hf_expect_eq(ja.rv, KERN_SUCCESS);
	hf_expect_eq(jb.rv, KERN_SUCCESS);
	hf_expect_eq(hf_space_entry(VA)->wired_count, 1);
	hf_expect_eq(hf_space_entry(VA + ptoa(1))->wired_count, 0);
	hf_expect_eq(hf_space_entry(VA + ptoa(2))->wired_count, 1);
	hf_expect_eq(vm_user_wire_count, 2);
	hf_space_check();
	vm_map_remove(ja.map, VA, VA + ptoa(3));
	hf_expect_eq(vm_user_wire_count, 0);
	hf_script_end(&s);
}

/* A deletion that waits for the same wiring and is first after it. */
static void delete (void *arg)
{
	struct job *j = arg;

	j->rv = vm_map_remove(j->map, j->start, j->end);
}

HF_SCENARIO(wire_unmapped, "wire.unmapped", "WI-13",
    "the range goes while a wirer waits: NOHOLES fails, HOLESOK has the rest")
{
	struct hf_script s;
	struct thread *a, *b, *c, *d;
	struct job ja = { .start = VA, .end = VA + ptoa(2) };
	struct job jb = { .start = VA, .end = VA + ptoa(2) };
	struct job jc = {
		.start = VA, .end = VA + ptoa(3), .flags = VM_MAP_WIRE_HOLESOK
	};
	struct job jd = { .start = VA, .end = VA + ptoa(2) };

	hf_script_begin(&s, 2);
	hf_space_map_at(VA, 2, s.object, 0, VM_PROT_RW, 0);
	hf_space_anon_at(VA + ptoa(2), 1);
	ja.map = jb.map = jc.map = jd.map = hf_space_map();
	ja.flags = VM_MAP_WIRE_USER;
	s.hold = true;
	a = hf_space_thread(wire, &ja);
	hf_await(&s.waiting, 1);
	d = hf_space_thread(delete, &jd);
	hf_await_sleep(d, "vmmaps");
	b = hf_space_thread(wire, &jb);
	hf_await_sleep(b, "vmmaps");
	c = hf_space_thread(wire, &jc);
	hf_await_sleep(c, "vmmaps");
	hf_script_release(&s);
	hf_thread_join(a);
	/* If a wirer was first, the deletion waits for it to let go. */
	hf_thread_join(b);
	hf_thread_join(c);
	if (jb.rv == KERN_SUCCESS)
		hf_expect_eq(
		    vm_map_unwire(jb.map, jb.start, jb.end, 0), KERN_SUCCESS);
	else
		hf_expect_eq(jb.rv, KERN_INVALID_ADDRESS);
	hf_expect_eq(jc.rv, KERN_SUCCESS);
	hf_expect_eq(vm_map_unwire(jc.map, VA, VA + ptoa(3),
			 VM_MAP_WIRE_USER | VM_MAP_WIRE_HOLESOK),
	    KERN_SUCCESS);
	hf_expect_eq(
	    vm_map_unwire(jc.map, VA + ptoa(2), VA + ptoa(3), 0), KERN_SUCCESS);
	(void)vm_map_unwire(jc.map, VA, VA + ptoa(2), 0);
	hf_thread_join(d);
	hf_expect_eq(jd.rv, KERN_SUCCESS);
	hf_expect_eq(ja.rv, KERN_SUCCESS);
	hf_expect_eq(vm_user_wire_count, 0);
	hf_space_check();
	vm_map_remove(jc.map, VA, VA + ptoa(3));
	hf_script_end(&s);
}
