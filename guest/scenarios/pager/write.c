/* SPDX-License-Identifier: BSD-2-Clause */
/* write.c: dirty pages on their way to the disk. */

#include <sys/vmmeter.h>
#include <test/file.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/space.h>
#include <test/vm_util.h>
#include <kern/failpoint.h>
#include <kern/thread.h>
#include <machine/vmparam.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>
#include <vm/vnode_pager.h>
#include <vfs/pbuf.h>
#include <vfs/vfs.h>
#include "filesum.h"

#define VA     0x40000000ul
#define WRITES .flags = HF_NEEDS_DISK | HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE

static struct vnode *vp;
static struct hf_bdev *bd;
static vm_object_t object;
static u_long npages;

/* The scratch file, 79 pages and 904 bytes, mapped shared and writable. */
static void
begin(void)
{
	vp = hf_file_open(HF_SCRATCH_NAME);
	bd = vp->v_mount->mnt_bdev;
	object = hf_file_object(vp);
	npages = btoc(hf_file_bytes(vp));
	hf_file_map(vp, VA, 0, npages, VM_PROT_RW, HF_FILE_SHARED);
}

static void
end(void)
{
	hf_file_expect_idle(vp);
	hf_file_unmap(VA, npages);
	hf_file_close(vp);
}

static int
sync_pages(u_long first, u_long n, boolean_t wait)
{
	return (vm_map_sync(hf_space_map(), VA + ptoa(first),
	    VA + ptoa(first + n), wait, FALSE));
}

static int
disk_byte(uint64_t off)
{
	uint8_t sector[512];

	hf_file_read_disk(vp, off & ~511ull, sector, sizeof(sector));
	return (sector[off & 511]);
}

/* A byte that is not what is there now. */
static int
other_byte(uint64_t off)
{
	return ((disk_byte(off) + 1) & 0xff);
}

HF_SCENARIO(pager_sync, "pager.write_sync",
    "PP-01 PP-02 PP-08 PP-18 PP-24 VB-53",
    "msync puts a store on the disk, flushed; the page is clean and protected",
    WRITES)
{
	uint64_t flushes, writes;
	vm_page_t m;
	int b;

	begin();
	b = other_byte(ptoa(5) + 77);
	hf_expect(hf_probe_write(VA + ptoa(5) + 77, b).ok);
	m = hf_file_need_page(vp, 5);
	flushes = bd->flushes;
	hf_expect_eq(sync_pages(0, npages, TRUE), KERN_SUCCESS);
	hf_expect_eq(disk_byte(ptoa(5) + 77), (uint64_t)b);
	hf_expect_lt(flushes, bd->flushes);
	hf_expect_eq(m->dirty, 0);
	hf_expect((vm_page_aflags(m) & PGA_WRITEABLE) == 0);
	hf_expect(!vm_page_busied(m));
	hf_expect(!vm_object_mightbedirty(object));

	writes = bd->writes;
	flushes = bd->flushes;
	hf_expect_eq(sync_pages(0, npages, TRUE), KERN_SUCCESS);
	hf_expect_eq(bd->writes, writes);
	hf_expect_eq(bd->flushes, flushes);

	hf_expect(hf_probe_write(VA + ptoa(5) + 77, b ^ 1).ok);
	hf_expect(vm_object_mightbedirty(object));
	hf_expect_eq(sync_pages(5, 1, TRUE), KERN_SUCCESS);
	hf_expect_eq(disk_byte(ptoa(5) + 77), (uint64_t)(b ^ 1));
	end();
}

HF_SCENARIO(pager_write_no_memory, "pager.write_without_memory", "VB-54",
    "pages go to the disk when there is no memory to be had", WRITES)
{
	int b, i;

	begin();
	b = other_byte(ptoa(78));
	for (i = 0; i < 3; i++)
		hf_require(hf_probe_write(VA + ptoa(11 * i + 56), b).ok);
	hf_failpoint_arm("vm_page_alloc", 0, -1);
	hf_expect_eq(sync_pages(0, npages, TRUE), KERN_SUCCESS);
	hf_failpoint_arm("kalloc", 0, -1);
	hf_expect(hf_probe_write(VA + ptoa(56), b ^ 1).ok);
	hf_expect_eq(sync_pages(0, npages, TRUE), KERN_SUCCESS);
	hf_failpoint_disarm_all();
	hf_expect_eq(disk_byte(ptoa(78)), (uint64_t)b);
	hf_expect_eq(disk_byte(ptoa(56)), (uint64_t)(b ^ 1));
	end();
}

HF_SCENARIO(pager_write_error, "pager.write_error", "PP-05 PP-13",
    "a write error keeps the page dirty and reaches msync; a retry works",
    WRITES)
{
	vm_page_t m;
	int b;

	begin();
	b = other_byte(ptoa(7));
	hf_expect(hf_probe_write(VA + ptoa(7), b).ok);
	m = hf_file_need_page(vp, 7);
	hf_failpoint_arm("bdev.write", 0, -1);
	hf_expect_ne(sync_pages(0, npages, TRUE), KERN_SUCCESS);
	hf_failpoint_disarm_all();
	hf_expect_eq(m->dirty, 0xff);
	hf_expect(vm_page_active(m));
	hf_expect(vm_object_mightbedirty(object));
	hf_expect_ne(disk_byte(ptoa(7)), (uint64_t)b);
	hf_expect_eq(sync_pages(0, npages, TRUE), KERN_SUCCESS);
	hf_expect_eq(m->dirty, 0);
	hf_expect_eq(disk_byte(ptoa(7)), (uint64_t)b);

	/* A flush that fails is an error too. */
	hf_expect(hf_probe_write(VA + ptoa(7), b ^ 1).ok);
	hf_failpoint_arm("bdev.flush", 0, 1);
	hf_expect_ne(sync_pages(0, npages, TRUE), KERN_SUCCESS);
	hf_failpoint_disarm_all();
	hf_expect_eq(sync_pages(0, npages, TRUE), KERN_SUCCESS);
	end();
}

HF_SCENARIO(pager_write_eof, "pager.write_eof", "PP-09 PP-27",
    "the last page is written up to its sector, zeros behind the end", WRITES)
{
	uint64_t bytes, sectors;
	vm_page_t m;
	int b;

	begin();
	bytes = hf_file_bytes(vp);
	b = other_byte(bytes - 1);
	hf_expect(hf_probe_write(VA + bytes - 1, b).ok);
	hf_expect(hf_probe_write(VA + bytes + 5, 0xbb).ok);
	hf_expect(hf_probe_write(VA + ptoa(npages) - 1, 0xcc).ok);
	m = hf_file_need_page(vp, npages - 1);
	sectors = bd->write_sectors;
	hf_expect_eq(sync_pages(npages - 1, 1, TRUE), KERN_SUCCESS);
	hf_expect_eq(bd->write_sectors - sectors, 2);
	hf_expect_eq(m->dirty, 0);
	hf_expect_eq(disk_byte(bytes - 1), (uint64_t)b);
	hf_expect_eq(disk_byte(bytes + 5), 0);
	hf_expect_eq(hf_file_bytes(vp), bytes);
	hf_expect(!vm_object_mightbedirty(object) ||
	    sync_pages(0, npages, TRUE) == KERN_SUCCESS);
	sectors = bd->write_sectors;
	hf_expect_eq(sync_pages(0, npages, TRUE), KERN_SUCCESS);
	hf_expect_eq(bd->write_sectors, sectors);
	end();
}

/* Shared-busies n resident, valid pages from pindex for a put. */
static void
take_pages(vm_pindex_t pindex, int n, vm_page_t *ma)
{
	int i;

	for (i = 0; i < n; i++)
		hf_require(hf_probe_read(VA + ptoa(pindex + (u_long)i)).ok);
	VM_OBJECT_WLOCK(object);
	for (i = 0; i < n; i++) {
		ma[i] = vm_page_lookup(object, pindex + (vm_pindex_t)i);
		(void)vm_page_busy_acquire(ma[i], 0);
		pmap_remove_write(ma[i]);
		vm_page_undirty(ma[i]);
		vm_page_busy_downgrade(ma[i]);
	}
	vm_object_pip_add(object, (short)n);
	VM_OBJECT_WUNLOCK(object);
}

static void
put_pages(int n, vm_page_t *ma, int flags, int *rtvals)
{
	int i;

	for (i = 0; i < n; i++)
		rtvals[i] = 99;
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	VM_OBJECT_WLOCK(object);
	vm_pager_put_pages(object, ma, n, flags, rtvals);
	VM_OBJECT_WUNLOCK(object);
	VOP_UNLOCK(vp);
	for (i = 0; i < n; i++) {
		if (rtvals[i] == VM_PAGER_PEND)
			continue;
		vm_page_sunbusy(ma[i]);
		vm_object_pip_wakeup(object);
	}
}

HF_SCENARIO(pager_blocks, "pager.write_blocks", "PP-11 PP-12 PP-06 PP-23",
    "only dirty blocks are written, run by run, up to an error", WRITES)
{
	uint64_t sectors, writes;
	vm_page_t ma[4];
	int rtvals[4], i;

	begin();
	take_pages(20, 1, ma);
	ma[0]->dirty = 0x0c;
	writes = bd->writes;
	sectors = bd->write_sectors;
	put_pages(1, ma, VM_PAGER_PUT_SYNC, rtvals);
	hf_expect_eq(rtvals[0], VM_PAGER_OK);
	hf_expect_eq(bd->writes - writes, 1);
	hf_expect_eq(bd->write_sectors - sectors, 2);
	hf_expect_eq(ma[0]->dirty, 0);

	take_pages(20, 2, ma);
	ma[0]->dirty = 0xe3; /* blocks 0-1 and 5-9 of the two pages */
	ma[1]->dirty = 0x03;
	writes = bd->writes;
	sectors = bd->write_sectors;
	put_pages(2, ma, VM_PAGER_PUT_SYNC, rtvals);
	hf_expect_eq(bd->writes - writes, 2);
	hf_expect_eq(bd->write_sectors - sectors, 7);
	hf_expect_eq(rtvals[0], VM_PAGER_OK);
	hf_expect_eq(rtvals[1], VM_PAGER_OK);

	take_pages(20, 4, ma);
	for (i = 0; i < 4; i++)
		ma[i]->dirty = 0x10;
	hf_failpoint_arm("bdev.write", 2, 1);
	put_pages(4, ma, VM_PAGER_PUT_SYNC, rtvals);
	hf_failpoint_disarm_all();
	hf_expect_eq(rtvals[0], VM_PAGER_OK);
	hf_expect_eq(rtvals[1], VM_PAGER_OK);
	hf_expect_eq(rtvals[2], VM_PAGER_ERROR);
	hf_expect_eq(rtvals[3], VM_PAGER_ERROR);
	hf_expect_eq(ma[1]->dirty, 0);
	hf_expect_eq(ma[2]->dirty, 0x10);
	hf_expect_eq(ma[3]->dirty, 0x10);
	for (i = 2; i < 4; i++)
		vm_page_undirty(ma[i]);
	end();
}

HF_SCENARIO(pager_write_long, "pager.write_long_run", "PP-28",
    "a run of more pages than a transfer has is written whole", WRITES)
{
	static vm_page_t ma[HF_PBUF_PAGES + 5];
	static int rtvals[nitems(ma)];
	uint64_t sectors;
	u_int i, n;

	begin();
	hf_require(nitems(ma) + 3 <= npages);
	/* Of exactly as many, and of more. */
	for (n = HF_PBUF_PAGES; n <= nitems(ma); n += 5) {
		take_pages(3, (int)n, ma);
		for (i = 0; i < n; i++)
			ma[i]->dirty = 0xff;
		sectors = bd->write_sectors;
		put_pages((int)n, ma, VM_PAGER_PUT_SYNC, rtvals);
		for (i = 0; i < n; i++) {
			hf_expect_eq(rtvals[i], VM_PAGER_OK);
			hf_expect_eq(ma[i]->dirty, 0);
		}
		hf_expect_eq(bd->write_sectors - sectors, 8 * n);
	}
	end();
}

HF_SCENARIO(pager_behind, "pager.write_behind_eof", "PP-10 VP-3 PP-23",
    "a page wholly behind the end of file is BAD and not written", WRITES)
{
	uint64_t bytes, writes;
	vm_page_t ma[3];
	int rtvals[3];

	begin();
	bytes = hf_file_bytes(vp);
	take_pages(10, 3, ma);
	ma[0]->dirty = ma[1]->dirty = ma[2]->dirty = 0xff;
	/* As if another thread had cut the file meanwhile. */
	object->un_pager.vnp.vnp_size = ptoa(11) + 701;
	writes = bd->write_sectors;
	put_pages(3, ma, VM_PAGER_PUT_SYNC, rtvals);
	object->un_pager.vnp.vnp_size = bytes;
	hf_expect_eq(rtvals[0], VM_PAGER_OK);
	hf_expect_eq(rtvals[1], VM_PAGER_OK);
	hf_expect_eq(rtvals[2], VM_PAGER_BAD);
	hf_expect_eq(bd->write_sectors - writes, 8 + 2);
	hf_expect_eq(ma[1]->dirty, 0);
	vm_page_undirty(ma[2]);
	/* Bytes behind the pretended end were zeroed: not kept. */
	hf_file_drop(vp);
	end();
}

HF_SCENARIO(pager_write_async, "pager.write_async", "PP-07 PP-04 IP-6 IN-3",
    "a write that was only started keeps its pages until it ends", WRITES)
{
	struct hf_toucher t;
	vm_page_t m;
	int b;

	begin();
	b = other_byte(ptoa(30));
	hf_expect(hf_probe_write(VA + ptoa(30), b).ok);
	hf_expect(hf_probe_write(VA + ptoa(31), 1).ok);
	m = hf_file_need_page(vp, 30);
	hf_bdev_hold(bd);
	hf_expect_eq(sync_pages(30, 2, FALSE), KERN_SUCCESS);
	/* In one piece or in two. */
	hf_expect_lt(0, hf_bdev_held(bd));
	hf_expect(vm_page_sbusied(m));
	hf_expect_eq(m->dirty, 0xff);
	hf_expect_lt(0, blockcount_read(&object->paging_in_progress));
	/* Reading goes on, writing waits. */
	hf_expect_read(VA + ptoa(30), b);
	hf_toucher_start(&t, VA + ptoa(30), b ^ 3);
	hf_expect(hf_toucher_asleep(&t, "vmpfw"));
	hf_bdev_release(bd);
	hf_expect_eq(hf_toucher_join(&t), 0);
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	hf_expect_eq(VOP_FSYNC(vp, MNT_WAIT, NULL), 0);
	VOP_UNLOCK(vp);
	hf_expect_eq(disk_byte(ptoa(30)), (uint64_t)b);
	hf_expect_eq(hf_file_need_page(vp, 31)->dirty, 0);
	/* The later store is not lost. */
	hf_expect_eq(sync_pages(0, npages, TRUE), KERN_SUCCESS);
	hf_expect_eq(disk_byte(ptoa(30)), (uint64_t)(b ^ 3));
	hf_expect_eq(m->dirty, 0);
	end();
}

static volatile u_int cut;

static void
cut_file(void *arg)
{
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	vnode_pager_setsize(vp, ptoa(30));
	VOP_UNLOCK(vp);
	atomic_store_rel_int(&cut, 1);
}

HF_SCENARIO(pager_write_cut, "pager.truncate_during_write", "VN-08 IN-4",
    "truncation waits for pages that are being written, and frees them", WRITES)
{
	struct thread *td;
	uint64_t bytes;

	begin();
	bytes = hf_file_bytes(vp);
	hf_expect(hf_probe_write(VA + ptoa(30), 1).ok);
	hf_expect(hf_probe_write(VA + ptoa(31), 1).ok);
	hf_bdev_hold(bd);
	hf_expect_eq(sync_pages(30, 2, FALSE), KERN_SUCCESS);
	hf_expect_lt(0, hf_bdev_held(bd));
	cut = 0;
	td = hf_thread_create(cut_file, NULL, "truncate", -1);
	hf_await_sleep(td, NULL);
	hf_expect_eq(cut, 0);
	hf_bdev_release(bd);
	hf_thread_join(td);
	hf_expect_eq(cut, 1);
	hf_expect_eq(hf_file_resident(vp, 30), 0);
	hf_expect_bus(hf_probe_read(VA + ptoa(30)));
	hf_file_set_size(vp, bytes);
	end();
}

HF_SCENARIO(pager_async_error, "pager.write_async_error", "PP-25",
    "an asynchronous write error reaches the next msync", WRITES)
{
	vm_page_t m;

	begin();
	hf_expect(hf_probe_write(VA + ptoa(30), 9).ok);
	m = hf_file_need_page(vp, 30);
	hf_failpoint_arm("bdev.write", 0, 1);
	hf_expect_eq(sync_pages(30, 1, FALSE), KERN_SUCCESS);
	hf_expect_ne(sync_pages(30, 1, TRUE), KERN_SUCCESS);
	hf_failpoint_disarm_all();
	hf_expect_eq(sync_pages(0, npages, TRUE), KERN_SUCCESS);
	hf_expect_eq(m->dirty, 0);
	hf_expect_eq(disk_byte(ptoa(30)), 9);
	end();
}

HF_SCENARIO(pager_async_gap, "pager.write_async_gap", "PP-30 PP-11",
    "a write that may be started only writes dirty blocks that lie apart, too",
    WRITES)
{
	int first, last, rtvals[1];
	vm_page_t ma[1];

	begin();
	first = other_byte(ptoa(33));
	last = other_byte(ptoa(34) - 1);
	take_pages(33, 1, ma);
	((uint8_t *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(ma[0])))[0] = (uint8_t)first;
	((uint8_t *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(ma[0])))[PAGE_MASK] =
	    (uint8_t)last;
	ma[0]->dirty = 0x81;
	put_pages(1, ma, VM_PAGER_CLUSTER_OK, rtvals);
	hf_expect_eq(hf_vnode_wait_writes(vp), 0);
	hf_expect_eq(ma[0]->dirty, 0);
	hf_expect_eq(disk_byte(ptoa(33)), first);
	hf_expect_eq(disk_byte(ptoa(34) - 1), last);
	end();
}

HF_SCENARIO(pager_async_flush, "pager.write_async_flush", "PP-24",
    "what an earlier call only started is waited for and flushed by msync",
    WRITES)
{
	uint64_t flushes;
	int b;

	begin();
	hf_expect_eq(sync_pages(0, npages, TRUE), KERN_SUCCESS);
	b = other_byte(ptoa(35));
	hf_expect(hf_probe_write(VA + ptoa(35), b).ok);
	flushes = bd->flushes;
	hf_expect_eq(sync_pages(0, npages, FALSE), KERN_SUCCESS);
	hf_expect_eq(bd->flushes, flushes);
	/* All of the file is clean as far as the object knows. */
	hf_expect(!vm_object_mightbedirty(object));
	hf_expect_eq(sync_pages(0, npages, TRUE), KERN_SUCCESS);
	hf_expect_eq(bd->flushes, flushes + 1);
	hf_expect_eq(disk_byte(ptoa(35)), b);
	/* Once is enough. */
	hf_expect_eq(sync_pages(0, npages, TRUE), KERN_SUCCESS);
	hf_expect_eq(bd->flushes, flushes + 1);
	end();
}

HF_SCENARIO(pager_reclaim_flush, "pager.reclaim_flushes", "VN-02 PP-24",
    "what an earlier call only started is flushed when the file is let go",
    WRITES)
{
	uint64_t flushes;

	begin();
	hf_expect_eq(sync_pages(0, npages, TRUE), KERN_SUCCESS);
	hf_expect(hf_probe_write(VA, other_byte(0)).ok);
	hf_expect_eq(sync_pages(0, npages, FALSE), KERN_SUCCESS);
	while (blockcount_read(&object->paging_in_progress) != 0)
		hf_yield();
	flushes = bd->flushes;
	end();
	hf_expect_eq(bd->flushes, flushes);
	hf_expect_eq(hf_root_unmount(), 0);
	hf_expect_lt(flushes, bd->flushes);
}

HF_SCENARIO(pager_async_short, "pager.write_async_short", "PP-21",
    "short of memory a write is over, and its page clean, on return", WRITES)
{
	vm_page_t ma[1];
	int rtvals[1];

	begin();
	take_pages(36, 1, ma);
	ma[0]->dirty = VM_PAGE_BITS_ALL;
	hf_test_free_set(vm_dom[0].vmd_free_min - 1);
	put_pages(1, ma, VM_PAGER_CLUSTER_OK, rtvals);
	hf_test_free_restore();
	hf_expect_eq(rtvals[0], VM_PAGER_OK);
	hf_expect_eq(ma[0]->dirty, 0);
	end();
}

HF_SCENARIO(pager_cluster, "pager.write_cluster", "PP-15 PP-16",
    "adjacent dirty pages go out 32 at a time; clean ones end a run", WRITES)
{
	uint64_t writes;
	u_long outs, i;

	begin();
	for (i = 0; i < 70; i++)
		hf_expect(hf_probe_write(VA + ptoa(i) + 3, (int)i).ok);
	outs = VM_CNT_FETCH(v_vnodeout);
	hf_expect_eq(sync_pages(0, npages, TRUE), KERN_SUCCESS);
	hf_expect_le(VM_CNT_FETCH(v_vnodeout) - outs, 70 / 32 + 2);
	hf_expect_eq(disk_byte(ptoa(69) + 3), 69);

	hf_expect(hf_probe_write(VA + ptoa(40), 1).ok);
	hf_expect(hf_probe_write(VA + ptoa(42), 1).ok);
	writes = bd->writes;
	outs = VM_CNT_FETCH(v_vnodepgsout);
	hf_expect_eq(sync_pages(0, npages, TRUE), KERN_SUCCESS);
	hf_expect_eq(bd->writes - writes, 2);
	hf_expect_eq(VM_CNT_FETCH(v_vnodepgsout) - outs, 2);
	end();
}

HF_SCENARIO(pager_cluster_busy, "pager.write_beside_busy", "PP-31",
    "a busy neighbour is neither written with a page nor waited for", WRITES)
{
	vm_page_t busy;
	u_int i;

	begin();
	for (i = 39; i < 43; i++)
		hf_require(hf_probe_write(VA + ptoa(i), (int)i).ok);
	busy = hf_file_need_page(vp, 41);
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	VM_OBJECT_WLOCK(object);
	hf_require(vm_page_trysbusy(busy));
	hf_expect(vm_object_page_clean(object, ptoa(40), ptoa(41), OBJPC_SYNC));
	vm_page_sunbusy(busy);
	VM_OBJECT_WUNLOCK(object);
	VOP_UNLOCK(vp);
	hf_expect_eq(hf_file_need_page(vp, 40)->dirty, 0);
	hf_expect_eq(disk_byte(ptoa(40)), 40);
	/* Not the one behind it either: a run has no gap. */
	for (i = 41; i < 43; i++)
		hf_expect(hf_file_need_page(vp, i)->dirty != 0 ||
		    pmap_is_modified(hf_file_need_page(vp, i)));
	hf_expect_eq(sync_pages(0, npages, TRUE), KERN_SUCCESS);
	for (i = 39; i < 43; i++)
		hf_expect_eq(disk_byte(ptoa(i)), i);
	end();
}

HF_SCENARIO(pager_nosync, "pager.write_nosync", "PP-17",
    "a NOSYNC page stays dirty, and its object might be", WRITES)
{
	vm_page_t m;

	begin();
	hf_expect(hf_probe_write(VA + ptoa(3), 1).ok);
	m = hf_file_need_page(vp, 3);
	vm_page_aflag_set(m, PGA_NOSYNC);
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	VM_OBJECT_WLOCK(object);
	hf_expect(
	    vm_object_page_clean(object, 0, 0, OBJPC_SYNC | OBJPC_NOSYNC));
	hf_expect(vm_object_mightbedirty(object));
	hf_expect(vm_object_page_clean(object, 0, 0, OBJPC_SYNC));
	hf_expect(!vm_object_mightbedirty(object));
	VM_OBJECT_WUNLOCK(object);
	VOP_UNLOCK(vp);
	hf_expect_eq(m->dirty, 0);
	hf_expect_eq(disk_byte(ptoa(3)), 1);
	end();
}

HF_SCENARIO(pager_invalidate, "pager.invalidate", "PP-22",
    "msync with invalidation sees what the disk holds now", WRITES)
{
	uint8_t sector[512];
	int b;

	begin();
	hf_expect(hf_probe_read(VA + ptoa(9)).ok);
	hf_file_read_disk(vp, ptoa(9), sector, sizeof(sector));
	b = sector[0] = (uint8_t)(sector[0] + 1);
	hf_file_write_disk(vp, ptoa(9), sector, sizeof(sector));
	hf_expect_read(VA + ptoa(9), (b - 1) & 0xff);
	hf_expect_eq(
	    vm_map_sync(hf_space_map(), VA, VA + ptoa(npages), TRUE, TRUE),
	    KERN_SUCCESS);
	hf_expect_read(VA + ptoa(9), b);
	end();
}

HF_SCENARIO(pager_undirty, "pager.undirty_pages", "PP-14",
    "after a short write only what was written is clean", WRITES)
{
	vm_page_t ma[3];
	int i, rtvals[3];

	begin();
	take_pages(50, 3, ma);
	for (i = 0; i < 3; i++)
		ma[i]->dirty = 0xff, rtvals[i] = VM_PAGER_ERROR;
	vnode_pager_undirty_pages(
	    ma, rtvals, 4096 + 1100, ptoa(3), (int)ptoa(3));
	hf_expect_eq(rtvals[0], VM_PAGER_OK);
	hf_expect_eq(ma[0]->dirty, 0);
	hf_expect_eq(rtvals[1], VM_PAGER_AGAIN);
	hf_expect_eq(ma[1]->dirty, 0xfc);
	hf_expect_eq(rtvals[2], VM_PAGER_ERROR);
	hf_expect_eq(ma[2]->dirty, 0xff);

	ma[1]->dirty = 0xf0;
	vnode_pager_undirty_pages(ma, rtvals, 0, 4096 + 2000, (int)ptoa(3));
	hf_expect_eq(rtvals[1], VM_PAGER_OK);
	hf_expect_eq(ma[1]->dirty, 0);
	hf_expect_eq(rtvals[2], VM_PAGER_BAD);
	for (i = 0; i < 3; i++) {
		vm_page_undirty(ma[i]);
		vm_page_sunbusy(ma[i]);
		vm_object_pip_wakeup(object);
	}
	end();
}

HF_SCENARIO(pager_put_hole, "pager.write_hole", "PP-26",
    "a dirty page over a hole stays dirty: blocks are not allocated", WRITES)
{
	struct vnode *svp;
	vm_page_t m;

	svp = hf_file_open("sparse");
	hf_file_map(svp, VA, 0, 60, VM_PROT_RW, HF_FILE_SHARED);
	hf_expect(hf_probe_write(VA + ptoa(3), 1).ok);
	m = hf_file_need_page(svp, 3);
	hf_expect_ne(
	    vm_map_sync(hf_space_map(), VA, VA + ptoa(60), TRUE, FALSE),
	    KERN_SUCCESS);
	hf_expect_eq(m->dirty, 0xff);
	/* Given up, so that the file can be let go. */
	VM_OBJECT_WLOCK(svp->v_object);
	vm_object_page_remove(svp->v_object, 0, 0, 0);
	VM_OBJECT_WUNLOCK(svp->v_object);
	hf_file_unmap(VA, 60);
	hf_file_close(svp);
}
