/* SPDX-License-Identifier: BSD-2-Clause */
/* sync_race.c: stores that race with page-out are never lost. */

#include <test/file.h>
#include <test/scenario.h>
#include <test/space.h>
#include <kern/plan.h>
#include <kern/thread.h>
#include <machine/atomic.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>
#include "filesum.h"

#define VA     0x40000000ul
#define PAGES  4
#define MAPPED 8
#define PLACE  128
#define ROUNDS 12

static volatile u_long stored; /* every page holds at least this */
static volatile u_int stop;

static void
store_loop(void *arg)
{
	uint64_t n;
	u_int p;

	for (n = stored + 1; atomic_load_acq_int(&stop) == 0; n++) {
		for (p = 0; p < PAGES; p++)
			if (copyout(&n, (void *)(VA + ptoa(p) + PLACE),
				sizeof(n)) != 0)
				hf_require(!"each page can be written");
		atomic_store_rel_long(&stored, n);
	}
}

static uint64_t
on_disk(struct vnode *vp, u_int p)
{
	uint8_t sector[512];
	uint64_t v;

	hf_file_read_disk(vp, ptoa(p), sector, sizeof(sector));
	memcpy(&v, sector + PLACE, sizeof(v));
	return (v);
}

HF_SCENARIO(sync_race, "pager.sync_race", "PP-03",
    "what was stored before a sync is on the disk after it, stores going on",
    .flags = HF_NEEDS_DISK | HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE)
{
	struct vnode *vp;
	struct thread *td;
	u_long before, first;
	u_int i, p, rounds;

	vp = hf_file_open(HF_SCRATCH_NAME);
	hf_file_map(vp, VA, 0, MAPPED, VM_PROT_RW, HF_FILE_SHARED);
	rounds = ROUNDS + (u_int)hf_plan_param_u64("effort", 1);
	stored = first = 1000000;
	stop = 0;
	td = hf_space_thread(store_loop, NULL);
	for (i = 0; i < rounds; i++) {
		/* Let it get on, whichever CPU it has. */
		before = atomic_load_long(&stored);
		while (atomic_load_long(&stored) == before)
			hf_yield();
		before = atomic_load_long(&stored);
		hf_expect_eq(vm_map_sync(hf_space_map(), VA, VA + ptoa(MAPPED),
				 i % 3 != 0, FALSE),
		    KERN_SUCCESS);
		if (i % 3 == 0) {
			(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
			hf_expect_eq(VOP_FSYNC(vp, MNT_WAIT, NULL), 0);
			VOP_UNLOCK(vp);
		}
		for (p = 0; p < PAGES; p++)
			hf_expect_le(before, on_disk(vp, p));
	}
	atomic_store_rel_int(&stop, 1);
	hf_thread_join(td);
	hf_expect_le(first + rounds, stored);
	hf_expect_eq(
	    vm_map_sync(hf_space_map(), VA, VA + ptoa(MAPPED), TRUE, FALSE),
	    KERN_SUCCESS);
	for (p = 0; p < PAGES; p++)
		hf_expect_eq(on_disk(vp, p), stored);
	hf_file_unmap(VA, MAPPED);
	hf_file_close(vp);
}
