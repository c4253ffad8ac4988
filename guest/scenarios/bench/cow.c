/* SPDX-License-Identifier: BSD-2-Clause */
/* cow.c: writes to memory that a fork has shared, and the fork. */
#include <test/bench_space.h>

HF_BENCH(bench_cow_copy, "bench.cow_break_copy",
    "a write to a page that another process shares")
{
	struct hf_bench *b;
	struct proc *child;

	hf_bench_space();
	b = hf_bench_open_few("cow_break_copy", 1, HF_LAYER_TRAP, 2);
	while (hf_bench_next(b)) {
		hf_bench_anon(1);
		hf_bench_write(1);
		child = hf_space_fork("sharer");
		/* the shadow object is there: a page is what is left to do */
		hf_poke(BENCH_VA + PAGE_SIZE, 2);
		hf_bench_start(b);
		hf_bench_write(1);
		hf_bench_stop(b);
		hf_space_end(child);
		hf_bench_anon_gone(1);
	}
	hf_bench_close(b);
}

HF_BENCH(bench_cow_sole, "bench.cow_reuse_sole_owner",
    "a write to a page whose other sharer has gone")
{
	struct hf_bench *b;

	hf_bench_space();
	b = hf_bench_open_few("cow_reuse_sole_owner", 1, HF_LAYER_TRAP, 2);
	while (hf_bench_next(b)) {
		hf_bench_anon(1);
		hf_bench_write(1);
		hf_space_end(hf_space_fork("gone"));
		hf_bench_start(b);
		hf_bench_write(1);
		hf_bench_stop(b);
		hf_bench_anon_gone(1);
	}
	hf_bench_close(b);
}

HF_BENCH(bench_fork, "bench.fork", "vmspace_fork of resident memory")
{
	static const u_long sizes[] = { 1, 512 };
	struct hf_bench *b;
	struct proc *child;

	hf_bench_space();
	for (u_int i = 0; i < nitems(sizes); i++) {
		b = hf_bench_open_few(
		    hf_bench_name("fork", sizes[i]), 1, HF_LAYER_VM, 10);
		while (hf_bench_next(b)) {
			hf_bench_anon(sizes[i]);
			hf_bench_write(sizes[i]);
			hf_bench_start(b);
			child = hf_space_fork("child");
			hf_bench_stop(b);
			hf_space_end(child);
			hf_bench_anon_gone(sizes[i]);
		}
		hf_bench_close(b);
	}
}
