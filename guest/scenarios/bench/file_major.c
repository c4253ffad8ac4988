/* SPDX-License-Identifier: BSD-2-Clause */
/* file_major.c: faults on pages that have to be read from the disk. */
#include <sys/mman.h>
#include <test/bench_space.h>
#include <test/file.h>

/* Pages of "large" that one indirect block maps. */
#define FIRST	16
#define PAGES	1000
#define STRIDE	37 /* prime to PAGES */
#define RUN	256
#define SECTORS (PAGE_SIZE >> HF_SECTOR_SHIFT)

/* Maps them, the block map in memory, nothing else. */
static struct vnode *
begin(int advice)
{
	struct vnode *vp;

	hf_bench_space();
	vp = hf_file_open("large");
	hf_file_map(
	    vp, BENCH_VA, ptoa(FIRST), PAGES, VM_PROT_READ, HF_FILE_PRIVATE);
	(void)vm_map_madvise(
	    hf_space_map(), BENCH_VA, BENCH_VA + ptoa(PAGES), advice);
	hf_file_warm(vp, FIRST);
	return (vp);
}

static void
end(struct vnode *vp)
{
	hf_file_unmap(BENCH_VA, PAGES);
	hf_file_close(vp);
}

HF_BENCH(bench_major_random, "bench.file_major_random_4k",
    "a read of a page that is on the disk only, one page at a time",
    HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE)
{
	struct vnode *vp = begin(MADV_RANDOM);
	struct hf_bdev *bd = vp->v_mount->mnt_bdev;
	uint64_t sectors = bd->read_sectors;
	struct hf_bench *b;
	u_long at = 0;

	b = hf_bench_open_few("file_major_random_4k", 1, HF_LAYER_TRAP, 2);
	hf_bench_device(b, &bd->doorbells);
	while (hf_bench_next(b)) {
		at = (at + STRIDE) % PAGES;
		hf_bench_start(b);
		(void)fubyte((const void *)(BENCH_VA + ptoa(at)));
		hf_bench_stop(b);
		hf_file_drop(vp);
	}
	hf_expect_eq(bd->read_sectors - sectors, b->bn_done * SECTORS);
	hf_bench_close(b);
	end(vp);
}

HF_BENCH(bench_major_seq, "bench.file_major_seq",
    "reading a run of pages that are on the disk only, a page",
    HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE)
{
	struct vnode *vp = begin(MADV_SEQUENTIAL);
	struct hf_bdev *bd = vp->v_mount->mnt_bdev;
	uint64_t sectors = bd->read_sectors, reads = bd->reads;
	struct hf_bench *b;

	b = hf_bench_open_few("file_major_seq", RUN, HF_LAYER_TRAP, 10);
	hf_bench_device(b, &bd->doorbells);
	while (hf_bench_next(b)) {
		hf_bench_start(b);
		hf_bench_read(RUN);
		hf_bench_stop(b);
		hf_file_drop(vp);
	}
	hf_expect_le(
	    (uint64_t)b->bn_done * RUN * SECTORS, bd->read_sectors - sectors);
	hf_value("pages_per_request",
	    (bd->read_sectors - sectors) / SECTORS / (bd->reads - reads),
	    "pages");
	hf_bench_close(b);
	end(vp);
}
