/* SPDX-License-Identifier: BSD-2-Clause */
/* any_order.c: who waits for a wiring of another, in whatever order. */

/*
 * Nothing here makes the threads meet: on a machine they do or not, and
 * tools/explore has them meet in every way (docs/testing.md).
 */
#include <kern/thread.h>
#include <test/job.h>
#include <test/scenario.h>

#define VA   HF_SPACE_BASE
#define USER .flags = VM_MAP_WIRE_USER

HF_SCENARIO(map_wait_any_order, "map.wait_any_order", "WI-27",
    "two threads wire the same pages, and a third changes their rights")
{
	struct hf_job wire = HF_JOB(hf_job_wire, VA, 2, USER);
	struct hf_job protect =
	    HF_JOB(hf_job_protect, VA, 2, .prot = VM_PROT_READ);

	hf_space_enter();
	hf_space_anon_at(VA, 2);
	hf_job_start(&wire);
	hf_job_start(&protect);
	hf_expect_eq(
	    vm_map_wire(hf_space_map(), VA, VA + ptoa(2), VM_MAP_WIRE_USER),
	    KERN_SUCCESS);
	hf_expect_eq(hf_job_join(&wire), KERN_SUCCESS);
	hf_expect_eq(hf_job_join(&protect), KERN_SUCCESS);
	hf_space_check();
}

struct news {
	vm_map_t map;
	bool told; /* map's lock */
};

static void
tell(void *arg)
{
	struct news *n = arg;

	vm_map_lock(n->map);
	n->told = true;
	vm_map_unlock(n->map);
	vm_map_wakeup(n->map);
}

HF_SCENARIO(map_wakeup_any_order, "map.wakeup_any_order", "MP-04",
    "a wakeup that comes once the map is unlocked is not lost")
{
	struct thread *td;
	struct news n = { .map = hf_space_enter() };

	td = hf_space_thread(tell, &n);
	vm_map_lock(n.map);
	while (!n.told) {
		hf_expect_eq(vm_map_unlock_and_wait(n.map, 0), 0);
		vm_map_lock(n.map);
	}
	vm_map_unlock(n.map);
	hf_thread_join(td);
}
