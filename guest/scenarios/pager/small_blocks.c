/* SPDX-License-Identifier: BSD-2-Clause */
/* small_blocks.c: file system blocks and sectors of other sizes. */

#include <test/file.h>
#include <test/probe.h>
#include <test/ram_disk.h>
#include <test/scenario.h>
#include <test/space.h>
#include <machine/vmparam.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>

#define VA	0x40000000ul
#define VA_WANT 0x50000000ul
#define ON_DISK .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE

static struct hf_ram_disk ram;
static struct vnode *vp, *want;

/* images/1k.img or 4k.img, and the file beside it with the same bytes. */
static void
begin(const char *image, uint32_t sector_bytes, const char *name,
    const char *same)
{
	hf_ram_disk_mount(&ram, image, sector_bytes);
	vp = hf_ram_disk_open(&ram, name);
	want = hf_file_open(same);
	hf_expect_eq(hf_file_bytes(vp), hf_file_bytes(want));
	hf_file_map(
	    vp, VA, 0, btoc(hf_file_bytes(vp)), VM_PROT_RW, HF_FILE_SHARED);
	(void)hf_file_map_all(want, VA_WANT);
}

static void
end(void)
{
	u_long npages;

	npages = btoc(hf_file_bytes(vp));
	hf_file_expect_idle(vp);
	hf_file_unmap(VA, npages);
	hf_file_unmap(VA_WANT, npages);
	hf_file_close(want);
	hf_file_close(vp);
	hf_ram_disk_unmount(&ram);
}

/* The first difference of the two mappings in [from, to), to if none. */
static uint64_t
first_difference(uint64_t from, uint64_t to)
{
	static uint8_t a[512], b[512];
	uint64_t i, n;

	for (; from < to; from += n) {
		n = MIN(to - from, sizeof(a));
		if (copyin((void *)(VA + from), a, n) != 0 ||
		    copyin((void *)(VA_WANT + from), b, n) != 0)
			return (from);
		for (i = 0; i < n; i++)
			if (a[i] != b[i])
				return (from + i);
	}
	return (to);
}

HF_SCENARIO(pager_scattered, "pager.scattered_blocks", "GP-17 VN-04",
    "a page is put together from scattered small blocks and a hole", ON_DISK)
{
	int after, before;
	uint64_t bytes;

	begin("images/1k.img", 512, "scattered", "images/scattered");
	bytes = hf_file_bytes(vp);
	hf_expect_eq(first_difference(0, round_page(bytes)), round_page(bytes));
	hf_expect_eq(hf_file_need_page(vp, 0)->valid, 0xff);
	hf_expect_read(VA + 2048, 0);
	VM_OBJECT_RLOCK(vp->v_object);
	hf_expect(vm_pager_has_page(vp->v_object, 0, &before, &after));
	hf_expect_eq(before, 0);
	hf_expect_eq(after, 0);
	/* Blocks 12 to 22 follow each other: two more pages and a bit. */
	hf_expect(vm_pager_has_page(vp->v_object, 3, &before, &after));
	hf_expect_eq(after, 2);
	VM_OBJECT_RUNLOCK(vp->v_object);
	end();
}

HF_SCENARIO(pager_small_run, "pager.small_block_window", "GP-07 GP-10",
    "pages whose small blocks follow each other are read at once", ON_DISK)
{
	uint64_t came, reads, sectors;

	begin("images/1k.img", 512, "scattered", "images/scattered");
	hf_file_warm(vp, 4);
	reads = ram.bd.reads;
	sectors = ram.bd.read_sectors;
	/* Blocks 12 to 22: two pages, and the end of file in a third. */
	hf_expect(hf_probe_read(VA + ptoa(4)).ok);
	hf_expect_eq(ram.bd.reads - reads, 1);
	came = hf_file_resident(vp, 0);
	hf_expect_eq(came & ~0x38ul, 0);
	hf_expect_ne(came & 0x28, 0);
	hf_expect_eq(ram.bd.read_sectors - sectors,
	    8 * (u_int)hf_popcount(came) - ((came & 0x20) != 0 ? 3 : 0));
	hf_expect_eq(first_difference(ptoa(3), ptoa(6)), ptoa(6));
	if (came == 0x38)
		hf_expect_eq(ram.bd.reads - reads, 1);
	/* The indirect block lies behind page 2, and page 0 has a hole. */
	reads = ram.bd.reads;
	hf_expect(hf_probe_read(VA + ptoa(2)).ok);
	hf_expect_eq(hf_file_resident(vp, 0) & 0x05, 0x04);
	hf_expect_eq(ram.bd.reads - reads, 1);
	hf_expect_eq(first_difference(0, ptoa(6)), ptoa(6));
	end();
}

HF_SCENARIO(pager_partly, "pager.partly_valid", "GP-18",
    "valid blocks of a page are not read over", ON_DISK)
{
	vm_page_t m;
	char *at;

	begin("images/1k.img", 512, "scattered", "images/scattered");
	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	VM_OBJECT_WLOCK(vp->v_object);
	m = vm_page_alloc(vp->v_object, 1, VM_ALLOC_NORMAL);
	vm_object_pip_add(vp->v_object, 1);
	VM_OBJECT_WUNLOCK(vp->v_object);
	hf_require(m != NULL);
	at = (char *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m));
	memset(at, 0x77, 1024);
	vm_page_set_valid_range(m, 0, 1024);
	hf_expect_eq(
	    vm_pager_get_pages(vp->v_object, &m, 1, NULL, NULL), VM_PAGER_OK);
	hf_expect(vm_page_all_valid(m));
	hf_expect_eq(at[0], 0x77);
	hf_expect_eq(at[1023], 0x77);
	vm_object_pip_wakeup(vp->v_object);
	vm_page_xunbusy(m);
	VOP_UNLOCK(vp);
	hf_expect_eq(first_difference(4096 + 1024, 8192), 8192);
	hf_expect_eq(first_difference(4096, 8192), 4096);
	VM_OBJECT_WLOCK(vp->v_object);
	vm_object_page_remove(vp->v_object, 0, 0, 0);
	VM_OBJECT_WUNLOCK(vp->v_object);
	end();
}

HF_SCENARIO(pager_put_scattered, "pager.write_scattered", "PP-01 PP-12",
    "a dirty page of small blocks goes back to where they lie", ON_DISK)
{
	uint64_t writes;
	u_int i;

	begin("images/1k.img", 512, "scattered", "images/scattered");
	/* Page 0 has a hole and cannot be written whole; page 1 can. */
	for (i = 0; i < 8; i++)
		hf_expect(
		    hf_probe_write(VA + 4096 + i * 512 + i, (int)i + 1).ok);
	writes = ram.bd.writes;
	hf_expect_eq(vm_map_sync(hf_space_map(), VA, VA + ptoa(3), TRUE, TRUE),
	    KERN_SUCCESS);
	/* In one piece, or block by block. */
	hf_expect_lt(writes, ram.bd.writes);
	hf_expect_le(ram.bd.writes - writes, 4);
	hf_expect(hf_file_page(vp, 1) == NULL);
	for (i = 0; i < 8; i++)
		hf_expect_read(VA + 4096 + i * 512 + i, (int)i + 1);

	/* Blocks 11 and 12 lie around an indirect block: two writes. */
	hf_expect(hf_probe_write(VA + 3 * 4096 - 1, 1).ok);
	hf_expect(hf_probe_write(VA + 3 * 4096, 2).ok);
	writes = ram.bd.writes;
	hf_expect_eq(vm_map_sync(hf_space_map(), VA, VA + ptoa(4), TRUE, TRUE),
	    KERN_SUCCESS);
	hf_expect_le(2, ram.bd.writes - writes);
	hf_expect_le(ram.bd.writes - writes, 8);
	hf_expect_read(VA + 3 * 4096 - 1, 1);
	hf_expect_read(VA + 3 * 4096, 2);

	hf_expect(hf_probe_write(VA + 100, 5).ok);
	hf_expect_ne(vm_map_sync(hf_space_map(), VA, VA + ptoa(1), TRUE, FALSE),
	    KERN_SUCCESS);
	/* Blocks 0 and 1 were written, the hole was not. */
	hf_expect_eq(hf_file_need_page(vp, 0)->dirty, 0xf0);
	VM_OBJECT_WLOCK(vp->v_object);
	vm_object_page_remove(vp->v_object, 0, 0, 0);
	VM_OBJECT_WUNLOCK(vp->v_object);
	hf_expect_read(VA + 100, 5);
	end();
}

HF_SCENARIO(pager_sector4k, "pager.sector_4k", "VN-20 GP-02",
    "sectors of 4 KiB are read and written whole, odd end of file or not",
    ON_DISK)
{
	uint64_t bytes, sectors;

	begin("images/4k.img", 4096, "odd", "images/odd");
	bytes = hf_file_bytes(vp);
	hf_file_warm(vp, 2);
	sectors = ram.bd.read_sectors;
	hf_expect_eq(first_difference(0, round_page(bytes)), round_page(bytes));
	hf_expect_eq(ram.bd.read_sectors - sectors, 3 * 8);
	hf_expect_read(VA + bytes, 0);
	hf_expect(hf_probe_write(VA + bytes - 1, 0x31).ok);
	hf_expect(hf_probe_write(VA + bytes, 0x32).ok);
	sectors = ram.bd.write_sectors;
	hf_expect_eq(vm_map_sync(hf_space_map(), VA, VA + ptoa(3), TRUE, TRUE),
	    KERN_SUCCESS);
	hf_expect_eq(ram.bd.write_sectors - sectors, 8);
	hf_expect_read(VA + bytes - 1, 0x31);
	hf_expect_read(VA + bytes, 0);
	end();
}

HF_SCENARIO(pager_sector_refused, "pager.sector_too_large", "VN-37",
    "blocks smaller than the disk's sector are refused", ON_DISK)
{
	char msg[200];
	struct mount *mp;

	hf_ram_disk_mount(&ram, "images/1k.img", 512);
	ram.bd.sector_bytes = 4096;
	hf_expect_eq(hf_mount("ext2", &ram.bd, &mp, msg, sizeof(msg)), EINVAL);
	hf_expect(strstr(msg, "smaller than the disk's sector") != NULL);
	ram.bd.sector_bytes = 512;
	hf_ram_disk_unmount(&ram);
}
