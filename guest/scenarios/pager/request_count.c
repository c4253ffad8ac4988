/* SPDX-License-Identifier: BSD-2-Clause */
/* request_count.c: how many requests a file costs, in order and at random. */

#include <sys/mman.h>
#include <test/file.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/space.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>

#define VA     0x40000000ul
#define WINDOW 16 /* pages of one read-ahead window */

static struct vnode *vp;
static struct hf_bdev *bd;
static u_long npages;

/* Requests for runs of the file, at most; pointer blocks count as well. */
static u_long
discontiguous(void)
{
	daddr_t bn, want;
	u_long i, n;

	for (n = 0, want = -1, i = 0; i < npages; i++) {
		hf_require_eq(
		    VOP_BMAP(vp, (daddr_t)i, NULL, &bn, NULL, NULL), 0);
		n += bn != want;
		want = bn + (daddr_t)(PAGE_SIZE / HF_SECTOR_BYTES);
	}
	return (n);
}

static void
drop(void)
{
	hf_file_unmap(VA, npages);
	VM_OBJECT_WLOCK(vp->v_object);
	vm_object_page_remove(vp->v_object, 0, 0, 0);
	VM_OBJECT_WUNLOCK(vp->v_object);
}

HF_SCENARIO(request_count, "pager.request_count", "GP-07 GP-10",
    "a file costs a request a window in order, one a page at random at most",
    .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE)
{
	uint64_t reads, sectors;
	u_long i, runs, touched;

	vp = hf_file_open("one-mib");
	bd = vp->v_mount->mnt_bdev;
	hf_require_eq(vp->v_mount->mnt_stat.f_iosize, PAGE_SIZE);
	npages = hf_file_map_all(vp, VA);
	runs = discontiguous();
	reads = bd->reads;
	sectors = bd->read_sectors;
	for (i = 0; i < npages; i++)
		hf_expect(hf_probe_read(VA + ptoa(i)).ok);
	hf_note("in order: %lu pages in %lu runs, %lu reads", npages, runs,
	    (u_long)(bd->reads - reads));
	/* A run may end within a window, which is then read in two. */
	hf_expect_le(bd->reads - reads, howmany(npages, WINDOW) + runs);
	/* No byte twice. */
	hf_expect_eq(
	    bd->read_sectors - sectors, ptoa(npages) / HF_SECTOR_BYTES);
	drop();

	npages = hf_file_map_all(vp, VA);
	hf_expect_eq(
	    vm_map_madvise(hf_space_map(), VA, VA + ptoa(npages), MADV_RANDOM),
	    0);
	reads = bd->reads;
	sectors = bd->read_sectors;
	/* 77 and 256 have no common divisor: 40 pages, each once, far apart. */
	touched = 40;
	for (i = 0; i < touched; i++)
		hf_expect(hf_probe_read(VA + ptoa(i * 77 % npages)).ok);
	hf_expect_eq(bd->reads - reads, touched);
	hf_expect_eq(
	    bd->read_sectors - sectors, ptoa(touched) / HF_SECTOR_BYTES);
	drop();
	hf_file_close(vp);
}
