/* SPDX-License-Identifier: BSD-2-Clause */
/* truncate.c: locked memory of files that are cut, grown again, and gone. */

#include <sys/mman.h>
#include <sys/proc.h>
#include <sys/vnode.h>
#include <test/file.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/space.h>
#include <vm/vnode_pager.h>
#include "filesum.h"

#define VA	HF_SPACE_BASE
#define USER	VM_MAP_WIRE_USER
#define ON_DISK .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE
#define WRITES	.flags = HF_NEEDS_DISK | HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE

static int
lock(u_long n)
{
	return (vm_map_wire(hf_space_map(), VA, VA + ptoa(n), USER));
}

static int
unlock(u_long n)
{
	return (vm_map_unwire(hf_space_map(), VA, VA + ptoa(n), USER));
}

HF_SCENARIO(wire_regrown, "wire.regrown", "WI-19 VN-10",
    "locked file memory, cut and grown again, is the same frame; unlocks well",
    WRITES)
{
	struct vnode *vp;
	uint64_t bytes;
	vm_page_t m;

	vp = hf_file_open(HF_SCRATCH_NAME);
	bytes = hf_file_bytes(vp);
	hf_file_map(vp, VA, 0, 2, VM_PROT_RW, HF_FILE_SHARED);
	hf_expect_eq(lock(2), KERN_SUCCESS);
	m = hf_space_page(VA);
	hf_poke(VA, 0x0101010101010101);
	hf_file_set_size(vp, 0);
	hf_expect_bus(hf_probe_read(VA));
	hf_expect_eq(vm_page_wire_count(m), 1);
	hf_space_check();
	hf_file_set_size(vp, bytes);
	/* The disk's bytes: nothing was freed there. */
	hf_expect_ne(hf_peek(VA), 0x0101010101010101);
	hf_expect_eq(hf_space_page(VA), m);
	hf_expect_eq(vm_page_wire_count(m), 1);
	hf_space_check();
	hf_expect_eq(unlock(2), KERN_SUCCESS);
	hf_expect_eq(vm_page_wire_count(m), 0);
	hf_space_check();
	hf_file_unmap(VA, 2);
	hf_file_close(vp);
}

/* The ways a lock ends. */
enum { UNLOCK, UNMAP, EXIT };

HF_SCENARIO(wire_cut, "wire.cut", "WI-32 WI-19",
    "munlock, munmap or exit frees the pages of a file that was cut", WRITES)
{
	struct proc *home = curproc, *p;
	struct vnode *vp;
	uint64_t bytes;
	int how;

	vp = hf_file_open(HF_SCRATCH_NAME);
	bytes = hf_file_bytes(vp);
	for (how = UNLOCK; how <= EXIT; how++) {
		p = hf_space_proc("locker");
		hf_space_run(p);
		hf_file_map(vp, VA, 0, 2, VM_PROT_RW, HF_FILE_SHARED);
		hf_expect_eq(lock(2), KERN_SUCCESS);
		hf_poke(VA, 1);
		hf_file_set_size(vp, 0);
		hf_expect_eq(hf_file_object(vp)->resident_page_count, 2);
		if (how == UNLOCK)
			hf_expect_eq(unlock(2), KERN_SUCCESS);
		else if (how == UNMAP)
			hf_expect_eq(
			    vm_map_remove(hf_space_map(), VA, VA + ptoa(2)),
			    KERN_SUCCESS);
		if (how != EXIT)
			hf_expect_eq(
			    hf_file_object(vp)->resident_page_count, 0);
		hf_space_check();
		hf_space_run(home);
		hf_space_end(p);
		hf_expect_eq(hf_file_object(vp)->resident_page_count, 0);
		hf_file_set_size(vp, bytes);
		hf_expect_eq(vm_user_wire_count, 0);
	}
	hf_file_close(vp);
}

HF_SCENARIO(wire_cut_twice, "wire.cut_twice", "WI-19 WI-22",
    "of two locks on a page that was cut the last one frees it", ON_DISK)
{
	struct proc *home = curproc, *other;
	struct vnode *vp;
	uint64_t bytes;

	vp = hf_file_open("one-mib");
	bytes = hf_file_bytes(vp);
	hf_file_map(vp, VA, 0, 1, VM_PROT_READ, HF_FILE_SHARED);
	hf_expect_eq(lock(1), KERN_SUCCESS);
	other = hf_space_proc("other");
	hf_space_run(other);
	hf_file_map(vp, VA, 0, 1, VM_PROT_READ, HF_FILE_SHARED);
	hf_expect_eq(lock(1), KERN_SUCCESS);
	hf_file_set_size(vp, 0);
	hf_expect_eq(unlock(1), KERN_SUCCESS);
	hf_expect_eq(hf_file_object(vp)->resident_page_count, 1);
	/* Grown, but not touched: the last lock frees it all the same. */
	hf_file_set_size(vp, bytes);
	hf_space_run(home);
	hf_expect_eq(unlock(1), KERN_SUCCESS);
	hf_expect_eq(hf_file_object(vp)->resident_page_count, 0);
	hf_expect(hf_probe_read(VA).ok);
	hf_space_check();
	hf_space_end(other);
	hf_file_unmap(VA, 1);
	hf_file_close(vp);
}

HF_SCENARIO(wire_cut_upgraded, "wire.cut_upgraded", "FT-82 WI-19 WI-24",
    "private memory locked before its file was cut, then made writable",
    ON_DISK)
{
	struct vnode *vp;
	uint64_t bytes;

	vp = hf_file_open("one-mib");
	bytes = hf_file_bytes(vp);
	hf_file_map(vp, VA, 0, 2, VM_PROT_READ, HF_FILE_PRIVATE);
	hf_expect_eq(lock(2), KERN_SUCCESS);
	hf_file_set_size(vp, 0);
	hf_expect_eq(hf_file_object(vp)->resident_page_count, 2);
	/* The wiring moves to copies; the file's pages were for it alone. */
	hf_expect_eq(vm_map_protect(hf_space_map(), VA, VA + ptoa(2),
			 VM_PROT_RW, 0, VM_MAP_PROTECT_SET_PROT),
	    KERN_SUCCESS);
	hf_expect_eq(hf_file_object(vp)->resident_page_count, 0);
	hf_space_check();
	hf_expect_eq(unlock(2), KERN_SUCCESS);
	hf_space_check();
	hf_file_set_size(vp, bytes);
	hf_expect(hf_probe_read(VA).ok);
	hf_file_unmap(VA, 2);
	hf_file_close(vp);
}

HF_SCENARIO(wire_cut_held, "wire.cut_held", "WI-19 QH-21 VN-10",
    "locked and held pages of a file, cut and grown: the lock's frame is back",
    ON_DISK)
{
	struct vnode *vp;
	vm_page_t m, ma[2];
	vm_map_t map;
	uint64_t bytes;

	vp = hf_file_open("one-mib");
	bytes = hf_file_bytes(vp);
	hf_file_map(vp, VA, 0, 4, VM_PROT_READ, HF_FILE_SHARED);
	map = hf_space_map();
	hf_require_eq(lock(2), KERN_SUCCESS);
	hf_require_eq(vm_fault_quick_hold_pages(
			  map, VA + ptoa(1), ptoa(2), VM_PROT_READ, ma, 2),
	    2);
	m = hf_space_page(VA);
	hf_file_set_size(vp, 0);
	hf_expect_eq(m->valid, 0);
	hf_expect_bus(hf_probe_read(VA));
	hf_expect_eq(vm_page_wire_count(m), 1);
	hf_expect_eq(vm_page_wire_count(ma[0]), 2);
	hf_expect_eq(vm_page_wire_count(ma[1]), 1);
	hf_file_set_size(vp, bytes);
	hf_expect(hf_probe_read(VA).ok);
	hf_expect_eq(hf_space_page(VA), m);
	hf_expect(hf_probe_read(VA + ptoa(1)).ok);
	hf_expect_eq(hf_space_page(VA + ptoa(1)), ma[0]);
	hf_space_check();
	hf_expect_eq(unlock(2), KERN_SUCCESS);
	hf_expect_eq(vm_page_wire_count(m), 0);
	vm_page_unhold_pages(ma, 2);
	hf_space_check();
	hf_file_unmap(VA, 4);
	hf_file_close(vp);
}

HF_SCENARIO(wire_cut_freed, "wire.cut_freed", "QH-38 WI-19 QH-21",
    "behind the new end nothing is left after the last lock and hold", ON_DISK)
{
	struct vnode *vp;
	vm_page_t m;
	uint64_t bytes;

	vp = hf_file_open("one-mib");
	bytes = hf_file_bytes(vp);
	hf_file_map(vp, VA, 0, 4, VM_PROT_READ, HF_FILE_SHARED);
	hf_require_eq(lock(2), KERN_SUCCESS);
	hf_require_eq(vm_fault_quick_hold_pages(
			  hf_space_map(), VA + ptoa(3), 1, VM_PROT_READ, &m, 1),
	    1);
	hf_file_set_size(vp, 0);
	hf_expect_eq(hf_file_object(vp)->resident_page_count, 3);
	hf_expect_eq(unlock(2), KERN_SUCCESS);
	hf_expect_eq(hf_file_object(vp)->resident_page_count, 1);
	vm_page_unhold_pages(&m, 1);
	hf_expect_eq(hf_file_object(vp)->resident_page_count, 0);
	hf_file_set_size(vp, bytes);
	hf_file_unmap(VA, 4);
	hf_file_close(vp);
}

HF_SCENARIO(wire_file_gone, "wire.file_gone", "WI-20",
    "the vnode of locked and held memory is reclaimed by force", ON_DISK)
{
	struct vnode *vp;
	vm_page_t m;

	vp = hf_file_open("size-5000");
	hf_file_map(vp, VA, 0, 2, VM_PROT_READ, HF_FILE_SHARED);
	hf_require_eq(lock(2), KERN_SUCCESS);
	hf_require_eq(vm_fault_quick_hold_pages(
			  hf_space_map(), VA, 8, VM_PROT_READ, &m, 1),
	    1);
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	vgone(vp);
	VOP_UNLOCK(vp);
	hf_expect(!hf_probe_read(VA).ok);
	hf_expect_eq(unlock(2), KERN_SUCCESS);
	hf_expect_eq(vm_user_wire_count, 0);
	hf_expect_eq(vm_page_wire_count(m), 1);
	hf_file_unmap(VA, 2);
	vm_page_unhold_pages(&m, 1);
	hf_expect(vm_page_busy_freed(m));
	hf_file_close(vp);
}
