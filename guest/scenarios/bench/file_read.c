/* SPDX-License-Identifier: BSD-2-Clause */
/* file_read.c: reads of a file's resident pages. */
#include <sys/mman.h>
#include <test/bench_space.h>
#include <test/file.h>

/* Of "large"; more than fault-around maps in both directions. */
#define FIRST	64
#define PAGES	48
#define TOUCHED (BENCH_VA + ptoa(PAGES / 2))
#define AROUND	8 /* neighbours that a fault maps as well */

static void
map_file(struct vnode *vp, int advice)
{
	hf_file_map(
	    vp, BENCH_VA, ptoa(FIRST), PAGES, VM_PROT_READ, HF_FILE_PRIVATE);
	(void)vm_map_madvise(
	    hf_space_map(), BENCH_VA, BENCH_VA + ptoa(PAGES), advice);
}

/* Of the mapping, those that the pmap has, and of the file, those in memory. */
static u_long
count_pages(struct vnode *vp, u_long *resident)
{
	u_long mapped = 0;

	*resident = 0;
	for (u_long i = 0; i < PAGES; i++) {
		mapped += hf_space_page(BENCH_VA + ptoa(i)) != NULL;
		*resident += hf_file_page(vp, FIRST + i) != NULL;
	}
	return (mapped);
}

/* A soft fault maps resident neighbours whatever the advice is. */
static void
minor_read(const char *name, int advice, bool neighbours)
{
	u_long mapped, resident;
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
	/* what the last sample has left: nobody has touched another page */
	hf_expect(hf_space_page(TOUCHED) != NULL);
	mapped = count_pages(vp, &resident);
	hf_expect_eq(resident, neighbours ? PAGES : 1);
	hf_expect_eq(mapped, neighbours ? 1 + AROUND : 1);
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
