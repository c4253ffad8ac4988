/* SPDX-License-Identifier: BSD-2-Clause */
/* direct_map.c: the direct map of memory that no machine here has. */
#include <arch/amd64/pmap_priv.h>
#include <test/vm_util.h>

#define MIB	   (1ul << 20)
#define GIB	   (1ul << 30)
#define TABLES	   6
#define RANGES_MAX 4
#define CHUNK	   (2 * MIB)

static bool large, asked;

static bool
has_1g(void)
{
	asked = true;
	return (large);
}

/* What RAM a map has, the GiB to look at, and how many tables it takes. */
static const struct map_case {
	vm_paddr_t ram[2 * RANGES_MAX + 2];
	u_int gib, tables, tables_2m;
} maps[] = {
	/* As a PC: a hole below 1 MiB, 64 MiB and no more. */
	{ { PAGE_SIZE, 0x9f000, MIB, 64 * MIB }, 2, 1, 1 },
	{ { 0, GIB }, 2, 0, 1 },
	{ { 0, GIB - PAGE_SIZE }, 2, 1, 1 },
	{ { 0, GIB + PAGE_SIZE }, 3, 1, 2 },
	{ { PAGE_SIZE, GIB }, 2, 0, 1 }, /* takes in what is before it */
	{ { 0, 0x9f000, MIB, 3 * GIB, 4 * GIB, 5 * GIB }, 6, 1, 4 },
	/* A hole in the first GiB. */
	{ { 0, 512 * MIB, 768 * MIB, 3 * GIB }, 4, 1, 3 },
	{ { 768 * MIB, 2 * GIB }, 3, 1, 2 },
	{ { CHUNK, 2 * GIB }, 3, 1, 2 },
	{ { CHUNK - PAGE_SIZE, CHUNK + PAGE_SIZE }, 1, 1, 1 },
	/* More than one root entry can have. */
	{ { 0, GIB, 511 * GIB, 513 * GIB }, 512, 0, 2 },
	{ { 0, GIB, 511 * GIB, 512 * GIB - 1, 600 * GIB, 700 * GIB }, 512, 1,
	    2 },
	{ { 512 * GIB, 513 * GIB }, 512, 0, 0 },
};

static bool
is_ram(const vm_paddr_t *ram, vm_paddr_t first, vm_paddr_t last)
{
	for (; ram[1] != 0; ram += 2)
		if (ram[0] <= last && ram[1] > first)
			return (true);
	return (false);
}

/* All of a GiB is one range's, which 2 MiB that it begins in belong to. */
static bool
is_whole(const vm_paddr_t *ram, vm_paddr_t first)
{
	while (ram[1] <= first)
		ram += 2;
	return (ram[0] / CHUNK * CHUNK <= first && ram[1] >= first + GIB);
}

static u_int
wrong_chunks(const vm_paddr_t *ram, const pt_entry_t *pd, vm_paddr_t first,
    pt_entry_t bits)
{
	vm_paddr_t pa = first;
	u_int wrong = 0;

	for (u_int i = 0; i < PG_ENTRIES; i++, pa += CHUNK)
		wrong +=
		    pd[i] != (is_ram(ram, pa, pa + CHUNK - 1) ? pa | bits : 0);
	return (wrong);
}

/* Of the GiB that are looked at: how many are not as they should be. */
static u_int
wrong_gibs(const struct map_case *c, const pt_entry_t *pdpt)
{
	const pt_entry_t bits = X86_PG_V | X86_PG_RW | X86_PG_A | X86_PG_M |
	    X86_PG_G | X86_PG_NX | X86_PG_PS;
	u_int wrong = 0;

	for (u_int i = 0; i < c->gib; i++) {
		vm_paddr_t pa = i * GIB;

		if (!is_ram(c->ram, pa, pa + GIB - 1))
			wrong += pdpt[i] != 0;
		else if (large && is_whole(c->ram, pa))
			wrong += pdpt[i] != (pa | bits);
		else
			wrong += (pdpt[i] & ~PG_FRAME) != PG_TABLE_KERNEL ||
			    wrong_chunks(
				c->ram, pte_table(pdpt[i]), pa, bits) != 0;
	}
	return (wrong);
}

static void
build_and_look(const struct map_case *c, vm_page_t tables)
{
	vm_paddr_t first = VM_PAGE_TO_PHYS(tables), next = first;
	pt_entry_t slot, *pdpt;

	/* RAM may hold anything. */
	for (u_int i = 0; i < TABLES; i++)
		memset((void *)PHYS_TO_DMAP(first + ptoa(i)), 0xa5, PAGE_SIZE);
	asked = false;
	pdpt = hf_pmap_early_table(&next, &slot);
	hf_expect_eq(slot, first | PG_TABLE_KERNEL);
	hf_pmap_early_direct(pdpt, c->ram, has_1g, &next);
	if (!hf_expect_eq(
		atop(next - first), 1 + (large ? c->tables : c->tables_2m)) ||
	    !hf_expect_eq(wrong_gibs(c, pdpt), 0))
		hf_note("map %zu", (size_t)(c - maps));
}

HF_SCENARIO(boot_direct_map, "boot.direct_map", "BT-14",
    "the direct map has all RAM, by the largest leaves, and nothing else "
    "but what shares 2 MiB with it")
{
	vm_page_t tables;

	tables = vm_page_alloc_noobj_contig(
	    VM_ALLOC_NORMAL, TABLES, 0, ~0ul, PAGE_SIZE, 0, VM_MEMATTR_DEFAULT);
	hf_require(tables != NULL);
	for (u_int i = 0; i < nitems(maps); i++) {
		large = true;
		build_and_look(&maps[i], tables);
		large = false;
		build_and_look(&maps[i], tables);
	}
	/* Where there is no room nobody asks. */
	build_and_look(&maps[0], tables);
	hf_expect(!asked);
	for (u_int i = 0; i < TABLES; i++)
		vm_page_free(&tables[i]);
}
