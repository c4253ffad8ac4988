/* SPDX-License-Identifier: BSD-2-Clause */
/* write_async.c: writes that were only started, and who waits for them. */

#include <test/vm_util.h>
#include <kern/failpoint.h>
#include <kern/thread.h>
#include <vfs/vfs.h>
#include "scratch.h"

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
	/* Who has written the pages gives them back before it is done. */
	vm_object_pip_wait_unlocked(object, "cut");
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
