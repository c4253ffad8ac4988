/* SPDX-License-Identifier: BSD-2-Clause */
/* read.c: single pages of files: contents, end of file, holes, errors. */

#include <test/file.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/space.h>
#include <kern/failpoint.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include "filesum.h"

#define VA	0x40000000ul
#define ON_DISK .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE
#define WRITES	.flags = HF_NEEDS_DISK | HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE

/* hf_expect()s that user bytes are those on the disk. */
static void
expect_disk(struct vnode *vp, uint64_t off)
{
	static uint8_t disk[512], user[512];

	hf_file_read_disk(vp, off, disk, sizeof(disk));
	hf_expect_eq(copyin((void *)(VA + off), user, sizeof(user)), 0);
	hf_expect_eq(memcmp(disk, user, sizeof(disk)), 0);
}

HF_SCENARIO(pager_read, "pager.read_page", "GP-01 GP-25 IN-2",
    "a touched page holds the disk's bytes, valid, clean, unbusied", ON_DISK)
{
	struct vnode *vp;
	vm_page_t m;

	vp = hf_file_open("one-mib");
	hf_file_map(vp, VA, 0, 3, VM_PROT_READ, HF_FILE_SHARED);
	hf_expect(hf_probe_read(VA + ptoa(1)).ok);
	expect_disk(vp, ptoa(1));
	expect_disk(vp, ptoa(2) - 512);
	m = hf_file_need_page(vp, 1);
	hf_expect(vm_page_all_valid(m));
	hf_expect_eq(m->dirty, 0);
	hf_file_expect_idle(vp);
	hf_expect_eq(curthread->td_ru.ru_majflt > 0, 1);
	hf_file_unmap(VA, 3);
	hf_file_close(vp);
}

/* Sectors of pages 16 to 79: of the last one two, to the end of file. */
static uint64_t
sectors_of(uint64_t pages)
{
	return (8 * (uint64_t)hf_popcount(pages) - 6 * (pages >> 63));
}

HF_SCENARIO(pager_eof, "pager.eof_page", "GP-02 GP-03 GP-24",
    "bytes behind the end of file read as zero, whatever the disk has there",
    WRITES)
{
	static uint8_t sector[512], page[4096];
	struct hf_bdev *bd;
	struct vnode *vp;
	uint64_t came, reads, sectors;
	u_int i;

	vp = hf_file_open(HF_SCRATCH_NAME); /* 79 pages and 904 bytes */
	bd = vp->v_mount->mnt_bdev;
	hf_file_read_disk(vp, ptoa(79) + 512, sector, sizeof(sector));
	memset(sector + 392, 0xee, 120);
	hf_file_write_disk(vp, ptoa(79) + 512, sector, sizeof(sector));
	hf_file_map(vp, VA, 0, 80, VM_PROT_READ, HF_FILE_SHARED);

	/* It may come in with page 76, and if so it is not read again. */
	hf_file_warm(vp, 79);
	sectors = bd->read_sectors;
	hf_expect(hf_probe_read(VA + ptoa(76)).ok);
	came = hf_file_resident(vp, 16);
	hf_expect_eq(bd->read_sectors - sectors, sectors_of(came));
	reads = bd->reads;
	hf_expect_eq(copyin((void *)(VA + ptoa(79)), page, sizeof(page)), 0);
	if (came >> 63 != 0)
		hf_expect_eq(bd->reads, reads);
	hf_expect_eq(
	    bd->read_sectors - sectors, sectors_of(hf_file_resident(vp, 16)));
	hf_expect_eq(memcmp(page + 512, sector, 392), 0);
	for (i = 904; i < sizeof(page) && page[i] == 0; i++)
		continue;
	hf_expect_eq(i, sizeof(page));
	hf_expect_eq(hf_file_need_page(vp, 79)->valid, 0xff);
	memset(sector + 392, 0, 120);
	hf_file_write_disk(vp, ptoa(79) + 512, sector, sizeof(sector));
	hf_file_unmap(VA, 80);
	hf_file_close(vp);
}

HF_SCENARIO(pager_hole, "pager.hole", "GP-04",
    "a hole reads as zero without I/O", ON_DISK)
{
	struct hf_bdev *bd;
	struct vnode *vp;
	uint64_t reads;

	vp = hf_file_open("sparse");
	bd = vp->v_mount->mnt_bdev;
	hf_file_map(vp, VA, 0, 60, VM_PROT_READ, HF_FILE_SHARED);
	hf_file_warm(vp, 3);
	hf_file_warm(vp, 50);
	reads = bd->reads;
	hf_expect_read(VA + ptoa(3) + 17, 0);
	hf_expect_read(VA + ptoa(50) + 4095, 0);
	hf_expect_eq(bd->reads, reads);
	if (hf_file_page(vp, 3) != NULL)
		hf_expect_eq(hf_file_need_page(vp, 3)->dirty, 0);
	hf_file_expect_idle(vp);
	hf_file_unmap(VA, 60);
	hf_file_close(vp);
}

HF_SCENARIO(pager_past, "pager.past_eof", "GP-05",
    "touching behind the last page is SIGBUS and leaves no page", ON_DISK)
{
	struct vnode *vp;

	vp = hf_file_open("size-5000");
	hf_file_map(vp, VA, 0, 4, VM_PROT_READ, HF_FILE_SHARED);
	hf_expect_bus(hf_probe_read(VA + ptoa(2)));
	hf_expect_bus(hf_probe_read(VA + ptoa(3) + 4095));
	hf_expect(hf_probe_read(VA + ptoa(1) + 4095).ok);
	hf_expect(hf_file_page(vp, 2) == NULL);
	hf_expect(hf_file_page(vp, 3) == NULL);
	hf_file_expect_idle(vp);
	hf_file_unmap(VA, 4);
	hf_file_close(vp);
	vp = hf_file_open("size-0");
	hf_file_map(vp, VA, 0, 1, VM_PROT_READ, HF_FILE_SHARED);
	hf_expect_bus(hf_probe_read(VA));
	hf_file_unmap(VA, 1);
	hf_file_close(vp);
}

HF_SCENARIO(pager_error, "pager.read_error", "GP-06 GP-13 GP-25",
    "a device error is SIGBUS, keeps no page and is not remembered", ON_DISK)
{
	struct vnode *vp;

	vp = hf_file_open("one-mib");
	hf_file_map(vp, VA, 0, 32, VM_PROT_READ, HF_FILE_SHARED);
	hf_file_warm(vp, 20);
	hf_failpoint_arm("bdev.read", 0, 1);
	hf_expect_bus(hf_probe_read(VA + ptoa(20)));
	hf_failpoint_disarm_all();
	hf_expect_eq(hf_file_resident(vp, 0), 0);
	hf_file_expect_idle(vp);
	hf_expect(hf_probe_read(VA + ptoa(20)).ok);
	expect_disk(vp, ptoa(20));
	hf_file_unmap(VA, 32);
	hf_file_close(vp);
}

HF_SCENARIO(pager_wired_extra, "pager.read_error_wired", "GP-14",
    "a wired page of a failing read-ahead stays its wirer's", ON_DISK)
{
	struct hf_toucher t;
	struct hf_bdev *bd;
	struct vnode *vp;
	vm_page_t m;

	vp = hf_file_open("one-mib");
	bd = vp->v_mount->mnt_bdev;
	hf_file_map(vp, VA, 0, 32, VM_PROT_READ, HF_FILE_SHARED);
	hf_file_warm(vp, 20);
	hf_bdev_hold(bd);
	hf_toucher_start(&t, VA + ptoa(20), -1);
	hf_file_await_held(bd, 1);
	VM_OBJECT_WLOCK(vp->v_object);
	m = vm_page_lookup(vp->v_object, 22);
	if (m != NULL)
		vm_page_wire(m);
	VM_OBJECT_WUNLOCK(vp->v_object);
	hf_failpoint_arm("bdev.read", 0, 1);
	hf_bdev_release(bd);
	hf_expect_eq(hf_toucher_join(&t), (uint64_t)-1);
	hf_failpoint_disarm_all();
	hf_require(m != NULL);
	hf_expect_eq(hf_file_resident(vp, 0), 0);
	hf_expect_eq(vm_page_wire_count(m), 1);
	hf_expect(m->object == NULL);
	vm_page_unwire(m, PQ_INACTIVE);
	hf_file_unmap(VA, 32);
	hf_file_close(vp);
}
