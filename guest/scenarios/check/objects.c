/* SPDX-License-Identifier: BSD-2-Clause */
/* objects.c: what the checker of objects finds. */
#include <vm/vm_check.h>
#include <test/vm_util.h>
#include "planted.h"

#define EXPECT(record, change, text) \
	hf_expect_planted(record, change, hf_vm_object_check(), text)

HF_SCENARIO(check_object_chain, "check.object_chain", "IO-1 IO-3 IO-7",
    "each rule about objects and their fronts is looked at")
{
	vm_object_t backing, front, other;
	vm_ooffset_t offset = 0;

	other = vm_object_allocate_anon(1, NULL, NULL, 0);
	backing = vm_object_allocate_anon(2, NULL, NULL, 0);
	front = backing;
	vm_object_reference(backing);
	vm_object_shadow(&front, &offset, 2 * PAGE_SIZE, NULL, false);
	hf_require(front->backing_object == backing);
	EXPECT(*other, other->type = OBJT_DEAD, "a dead object is alive");
	EXPECT(*front, front->backing_object = other,
	    "a front names another backing object");
	EXPECT(*backing, backing->shadow_count++, "shadow_count is wrong");
	EXPECT(*backing, backing->ref_count = 0,
	    "an object has fewer references than fronts");
	EXPECT(*other, other->flags |= OBJ_DEAD,
	    "an object is in transition at rest");
	EXPECT(*front, front->backing_object_offset = 512,
	    "a backing offset is not page aligned");
	EXPECT(*other, other->paging_in_progress.__count++,
	    "an object is paging at rest");
	hf_expect_eq(hf_vm_object_check(), NULL);
	vm_object_deallocate(front);
	vm_object_deallocate(backing);
	vm_object_deallocate(other);
}

HF_SCENARIO(check_object_pages, "check.object_pages", "IO-2 IO-7",
    "each rule about the pages of an object is looked at")
{
	vm_object_t object;
	vm_page_t a, b;

	object = hf_test_object(2);
	a = hf_test_page_resting(object, 0, 1);
	b = hf_test_page_resting(object, 1, 2);
	EXPECT(*b, b->pindex = 0, "an object's page list is not ascending");
	EXPECT(*b, b->pindex = 3, "an object's page is not at its index");
	EXPECT(*a, a->object = kernel_object,
	    "an object's page is not at its index");
	EXPECT(*a, a->oflags |= VPO_UNMANAGED,
	    "a page's kind is not its object's");
	EXPECT(*object, object->size = 1,
	    "an anonymous object has a page past its end");
	EXPECT(*object, object->resident_page_count++,
	    "resident_page_count is wrong");
	hf_expect_eq(hf_vm_object_check(), NULL);
	hf_test_object_end(object);
}
