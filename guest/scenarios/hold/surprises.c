/* SPDX-License-Identifier: BSD-2-Clause */
/* surprises.c: what a holder must reckon with, as in FreeBSD. */

#include <sys/mman.h>
#include <sys/proc.h>
#include <kern/thread.h>
#include <test/file.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/script_pager.h>
#include <test/space.h>
#include <test/vm_util.h>
#include <test/whole.h>
#include "filesum.h"

#define VA HF_SPACE_BASE

static volatile uint64_t *
word(vm_page_t m)
{
	return ((volatile uint64_t *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m)));
}

static int
hold(vm_prot_t prot, vm_page_t *m)
{
	return (vm_fault_quick_hold_pages(
	    hf_space_map(), VA, PAGE_SIZE, prot, m, 1));
}

HF_SCENARIO(hold_dead_child, "hold.dead_child", "QH-42",
    "what a child held for reading is the parent's page again when it is gone")
{
	struct proc *parent = curproc, *child;
	vm_page_t m;

	hf_space_anon_at(VA, 1);
	hf_poke(VA, 1);
	child = hf_space_fork("child");
	hf_space_run(child);
	hf_require_eq(hold(VM_PROT_READ, &m), 1);
	hf_space_run(parent);
	hf_space_end(child);
	/* Nobody shares it any more: no copy is made. */
	hf_poke(VA, 2);
	hf_expect_eq(hf_space_page(VA), m);
	hf_expect_eq(*word(m), 2);
	vm_page_unhold_pages(&m, 1);
	hf_expect_eq(hf_peek(VA), 2);
	hf_space_check();
}

HF_SCENARIO(hold_forked, "hold.forked", "QH-41",
    "a device's late store goes to the child when the parent wrote after a "
    "fork")
{
	struct proc *parent = curproc, *child;
	vm_page_t m;

	hf_space_anon_at(VA, 1);
	hf_poke(VA, 1);
	hf_require_eq(hold(VM_PROT_RW, &m), 1);
	child = hf_space_fork("child");
	hf_poke(VA + 8, 2); /* the parent copies */
	*word(m) = 0xd1a;
	hf_expect_eq(hf_peek(VA), 1);
	hf_expect_eq(hf_peek(VA + 8), 2);
	hf_space_run(child);
	hf_expect_eq(hf_peek(VA), 0xd1a);
	hf_expect_eq(hf_peek(VA + 8), 0);
	hf_space_run(parent);
	hf_space_end(child);
	vm_page_unhold_pages(&m, 1);
	hf_space_check();
}

/* Stores through a hold before and after msync(2); what the disk has then. */
static uint64_t
store_late(struct vnode *vp, uint64_t early, uint64_t late, bool again)
{
	uint64_t kept;
	vm_page_t m;

	hf_file_map(vp, VA, 0, 1, VM_PROT_RW, HF_FILE_SHARED);
	hf_require_eq(hold(VM_PROT_RW, &m), 1);
	*word(m) = early;
	hf_expect_eq(
	    vm_map_sync(hf_space_map(), VA, VA + PAGE_SIZE, TRUE, FALSE),
	    KERN_SUCCESS);
	hf_expect_eq(m->dirty, 0);
	*word(m) = late;
	if (again)
		hf_vm_page_dirty_held(m);
	vm_page_unhold_pages(&m, 1);
	hf_file_unmap(VA, 1);
	hf_file_drop(vp);
	hf_file_map(vp, VA, 0, 1, VM_PROT_READ, HF_FILE_SHARED);
	kept = hf_peek(VA);
	hf_file_unmap(VA, 1);
	return (kept);
}

HF_SCENARIO(hold_synced, "hold.synced", "QH-39 PP-02",
    "after a write-back, late stores of a holder are written if it says so",
    .flags = HF_NEEDS_DISK | HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE)
{
	struct vnode *vp;

	vp = hf_file_open(HF_SCRATCH_NAME);
	hf_expect_eq(store_late(vp, 11, 12, true), 12);
	/* The page was clean, and nothing said otherwise. */
	hf_expect_eq(store_late(vp, 13, 14, false), 13);
	hf_file_close(vp);
}

HF_SCENARIO(hold_read_only_private, "hold.read_only_private", "QH-10 CW-27",
    "a debugger's hold for writing never reaches the file's page")
{
	struct hf_script s;
	vm_page_t m, orig;
	int i;

	hf_script_begin(&s, 1);
	vm_object_reference(s.object);
	hf_space_map_at(VA, 1, s.object, 0, VM_PROT_READ, MAP_COPY_ON_WRITE);
	hf_space_map_at(VA + ptoa(2), 1, s.object, 0, VM_PROT_READ, 0);
	hf_expect_read(VA, hf_script_byte(0));
	orig = hf_space_page(VA);
	hf_expect_eq(hold(VM_PROT_WRITE, &m), (uint64_t)-1);
	for (i = 0; i < 3; i++) {
		hf_require_eq(
		    vm_fault(hf_space_map(), VA, VM_PROT_READ | VM_PROT_COPY,
			VM_FAULT_DIRTY, &m),
		    KERN_SUCCESS);
		hf_expect_ne(m, orig);
		*word(m) = (uint64_t)i;
		vm_page_unwire(m, PQ_ACTIVE);
		/* The other half of a known race: to throw the copy away. */
		hf_expect_eq(vm_map_madvise(hf_space_map(), VA, VA + PAGE_SIZE,
				 MADV_DONTNEED),
		    0);
		hf_expect_eq(hf_peek(VA), (uint64_t)i);
		hf_expect_bytes(VA, 8, PAGE_SIZE, hf_script_byte(0));
		hf_expect_read(VA + ptoa(2), hf_script_byte(0));
	}
	hf_expect_eq(orig->dirty, 0);
	vm_map_remove(hf_space_map(), VA, VA + ptoa(3));
	hf_script_end(&s);
}

static volatile int told;

static void
dirty_stored(void *arg)
{
	hf_vm_page_dirty_stored(arg);
	told = 1;
}

#ifdef HF_MODEL
static void
begin_write_back(void *m)
{
	hf_require(vm_page_trysbusy(m));
}
#endif

HF_SCENARIO(hold_in_flight, "hold.store_in_flight", "QH-39",
    "a store during a write-back is dirty after it, not taken for clean")
{
	struct thread *td;
	vm_page_t m;

	hf_space_anon_at(VA, 1);
	hf_require_eq(hold(VM_PROT_WRITE, &m), 1);
	hf_require(vm_page_trysbusy(m));
	memset((void *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m)), 0x44, PAGE_SIZE);
	told = 0;
	td = hf_space_thread(dirty_stored, m);
	while (!told && hf_test_sleepers(m) == 0)
		hf_yield();
	vm_page_undirty(m);
	vm_page_sunbusy(m);
	hf_thread_join(td);
	hf_expect_eq(m->dirty, VM_PAGE_BITS_ALL);
	vm_page_unhold_pages(&m, 1);
#ifdef HF_MODEL
	/* One that begins when the store is done has read what was stored. */
	hf_require_eq(hold(VM_PROT_WRITE, &m), 1);
	told = 0;
	hf_failpoint_call("fence", 0, begin_write_back, m);
	td = hf_space_thread(dirty_stored, m);
	while (!told && hf_test_sleepers(m) == 0)
		hf_yield();
	hf_require_eq(hf_failpoint_fired("fence"), 1);
	hf_failpoint_disarm_all();
	vm_page_undirty(m);
	vm_page_sunbusy(m);
	hf_thread_join(td);
	hf_expect_eq(m->dirty, VM_PAGE_BITS_ALL);
	vm_page_unhold_pages(&m, 1);
#endif
	/* Nothing to wait for. */
	hf_require_eq(hold(VM_PROT_READ, &m), 1);
	vm_page_undirty(m);
	hf_vm_page_dirty_stored(m);
	hf_expect_eq(m->dirty, VM_PAGE_BITS_ALL);
	vm_page_unhold_pages(&m, 1);
	hf_space_check();
}
