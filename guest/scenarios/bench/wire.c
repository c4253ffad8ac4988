/* SPDX-License-Identifier: BSD-2-Clause */
/* wire.c: wiring and unwiring. */
#include <test/bench_space.h>

#define WIRE_FLAGS (VM_MAP_WIRE_USER | VM_MAP_WIRE_NOHOLES)

enum before { ABSENT, RESIDENT, WIRED };

static void
wire(const char *name, enum before before)
{
	static const u_long sizes[] = HF_BENCH_SIZES;
	vm_map_t map = hf_bench_space();
	struct hf_bench *b;

	for (u_int i = 0; i < nitems(sizes); i++) {
		u_long n = sizes[i];
		vm_offset_t end = BENCH_VA + ptoa(n);

		b = hf_bench_open_size(name, n);
		while (hf_bench_next(b)) {
			hf_space_anon_at(BENCH_VA, n);
			if (before == RESIDENT)
				hf_bench_write(n);
			if (before == WIRED) {
				(void)vm_map_wire(
				    map, BENCH_VA, end, WIRE_FLAGS);
				hf_bench_start(b);
				(void)vm_map_unwire(
				    map, BENCH_VA, end, WIRE_FLAGS);
				hf_bench_stop(b);
			} else {
				hf_bench_start(b);
				(void)vm_map_wire(
				    map, BENCH_VA, end, WIRE_FLAGS);
				hf_bench_stop(b);
			}
			(void)vm_map_remove(map, BENCH_VA, end);
		}
		hf_bench_close(b);
	}
}

HF_BENCH(
    bench_wire_resident, "bench.wire_resident", "vm_map_wire of resident pages")
{
	wire("wire_resident", RESIDENT);
}

HF_BENCH(
    bench_wire_absent, "bench.wire_absent", "vm_map_wire of untouched pages")
{
	wire("wire_absent", ABSENT);
}

HF_BENCH(bench_unwire, "bench.unwire", "vm_map_unwire")
{
	wire("unwire", WIRED);
}
