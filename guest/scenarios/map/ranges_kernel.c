/* SPDX-License-Identifier: BSD-2-Clause */
/* ranges_kernel.c: odd sizes of kernel addresses and of kernel memory. */

#include <sys/malloc.h>
#include <test/scenario.h>
#include <test/space.h>
#include <vm/vm_extern.h>
#include <vm/vm_kern.h>

static const struct {
	const char *name;
	vm_size_t size;
} odd_sizes[] = {
	{ "0", 0 },
	{ "~0, which wraps when rounded", ~0ul },
	{ "~0 less a page", ~(vm_size_t)PAGE_MASK },
	{ "the distance to 0", 0 - VM_MIN_KERNEL_ADDRESS },
	{ "more than the whole map",
	    VM_MAX_KERNEL_ADDRESS - VM_MIN_KERNEL_ADDRESS + PAGE_SIZE },
};

HF_SCENARIO(map_kva_sizes, "map.kva_sizes", "MP-56",
    "sizes that the kernel map cannot give are answered by 0")
{
	vm_size_t size;
	int entries, i;

	entries = kernel_map->nentries;
	size = kernel_map->size;
	for (i = 0; i < (int)nitems(odd_sizes); i++) {
		if (!hf_expect_eq(kva_alloc(odd_sizes[i].size), 0) ||
		    !hf_expect_eq(
			kmem_malloc(odd_sizes[i].size, M_WAITOK), NULL) ||
		    !hf_expect_eq(
			kmem_malloc(odd_sizes[i].size, M_NOWAIT), NULL))
			hf_note("size %s", odd_sizes[i].name);
	}
	hf_expect_eq(kva_alloc_aligned(PAGE_SIZE, 1ul << 63), 0);
	hf_expect_eq(kernel_map->nentries, entries);
	hf_expect_eq(kernel_map->size, size);
}

struct piece {
	vm_offset_t addr;
	vm_size_t size;
};

static void
free_piece(void *arg)
{
	struct piece *p = arg;

	kva_free(p->addr, p->size);
}

HF_SCENARIO(map_kva_free_odd, "map.kva_free_odd", "MP-57",
    "giving back what was never given panics, and loses nothing")
{
	struct piece odd[] = {
		{ 0, 0 },
		{ 0, ~0ul },
		{ 0, PAGE_SIZE - 1 },
		{ HF_SPACE_BASE, PAGE_SIZE },
		{ VM_MAX_KERNEL_ADDRESS, PAGE_SIZE },
		{ VM_MAX_KERNEL_ADDRESS - PAGE_SIZE, 2 * PAGE_SIZE },
	};
	vm_offset_t va;
	vm_size_t size;
	int i;

	va = kva_alloc(PAGE_SIZE);
	hf_require(va != 0);
	size = kernel_map->size;
	odd[0].addr = odd[1].addr = va;
	/* Wraps to 0. */
	odd[2] = (struct piece){ va, 0 - va };
	for (i = 0; i < (int)nitems(odd); i++)
		if (!hf_expect_panic_always(free_piece, &odd[i], ""))
			hf_note("%#lx bytes at %#lx", odd[i].size, odd[i].addr);
	hf_expect_eq(kernel_map->size, size);
	kva_free(va, PAGE_SIZE);
	hf_expect_eq(kernel_map->size, size - PAGE_SIZE);
}
