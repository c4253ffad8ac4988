/* SPDX-License-Identifier: BSD-2-Clause */
/* recorder.c: what measuring itself costs. */
#include <test/bench.h>

HF_BENCH(bench_recorder, "bench.recorder", "an empty sample")
{
	struct hf_bench *b = hf_bench_open("recorder", 1, HF_LAYER_TRAP);

	while (hf_bench_next(b)) {
		hf_bench_start(b);
		hf_bench_stop(b);
	}
	hf_bench_close(b);
}
