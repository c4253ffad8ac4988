/* SPDX-License-Identifier: BSD-2-Clause */
/* delete_wait.c: what a deletion waits for, and when objects really end. */

#include <test/job.h>
#include <test/probe.h>
#include <test/scenario.h>

#define VA   HF_SPACE_BASE
#define SYS  (VM_MAP_WIRE_SYSTEM | VM_MAP_WIRE_NOHOLES)
#define USER (VM_MAP_WIRE_USER | VM_MAP_WIRE_NOHOLES)

HF_SCENARIO(map_delete_wiring, "map.delete_wiring", "MP-18 WI-14 WI-27",
    "a deletion sleeps until a wiring in progress is over, then removes all")
{
	struct hf_script s;
	struct hf_job w = HF_JOB(hf_job_wire, VA, 3, .flags = USER);
	struct hf_job d = HF_JOB(hf_job_remove, VA + ptoa(1), 3);

	hf_script_map(&s, VA, 4);
	vm_object_reference(s.object);
	hf_job_start_held(&w, &s);
	hf_job_start_asleep(&d, "vmmaps");
	hf_expect_eq(w.done + d.done, 0);
	hf_script_release(&s);
	hf_expect_eq(hf_job_join(&w), KERN_SUCCESS);
	hf_expect_eq(hf_job_join(&d), KERN_SUCCESS);
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
	struct hf_job d = HF_JOB(hf_job_remove, VA, 2);

	hf_space_anon_at(VA, 2);
	hf_require_eq(vslock((void *)VA, ptoa(2)), 0);
	hf_job_start_asleep(&d, "vmmaps");
	hf_expect_eq(d.done, 0);
	hf_poke(VA, 1);
	vsunlock((void *)VA, ptoa(2));
	hf_expect_eq(hf_job_join(&d), KERN_SUCCESS);
	hf_expect_segv_map(hf_probe_read(VA));
	hf_space_anon_at(VA, 2);
	hf_require_eq(vm_map_wire(d.map, VA, VA + ptoa(2), USER), KERN_SUCCESS);
	hf_expect_eq(vm_user_wire_count, 2);
	hf_expect_eq(vm_map_remove(d.map, VA, VA + ptoa(1)), KERN_SUCCESS);
	hf_expect_eq(vm_user_wire_count, 1);
	hf_space_check();
	hf_expect_eq(vm_map_remove(d.map, VA, VA + ptoa(2)), KERN_SUCCESS);
}

HF_SCENARIO(map_delete_passed_over, "map.delete_passed_over", "MP-18 WI-27",
    "what a wiring has passed over is not deleted before the wiring ends")
{
	struct hf_script s;
	struct hf_job w =
	    HF_JOB(hf_job_wire, VA, 3, .flags = VM_MAP_WIRE_HOLESOK);
	struct hf_job d = HF_JOB(hf_job_remove, VA, 1);

	hf_script_map(&s, VA + ptoa(1), 2);
	hf_space_anon_at(VA, 1);
	hf_require_eq(vm_map_protect(hf_space_map(), VA, VA + ptoa(1),
			  VM_PROT_NONE, 0, VM_MAP_PROTECT_SET_PROT),
	    KERN_SUCCESS);
	hf_job_start_held(&w, &s);
	hf_expect_eq(hf_space_entry(VA)->wired_count, 0);
	hf_job_start_asleep(&d, "vmmaps");
	hf_expect_eq(d.done, 0);
	hf_script_release(&s);
	hf_expect_eq(hf_job_join(&w), KERN_SUCCESS);
	hf_expect_eq(hf_job_join(&d), KERN_SUCCESS);
	hf_space_check();
	hf_expect_eq(
	    vm_map_unwire(w.map, VA + ptoa(1), VA + ptoa(3), 0), KERN_SUCCESS);
	vm_map_remove(w.map, VA, VA + ptoa(3));
	hf_script_end(&s);
}

HF_SCENARIO(map_delete_twice, "map.delete_twice", "MP-18",
    "two deletions that waited for one wiring: the second finds a hole")
{
	struct hf_script s;
	struct hf_job w = HF_JOB(hf_job_wire, VA, 2, .flags = USER);
	struct hf_job d[2] = { HF_JOB(hf_job_remove, VA, 2),
		HF_JOB(hf_job_remove, VA, 2) };

	hf_script_map(&s, VA, 2);
	hf_job_start_held(&w, &s);
	hf_job_start_asleep(&d[0], "vmmaps");
	hf_job_start_asleep(&d[1], "vmmaps");
	hf_script_release(&s);
	hf_expect_eq(hf_job_join(&w), KERN_SUCCESS);
	hf_expect_eq(hf_job_join(&d[0]), KERN_SUCCESS);
	hf_expect_eq(hf_job_join(&d[1]), KERN_SUCCESS);
	hf_expect_eq(w.map->nentries, 0);
	hf_expect_eq(w.map->size, 0);
	hf_expect_eq(vm_user_wire_count, 0);
	hf_space_check();
	hf_script_end(&s);
}

HF_SCENARIO(map_protect_wiring, "map.protect_wiring", "MP-28",
    "protection changes wait for wirings in progress")
{
	struct hf_script s;
	struct hf_job w = HF_JOB(hf_job_wire, VA, 2, .flags = SYS);
	struct hf_job p = HF_JOB(hf_job_protect, VA, 2, .prot = VM_PROT_READ);

	hf_script_map(&s, VA, 2);
	hf_job_start_held(&w, &s);
	hf_job_start_asleep(&p, "mbusy");
	hf_expect_eq(hf_space_entry(VA)->protection, VM_PROT_RW);
	hf_script_release(&s);
	hf_expect_eq(hf_job_join(&w), KERN_SUCCESS);
	hf_expect_eq(hf_job_join(&p), KERN_SUCCESS);
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

	hf_script_map(&s, VA, 2);
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
