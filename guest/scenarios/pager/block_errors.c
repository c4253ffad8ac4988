/* SPDX-License-Identifier: BSD-2-Clause */
/* block_errors.c: pages of which a block cannot be read, or is there already. */

#include <kern/failpoint.h>
#include <test/file.h>
#include <test/ram_disk.h>
#include <test/scenario.h>
#include <test/vm_util.h>
#include <vfs/ext2/ext2fs.h>
#include <vm/vnode_pager.h>

#define ON_DISK .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE

static struct hf_ram_disk rd;
static struct vnode *vp;

static void
begin(const char *image, uint32_t sector_bytes, const char *name)
{
	hf_ram_disk_mount(&rd, image, sector_bytes);
	vp = hf_ram_disk_open(&rd, name);
	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
}

static void
end(void)
{
	VOP_UNLOCK(vp);
	hf_file_expect_idle(vp);
	vrele(vp);
	hf_ram_disk_unmount(&rd);
}

/* The page, busied and paging, with its first bytes valid and 0x77. */
static vm_page_t
take(vm_pindex_t pindex, int valid)
{
	vm_page_t m;

	VM_OBJECT_WLOCK(vp->v_object);
	m = vm_page_alloc(vp->v_object, pindex, VM_ALLOC_NORMAL);
	vm_object_pip_add(vp->v_object, 1);
	VM_OBJECT_WUNLOCK(vp->v_object);
	hf_require(m != NULL);
	if (valid != 0) {
		memset(hf_test_bytes(m), 0x77, (size_t)valid);
		vm_page_set_valid_range(m, 0, valid);
	}
	return (m);
}

static int
get(vm_page_t m)
{
	return (vm_pager_get_pages(vp->v_object, &m, 1, NULL, NULL));
}

static void
give_back(vm_page_t m)
{
	VM_OBJECT_WLOCK(vp->v_object);
	vm_page_free(m);
	vm_object_pip_wakeup(vp->v_object);
	VM_OBJECT_WUNLOCK(vp->v_object);
}

/* Where on the disk block lbn of the file is; no pointer is remembered. */
static uint64_t
block_at(uint64_t lbn)
{
	uint32_t blk;

	hf_require_eq(ext2_map(vp, lbn, &blk, NULL, NULL), 0);
	hf_file_forget_blocks(rd.mp);
	return ((uint64_t)blk << MPTOE2(rd.mp)->em_bshift);
}

HF_SCENARIO(block_unreadable, "pager.block_unreadable", "GP-29 GP-25",
    "blocks that were read before one that cannot be stay valid", ON_DISK)
{
	vm_page_t m;

	begin("images/1k.img", 512, "scattered");
	/* Two blocks, a hole, and one that lies elsewhere: two reads or three. */
	m = take(0, 0);
	hf_failpoint_arm("bdev.read", 1, 1);
	hf_expect_eq(get(m), VM_PAGER_ERROR);
	hf_expect_eq(hf_failpoint_fired("bdev.read"), 1);
	hf_failpoint_disarm_all();
	hf_expect_eq(m->valid & 0x03, 0x03);
	hf_expect_eq(m->valid & 0xc0, 0);
	hf_expect(vm_page_xbusied(m));
	hf_expect_eq(get(m), VM_PAGER_OK);
	hf_expect(vm_page_all_valid(m));
	give_back(m);

	/* Where the blocks lie cannot be read. */
	m = take(3, 1024);
	(void)block_at(12);
	hf_failpoint_arm("bdev.read", 0, -1);
	hf_expect_eq(get(m), VM_PAGER_ERROR);
	hf_failpoint_disarm_all();
	hf_expect_eq(m->valid, 0x03);
	hf_expect(hf_test_all(m, 0, 1024, 0x77));
	hf_expect_eq(get(m), VM_PAGER_OK);
	hf_expect(vm_page_all_valid(m));
	hf_expect(hf_test_all(m, 0, 1024, 0x77));
	give_back(m);
	end();
}

HF_SCENARIO(block_eof, "pager.block_eof", "GP-18 GP-02",
    "the rest of a last page whose first block is there ends in zeros", ON_DISK)
{
	const uint64_t bytes = 23000;
	const int tail = (int)(bytes & PAGE_MASK);
	uint64_t at;
	vm_page_t m;

	begin("images/1k.img", 512, "scattered");
	hf_require_eq(hf_file_bytes(vp), bytes);
	/* What stands behind the end on the disk is not the file's. */
	at = block_at(bytes / 1024) + bytes % 1024;
	for (u_int i = 0; i < 1024 - bytes % 1024; i++)
		hf_ram_disk_poke(&rd, at + i, 1, 0x99);
	m = take(bytes / PAGE_SIZE, 1024);
	hf_expect_eq(get(m), VM_PAGER_OK);
	hf_expect(vm_page_all_valid(m));
	hf_expect(hf_test_all(m, 0, 1024, 0x77));
	hf_expect_eq(
	    hf_test_bytes(m)[tail - 1], hf_ram_disk_peek(&rd, at - 1, 1));
	hf_expect(hf_test_all(m, tail, PAGE_SIZE, 0));
	give_back(m);
	end();
}

HF_SCENARIO(block_in_sector, "pager.valid_in_sector", "GP-18 GP-29",
    "a sector of which a block is valid already is not read over it", ON_DISK)
{
	uint64_t reads;
	vm_page_t m;

	begin("images/4k.img", 4096, "odd");
	m = take(1, 512);
	reads = rd.bd.reads;
	hf_expect_eq(get(m), VM_PAGER_ERROR);
	hf_expect_eq(rd.bd.reads, reads);
	hf_expect_eq(m->valid, 0x01);
	hf_expect(hf_test_all(m, 0, 512, 0x77));
	give_back(m);
	end();
}

HF_SCENARIO(get_behind, "pager.get_behind_eof", "GP-05 GP-25",
    "a page that a file has lost meanwhile is not read", ON_DISK)
{
	vm_ooffset_t bytes;
	uint64_t reads;
	vm_page_t m;

	begin("images/4k.img", 512, "odd");
	bytes = vp->v_object->un_pager.vnp.vnp_size;
	m = take(1, 0);
	/* As if another thread had cut it. */
	vp->v_object->un_pager.vnp.vnp_size = PAGE_SIZE;
	reads = rd.bd.reads;
	hf_expect_eq(get(m), VM_PAGER_BAD);
	vp->v_object->un_pager.vnp.vnp_size = bytes;
	hf_expect_eq(rd.bd.reads, reads);
	hf_expect_eq(m->valid, 0);
	hf_expect(vm_page_xbusied(m));
	give_back(m);
	end();
}
