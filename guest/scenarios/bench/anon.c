/* SPDX-License-Identifier: BSD-2-Clause */
/* anon.c: faults on anonymous memory. */
#include <test/bench_space.h>

HF_BENCH(bench_anon_write, "bench.anon_write_first_touch",
    "the first write to an anonymous page")
{
	struct hf_bench *b;

	hf_bench_space();
	b = hf_bench_open("anon_write_first_touch", 1, HF_LAYER_TRAP);
	while (hf_bench_next(b)) {
		hf_bench_anon(1);
		hf_bench_start(b);
		hf_bench_write(1);
		hf_bench_stop(b);
		hf_bench_anon_gone(1);
	}
	hf_bench_close(b);
}

HF_BENCH(bench_anon_read, "bench.anon_read_first_touch",
    "the first read of an anonymous page")
{
	struct hf_bench *b;

	hf_bench_space();
	b = hf_bench_open("anon_read_first_touch", 1, HF_LAYER_TRAP);
	while (hf_bench_next(b)) {
		hf_bench_anon(1);
		hf_bench_start(b);
		hf_bench_read(1);
		hf_bench_stop(b);
		hf_bench_anon_gone(1);
	}
	hf_bench_close(b);
}

HF_BENCH(bench_anon_write_after_read, "bench.anon_write_after_read",
    "a write to an anonymous page that was read")
{
	struct hf_bench *b;

	hf_bench_space();
	b = hf_bench_open("anon_write_after_read", 1, HF_LAYER_TRAP);
	while (hf_bench_next(b)) {
		hf_bench_anon(1);
		hf_bench_read(1);
		hf_bench_start(b);
		hf_bench_write(1);
		hf_bench_stop(b);
		hf_bench_anon_gone(1);
	}
	hf_bench_close(b);
}
