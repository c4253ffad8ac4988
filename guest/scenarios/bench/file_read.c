/* SPDX-License-Identifier: BSD-2-Clause */
/* file_read.c: reads of a file's resident pages. */
#include <sys/mman.h>
#include <test/bench_space.h>
#include <test/file.h>

/* Of "large"; more than fault-around maps in both directions. */
#define FIRST	64
#define PAGES	48
#define TOUCHED (BENCH_VA + ptoa(PAGES / 2))

static void
map_file(struct vnode *vp, int advice)
{
	hf_file_map(
	    vp, BENCH_VA, ptoa(FIRST), PAGES, VM_PROT_READ, HF_FILE_PRIVATE);
	(void)vm_map_madvise(
	    hf_space_map(), BENCH_VA, BENCH_VA + ptoa(PAGES), advice);
}

/* A soft fault maps resident neighbours whatever the advice is. */
static void
minor_read(const char *name, int advice, bool neighbours)
{
	struct vnode *vp;
	struct hf_bench *b;

	hf_bench_space();
	vp = hf_file_open("large");
	hf_file_drop(vp);
	map_file(vp, advice);
	if (neighbours)
		hf_bench_read(PAGES);
	else
		(void)fubyte((const void *)TOUCHED);
	b = hf_bench_open(name, 1, HF_LAYER_TRAP);
	while (hf_bench_next(b)) {
		hf_file_unmap(BENCH_VA, PAGES);
		map_file(vp, advice);
		hf_bench_start(b);
		(void)fubyte((const void *)TOUCHED);
		hf_bench_stop(b);
	}
	hf_expect(hf_space_page(TOUCHED) != NULL);
	hf_expect_eq(hf_space_page(TOUCHED + PAGE_SIZE) != NULL, neighbours);
	hf_expect_eq(
	    hf_file_page(vp, FIRST + PAGES / 2 + 1) != NULL, neighbours);
	hf_bench_close(b);
	hf_file_unmap(BENCH_VA, PAGES);
	hf_file_close(vp);
}

HF_BENCH(bench_file_minor_read, "bench.file_minor_read",
    "a read of a file's resident page, which has no resident neighbours",
    HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE)
{
	minor_read("file_minor_read", MADV_RANDOM, false);
}

HF_BENCH(bench_file_minor_read_around, "bench.file_minor_read_around",
    "a read of a file's resident page, mapping its neighbours as well",
    HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE)
{
	minor_read("file_minor_read_around", MADV_NORMAL, true);
}
