/* SPDX-License-Identifier: BSD-2-Clause */
/* requests.c: the forms of a request that every disk takes. */

#include <dev/bdev.h>
#include <machine/vmparam.h>
#include <test/scenario.h>
#include <vm/vm.h>
#include <vm/vm_page.h>

#define ON_DISK .flags = HF_NEEDS_DISK

static struct hf_bdev *
disk(void)
{
	struct hf_bdev *bd;
	char msg[160];

	hf_require_eq(hf_bdev_root(&bd, msg, sizeof(msg)), 0);
	return (bd);
}

static vm_page_t
page(void)
{
	vm_page_t m;

	m = vm_page_alloc_noobj(
	    VM_ALLOC_WIRED | VM_ALLOC_ZERO | VM_ALLOC_WAITOK);
	return (m);
}

static void
end_page(vm_page_t m)
{
	vm_page_unwire_noq(m);
	vm_page_free(m);
}

static char *
bytes(vm_page_t m)
{
	return ((char *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m)));
}

HF_SCENARIO(disk_id, "dev.disk_id", "VB-68",
    "a disk tells its name in 20 bytes, and takes no other number of them",
    ON_DISK)
{
	struct hf_bdev *bd = disk();
	vm_page_t m = page();
	struct hf_seg seg = { VM_PAGE_TO_PHYS(m), 20 };
	struct hf_io io = { .op = HF_IO_GET_ID, .segs = &seg, .nsegs = 1 };
	const uint64_t reads = bd->reads;

	memset(bytes(m), 0xee, 64);
	hf_expect_eq(hf_bdev_io_wait(bd, &io), 0);
	/*
	 * Printable to the first zero, if there is one; behind 20 all is as
	 * before.
	 */
	for (int i = 0; i < 20 && bytes(m)[i] != '\0'; i++)
		hf_expect(bytes(m)[i] >= ' ' && bytes(m)[i] < 0x7f);
	hf_expect_eq((u_char)bytes(m)[20], 0xee);
	seg.len = 19;
	hf_expect_eq(hf_bdev_io_wait(bd, &io), EINVAL);
	seg.len = 512;
	hf_expect_eq(hf_bdev_io_wait(bd, &io), EINVAL);
	hf_expect_eq(bd->reads, reads);
	end_page(m);
}

HF_SCENARIO(disk_polled, "dev.polled", "VB-74",
    "a request that is polled for moves the same bytes, without sleeping",
    ON_DISK)
{
	struct hf_bdev *bd = disk();
	vm_page_t a = page(), b = page();
	struct hf_seg seg = { VM_PAGE_TO_PHYS(a), PAGE_SIZE };
	struct hf_io io = { .op = HF_IO_READ, .segs = &seg, .nsegs = 1 };

	hf_expect_eq(hf_bdev_io_wait(bd, &io), 0);
	seg.pa = VM_PAGE_TO_PHYS(b);
	THREAD_NO_SLEEPING();
	hf_expect_eq(hf_bdev_io_polled(bd, &io), 0);
	THREAD_SLEEPING_OK();
	hf_expect_eq(memcmp(bytes(a), bytes(b), PAGE_SIZE), 0);
	hf_expect_ne(*(uint32_t *)(void *)(bytes(b) + 1024), 0);
	io.sector = bd->capacity_sectors;
	hf_expect_eq(hf_bdev_io_polled(bd, &io), ENXIO);
	end_page(a);
	end_page(b);
}
