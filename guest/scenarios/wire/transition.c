/* SPDX-License-Identifier: BSD-2-Clause */
/* transition.c: wirings that meet wirings, unwirings and unmappings. */

#include <test/job.h>
#include <test/scenario.h>

#define VA HF_SPACE_BASE

HF_SCENARIO(wire_overlap, "wire.overlap", "WI-12 WI-27",
    "overlapping wirings by two threads add up")
{
	struct hf_script s;
	struct hf_job a = HF_JOB(hf_job_wire, VA, 3);
	struct hf_job b = HF_JOB(hf_job_wire, VA + ptoa(1), 3);
	int i;

	hf_script_map(&s, VA, 4);
	hf_job_start_held(&a, &s);
	hf_job_start_asleep(&b, "vmmaps");
	hf_script_release(&s);
	hf_expect_eq(hf_job_join(&a), KERN_SUCCESS);
	hf_expect_eq(hf_job_join(&b), KERN_SUCCESS);
	for (i = 0; i < 4; i++)
		hf_expect_eq(hf_space_entry(VA + ptoa(i))->wired_count,
		    i == 1 || i == 2 ? 2 : 1);
	hf_space_check();
	hf_expect_eq(vm_map_unwire(a.map, a.start, a.end, 0), KERN_SUCCESS);
	hf_expect_eq(vm_map_unwire(a.map, b.start, b.end, 0), KERN_SUCCESS);
	hf_space_check();
	vm_map_remove(a.map, VA, VA + ptoa(4));
	hf_script_end(&s);
}

HF_SCENARIO(wire_failed_owner, "wire.failed_owner", "WI-27",
    "a waiter goes on when the wiring it waited for has failed")
{
	struct hf_script s;
	struct hf_job a = HF_JOB(hf_job_wire, VA, 2);
	struct hf_job b = HF_JOB(hf_job_wire, VA, 1);

	hf_script_map(&s, VA, 2);
	s.fail_index = 1;
	s.fail_times = 1;
	hf_job_start_held(&a, &s);
	hf_job_start_asleep(&b, "vmmaps");
	hf_script_release(&s);
	hf_expect_eq(hf_job_join(&a), KERN_OUT_OF_BOUNDS);
	hf_expect_eq(hf_job_join(&b), KERN_SUCCESS);
	hf_expect_eq(hf_space_entry(VA)->wired_count, 1);
	hf_expect_eq(hf_space_entry(VA + ptoa(1))->wired_count, 0);
	hf_expect_eq(vm_map_unwire(b.map, b.start, b.end, 0), KERN_SUCCESS);
	hf_space_check();
	vm_map_remove(a.map, VA, VA + ptoa(2));
	hf_script_end(&s);
}

HF_SCENARIO(wire_clipped, "wire.clipped", "WI-33",
    "an entry that is split while it is wired is wired in all its pieces")
{
	struct hf_script s;
	struct hf_job a = HF_JOB(hf_job_wire, VA, 3, .flags = VM_MAP_WIRE_USER);
	struct hf_job b =
	    HF_JOB(hf_job_unwire, VA + ptoa(1), 1, .flags = VM_MAP_WIRE_USER);

	hf_script_map(&s, VA, 3);
	hf_job_start_held(&a, &s);
	/* Inheritance may split what is in transition. */
	hf_expect_eq(
	    vm_map_inherit(a.map, VA + ptoa(1), VA + ptoa(2), VM_INHERIT_SHARE),
	    KERN_SUCCESS);
	hf_expect_eq(a.map->nentries, 3);
	hf_job_start_asleep(&b, "vmmaps");
	hf_script_release(&s);
	hf_expect_eq(hf_job_join(&a), KERN_SUCCESS);
	hf_expect_eq(hf_job_join(&b), KERN_SUCCESS);
	hf_expect_eq(hf_space_entry(VA)->wired_count, 1);
	hf_expect_eq(hf_space_entry(VA + ptoa(1))->wired_count, 0);
	hf_expect_eq(hf_space_entry(VA + ptoa(2))->wired_count, 1);
	hf_expect_eq(vm_user_wire_count, 2);
	hf_space_check();
	vm_map_remove(a.map, VA, VA + ptoa(3));
	hf_expect_eq(vm_user_wire_count, 0);
	hf_script_end(&s);
}

HF_SCENARIO(wire_clipped_failure, "wire.clipped_failure", "WI-33",
    "an entry that is split while its wiring fails is unwired in all its "
    "pieces")
{
	struct hf_script s;
	struct hf_job a = HF_JOB(hf_job_wire, VA, 4, .flags = VM_MAP_WIRE_USER);
	int i;

	hf_script_map(&s, VA, 4);
	s.fail_index = 3;
	s.fail_times = 1;
	hf_job_start_held(&a, &s);
	hf_expect_eq(
	    vm_map_inherit(a.map, VA + ptoa(1), VA + ptoa(2), VM_INHERIT_SHARE),
	    KERN_SUCCESS);
	hf_script_release(&s);
	hf_expect_eq(hf_job_join(&a), KERN_OUT_OF_BOUNDS);
	for (i = 0; i < 4; i++)
		hf_expect_eq(hf_space_entry(VA + ptoa(i))->wired_count, 0);
	hf_expect_eq(pmap_wired_count(a.map->pmap), 0);
	hf_expect_eq(vm_user_wire_count, 0);
	hf_space_check();
	vm_map_remove(a.map, VA, VA + ptoa(4));
	hf_script_end(&s);
}

HF_SCENARIO(wire_unmapped, "wire.unmapped", "WI-13",
    "the range goes while a wirer waits: NOHOLES fails, HOLESOK has the rest")
{
	struct hf_script s;
	struct hf_job a = HF_JOB(hf_job_wire, VA, 2, .flags = VM_MAP_WIRE_USER);
	struct hf_job b = HF_JOB(hf_job_wire, VA, 2);
	struct hf_job c =
	    HF_JOB(hf_job_wire, VA, 3, .flags = VM_MAP_WIRE_HOLESOK);
	/* Waits for the same wiring, and is first after it. */
	struct hf_job d = HF_JOB(hf_job_remove, VA, 2);

	hf_script_map(&s, VA, 2);
	hf_space_anon_at(VA + ptoa(2), 1);
	hf_job_start_held(&a, &s);
	hf_job_start_asleep(&d, "vmmaps");
	hf_job_start_asleep(&b, "vmmaps");
	hf_job_start_asleep(&c, "vmmaps");
	hf_script_release(&s);
	hf_expect_eq(hf_job_join(&a), KERN_SUCCESS);
	/* If a wirer was first, the deletion waits for it to let go. */
	(void)hf_job_join(&b);
	hf_expect_eq(hf_job_join(&c), KERN_SUCCESS);
	if (b.rv == KERN_SUCCESS)
		hf_expect_eq(
		    vm_map_unwire(b.map, b.start, b.end, 0), KERN_SUCCESS);
	else
		hf_expect_eq(b.rv, KERN_INVALID_ADDRESS);
	hf_expect_eq(vm_map_unwire(c.map, VA, VA + ptoa(3),
			 VM_MAP_WIRE_USER | VM_MAP_WIRE_HOLESOK),
	    KERN_SUCCESS);
	hf_expect_eq(
	    vm_map_unwire(c.map, VA + ptoa(2), VA + ptoa(3), 0), KERN_SUCCESS);
	(void)vm_map_unwire(c.map, VA, VA + ptoa(2), 0);
	hf_expect_eq(hf_job_join(&d), KERN_SUCCESS);
	hf_expect_eq(vm_user_wire_count, 0);
	hf_space_check();
	vm_map_remove(c.map, VA, VA + ptoa(3));
	hf_script_end(&s);
}
