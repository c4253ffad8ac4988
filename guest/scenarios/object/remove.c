/* SPDX-License-Identifier: BSD-2-Clause */
/* remove.c: pages of a range leave an object. */
#include <test/vm_util.h>

#define VA 0x400000ul

static struct pmap pmap;

HF_SCENARIO(object_page_remove, "object.page_remove", "OB-25 OB-26",
    "the pages of a range are unmapped and freed, others stay")
{
	vm_object_t object;
	vm_page_t m;
	u_int free;
	int i;

	hf_test_pmap_begin(&pmap);
	object = hf_test_object(10);
	for (i = 0; i < 10; i++) {
		m = hf_test_page(object, i, i);
		vm_page_dirty(m);
		hf_test_enter(
		    &pmap, VA + ptoa(i), m, VM_PROT_RW, VM_PROT_WRITE);
		vm_page_activate(m);
		vm_page_xunbusy(m);
	}
	free = vm_free_count();
	vm_object_page_remove(object, 2, 5, 0);
	hf_expect_eq(vm_free_count(), free + 3);
	for (i = 0; i < 10; i++) {
		m = vm_page_lookup(object, i);
		if (i >= 2 && i < 5) {
			hf_expect_eq(m, NULL);
			hf_expect_eq(pmap_extract(&pmap, VA + ptoa(i)), 0);
		} else {
			hf_require(m != NULL);
			hf_expect_eq(pmap_extract(&pmap, VA + ptoa(i)),
			    VM_PAGE_TO_PHYS(m));
			hf_expect_eq(m->dirty, 0xff);
		}
	}
	vm_object_page_remove(object, 3, 0, 0);
	hf_expect_eq(object->resident_page_count, 2);
	vm_object_page_remove(object, 0, 0, 0);
	hf_expect_eq(object->resident_page_count, 0);
	hf_test_pmap_end(&pmap);
	hf_test_object_end(object);
}

HF_SCENARIO(object_page_remove_clean, "object.page_remove_clean", "OB-27",
    "CLEANONLY keeps what is dirty, by software or hardware")
{
	vm_object_t object;
	vm_page_t hard, soft;

	hf_test_pmap_begin(&pmap);
	object = hf_test_object(3);
	soft = hf_test_page(object, 0, 1);
	vm_page_dirty(soft);
	vm_page_xunbusy(soft);
	hard = hf_test_page(object, 1, 2);
	hf_test_enter(&pmap, VA, hard, VM_PROT_RW, VM_PROT_WRITE);
	hf_expect_eq(hard->dirty, 0);
	vm_page_xunbusy(hard);
	hf_test_page_resting(object, 2, 3);
	vm_object_page_remove(object, 0, 0, OBJPR_CLEANONLY);
	hf_expect_eq(vm_page_lookup(object, 0), soft);
	hf_expect_eq(vm_page_lookup(object, 1), hard);
	hf_expect_eq(hard->dirty, 0xff);
	hf_expect(hf_test_all(hard, 0, PAGE_SIZE, 2));
	hf_expect_eq(vm_page_lookup(object, 2), NULL);
	pmap_remove_all(hard);
	hf_test_pmap_end(&pmap);
	hf_test_object_end(object);
}

HF_SCENARIO(object_page_remove_wired, "object.page_remove_wired", "OB-28",
    "a wired page stays, unmapped, and unless CLEANONLY invalid")
{
	vm_object_t object;
	vm_page_t m;

	hf_test_pmap_begin(&pmap);
	object = hf_test_object(1);
	m = hf_test_page(object, 0, 1);
	vm_page_wire(m);
	hf_test_enter(&pmap, VA, m, VM_PROT_RW, VM_PROT_WRITE);
	vm_page_xunbusy(m);
	vm_object_page_remove(object, 0, 0, OBJPR_CLEANONLY);
	hf_expect_eq(vm_page_lookup(object, 0), m);
	hf_expect(!pmap_page_is_mapped(m));
	hf_expect_eq(m->valid, 0xff);
	hf_expect_eq(m->dirty, 0xff);
	vm_object_page_remove(object, 0, 0, 0);
	hf_expect_eq(vm_page_lookup(object, 0), m);
	hf_expect_eq(vm_page_wire_count(m), 1);
	hf_expect_eq(m->valid, 0);
	hf_expect_eq(m->dirty, 0);
	vm_page_unwire(m, PQ_INACTIVE);
	hf_test_pmap_end(&pmap);
	hf_test_object_end(object);
}

static void
remove_thread(void *arg)
{
	vm_object_t object = arg;

	VM_OBJECT_WLOCK(object);
	vm_object_page_remove(object, 0, 8, 0);
	VM_OBJECT_WUNLOCK(object);
}

HF_SCENARIO(object_page_remove_busy, "object.page_remove_busy", "OB-29",
    "removal waits for busy pages and takes what came meanwhile")
{
	struct thread *td;
	vm_object_t object;
	vm_page_t m;

	object = hf_test_object(8);
	hf_test_page_resting(object, 0, 0);
	m = hf_test_page(object, 4, 4);
	VM_OBJECT_WUNLOCK(object);
	td = hf_thread_create(remove_thread, object, "remover", -1);
	hf_test_await_sleepers(m, 1);
	VM_OBJECT_WLOCK(object);
	hf_expect_eq(vm_page_lookup(object, 0), NULL);
	hf_test_page_resting(object, 1, 1);
	VM_OBJECT_WUNLOCK(object);
	vm_page_xunbusy(m);
	hf_thread_join(td);
	hf_expect_eq(object->resident_page_count, 0);
	vm_object_deallocate(object);
}

HF_SCENARIO(object_page_remove_valid, "object.page_remove_valid", "OB-54",
    "VALIDONLY leaves invalid pages, even busy ones")
{
	vm_object_t object;
	vm_page_t m;

	object = hf_test_object(4);
	hf_test_page_resting(object, 0, 0);
	m = vm_page_alloc(object, 1, VM_ALLOC_NORMAL);
	hf_require(m != NULL);
	THREAD_NO_SLEEPING();
	vm_object_page_remove(object, 0, 0, OBJPR_VALIDONLY);
	THREAD_SLEEPING_OK();
	hf_expect_eq(vm_page_lookup(object, 0), NULL);
	hf_expect_eq(vm_page_lookup(object, 1), m);
	vm_page_xunbusy(m);
	hf_test_object_end(object);
}

static void
remove_unmanaged(void *arg)
{
	vm_object_page_remove(arg, 0, 0, 0);
}

HF_SCENARIO(object_page_remove_unmanaged, "object.page_remove_unmanaged",
    "OB-55", "of an unmanaged object only with NOTMAPPED")
{
	vm_object_t object;
	vm_page_t m;

	object = vm_object_allocate(OBJT_PHYS, 2);
	VM_OBJECT_WLOCK(object);
	m = vm_page_alloc(object, 0, VM_ALLOC_NORMAL | VM_ALLOC_NOBUSY);
	hf_require(m != NULL);
	hf_expect_panic(remove_unmanaged, object, "");
	vm_object_page_remove(object, 0, 0, OBJPR_NOTMAPPED);
	hf_expect_eq(object->resident_page_count, 0);
	hf_test_object_end(object);
}
