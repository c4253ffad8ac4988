/* SPDX-License-Identifier: BSD-2-Clause */
/* disk.c: requests of the block driver, without pager and file system. */
#include <sys/param.h>
#include <sys/systm.h>
#include <dev/bdev.h>
#include <machine/cpufunc.h>
#include <test/bench.h>
#include <test/file.h>
#include <vm/vm_page.h>
#include "abi.h"

#define PAGES_MAX 64u
#define PER_PAGE  (PAGE_SIZE >> HF_SECTOR_SHIFT)

static vm_page_t pages[PAGES_MAX];

/* One request of n pages that do not adjoin. */
static void
read_pages(struct hf_bdev *bd, u_int n, u_int at)
{
	struct hf_seg segs[PAGES_MAX];
	struct hf_io io = { .op = HF_IO_READ, .segs = segs, .nsegs = n };

	for (u_int i = 0; i < n; i++) {
		segs[i].pa = VM_PAGE_TO_PHYS(pages[(i ^ 1) % PAGES_MAX]);
		segs[i].len = PAGE_SIZE;
	}
	io.sector = (uint64_t)at * PER_PAGE;
	if (hf_bdev_io_wait(bd, &io) != 0)
		hf_require(!"the disk can be read");
}

/* What 64 pages take in requests of n; the reading of counts left out. */
static void
count_requests(struct hf_bdev *bd, u_int n)
{
	uint64_t doorbells = bd->doorbells, interrupts = bd->interrupts;
	uint32_t exits = hf_host_count(HF_PORT_EXITS);

	for (u_int at = 0; at < PAGES_MAX; at += n)
		read_pages(bd, n, at);
	if (exits != HF_COUNT_NONE)
		hf_value("exits_for_64_pages",
		    hf_host_count(HF_PORT_EXITS) - exits - 1, "count");
	hf_value("doorbells_for_64_pages", bd->doorbells - doorbells, "count");
	hf_value(
	    "interrupts_for_64_pages", bd->interrupts - interrupts, "count");
}

static void
disk_read(const char *name, u_int n)
{
	struct hf_bdev *bd = hf_file_mount()->mnt_bdev;
	struct hf_bench *b;
	u_int i;

	for (i = 0; i < PAGES_MAX; i++)
		pages[i] =
		    vm_page_alloc_noobj(VM_ALLOC_WIRED | VM_ALLOC_WAITOK);
	b = hf_bench_open_few(name, 1, HF_LAYER_PAGER, 4);
	hf_bench_device(b, &bd->doorbells);
	while (hf_bench_next(b)) {
		hf_bench_start(b);
		read_pages(bd, n, 0);
		hf_bench_stop(b);
	}
	hf_bench_close(b);
	count_requests(bd, n);
	for (i = 0; i < PAGES_MAX; i++) {
		vm_page_unwire_noq(pages[i]);
		vm_page_free(pages[i]);
	}
}

HF_BENCH(bench_disk_read_1, "bench.disk_read_1",
    "reading one page from the disk", HF_NEEDS_DISK)
{
	disk_read("disk_read_1", 1);
}

HF_BENCH(bench_disk_read_8, "bench.disk_read_8",
    "reading 8 scattered pages in one request", HF_NEEDS_DISK)
{
	disk_read("disk_read_8", 8);
}

HF_BENCH(bench_disk_read_64, "bench.disk_read_64",
    "reading 64 scattered pages in one request", HF_NEEDS_DISK)
{
	disk_read("disk_read_64", 64);
}
