/* SPDX-License-Identifier: BSD-2-Clause */
/* madvise.c: telling the VM that resident memory is not needed. */
#include <sys/mman.h>
#include <test/bench_space.h>

HF_BENCH(bench_madvise, "bench.madvise_dontneed",
    "vm_map_madvise of resident memory that is not needed")
{
	static const u_long sizes[] = HF_BENCH_SIZES;
	vm_map_t map = hf_bench_space();
	struct hf_bench *b;

	for (u_int i = 0; i < nitems(sizes); i++) {
		u_long n = sizes[i];
		vm_offset_t end = BENCH_VA + ptoa(n);

		b = hf_bench_open_size("madvise_dontneed", n);
		while (hf_bench_next(b)) {
			hf_bench_anon(n);
			hf_bench_write(n);
			hf_bench_start(b);
			(void)vm_map_madvise(map, BENCH_VA, end, MADV_DONTNEED);
			hf_bench_stop(b);
			hf_bench_anon_gone(n);
		}
		hf_bench_close(b);
	}
}
