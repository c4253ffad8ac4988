/* SPDX-License-Identifier: BSD-2-Clause */
/* truncate.c: holding for write while the contents are taken away. */

#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/vnode.h>
#include <kern/failpoint.h>
#include <kern/plan.h>
#include <kern/thread.h>
#include <test/crowd.h>
#include <test/file.h>
#include <test/scenario.h>
#include <test/space.h>
#include <vm/vnode_pager.h>
#include "filesum.h"

#define VA HF_SPACE_BASE

static volatile int stop, started;

static int
hold(u_long n, vm_page_t *ma)
{
	return (vm_fault_quick_hold_pages(
	    hf_space_map(), VA, ptoa(n), VM_PROT_RW, ma, (int)n));
}

static void
truncate(void *arg)
{
	vm_object_t object = arg;

	VM_OBJECT_WLOCK(object);
	vm_object_page_remove(object, 0, 0, 0);
	VM_OBJECT_WUNLOCK(object);
}

/* Shared memory of n pages at VA; the caller has a reference, too. */
static vm_object_t
map_shared(u_long n)
{
	vm_object_t object;

	object = vm_object_allocate(OBJT_SWAP, n);
	vm_object_reference(object);
	hf_space_map_at(VA, n, object, 0, VM_PROT_RW, MAP_INHERIT_SHARE);
	return (object);
}

HF_SCENARIO(hold_truncated_meanwhile, "hold.truncated_meanwhile",
    "QH-40 QH-21 QH-23",
    "truncated between the wiring and the dirtying: held, invalid, not dirty")
{
	vm_object_t object;
	vm_page_t m;

	object = map_shared(1);
	hf_poke(VA, 0x55);
	m = hf_space_page(VA);
	VM_OBJECT_WLOCK(object);
	vm_page_undirty(m);
	VM_OBJECT_WUNLOCK(object);
	hf_failpoint_call("hold.mapped", 0, truncate, object);
	hf_require_eq(hold(1, &m), 1);
	hf_expect_eq(hf_failpoint_fired("hold.mapped"), 1);
	hf_expect_eq(m->valid, 0);
	hf_expect_eq(m->dirty, 0);
	/* What a holder says after its last store. */
	hf_vm_page_dirty_held(m);
	hf_expect_eq(m->dirty, 0);
	vm_page_unhold_pages(&m, 1);
	hf_expect_eq(hf_peek(VA), 0);
	hf_space_check();
	vm_object_deallocate(object);
}

/* On a machine the two meet or do not; tools/explore has them meet in every way. */
HF_SCENARIO(hold_truncated_any_order, "hold.truncated_any_order",
    "QH-40 QH-21 QH-23",
    "a page held for writing beside a truncation is never dirty and invalid")
{
	struct thread *td;
	vm_object_t object;
	vm_page_t m;

	object = map_shared(1);
	hf_poke(VA, 0x55);
	m = hf_space_page(VA);
	VM_OBJECT_WLOCK(object);
	vm_page_undirty(m);
	VM_OBJECT_WUNLOCK(object);
	td = hf_space_thread(truncate, object);
	hf_require_eq(hold(1, &m), 1);
	hf_thread_join(td);
	/* Held before: the holder's alone.  After: what is there now. */
	hf_expect_eq(m->dirty, m->valid);
	vm_page_unhold_pages(&m, 1);
	hf_expect_eq(hf_peek(VA), 0);
	hf_space_check();
	vm_object_deallocate(object);
}

static void
clean(void *arg)
{
	vm_object_t object = arg;

	VM_OBJECT_WLOCK(object);
	(void)vm_object_page_clean(object, 0, 0, OBJPC_SYNC);
	VM_OBJECT_WUNLOCK(object);
}

static void
clean_file(void *arg)
{
	struct vnode *vp = arg;

	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	clean(hf_file_object(vp));
	VOP_UNLOCK(vp);
}

HF_SCENARIO(hold_cleaned_meanwhile, "hold.cleaned_meanwhile", "QH-12 QH-14",
    "written back between the wiring and the dirtying: will be written again",
    .flags = HF_NEEDS_DISK | HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE)
{
	volatile uint64_t *word;
	struct vnode *vp;
	uint64_t old;
	vm_page_t m;

	vp = hf_file_open(HF_SCRATCH_NAME);
	hf_file_map(vp, VA, 0, 1, VM_PROT_RW, HF_FILE_SHARED);
	old = hf_peek(VA);
	hf_poke(VA, old); /* a writable mapping */
	m = hf_space_page(VA);
	VM_OBJECT_WLOCK(hf_file_object(vp));
	vm_page_undirty(m);
	VM_OBJECT_WUNLOCK(hf_file_object(vp));
	hf_failpoint_call("hold.mapped", 0, clean_file, vp);
	hf_require_eq(hold(1, &m), 1);
	hf_expect_eq(hf_failpoint_fired("hold.mapped"), 1);
	hf_expect_eq(m->dirty, 0xff);
	hf_expect(vm_object_mightbedirty(hf_file_object(vp)));
	word = (volatile uint64_t *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m));
	*word = ~old;
	vm_page_unhold_pages(&m, 1);
	hf_file_unmap(VA, 1);
	hf_file_drop(vp);
	hf_file_map(vp, VA, 0, 1, VM_PROT_RW, HF_FILE_SHARED);
	hf_expect_eq(hf_peek(VA), ~old);
	hf_poke(VA, old);
	hf_file_unmap(VA, 1);
	hf_file_close(vp);
}

static void
hold_one(void *arg)
{
	hf_expect_eq(hold(1, arg), 1);
}

HF_SCENARIO(hold_freed_meanwhile, "hold.freed_meanwhile", "QH-12 QH-22 OB-39",
    "free advice that meets a new hold leaves the page dirty for the holder")
{
	vm_page_t m = NULL;

	hf_space_anon_at(VA, 1);
	hf_poke(VA, 1);
	hf_failpoint_call("advise.free", 0, hold_one, &m);
	hf_expect_eq(
	    vm_map_madvise(hf_space_map(), VA, VA + PAGE_SIZE, MADV_FREE), 0);
	hf_expect_eq(hf_failpoint_fired("advise.free"), 1);
	hf_require(m != NULL);
	hf_expect_eq(m->dirty, 0xff);
	vm_page_unhold_pages(&m, 1);
	hf_space_check();
}

/* Removes the page that is at VA while somebody holds it; its frame, held. */
static vm_page_t
remove_beside_hold(int options)
{
	vm_object_t object = hf_space_entry(VA)->object.vm_object;
	vm_page_t held = NULL;

	hf_failpoint_call("object.remove", 0, hold_one, &held);
	VM_OBJECT_WLOCK(object);
	vm_object_page_remove(object, 0, 1, options);
	VM_OBJECT_WUNLOCK(object);
	hf_expect_eq(hf_failpoint_fired("object.remove"), 1);
	hf_failpoint_disarm_all();
	hf_expect_eq(hf_space_leaf(VA), 0);
	hf_require(held != NULL);
	hf_expect_eq(vm_page_wire_count(held), 1);
	hf_expect(!vm_page_busied(held));
	return (held);
}

HF_SCENARIO(hold_removed_meanwhile, "hold.removed_meanwhile", "QH-21 OB-28",
    "a page that is held just as it is removed stays its holder's")
{
	vm_page_t m;

	hf_space_anon_at(VA, 1);
	hf_poke(VA, 0x11);
	/* What is dirty by now stays in its place, unmapped. */
	m = remove_beside_hold(OBJPR_CLEANONLY);
	hf_expect_eq(hf_peek(VA), 0x11);
	hf_expect_eq(hf_space_page(VA), m);
	vm_page_unhold_pages(&m, 1);
	/* Without that only the holder has it. */
	m = remove_beside_hold(0);
	hf_expect_eq(
	    *(volatile uint64_t *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m)), 0x11);
	hf_expect_eq(hf_peek(VA), 0);
	hf_expect_ne(hf_space_page(VA), m);
	vm_page_unhold_pages(&m, 1);
	hf_space_check();
}

/* What is done over and over, until told to stop. */
static void (*step)(void *);

static void
step_loop(void *arg)
{
	started = 1;
	while (!stop) {
		step(arg);
		hf_yield();
	}
}

/* Holds for write, over and over, against others that do fn. */
static void
race(void (*fn)(void *), void *arg, u_long rounds)
{
	struct thread *td[HF_CROWD_MAX];
	const u_int others = hf_crowd(2) - 1;
	vm_page_t ma[2];
	u_long i, held;
	u_int t;
	int n;

	stop = started = 0;
	step = fn;
	for (t = 0; t < others; t++)
		td[t] = hf_space_thread(step_loop, arg);
	hf_await(&started, 1);
	for (i = held = 0; i < rounds; i++) {
		n = hold(2, ma);
		if (n != 2)
			continue;
		held++;
		*(volatile uint64_t *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(ma[0])) = i;
		/* A write-back may be on its way. */
		hf_vm_page_dirty_stored(ma[0]);
		vm_page_unhold_pages(ma, n);
	}
	stop = 1;
	for (t = 0; t < others; t++)
		hf_thread_join(td[t]);
	hf_expect_eq(held, rounds);
	hf_space_check();
}

HF_SCENARIO(hold_truncate_race, "hold.truncate_race", "QH-40 QH-21 QH-23",
    "memory truncated again and again while it is held for writing",
    .timeout_ms = 120000)
{
	vm_object_t object;
	vm_page_t m;
	int i;

	object = map_shared(2);
	race(truncate, object, hf_plan_param_u64("effort", 1) * 20);
	VM_OBJECT_WLOCK(object);
	for (i = 0; i < 2; i++) {
		m = vm_page_lookup(object, i);
		hf_expect(m == NULL || (m->dirty & ~m->valid) == 0);
		hf_expect(m == NULL || !vm_page_wired(m));
	}
	VM_OBJECT_WUNLOCK(object);
	vm_map_remove(hf_space_map(), VA, VA + ptoa(2));
	vm_object_deallocate(object);
}

HF_SCENARIO(hold_clean_race, "hold.clean_race", "QH-39 QH-14 PP-03",
    "a file written back again and again while it is held for writing",
    .flags = HF_NEEDS_DISK | HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE,
    .timeout_ms = 120000)
{
	struct vnode *vp;
	u_long rounds = hf_plan_param_u64("effort", 1) * 10;

	vp = hf_file_open(HF_SCRATCH_NAME);
	hf_file_map(vp, VA, 0, 2, VM_PROT_RW, HF_FILE_SHARED);
	race(clean_file, vp, rounds);
	hf_file_unmap(VA, 2);
	hf_file_drop(vp);
	hf_file_map(vp, VA, 0, 2, VM_PROT_READ, HF_FILE_SHARED);
	hf_expect_eq(hf_peek(VA), rounds - 1);
	hf_file_unmap(VA, 2);
	hf_file_close(vp);
}
