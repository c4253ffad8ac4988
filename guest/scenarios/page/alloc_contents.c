/* SPDX-License-Identifier: BSD-2-Clause */
/* alloc_contents.c: what is known about the bytes of a new page. */
#include <test/vm_util.h>

HF_SCENARIO(page_alloc_zero_flag, "page.alloc_zero_flag", "PA-11 PA-12 PA-30",
    "a page freed as zero comes back known to be zero")
{
	vm_paddr_t pa;
	vm_page_t m;

	m = vm_page_alloc_noobj(VM_ALLOC_NORMAL);
	hf_require(m != NULL);
	pmap_zero_page(m);
	pa = VM_PAGE_TO_PHYS(m);
	vm_page_free_zero(m);
	m = hf_test_frame_at(pa, VM_ALLOC_NORMAL | VM_ALLOC_ZERO);
	hf_require(m != NULL);
	hf_expect((m->flags & PG_ZERO) != 0);
	hf_expect(hf_test_all(m, 0, PAGE_SIZE, 0));
	vm_page_free_zero(m);
	/* Who has not asked is not told. */
	m = hf_test_frame_at(pa, VM_ALLOC_NORMAL);
	hf_require(m != NULL);
	hf_expect_eq(m->flags & PG_ZERO, 0);
	vm_page_free(m);
}

HF_SCENARIO(page_free_toq, "page.free_as_it_is", "PA-12 PA-13",
    "of a page that is freed as it is only its owner knows if it is zero")
{
	vm_paddr_t pa;
	vm_page_t m;
	u_int free;

	m = vm_page_alloc_noobj(VM_ALLOC_NORMAL);
	hf_require(m != NULL);
	pmap_zero_page(m);
	pa = VM_PAGE_TO_PHYS(m);
	m->flags |= PG_ZERO;
	free = vm_free_count();
	vm_page_free_toq(m);
	hf_expect_eq(vm_free_count(), free + 1);
	m = hf_test_frame_at(pa, VM_ALLOC_NORMAL | VM_ALLOC_ZERO);
	hf_require(m != NULL);
	hf_expect((m->flags & PG_ZERO) != 0);
	hf_expect(hf_test_all(m, 0, PAGE_SIZE, 0));
	m->flags &= ~PG_ZERO;
	hf_test_bytes(m)[17] = 1;
	vm_page_free_toq(m);
	m = hf_test_frame_at(pa, VM_ALLOC_NORMAL | VM_ALLOC_ZERO);
	hf_require(m != NULL);
	hf_expect_eq(m->flags & PG_ZERO, 0);
	vm_page_free(m);
}

HF_SCENARIO(page_alloc_scribbled, "page.alloc_scribbled", "PA-13",
    "a page freed with contents is not taken for zero")
{
	vm_object_t object;
	vm_paddr_t pa;
	vm_page_t m;

	object = hf_test_object(1);
	m = vm_page_alloc_noobj(VM_ALLOC_NORMAL | VM_ALLOC_ZERO);
	hf_require(m != NULL);
	pa = VM_PAGE_TO_PHYS(m);
	m->flags |= PG_ZERO;
	hf_test_bytes(m)[4095] = 1;
	vm_page_free(m);
	m = vm_page_alloc_contig(object, 0, VM_ALLOC_NORMAL | VM_ALLOC_ZERO, 1,
	    pa, pa + PAGE_SIZE, PAGE_SIZE, 0, VM_MEMATTR_DEFAULT);
	hf_require(m != NULL);
	hf_expect_eq(m->flags & PG_ZERO, 0);
	vm_page_xunbusy(m);
	hf_test_object_end(object);
}

HF_SCENARIO(page_alloc_noobj_zero, "page.alloc_noobj_zero", "PA-20",
    "alloc_noobj with ZERO gives zeroes whatever was there")
{
	vm_paddr_t pa;
	vm_page_t m;

	m = vm_page_alloc_noobj(VM_ALLOC_NORMAL);
	hf_require(m != NULL);
	pa = VM_PAGE_TO_PHYS(m);
	memset(hf_test_bytes(m), 0xa5, 64);
	hf_test_bytes(m)[PAGE_SIZE - 1] = 0xa5;
	vm_page_free(m);
	m = hf_test_frame_at(pa, VM_ALLOC_NORMAL | VM_ALLOC_ZERO);
	hf_require(m != NULL);
	hf_expect(hf_test_all(m, 0, PAGE_SIZE, 0));
	vm_page_free(m);
}

HF_SCENARIO(page_alloc_noobj_e16, "page.alloc_noobj_e16", "PA-14",
    "NOOBJ does not look at the object and gives an unmanaged page")
{
	vm_object_t bad = (vm_object_t)(uintptr_t)0xdead0000;
	vm_page_t m;
	u_int free;

	free = vm_free_count();
	m = vm_page_alloc(bad, 77, VM_ALLOC_NORMAL | VM_ALLOC_NOOBJ);
	hf_require(m != NULL);
	hf_expect_eq(m->object, NULL);
	hf_expect_eq(m->pindex, 77);
	hf_expect((m->oflags & VPO_UNMANAGED) != 0);
	hf_expect(!vm_page_busied(m));
	hf_expect_eq(vm_free_count(), free - 1);
	vm_page_free(m);
	hf_expect_eq(vm_free_count(), free);
}

HF_SCENARIO(page_alloc_noobj_wired, "page.alloc_noobj_wired", "PW-13",
    "the last unwiring of an object-less page frees it")
{
	vm_page_t m;
	u_int free, wired;

	free = vm_free_count();
	wired = vm_wire_count();
	m = vm_page_alloc(
	    NULL, 0, VM_ALLOC_NORMAL | VM_ALLOC_NOOBJ | VM_ALLOC_WIRED);
	hf_require(m != NULL);
	hf_expect_eq(vm_wire_count(), wired + 1);
	vm_page_unwire(m, PQ_INACTIVE);
	hf_expect_eq(vm_wire_count(), wired);
	hf_expect_eq(vm_free_count(), free);
	hf_expect(vm_page_busy_freed(m));
}

HF_SCENARIO(page_alloc_memattr, "page.alloc_memattr", "PA-27 PM-46",
    "a page has the memory type of its object, or as asked for, until it is "
    "free")
{
	vm_object_t object;
	vm_page_t m;
	int i;

	object = hf_test_object(1);
	hf_require_eq(vm_object_set_memattr(object, VM_MEMATTR_UNCACHEABLE),
	    KERN_SUCCESS);
	m = vm_page_alloc(object, 0, VM_ALLOC_NORMAL);
	hf_require(m != NULL);
	hf_expect_eq(pmap_page_get_memattr(m), VM_MEMATTR_UNCACHEABLE);
	vm_page_free(m);
	hf_expect_eq(pmap_page_get_memattr(m), VM_MEMATTR_DEFAULT);
	m = vm_page_alloc_noobj_contig(
	    VM_ALLOC_NORMAL, 2, 0, ~0ul, PAGE_SIZE, 0, VM_MEMATTR_UNCACHEABLE);
	hf_require(m != NULL);
	for (i = 0; i < 2; i++) {
		hf_expect_eq(
		    pmap_page_get_memattr(&m[i]), VM_MEMATTR_UNCACHEABLE);
		vm_page_free(&m[i]);
		hf_expect_eq(pmap_page_get_memattr(&m[i]), VM_MEMATTR_DEFAULT);
	}
	hf_test_object_end(object);
}
