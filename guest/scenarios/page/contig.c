/* SPDX-License-Identifier: BSD-2-Clause */
/* contig.c: pages at consecutive addresses. */
#include <test/vm_util.h>

#define NPAGES 16

HF_SCENARIO(page_alloc_contig, "page.alloc_contig", "PA-22",
    "a contiguous run meets its constraints")
{
	const vm_paddr_t low = 1 << 20, high = 1ul << 40;
	vm_object_t object;
	vm_paddr_t pa;
	vm_page_t m;
	u_int free;
	int i;

	object = hf_test_object(32);
	free = vm_free_count();
	m = vm_page_alloc_contig(object, 4, VM_ALLOC_NORMAL, NPAGES, low, high,
	    0x10000, 0x20000, VM_MEMATTR_DEFAULT);
	hf_require(m != NULL);
	pa = VM_PAGE_TO_PHYS(m);
	hf_expect_eq(pa & 0xffff, 0);
	hf_expect_eq(pa >> 17, (pa + ptoa(NPAGES) - 1) >> 17);
	hf_expect(pa >= low);
	hf_expect_eq(object->resident_page_count, NPAGES);
	for (i = 0; i < NPAGES; i++) {
		hf_expect_eq(VM_PAGE_TO_PHYS(&m[i]), pa + ptoa(i));
		hf_expect_eq(vm_page_lookup(object, 4 + i), &m[i]);
		hf_expect(vm_page_xbusied(&m[i]));
		vm_page_xunbusy(&m[i]);
	}
	/* One index node at most besides the frames. */
	hf_expect(free - vm_free_count() >= NPAGES &&
	    free - vm_free_count() <= NPAGES + 1);
	hf_test_object_end(object);
}

HF_SCENARIO(page_alloc_contig_range, "page.alloc_contig_range", "PA-22",
    "a run stays inside its range and fails whole")
{
	vm_object_t object;
	vm_page_t m, first;
	vm_paddr_t pa;
	u_int free;

	object = hf_test_object(32);
	first = vm_page_alloc_noobj_contig(
	    VM_ALLOC_NORMAL, 8, 0, ~0ul, ptoa(8), 0, VM_MEMATTR_DEFAULT);
	hf_require(first != NULL);
	pa = VM_PAGE_TO_PHYS(first);
	free = vm_free_count();
	/* All of the range is taken. */
	m = vm_page_alloc_contig(object, 0, VM_ALLOC_NORMAL, 2, pa,
	    pa + ptoa(8), PAGE_SIZE, 0, VM_MEMATTR_DEFAULT);
	hf_expect_eq(m, NULL);
	hf_expect_eq(vm_free_count(), free);
	/* Two pages in its middle are free, three are not. */
	vm_page_free(&first[3]);
	vm_page_free(&first[4]);
	m = vm_page_alloc_contig(object, 0, VM_ALLOC_NORMAL, 3, pa,
	    pa + ptoa(8), PAGE_SIZE, 0, VM_MEMATTR_DEFAULT);
	hf_expect_eq(m, NULL);
	hf_expect_eq(vm_free_count(), free + 2);
	hf_expect_eq(object->resident_page_count, 0);
	/* A run that fits exactly, zeroed: what is beside it is another's. */
	for (int i = 0; i < 3; i++)
		vm_page_free(&first[i]);
	m = vm_page_alloc_noobj_contig(VM_ALLOC_NORMAL, 1, pa + ptoa(4),
	    pa + ptoa(5), PAGE_SIZE, 0, VM_MEMATTR_DEFAULT);
	hf_require(m == &first[4]);
	memset(hf_test_bytes(m), 0xa5, PAGE_SIZE);
	m->pindex = 77;
	hf_require_eq(
	    vm_page_alloc_noobj_contig(VM_ALLOC_NORMAL | VM_ALLOC_ZERO, 4, pa,
		pa + ptoa(4), PAGE_SIZE, 0, VM_MEMATTR_DEFAULT),
	    &first[0]);
	hf_expect(hf_test_all(&first[3], 0, PAGE_SIZE, 0));
	hf_expect(hf_test_all(&first[4], 0, PAGE_SIZE, 0xa5));
	hf_expect_eq(first[4].pindex, 77);
	vm_page_free(&first[3]);
	vm_page_free(&first[4]);
	/* A block of two, of which the second only is in the range. */
	vm_page_free(&first[5]);
	m = vm_page_alloc_contig(object, 0, VM_ALLOC_NORMAL, 2, pa + ptoa(5),
	    pa + ptoa(8), PAGE_SIZE, 0, VM_MEMATTR_DEFAULT);
	hf_expect_eq(m, NULL);
	hf_expect_eq(vm_free_count(), free + 3);
	vm_page_free(&first[0]);
	vm_page_free(&first[1]);
	vm_page_free(&first[2]);
	vm_page_free(&first[6]);
	vm_page_free(&first[7]);
	hf_test_object_end(object);
}

HF_SCENARIO(page_alloc_contig_no_index_memory,
    "page.alloc_contig_no_index_memory", "PA-22 PA-16",
    "a run without memory for its index is undone page by page")
{
	vm_object_t object;
	vm_page_t m;
	u_int free, wired;

	object = hf_test_object(1 << 20);
	m = vm_page_alloc(object, 126, VM_ALLOC_NORMAL | VM_ALLOC_NOBUSY);
	hf_require(m != NULL);
	free = vm_free_count();
	wired = vm_wire_count();
	/* 127 is in a node that exists, 128 is not. */
	hf_failpoint_arm("vm_slab", 0, 1);
	m = vm_page_alloc_contig(object, 127, VM_ALLOC_NORMAL | VM_ALLOC_WIRED,
	    3, 0, ~0ul, PAGE_SIZE, 0, VM_MEMATTR_DEFAULT);
	hf_expect_eq(hf_failpoint_fired("vm_slab"), 1);
	hf_failpoint_disarm_all();
	hf_expect_eq(m, NULL);
	hf_expect_eq(object->resident_page_count, 1);
	hf_expect_eq(vm_free_count(), free);
	hf_expect_eq(vm_wire_count(), wired);
	hf_test_object_end(object);
}

HF_SCENARIO(page_alloc_contig_boundary, "page.alloc_contig_boundary", "PA-22",
    "a run crosses no boundary, where the first place for it would")
{
	vm_page_t block, m;
	vm_paddr_t pa;

	/* 256 KiB that are free and aligned. */
	block = vm_page_alloc_noobj_contig(
	    VM_ALLOC_NORMAL, 64, 0, ~0ul, 0x40000, 0, VM_MEMATTR_DEFAULT);
	hf_require(block != NULL);
	pa = VM_PAGE_TO_PHYS(block);
	for (int i = 0; i < 64; i++)
		vm_page_free(&block[i]);
	m = vm_page_alloc_noobj_contig(VM_ALLOC_NORMAL, NPAGES, pa + 0x18000,
	    pa + 0x40000, PAGE_SIZE, 0x20000, VM_MEMATTR_DEFAULT);
	hf_require(m != NULL);
	hf_expect_le(pa + 0x20000, VM_PAGE_TO_PHYS(m));
	hf_expect_le(VM_PAGE_TO_PHYS(m) + ptoa(NPAGES), pa + 0x40000);
	for (int i = 0; i < NPAGES; i++)
		vm_page_free(&m[i]);
	/* It may end at one. */
	m = vm_page_alloc_noobj_contig(VM_ALLOC_NORMAL, NPAGES, pa + 0x10000,
	    pa + 0x20000, PAGE_SIZE, 0x20000, VM_MEMATTR_DEFAULT);
	hf_require(m != NULL);
	hf_expect_eq(VM_PAGE_TO_PHYS(m), pa + 0x10000);
	for (int i = 0; i < NPAGES; i++)
		vm_page_free(&m[i]);
	/* As long as the distance of two boundaries: from one to the next. */
	m = vm_page_alloc_noobj_contig(VM_ALLOC_NORMAL, 32, pa, pa + 0x40000,
	    PAGE_SIZE, 0x20000, VM_MEMATTR_DEFAULT);
	hf_require(m != NULL);
	hf_expect_eq(VM_PAGE_TO_PHYS(m) & 0x1ffff, 0);
	for (int i = 0; i < 32; i++)
		vm_page_free(&m[i]);
	hf_expect_eq(vm_page_alloc_noobj_contig(VM_ALLOC_NORMAL, 33, pa,
			 pa + 0x40000, PAGE_SIZE, 0x20000, VM_MEMATTR_DEFAULT),
	    NULL);
}

HF_SCENARIO(page_reclaim_contig, "page.reclaim_contig", "PA-22",
    "a run is freed by moving what is in the way, or nothing is moved")
{
	vm_page_t m, taken;
	vm_paddr_t pa;
	u_int free;

	taken = vm_page_alloc_noobj_contig(VM_ALLOC_NORMAL, NPAGES, 0, ~0ul,
	    ptoa(NPAGES), 0, VM_MEMATTR_DEFAULT);
	hf_require(taken != NULL);
	pa = VM_PAGE_TO_PHYS(taken);
	/* Nobody can move one of these: it has neither object nor queue. */
	free = vm_free_count();
	hf_expect(!vm_page_reclaim_contig(
	    VM_ALLOC_NORMAL, NPAGES, pa, pa + ptoa(NPAGES), PAGE_SIZE, 0));
	hf_expect_eq(vm_free_count(), free);
	/* Who may wait for it waits for memory, once, and is told. */
	m = vm_page_alloc_noobj_contig(VM_ALLOC_NORMAL | VM_ALLOC_WAITFAIL,
	    NPAGES, pa, pa + ptoa(NPAGES), PAGE_SIZE, 0, VM_MEMATTR_DEFAULT);
	hf_expect_eq(m, NULL);
	hf_expect_eq(vm_free_count(), free);
	for (m = taken; m < &taken[NPAGES]; m++)
		vm_page_free(m);
}

HF_SCENARIO(page_contig_no_index, "page.contig_no_index", "PA-16 PA-22",
    "a run that the object has no index for is given back whole")
{
	vm_object_t object;
	u_int free;

	object = hf_test_object(1 << 20);
	free = vm_free_count();
	hf_failpoint_arm("vm_slab", 0, 1);
	/* Far from index 0: there must be nodes for it. */
	hf_expect_eq(vm_page_alloc_contig(object, 1 << 19, VM_ALLOC_NORMAL, 4,
			 0, ~0ul, PAGE_SIZE, 0, VM_MEMATTR_DEFAULT),
	    NULL);
	hf_expect_eq(hf_failpoint_fired("vm_slab"), 1);
	hf_failpoint_disarm_all();
	hf_expect_eq(vm_free_count(), free);
	hf_expect_eq(object->resident_page_count, 0);
	hf_expect_eq(vm_page_lookup(object, 1 << 19), NULL);
	hf_test_object_end(object);
}
