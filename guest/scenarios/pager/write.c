/* SPDX-License-Identifier: BSD-2-Clause */
/* write.c: dirty pages on their way to the disk. */

#include <sys/vmmeter.h>
#include <kern/failpoint.h>
#include "scratch.h"

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

HF_SCENARIO(pager_put_hole, "pager.write_hole", "PP-26",
    "a dirty page over a hole stays dirty: blocks are not allocated", WRITES)
{
	char byte[2] = { 1, 1 };
	struct vnode *svp;
	ssize_t left;
	vm_page_t m;

	svp = hf_file_open("sparse");
	hf_file_map(svp, VA, 0, 60, VM_PROT_RW, HF_FILE_SHARED);
	hf_expect(hf_probe_write(VA + ptoa(3), 1).ok);
	m = hf_file_need_page(svp, 3);
	hf_expect_ne(
	    vm_map_sync(hf_space_map(), VA, VA + ptoa(60), TRUE, FALSE),
	    KERN_SUCCESS);
	hf_expect_eq(m->dirty, 0xff);
	/* write(2) does not either, and stops before it. */
	hf_expect_eq(vn_rdwr(UIO_WRITE, svp, byte, 2, ptoa(2) - 1, UIO_SYSSPACE,
			 0, NULL, NULL, &left, curthread),
	    ENOSPC);
	hf_expect_eq(left, 2);
	/* Given up, so that the file can be let go. */
	VM_OBJECT_WLOCK(svp->v_object);
	vm_object_page_remove(svp->v_object, 0, 0, 0);
	VM_OBJECT_WUNLOCK(svp->v_object);
	hf_file_unmap(VA, 60);
	hf_file_close(svp);
}

HF_SCENARIO(put_ioflags, "pager.write_flags", "PP-08",
    "what a page-out asks of a write is what its caller asked for")
{
	static const struct {
		int put, io;
	} forms[] = {
		{ 0, IO_ASYNC },
		{ VM_PAGER_CLUSTER_OK, 0 },
		{ VM_PAGER_PUT_SYNC, IO_SYNC },
		{ VM_PAGER_PUT_SYNC | VM_PAGER_CLUSTER_OK, IO_SYNC },
		{ VM_PAGER_PUT_INVAL, IO_SYNC | IO_INVAL },
		{ VM_PAGER_PUT_NOREUSE, IO_ASYNC | IO_NOREUSE },
		{ VM_PAGER_PUT_SYNC | VM_PAGER_PUT_INVAL | VM_PAGER_PUT_NOREUSE,
		    IO_SYNC | IO_INVAL | IO_NOREUSE },
	};
	const int always = IO_VMIO | IO_SEQMAX << IO_SEQSHIFT;
	u_int i;

	for (i = 0; i < nitems(forms); i++)
		hf_expect_eq(vnode_pager_putpages_ioflags(forms[i].put),
		    forms[i].io | always);
}
