/* SPDX-License-Identifier: BSD-2-Clause */
/* sync.c: writing back dirty pages of a file. */
#include <test/bench_space.h>
#include <test/file.h>
#include "filesum.h"

/* These pages of the scratch file are contiguous on the disk. */
#define FIRST 12
#define PAGES 64

HF_BENCH(bench_sync, "bench.sync",
    "vm_map_sync of dirty pages of a file, with the disk's flush",
    HF_NEEDS_DISK | HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE)
{
	static const u_long sizes[] = { 1, PAGES };
	vm_map_t map = hf_bench_space();
	struct vnode *vp = hf_file_open(HF_SCRATCH_NAME);
	struct hf_bdev *bd = vp->v_mount->mnt_bdev;
	uint64_t written;
	struct hf_bench *b;
	int failed = 0;

	hf_file_map(
	    vp, BENCH_VA, ptoa(FIRST), PAGES, VM_PROT_RW, HF_FILE_SHARED);
	for (u_int i = 0; i < nitems(sizes); i++) {
		u_long n = sizes[i];

		b = hf_bench_open_few(
		    hf_bench_name("sync", n), 1, HF_LAYER_VM, 4);
		hf_bench_device(b, &bd->doorbells);
		written = bd->write_sectors;
		while (hf_bench_next(b)) {
			hf_bench_write(n);
			hf_bench_start(b);
			failed |= vm_map_sync(
			    map, BENCH_VA, BENCH_VA + ptoa(n), TRUE, FALSE);
			hf_bench_stop(b);
		}
		hf_expect_eq(failed, KERN_SUCCESS);
		hf_expect_eq(bd->write_sectors - written,
		    b->bn_done * n * (PAGE_SIZE >> HF_SECTOR_SHIFT));
		hf_bench_close(b);
	}
	hf_file_unmap(BENCH_VA, PAGES);
	hf_file_close(vp);
}
