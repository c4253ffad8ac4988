/* SPDX-License-Identifier: BSD-2-Clause */
/* readahead.c: which pages come along with the one that was asked for. */

#include <sys/mman.h>
#include <test/file.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/space.h>
#include <kern/failpoint.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>
#include <vm/vnode_pager.h>

#define VA	0x40000000ul
#define ON_DISK .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE

#define BITS(first, last) ((~0ull >> (63 - (last))) & ~((1ull << (first)) - 1))

static struct vnode *vp;
static struct hf_bdev *bd;
static uint64_t reads, sectors;

/* 64 pages of "large", whose block map is in memory already. */
static void
begin(void)
{
	vp = hf_file_open("large");
	bd = vp->v_mount->mnt_bdev;
	hf_file_map(vp, VA, 0, 64, VM_PROT_READ, HF_FILE_SHARED);
	hf_file_warm(vp, 0);
	hf_file_warm(vp, 21);
	reads = bd->reads;
	sectors = bd->read_sectors;
}

static void
end(void)
{
	hf_file_expect_idle(vp);
	hf_file_unmap(VA, 64);
	hf_file_close(vp);
}

/* The page is there, and of the others none but of these. */
static void
expect_within(uint64_t resident, uint64_t most, int pindex)
{
	hf_expect_eq(resident & ~most, 0);
	hf_expect((resident & BITS(pindex, pindex)) != 0);
}

HF_SCENARIO(pager_window, "pager.read_window", "GP-07 GP-12",
    "a fault reads pages of the aligned 16 around it at once", ON_DISK)
{
	uint64_t resident;
	vm_page_t m;

	begin();
	hf_expect(hf_probe_read(VA + ptoa(21)).ok);
	hf_expect_eq(bd->reads - reads, 1);
	resident = hf_file_resident(vp, 0);
	expect_within(resident, BITS(16, 31), 21);
	hf_expect_le(bd->read_sectors - sectors, 16 * 8);
	/* How many is policy, but that there are some is not. */
	resident &= ~BITS(21, 21);
	hf_require(resident != 0);
	m = hf_file_need_page(vp, (vm_pindex_t)__builtin_ctzll(resident));
	hf_expect(vm_page_all_valid(m));
	hf_expect(!vm_page_busied(m));
	hf_expect(vm_page_inactive(m));
	hf_expect(vm_page_active(hf_file_need_page(vp, 21)));
	end();
}

HF_SCENARIO(pager_random, "pager.random_advice", "GP-08",
    "random advice reads one page", ON_DISK)
{
	begin();
	hf_expect_eq(
	    vm_map_madvise(hf_space_map(), VA, VA + ptoa(64), MADV_RANDOM), 0);
	hf_expect(hf_probe_read(VA + ptoa(21)).ok);
	hf_expect_eq(hf_file_resident(vp, 0), BITS(21, 21));
	hf_expect_eq(bd->read_sectors - sectors, 8);
	end();
}

HF_SCENARIO(pager_resident, "pager.resident_neighbour", "GP-09",
    "read-ahead stops at a resident page and leaves it alone", ON_DISK)
{
	vm_page_t m;

	begin();
	(void)vm_map_madvise(hf_space_map(), VA, VA + ptoa(64), MADV_RANDOM);
	hf_expect(hf_probe_read(VA + ptoa(24)).ok);
	m = hf_file_need_page(vp, 24);
	(void)vm_map_madvise(hf_space_map(), VA, VA + ptoa(64), MADV_NORMAL);
	hf_expect(hf_probe_read(VA + ptoa(21)).ok);
	expect_within(hf_file_resident(vp, 0), BITS(16, 24), 21);
	hf_expect(hf_file_page(vp, 24) == m);
	hf_expect(vm_page_active(m));
	end();
}

HF_SCENARIO(pager_run_end, "pager.run_end", "GP-10",
    "only pages that are contiguous on the disk are read", ON_DISK)
{
	begin();
	/* An indirect block lies between blocks 11 and 12. */
	hf_expect(hf_probe_read(VA + ptoa(8)).ok);
	expect_within(hf_file_resident(vp, 0), BITS(0, 11), 8);
	hf_expect_eq(bd->reads - reads, 1);
	hf_expect(hf_probe_read(VA + ptoa(14)).ok);
	expect_within(hf_file_resident(vp, 0), BITS(0, 15), 14);
	end();
}

HF_SCENARIO(pager_no_memory, "pager.extras_need_memory", "GP-11",
    "without memory for extra pages the wanted one is read", ON_DISK)
{
	begin();
	/* The page tables are there already; without them the fault waits. */
	hf_require(hf_probe_read(VA + ptoa(63)).ok);
	/*
	 * As many as there are extras, and not for ever, if the first fails,
	 * too.
	 */
	hf_failpoint_arm("vm_page_alloc", 1, 100);
	hf_expect_eq(vm_fault(hf_space_map(), VA + ptoa(21), VM_PROT_READ,
			 VM_FAULT_NORMAL, NULL),
	    KERN_SUCCESS);
	hf_failpoint_disarm_all();
	/* The failures may have set the page daemon on the others. */
	hf_expect_eq(hf_file_resident(vp, 0) & BITS(0, 47), BITS(21, 21));
	end();
}

/* count busied, invalid pages of the object from pindex on. */
static void
alloc_run(vm_pindex_t pindex, int count, vm_page_t *ma)
{
	int got, i;

	VM_OBJECT_WLOCK(vp->v_object);
	for (i = 0; i < count; i++) {
		ma[i] = vm_page_alloc(
		    vp->v_object, pindex + (vm_pindex_t)i, VM_ALLOC_NORMAL);
		if (ma[i] == NULL)
			break;
	}
	got = i;
	while (got < count && i > 0)
		vm_page_free(ma[--i]);
	if (got == count)
		vm_object_pip_add(vp->v_object, 1);
	VM_OBJECT_WUNLOCK(vp->v_object);
	hf_require_eq(got, count);
}

static void
free_run(int count, vm_page_t *ma)
{
	int i;

	VM_OBJECT_WLOCK(vp->v_object);
	for (i = 0; i < count; i++)
		vm_page_free(ma[i]);
	VM_OBJECT_WUNLOCK(vp->v_object);
	vm_object_pip_wakeup(vp->v_object);
}

static void
expect_filled(int count, vm_page_t *ma)
{
	int i;

	for (i = 0; i < count; i++) {
		hf_expect(vm_page_all_valid(ma[i]));
		hf_expect(vm_page_xbusied(ma[i]));
	}
}

HF_SCENARIO(pager_multi, "pager.multi_page", "GP-15 GP-08 GP-23 GP-26",
    "every page of a request is filled, across holes and fragments", ON_DISK)
{
	vm_page_t ma[8];
	int ahead, behind;

	begin();
	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	alloc_run(8, 8, ma); /* two pieces on the disk */
	hf_expect_eq(
	    vm_pager_get_pages(vp->v_object, ma, 8, NULL, NULL), VM_PAGER_OK);
	expect_filled(8, ma);
	free_run(8, ma);
	hf_expect_eq(hf_file_resident(vp, 0), 0);

	/* Wishes beyond a transfer's limit are cut, the request is not. */
	alloc_run(512, 3, ma);
	ahead = behind = 200;
	hf_expect_eq(vm_pager_get_pages(vp->v_object, ma, 3, &behind, &ahead),
	    VM_PAGER_OK);
	expect_filled(3, ma);
	free_run(3, ma);
	hf_expect_le(behind + 3 + ahead, 64);
	hf_expect_lt(0, behind + ahead);
	hf_expect_eq(hf_file_resident(vp, 512 - (u_int)behind),
	    BITS(0, behind + 2 + ahead) & ~BITS(behind, behind + 2));
	VOP_UNLOCK(vp);
	end();

	vp = hf_file_open("sparse");
	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	alloc_run(4, 4, ma); /* hole, data, data, hole */
	hf_expect_eq(
	    vm_pager_get_pages(vp->v_object, ma, 4, NULL, NULL), VM_PAGER_OK);
	expect_filled(4, ma);
	free_run(4, ma);
	VOP_UNLOCK(vp);
	hf_file_expect_idle(vp);
	hf_file_close(vp);
}

static int calls, last_count, last_error;
static vm_page_t *last_ma;

static void
iodone(void *arg, vm_page_t *ma, int count, int error)
{
	last_ma = ma;
	last_count = count;
	last_error = error;
	atomic_store_rel_int((volatile u_int *)&calls, (u_int)calls + 1);
	wakeup(&calls);
}

/* Until the callback has been called, which it must be once. */
static void
await_call(int count)
{
	while (atomic_load_acq_int((volatile u_int *)&calls) == 0)
		hf_yield();
	hf_expect_eq(calls, 1);
	hf_expect_eq(last_count, count);
}

/* One asynchronous read of count pages; the callback's error. */
static int
read_async(vm_pindex_t pindex, int count, int ahead, uint8_t valid)
{
	vm_page_t ma[4], first;
	int behind;

	calls = 0;
	behind = 0;
	alloc_run(pindex, count, ma);
	first = ma[0];
	if (valid != 0)
		vm_page_set_valid_range(ma[0], 0, valid);
	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	(void)vm_pager_get_pages_async(
	    vp->v_object, ma, count, &behind, &ahead, iodone, NULL);
	VOP_UNLOCK(vp);
	await_call(count);
	hf_expect(last_ma[0] == first);
	hf_expect(vm_page_xbusied(ma[0]));
	free_run(count, ma);
	return (last_error);
}

HF_SCENARIO(pager_async, "pager.read_async", "GP-19 IN-7",
    "an asynchronous read calls back exactly once, whatever happens", ON_DISK)
{
	uint64_t capacity;

	begin();
	hf_file_warm(vp, 50);
	hf_expect_eq(read_async(20, 3, 4, 0), 0);
	hf_expect_eq(hf_file_resident(vp, 0) & ~BITS(23, 26), 0);
	hf_failpoint_arm("bdev.read", 0, 1);
	hf_expect_eq(read_async(40, 2, 4, 0), EIO);
	hf_failpoint_disarm_all();
	hf_expect_eq(hf_file_resident(vp, 40), 0);
	/* A device that does not even take it: as if it were shorter now. */
	capacity = vp->v_mount->mnt_bdev->capacity_sectors;
	vp->v_mount->mnt_bdev->capacity_sectors = 1;
	hf_expect_eq(read_async(50, 2, 4, 0), ENXIO);
	vp->v_mount->mnt_bdev->capacity_sectors = capacity;
	hf_expect_eq(hf_file_resident(vp, 50), 0);
	/* Across two pieces of the disk. */
	hf_expect_eq(read_async(10, 4, 0, 0), 0);
	end();

	vp = hf_file_open("sparse");
	hf_expect_eq(read_async(30, 1, 0, 0), 0);
	hf_file_close(vp);
	vp = hf_file_open("size-1");
	hf_expect_eq(read_async(0, 1, 0, 1), 0);
	hf_file_close(vp);
}

HF_SCENARIO(pager_generic, "pager.read_generic", "GP-05 GP-15 GP-19 GP-25",
    "one operation reads for who waits and for who is called back", ON_DISK)
{
	vm_pindex_t past;
	vm_page_t ma[4];
	int ahead, behind;

	begin();
	past = OFF_TO_IDX(hf_file_bytes(vp)) + 1;
	hf_file_warm(vp, 40);
	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	behind = ahead = 2;
	alloc_run(16, 3, ma);
	hf_expect_eq(vnode_pager_generic_getpages(
			 vp, ma, 3, &behind, &ahead, NULL, NULL),
	    VM_PAGER_OK);
	expect_filled(3, ma);
	free_run(3, ma);
	hf_expect_eq(hf_file_resident(vp, 16 - (u_int)behind),
	    BITS(0, behind + 2 + ahead) & ~BITS(behind, behind + 2));

	calls = 0;
	behind = ahead = 0;
	alloc_run(40, 2, ma);
	hf_expect_eq(vnode_pager_generic_getpages(
			 vp, ma, 2, &behind, &ahead, iodone, NULL),
	    VM_PAGER_OK);
	await_call(2);
	hf_expect_eq(last_error, 0);
	expect_filled(2, ma);
	free_run(2, ma);

	/* Behind the end of the file there is nothing: one answer each. */
	calls = 0;
	behind = ahead = 4;
	alloc_run(past, 1, ma);
	hf_expect_eq(vnode_pager_generic_getpages(
			 vp, ma, 1, &behind, &ahead, NULL, NULL),
	    VM_PAGER_BAD);
	hf_expect_eq(behind + ahead, 0);
	hf_expect_eq(calls, 0);
	hf_expect_eq(vnode_pager_generic_getpages(
			 vp, ma, 1, &behind, &ahead, iodone, NULL),
	    VM_PAGER_BAD);
	await_call(1);
	hf_expect_eq(last_error, EIO);
	free_run(1, ma);
	hf_expect_eq(VOP_ISLOCKED(vp), LK_SHARED);
	VOP_UNLOCK(vp);
	end();
}

static vm_page_t wrong[1];

static void
get_wrong(void *arg)
{
	(void)vm_pager_get_pages(vp->v_object, wrong, 1, NULL, NULL);
}

HF_SCENARIO(pager_checks, "pager.entry_checks", "GP-16",
    "pages that must not be asked for are found out", ON_DISK)
{
	begin();
	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	alloc_run(5, 1, wrong);
	vm_page_xunbusy(wrong[0]);
	hf_expect_panic(get_wrong, NULL, "");
	(void)vm_page_tryxbusy(wrong[0]);
	vm_page_valid(wrong[0]);
	hf_expect_panic(get_wrong, NULL, "");
	wrong[0]->valid = wrong[0]->dirty = 0x01;
	hf_expect_panic(get_wrong, NULL, "");
	vm_page_undirty(wrong[0]);
	free_run(1, wrong);
	VOP_UNLOCK(vp);
	end();
}

/* Requests for a file of n pages that is touched in this order. */
static uint64_t
requests(u_long n, u_long step)
{
	uint64_t before;
	u_long i, j;

	hf_file_warm(vp, 0);
	before = bd->reads;
	for (i = j = 0; i < n; i++, j = (j + step) % n)
		hf_require(hf_probe_read(VA + ptoa(j)).ok);
	return (bd->reads - before);
}

HF_SCENARIO(pager_requests, "pager.read_requests", "GP-07 GP-10",
    "a file costs about a request for each 16 pages, whatever the order",
    ON_DISK)
{
	u_long n;

	vp = hf_file_open("one-mib");
	bd = vp->v_mount->mnt_bdev;
	n = hf_file_map_all(vp, VA);
	/* A few more where runs end, and for the map of the blocks. */
	hf_expect_le(requests(n, 1), n / 16 + 4);
	hf_file_unmap(VA, n);
	hf_file_drop(vp);
	(void)hf_file_map_all(vp, VA);
	hf_expect_le(requests(n, 37), n / 16 + 4);
	hf_file_unmap(VA, n);
	hf_file_close(vp);
}
