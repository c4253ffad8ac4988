/* SPDX-License-Identifier: BSD-2-Clause */
/* empty_race.c: emptying, holding, locking and touching at the same time. */

#include <sys/proc.h>
#include <kern/plan.h>
#include <kern/thread.h>
#include <test/crowd.h>
#include <test/scenario.h>
#include <test/space.h>
#include <vm/vm_pageout.h>
#include "rng.h"

#define VA   HF_SPACE_BASE
#define N    3
#define USER VM_MAP_WIRE_USER

static vm_object_t object;
static volatile int stop;

static void
empty(void)
{
	VM_OBJECT_WLOCK(object);
	vm_object_page_remove(object, 0, N, 0);
	VM_OBJECT_WUNLOCK(object);
}

static void
empty_loop(void *arg)
{
	while (!stop) {
		empty();
		hf_yield();
	}
}

static void
lock_loop(void *arg)
{
	while (!stop) {
		hf_expect_eq(
		    vm_map_wire(hf_space_map(), VA, VA + ptoa(N - 1), USER),
		    KERN_SUCCESS);
		hf_yield();
		hf_expect_eq(
		    vm_map_unwire(hf_space_map(), VA, VA + ptoa(N - 1), USER),
		    KERN_SUCCESS);
	}
}

/* Holds some pages over several emptyings; a store through one stays there. */
static void
hold_rounds(u_long rounds)
{
	struct hf_rng *rng = hf_scenario_rng();
	vm_page_t ma[N];
	u_long i, n;

	for (i = 0; i < rounds; i++) {
		n = 1 + hf_random_below(rng, N);
		if (vm_fault_quick_hold_pages(hf_space_map(), VA, ptoa(n),
			VM_PROT_RW, ma, N) != (int)n) {
			hf_expect(false);
			continue;
		}
		hf_poke(VA + ptoa(hf_random_below(rng, N)), i);
		hf_yield();
		hf_vm_page_dirty_held(ma[n - 1]);
		vm_page_unhold_pages(ma, (int)n);
	}
}

HF_SCENARIO(hold_empty_race, "hold.empty_race", "QH-21 QH-23 WI-19 PW-6",
    "emptied while held, locked and touched: each frame is freed once",
    .timeout_ms = 120000)
{
	struct thread *td[HF_CROWD_MAX];
	const u_int others = hf_crowd(3) - 1;
	u_int i;

	object = vm_object_allocate(OBJT_SWAP, N);
	vm_object_reference(object);
	hf_space_map_at(VA, N, object, 0, VM_PROT_RW, MAP_INHERIT_SHARE);
	stop = 0;
	for (i = 0; i < others; i++)
		td[i] = hf_space_thread(i == 0 ? lock_loop : empty_loop, NULL);
	hold_rounds(hf_plan_param_u64("effort", 1) * 3);
	stop = 1;
	for (i = 0; i < others; i++)
		hf_thread_join(td[i]);
	hf_space_check();
	hf_expect_eq(vm_user_wire_count, 0);
	/* What could not be freed at once is the daemon's. */
	empty();
	while (*(volatile int *)&object->resident_page_count != 0)
		hf_yield();
	hf_pageout_hold();
	hf_pageout_unhold();
	vm_map_remove(hf_space_map(), VA, VA + ptoa(N));
	vm_object_deallocate(object);
}
