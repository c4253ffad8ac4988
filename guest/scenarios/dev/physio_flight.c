/* SPDX-License-Identifier: BSD-2-Clause */
/* physio_flight.c: a process's memory while a device is at it. */

#include <sys/proc.h>
#include <kern/thread.h>
#include <machine/vmparam.h>
#include <test/probe.h>
#include <test/whole.h>
#include <vm/vm_object.h>
#include "physio_disk.h"

#define VA HF_SPACE_BASE

static struct physio_disk disk;

HF_SCENARIO(dev_physio_unmapped, "dev.physio_unmapped", "QH-13 QH-28",
    "memory unmapped while a device fills it: kept until then, freed once")
{
	struct physio_job job = { &disk, UIO_READ, VA, ptoa(2) };
	vm_page_t m[2];
	u_int free;
	int i;

	physio_open(&disk);
	hf_space_anon_at(VA, 2);
	hf_poke(VA, 1);
	hf_poke(VA + ptoa(1), 2);
	for (i = 0; i < 2; i++)
		m[i] = hf_space_page(VA + ptoa(i));
	hf_bdev_hold(&disk.bd);
	physio_start_held(&job);
	for (i = 0; i < 2; i++)
		hf_expect_eq(vm_page_wire_count(m[i]), 1);
	hf_expect_eq(
	    vm_map_remove(hf_space_map(), VA, VA + ptoa(2)), KERN_SUCCESS);
	for (i = 0; i < 2; i++)
		hf_expect_eq(vm_page_wire_count(m[i]), 1);
	/* What is mapped there meanwhile is other memory, before and after. */
	hf_space_anon_at(VA, 2);
	for (i = 0; i < 2; i++) {
		hf_poke(VA + ptoa(i), 3);
		hf_expect_ne(hf_space_page(VA + ptoa(i)), m[0]);
		hf_expect_ne(hf_space_page(VA + ptoa(i)), m[1]);
	}
	free = vm_free_count();
	physio_finish(&job);
	hf_expect_eq(job.error, 0);
	hf_expect_eq(job.resid, 0);
	hf_expect_le(free + 2, vm_free_count());
	for (i = 0; i < 2; i++)
		hf_expect_eq(hf_peek(VA + ptoa(i)), 3);
	physio_close(&disk);
	hf_space_check();
}

HF_SCENARIO(dev_physio_cleaned, "dev.physio_cleaned", "QH-39 QH-14",
    "pages written back while a device fills them are dirty when it has")
{
	struct physio_job job = { &disk, UIO_READ, VA, ptoa(1) };
	vm_object_t object;
	vm_page_t m;

	physio_open(&disk);
	object = vm_object_allocate(OBJT_SWAP, 1);
	hf_space_map_at(VA, 1, object, 0, VM_PROT_RW, MAP_INHERIT_SHARE);
	hf_poke(VA, 1);
	m = hf_space_page(VA);
	hf_bdev_hold(&disk.bd);
	physio_start_held(&job);
	VM_OBJECT_WLOCK(object);
	hf_require(vm_page_tryxbusy(m));
	pmap_remove_write(m);
	vm_page_undirty(m);
	vm_page_xunbusy(m);
	VM_OBJECT_WUNLOCK(object);
	physio_finish(&job);
	hf_expect_eq(job.error, 0);
	hf_expect_eq(m->dirty, VM_PAGE_BITS_ALL);
	hf_expect_read(VA, physio_byte(0));
	/* The other direction changes nothing. */
	vm_page_undirty(m);
	job.rw = UIO_WRITE;
	hf_bdev_hold(&disk.bd);
	physio_start_held(&job);
	physio_finish(&job);
	hf_expect_eq(job.error, 0);
	hf_expect_eq(m->dirty, 0);
	physio_close(&disk);
	hf_space_check();
}

HF_SCENARIO(dev_physio_truncated, "dev.physio_truncated", "QH-40 QH-21",
    "memory truncated while a device fills it: never dirty, freed at the end")
{
	struct physio_job job = { &disk, UIO_READ, VA, ptoa(1) };
	vm_object_t object;
	vm_page_t m;

	physio_open(&disk);
	object = vm_object_allocate(OBJT_SWAP, 1);
	vm_object_reference(object);
	hf_space_map_at(VA, 1, object, 0, VM_PROT_RW, MAP_INHERIT_SHARE);
	hf_poke(VA, 1);
	m = hf_space_page(VA);
	hf_bdev_hold(&disk.bd);
	physio_start_held(&job);
	VM_OBJECT_WLOCK(object);
	vm_object_page_remove(object, 0, 1, 0);
	VM_OBJECT_WUNLOCK(object);
	hf_expect_eq(vm_page_wire_count(m), 1);
	physio_finish(&job);
	hf_expect_eq(job.error, 0);
	hf_expect_eq(hf_peek(VA), 0);
	hf_expect_eq(vm_page_wire_count(hf_space_page(VA)), 0);
	vm_map_remove(hf_space_map(), VA, VA + ptoa(1));
	vm_object_deallocate(object);
	physio_close(&disk);
	hf_space_check();
}

HF_SCENARIO(dev_physio_forked, "dev.physio_forked", "QH-20",
    "after a fork in flight the next store copies: the device has the old page")
{
	struct physio_job job = { &disk, UIO_READ, VA, ptoa(1) };
	struct proc *child;
	vm_page_t m;

	physio_open(&disk);
	hf_space_anon_at(VA, 1);
	hf_fill(VA, 1);
	m = hf_space_page(VA);
	hf_bdev_hold(&disk.bd);
	physio_start_held(&job);
	child = hf_space_fork("child");
	hf_store(VA, 0x99);
	hf_expect_ne(hf_space_page(VA), m);
	physio_finish(&job);
	hf_expect_eq(job.error, 0);
	hf_expect_eq(hf_load(VA), 0x99);
	hf_expect_eq(vm_page_wire_count(m), 0);
	hf_space_end(child);
	physio_close(&disk);
	hf_space_check();
}

/* The parts of which physio() is made, in two processes. */
static void
unmap_buf(void *arg)
{
	vunmapbuf(arg);
}

HF_SCENARIO(dev_vmapbuf, "dev.vmapbuf", "QH-28 QH-33 QH-34",
    "a buffer outlives its process; its kernel addresses are the pages' own")
{
	static struct buf b;
	struct proc *owner, *other;
	u_long faults;
	u_int free;
	int i;

	other = curproc;
	hf_space_anon_at(VA, 1); /* of the other one */
	owner = hf_space_proc("owner");
	hf_space_run(owner);
	hf_space_anon_at(VA, 3);
	b = (struct buf){ .b_iocmd = BIO_READ };
	hf_require_eq(vmapbuf(&b, (void *)(VA + 4000), 5000, 1), 0);
	hf_expect_eq(b.b_npages, 3);
	hf_expect_eq(b.b_data & PAGE_MASK, 4000);
	for (i = 0; i < 3; i++) {
		hf_expect_eq(
		    pmap_kextract(trunc_page(b.b_data) + ptoa(i)), b.b_phys[i]);
		hf_expect_eq(b.b_pages[i], hf_space_page(VA + ptoa(i)));
	}
	hf_space_run(other);
	hf_space_end(owner);
	/* Nothing faults, however little there is left to fault in. */
	faults = VM_CNT_FETCH(v_vm_faults);
	critical_enter();
	for (i = 0; i < 3; i++)
		memset((void *)PHYS_TO_DMAP(b.b_phys[i]), 0x5a, PAGE_SIZE);
	critical_exit();
	hf_expect_eq(VM_CNT_FETCH(v_vm_faults), faults);
	free = vm_free_count();
	hf_thread_join(hf_space_thread(unmap_buf, &b));
	hf_expect_le(free + 3, vm_free_count());
	hf_expect_eq(b.b_npages, 0);
	hf_expect_eq(b.b_data, 0);
	hf_expect_read(VA, 0);
	hf_space_check();
}

HF_SCENARIO(dev_vmapbuf_refused, "dev.vmapbuf_refused", "QH-04 QH-10 QH-11",
    "a buffer that cannot be had holds nothing, and no bytes are none")
{
	static struct buf b;
	u_int free;

	hf_space_anon_at(VA, 1);
	hf_poke(VA, 1);
	hf_space_map_at(VA + ptoa(1), 1, NULL, 0, VM_PROT_READ, 0);
	free = vm_free_count();
	b = (struct buf){ .b_iocmd = BIO_READ };
	hf_expect_eq(vmapbuf(&b, (void *)VA, ptoa(2), 1), -1);
	hf_expect_eq(vmapbuf(&b, (void *)VA, DFLTPHYS + 1, 0), -1);
	hf_expect_eq(vmapbuf(&b, (void *)0, ~0ul, 0), -1);
	hf_expect_eq(b.b_npages, 0);
	hf_expect_eq(vm_page_wire_count(hf_space_page(VA)), 0);
	hf_expect_eq(vm_free_count(), free);
	b.b_iocmd = BIO_WRITE;
	hf_expect_eq(vmapbuf(&b, (void *)VA, ptoa(2), 0), 0);
	hf_expect_eq(b.b_npages, 2);
	vunmapbuf(&b);
	hf_expect_eq(vmapbuf(&b, (void *)VA, 0, 1), 0);
	hf_expect_eq(b.b_npages, 0);
	vunmapbuf(&b);
	hf_expect_eq(vm_page_wire_count(hf_space_page(VA)), 0);
	hf_space_check();
}
