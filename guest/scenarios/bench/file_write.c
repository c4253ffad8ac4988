/* SPDX-License-Identifier: BSD-2-Clause */
/* file_write.c: writes to a file's resident pages, private and shared. */
#include <sys/mman.h>
#include <test/bench_space.h>
#include <test/file.h>
#include "filesum.h"

/*
 * Of the scratch file; the page written in the sample is the first, the last is
 * so far from it that no fault there maps both.
 */
#define FIRST 16
#define PAGES 48

static void
map_file(struct vnode *vp, u_long npages, enum hf_file_how how)
{
	hf_file_map(vp, BENCH_VA, ptoa(FIRST), npages, VM_PROT_RW, how);
	(void)vm_map_madvise(
	    hf_space_map(), BENCH_VA, BENCH_VA + ptoa(npages), MADV_RANDOM);
}

/* The scratch file in an empty space, its first page resident. */
static struct vnode *
open_resident(enum hf_file_how how)
{
	struct vnode *vp;

	hf_bench_space();
	vp = hf_file_open(HF_SCRATCH_NAME);
	map_file(vp, 1, how);
	hf_bench_read(1);
	hf_file_unmap(BENCH_VA, 1);
	return (vp);
}

static void
private_write(const char *name, bool read_before)
{
	u_long mapped = 0, resident = 0;
	struct vnode *vp;
	struct hf_bench *b;

	vp = open_resident(HF_FILE_PRIVATE);
	b = hf_bench_open(name, 1, HF_LAYER_TRAP);
	while (hf_bench_next(b)) {
		map_file(vp, PAGES, HF_FILE_PRIVATE);
		/* the shadow object is there: a page is what is left to do */
		hf_poke(BENCH_VA + ptoa(PAGES - 1), 1);
		if (read_before)
			hf_bench_read(1);
		mapped += hf_space_page(BENCH_VA) != NULL;
		resident += hf_file_page(vp, FIRST) != NULL;
		hf_bench_start(b);
		hf_bench_write(1);
		hf_bench_stop(b);
		hf_file_unmap(BENCH_VA, PAGES);
	}
	hf_expect_eq(mapped, read_before ? b->bn_done : 0);
	hf_expect_eq(resident, b->bn_done);
	hf_bench_close(b);
	hf_file_close(vp);
}

HF_BENCH(bench_file_private_write, "bench.file_private_write_first_touch",
    "the first access to a private mapping of a resident page, a write",
    HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE)
{
	private_write("file_private_write_first_touch", false);
}

HF_BENCH(bench_file_private_after_read, "bench.file_private_write_after_read",
    "a write to a private mapping of a page that was read",
    HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE)
{
	private_write("file_private_write_after_read", true);
}

static void
clean(void)
{
	hf_expect_eq(vm_map_sync(hf_space_map(), BENCH_VA, BENCH_VA + PAGE_SIZE,
			 TRUE, FALSE),
	    KERN_SUCCESS);
}

HF_BENCH(bench_file_shared_write, "bench.file_shared_write_first_touch",
    "the first access to a shared mapping of a clean resident page, a write",
    HF_NEEDS_DISK | HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE)
{
	struct vnode *vp;
	struct hf_bench *b;

	vp = open_resident(HF_FILE_SHARED);
	b = hf_bench_open_few(
	    "file_shared_write_first_touch", 1, HF_LAYER_TRAP, 2);
	while (hf_bench_next(b)) {
		map_file(vp, 1, HF_FILE_SHARED);
		hf_bench_start(b);
		hf_bench_write(1);
		hf_bench_stop(b);
		clean();
		hf_file_unmap(BENCH_VA, 1);
	}
	hf_bench_close(b);
	hf_file_close(vp);
}

HF_BENCH(bench_file_shared_rewrite, "bench.file_shared_rewrite_after_writeback",
    "a write to a page that was written back and is still mapped",
    HF_NEEDS_DISK | HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE)
{
	struct vnode *vp;
	struct hf_bench *b;

	hf_bench_space();
	vp = hf_file_open(HF_SCRATCH_NAME);
	map_file(vp, 1, HF_FILE_SHARED);
	b = hf_bench_open_few(
	    "file_shared_rewrite_after_writeback", 1, HF_LAYER_TRAP, 2);
	hf_bench_write(1);
	while (hf_bench_next(b)) {
		clean();
		hf_bench_start(b);
		hf_bench_write(1);
		hf_bench_stop(b);
	}
	hf_bench_close(b);
	clean();
	hf_file_unmap(BENCH_VA, 1);
	hf_file_close(vp);
}
