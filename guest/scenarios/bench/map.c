/* SPDX-License-Identifier: BSD-2-Clause */
/* map.c: unmapping and protecting resident memory. */
#include <test/bench_space.h>

static const u_long sizes[] = HF_BENCH_SIZES;

/* Fewer samples of large ones. */
static u_int
divisor(u_long n)
{
	return (n >= 512 ? 20 : n >= 16 ? 4 : 2);
}

HF_BENCH(bench_unmap, "bench.unmap", "vm_map_remove of resident memory")
{
	vm_map_t map = hf_bench_space();
	struct hf_bench *b;

	for (u_int i = 0; i < nitems(sizes); i++) {
		u_long n = sizes[i];

		b = hf_bench_open_few(
		    hf_bench_name("unmap", n), 1, HF_LAYER_VM, divisor(n));
		while (hf_bench_next(b)) {
			hf_space_anon_at(BENCH_VA, n);
			hf_bench_write(n);
			hf_bench_start(b);
			(void)vm_map_remove(map, BENCH_VA, BENCH_VA + ptoa(n));
			hf_bench_stop(b);
		}
		hf_bench_close(b);
	}
}

static void
protect(const char *name, vm_prot_t from, vm_prot_t to)
{
	vm_map_t map = hf_bench_space();
	struct hf_bench *b;

	for (u_int i = 0; i < nitems(sizes); i++) {
		vm_offset_t end = BENCH_VA + ptoa(sizes[i]);

		b = hf_bench_open_few(hf_bench_name(name, sizes[i]), 1,
		    HF_LAYER_VM, divisor(sizes[i]));
		while (hf_bench_next(b)) {
			hf_space_anon_at(BENCH_VA, sizes[i]);
			hf_bench_write(sizes[i]);
			(void)vm_map_protect(map, BENCH_VA, end, from, 0,
			    VM_MAP_PROTECT_SET_PROT);
			hf_bench_start(b);
			(void)vm_map_protect(
			    map, BENCH_VA, end, to, 0, VM_MAP_PROTECT_SET_PROT);
			hf_bench_stop(b);
			(void)vm_map_remove(map, BENCH_VA, end);
		}
		hf_bench_close(b);
	}
}

HF_BENCH(bench_protect_ro, "bench.protect_rw_ro",
    "vm_map_protect from read-write to read-only")
{
	protect("protect_rw_ro", VM_PROT_READ | VM_PROT_WRITE, VM_PROT_READ);
}

HF_BENCH(bench_protect_rw, "bench.protect_ro_rw",
    "vm_map_protect from read-only to read-write")
{
	protect("protect_ro_rw", VM_PROT_READ, VM_PROT_READ | VM_PROT_WRITE);
}
