/* SPDX-License-Identifier: BSD-2-Clause */
/* emptied.c: a held frame is nobody's new memory, and goes with its last hold. */

/*
 * See guest/vm/vm_page_emptied.c.  A device that still stores into a frame that
 * it was given must not store into what came after.
 */

#include <sys/uio.h>
#include <sys/vmmeter.h>
#include <sys/vnode.h>
#include <kern/thread.h>
#include <test/file.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/space.h>
#include <test/vm_util.h>
#include <vm/vm_pageout.h>
#include <vm/vnode_pager.h>
#include "filesum.h"

#define VA	HF_SPACE_BASE
#define SECRET	0x5ec2e7
#define ON_DISK .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE

static volatile uint64_t *
word(vm_page_t m)
{
	return ((volatile uint64_t *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m)));
}

static vm_page_t
hold(vm_offset_t va, vm_prot_t prot)
{
	vm_page_t m;

	hf_require_eq(vm_fault_quick_hold_pages(
			  hf_space_map(), va, PAGE_SIZE, prot, &m, 1),
	    1);
	return (m);
}

/* Nothing passes between the holder of m and what is at va now. */
static void
expect_apart(vm_page_t m, vm_offset_t va)
{
	hf_expect_ne(hf_space_page(va), m);
	hf_poke(va, SECRET);
	hf_expect_ne(*word(m), SECRET);
	*word(m) = 0xdead;
	hf_expect_eq(hf_peek(va), SECRET);
}

/* The only hold of m ends, and with it m. */
static void
unhold_frees(vm_page_t m)
{
	const u_int free = vm_free_count();

	vm_page_unhold_pages(&m, 1);
	hf_expect_eq(vm_free_count(), free + 1);
}

HF_SCENARIO(hold_not_remapped, "hold.not_remapped", "QH-37 QH-13 OB-24",
    "a held page that was unmapped serves no new mapping at its place")
{
	vm_page_t m;

	hf_space_anon_at(VA, 4);
	hf_poke(VA, 1);
	hf_poke(VA + ptoa(3), 1);
	m = hold(VA + ptoa(3), VM_PROT_RW);
	vm_map_remove(hf_space_map(), VA + ptoa(3), VA + ptoa(4));
	hf_expect_eq(m->object, NULL);
	hf_expect_eq(vm_page_wire_count(m), 1);
	hf_space_check();
	/* Joins what is left, and so grows its object again. */
	hf_space_anon_at(VA + ptoa(3), 1);
	hf_expect_eq(hf_space_map()->nentries, 1);
	hf_expect_eq(hf_peek(VA + ptoa(3)), 0);
	expect_apart(m, VA + ptoa(3));
	unhold_frees(m);
	hf_expect_eq(hf_peek(VA + ptoa(3)), SECRET);
	hf_space_check();
}

HF_SCENARIO(hold_not_coalesced, "hold.not_coalesced", "QH-37 OB-24",
    "a page that a fork kept behind the end is not new memory when held")
{
	struct proc *child, *parent = curproc;
	vm_page_t m;

	hf_space_anon_at(VA, 2);
	hf_poke(VA, 1);
	hf_poke(VA + ptoa(1), 1);
	vm_map_inherit(hf_space_map(), VA, VA + ptoa(2), VM_INHERIT_SHARE);
	child = hf_space_fork("child");
	m = hold(VA + ptoa(1), VM_PROT_RW);
	/* The child can still reach the page: it stays. */
	vm_map_remove(hf_space_map(), VA + ptoa(1), VA + ptoa(2));
	hf_expect_ne(m->object, NULL);
	hf_space_run(child);
	hf_expect_eq(hf_peek(VA + ptoa(1)), 1);
	hf_space_run(parent);
	hf_space_end(child);
	vm_map_inherit(hf_space_map(), VA, VA + ptoa(1), VM_INHERIT_COPY);
	hf_space_anon_at(VA + ptoa(1), 1);
	hf_expect_eq(m->object, NULL);
	hf_expect_eq(hf_peek(VA + ptoa(1)), 0);
	expect_apart(m, VA + ptoa(1));
	vm_page_unhold_pages(&m, 1);
	hf_space_check();
}

/* Shared memory of two pages at VA; the caller has a reference, too. */
static vm_object_t
map_shared(void)
{
	vm_object_t object;

	object = vm_object_allocate(OBJT_SWAP, 2);
	vm_object_reference(object);
	hf_space_map_at(VA, 2, object, 0, VM_PROT_RW, MAP_INHERIT_SHARE);
	return (object);
}

static void
unmap_shared(vm_object_t object)
{
	vm_map_remove(hf_space_map(), VA, VA + ptoa(2));
	vm_object_deallocate(object);
}

static void
set_pages(vm_object_t object, vm_pindex_t size)
{
	VM_OBJECT_WLOCK(object);
	if (size < object->size)
		vm_object_page_remove(object, size, object->size, 0);
	object->size = size;
	VM_OBJECT_WUNLOCK(object);
}

HF_SCENARIO(hold_shared_regrown, "hold.shared_regrown", "QH-37 QH-13 QH-21",
    "shared memory cut and grown again is not the frame that is held")
{
	vm_object_t object = map_shared();
	vm_page_t m;

	hf_poke(VA + ptoa(1), 1);
	m = hold(VA + ptoa(1), VM_PROT_RW);
	set_pages(object, 1);
	hf_expect_eq(m->valid, 0);
	hf_expect_eq(m->object, object);
	hf_expect_bus(hf_probe_read(VA + ptoa(1)));
	*word(m) = 0xdead;
	set_pages(object, 2);
	hf_expect_eq(hf_peek(VA + ptoa(1)), 0);
	hf_expect_eq(m->object, NULL);
	expect_apart(m, VA + ptoa(1));
	unhold_frees(m);
	hf_space_check();
	unmap_shared(object);
}

HF_SCENARIO(hold_locked_regrown, "hold.locked_regrown", "WI-19 QH-21 QH-37",
    "the frame of a lock serves its place again, though held; then it is freed")
{
	vm_object_t object = map_shared();
	vm_page_t m;

	hf_poke(VA, 0x55);
	hf_require_eq(
	    vm_map_wire(hf_space_map(), VA, VA + PAGE_SIZE, VM_MAP_WIRE_USER),
	    KERN_SUCCESS);
	m = hold(VA, VM_PROT_RW);
	hf_expect_eq(vm_page_wire_count(m), 2);
	set_pages(object, 0);
	set_pages(object, 2);
	hf_expect_eq(m->valid, 0);
	hf_expect_eq(hf_space_page(VA), NULL);
	hf_expect_eq(hf_peek(VA), 0);
	hf_expect_eq(hf_space_page(VA), m);
	hf_space_check();
	/* Unlocked while it is cut: only held from then on. */
	set_pages(object, 0);
	hf_expect_eq(
	    vm_map_unwire(hf_space_map(), VA, VA + PAGE_SIZE, VM_MAP_WIRE_USER),
	    KERN_SUCCESS);
	hf_expect_eq(vm_page_wire_count(m), 1);
	set_pages(object, 2);
	hf_expect_eq(hf_peek(VA), 0);
	expect_apart(m, VA);
	unhold_frees(m);
	hf_space_check();
	unmap_shared(object);
}

HF_SCENARIO(hold_lock_after_cut, "hold.lock_after_cut", "QH-37 WI-19",
    "a lock on regrown memory takes a fresh frame, not the held one")
{
	vm_object_t object = map_shared();
	vm_page_t m;

	hf_poke(VA, 1);
	m = hold(VA, VM_PROT_RW);
	set_pages(object, 0);
	set_pages(object, 2);
	hf_require_eq(
	    vm_map_wire(hf_space_map(), VA, VA + ptoa(2), VM_MAP_WIRE_USER),
	    KERN_SUCCESS);
	hf_space_check();
	expect_apart(m, VA);
	vm_page_unhold_pages(&m, 1);
	hf_expect_eq(
	    vm_map_unwire(hf_space_map(), VA, VA + ptoa(2), VM_MAP_WIRE_USER),
	    KERN_SUCCESS);
	hf_space_check();
	unmap_shared(object);
}

HF_SCENARIO(hold_freed_by_unhold, "hold.freed_by_unhold", "QH-38 QH-21",
    "the last hold of a truncated page frees it, and not before")
{
	vm_object_t object = map_shared();
	vm_page_t ma[2];
	u_int free;

	hf_poke(VA, 1);
	ma[0] = hold(VA, VM_PROT_RW);
	ma[1] = hold(VA, VM_PROT_READ);
	set_pages(object, 0);
	hf_expect_eq(object->resident_page_count, 1);
	free = vm_free_count();
	vm_page_unhold_pages(ma, 1);
	hf_expect_eq(vm_free_count(), free);
	vm_page_unhold_pages(ma + 1, 1);
	hf_expect_eq(vm_free_count(), free + 1);
	hf_expect_eq(object->resident_page_count, 0);
	unmap_shared(object);
}

static volatile int locked, unlock;

static void
keep_busy(void *arg)
{
	vm_page_t m = arg;

	VM_OBJECT_WLOCK(m->object);
	vm_page_xbusy(m);
	VM_OBJECT_WUNLOCK(m->object);
	locked = 1;
	hf_await(&unlock, 1);
	vm_page_xunbusy(m);
}

/* Ends the hold while another thread is in the way, in the end frees it. */
static void
unhold_beside(bool busy)
{
	vm_object_t object = map_shared();
	struct hf_test_look look;
	struct thread *td = NULL;
	vm_page_t m;

	hf_poke(VA, 1);
	m = hold(VA, VM_PROT_RW);
	set_pages(object, 0);
	if (busy) {
		locked = unlock = 0;
		td = hf_space_thread(keep_busy, m);
		hf_await(&locked, 1);
	} else
		hf_test_look(&look, object);
	vm_page_unhold_pages(&m, 1);
	hf_expect_eq(vm_page_wire_count(m), 0);
	hf_expect_eq(object->resident_page_count, 1);
	/* The daemon does not get at it either, and comes again. */
	hf_test_daemon_pass();
	hf_expect_eq(object->resident_page_count, 1);
	hf_expect_ne(vm_dom[0].vmd_reap, 0);
	if (busy) {
		unlock = 1;
		hf_thread_join(td);
	} else
		hf_test_look_away(&look);
	while (*(volatile int *)&object->resident_page_count != 0)
		hf_yield();
	/* The daemon has finished with it, too. */
	hf_pageout_hold();
	hf_pageout_unhold();
	hf_expect(vm_page_busy_freed(m));
	unmap_shared(object);
}

HF_SCENARIO(hold_freed_when_locked, "hold.freed_when_locked", "QH-38 QH-28",
    "a hold that ends while the object is locked, or the page busy: freed soon")
{
	unhold_beside(false);
	unhold_beside(true);
}

HF_SCENARIO(hold_not_reaped, "hold.not_reaped", "QH-21 QH-22",
    "the daemon that frees emptied pages leaves those that are still held")
{
	vm_object_t object = map_shared();
	u_long wakeups;
	vm_page_t m;

	hf_poke(VA, 1);
	m = hf_space_page(VA);
	vm_page_deactivate_noreuse(m); /* stays linked while it is held */
	hf_expect_eq(hold(VA, VM_PROT_RW), m);
	set_pages(object, 0);
	wakeups = VM_CNT_FETCH(v_pdwakeups);
	hf_pageout_reap_later();
	while (VM_CNT_FETCH(v_pdwakeups) == wakeups)
		hf_yield();
	hf_pageout_hold();
	hf_pageout_unhold();
	hf_expect_eq(m->object, object);
	hf_expect_eq(vm_page_wire_count(m), 1);
	vm_page_unhold_pages(&m, 1);
	hf_expect_eq(object->resident_page_count, 0);
	unmap_shared(object);
}

HF_SCENARIO(hold_freed_by_owner, "hold.freed_by_owner", "QH-38",
    "a hold that ends under the object's write lock frees the page at once")
{
	vm_object_t object = map_shared();
	vm_page_t m;

	hf_poke(VA, 1);
	m = hold(VA, VM_PROT_RW);
	set_pages(object, 0);
	VM_OBJECT_WLOCK(object);
	vm_page_unhold_pages(&m, 1);
	hf_expect_eq(object->resident_page_count, 0);
	VM_OBJECT_WUNLOCK(object);
	unmap_shared(object);
}

HF_SCENARIO(hold_file_regrown, "hold.file_regrown", "QH-37 QH-21",
    "a file cut and grown again is read into another frame than the held one",
    ON_DISK)
{
	struct vnode *vp;
	uint64_t bytes, disk;
	vm_page_t m;

	vp = hf_file_open("one-mib");
	bytes = hf_file_bytes(vp);
	hf_file_map(vp, VA, 0, 3, VM_PROT_READ, HF_FILE_SHARED);
	disk = hf_peek(VA + ptoa(2));
	m = hold(VA + ptoa(2), VM_PROT_READ);
	hf_file_set_size(vp, 4096);
	hf_expect_eq(hf_file_page(vp, 2), m);
	*word(m) = ~disk;
	hf_file_set_size(vp, bytes);
	hf_expect_eq(hf_peek(VA + ptoa(2)), disk);
	hf_expect_ne(hf_space_page(VA + ptoa(2)), m);
	*word(m) = ~disk;
	hf_expect_eq(hf_peek(VA + ptoa(2)), disk);
	hf_expect_eq(m->object, NULL);
	vm_page_unhold_pages(&m, 1);
	hf_space_check();
	hf_file_unmap(VA, 3);
	hf_file_close(vp);
}

/* The first word of the page at this offset, by read(2). */
static uint64_t
read_word(struct vnode *vp, off_t off)
{
	uint64_t value = 0;
	struct iovec iov = { &value, sizeof(value) };
	struct uio uio = { .uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_offset = off,
		.uio_resid = sizeof(value),
		.uio_segflg = UIO_SYSSPACE,
		.uio_rw = UIO_READ };

	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	hf_expect_eq(VOP_READ(vp, &uio, 0, NULL), 0);
	VOP_UNLOCK(vp);
	return (value);
}

HF_SCENARIO(hold_file_read, "hold.file_read", "QH-37 VN-17",
    "read(2) of a regrown file does not fill the held frame either", ON_DISK)
{
	struct vnode *vp;
	uint64_t bytes, disk;
	vm_page_t m;

	vp = hf_file_open("one-mib");
	bytes = hf_file_bytes(vp);
	hf_file_map(vp, VA, 0, 1, VM_PROT_READ, HF_FILE_SHARED);
	disk = hf_peek(VA);
	m = hold(VA, VM_PROT_READ);
	hf_file_set_size(vp, 0);
	hf_file_set_size(vp, bytes);
	hf_expect_eq(read_word(vp, 0), disk);
	hf_expect_ne(hf_file_page(vp, 0), m);
	*word(m) = ~disk;
	hf_expect_eq(read_word(vp, 0), disk);
	vm_page_unhold_pages(&m, 1);
	hf_file_unmap(VA, 1);
	hf_file_close(vp);
}

HF_SCENARIO(hold_file_hole, "hold.file_hole", "QH-37 VN-16",
    "the pages of a punched hole are other frames than those held", ON_DISK)
{
	struct vnode *vp;
	vm_page_t m;

	vp = hf_file_open("one-mib");
	hf_file_map(vp, VA, 0, 4, VM_PROT_READ, HF_FILE_SHARED);
	m = hold(VA + ptoa(1), VM_PROT_READ);
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	vnode_pager_purge_range(vp, 4096, 12288);
	VOP_UNLOCK(vp);
	hf_expect_eq(m->valid, 0);
	(void)hf_peek(VA + ptoa(1));
	hf_expect_ne(hf_space_page(VA + ptoa(1)), m);
	vm_page_unhold_pages(&m, 1);
	hf_file_unmap(VA, 4);
	hf_file_close(vp);
}
