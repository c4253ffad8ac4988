/* SPDX-License-Identifier: BSD-2-Clause */
/* shadow.c: objects put in front of others. */
#include <test/vm_util.h>

HF_SCENARIO(object_shadow, "object.shadow", "OB-8 OB-9 OB-10 OB-22",
    "a shadow takes over the reference, an exclusive object needs none")
{
	vm_object_t object, source;
	vm_ooffset_t offset;

	source = vm_object_allocate_anon(16, NULL, NULL, 0);
	object = source;
	offset = 0x3000;
	vm_object_shadow(&object, &offset, 0x4000, NULL, false);
	hf_expect_eq(object, source);
	hf_expect_eq(offset, 0x3000);

	vm_object_reference(source);
	vm_object_shadow(&object, &offset, 0x4000, NULL, false);
	hf_require(object != source);
	hf_expect_eq(object->size, 4);
	hf_expect_eq(object->backing_object, source);
	hf_expect_eq(object->backing_object_offset, 0x3000);
	hf_expect_eq(offset, 0);
	hf_expect_eq(object->ref_count, 1);
	hf_expect((object->flags & OBJ_ONEMAPPING) != 0);
	hf_expect_eq(source->ref_count, 2);
	hf_expect_eq(source->shadow_count, 1);
	vm_object_deallocate(object);
	hf_expect_eq(source->shadow_count, 0);
	hf_expect_eq(source->ref_count, 1);

	object = source;
	offset = 0x1000;
	vm_object_shadow(&object, &offset, 0x2000, NULL, true);
	hf_expect_ne(object, source);
	hf_expect_eq(object->ref_count, 2);
	hf_expect_eq(object->flags & OBJ_ONEMAPPING, 0);
	vm_object_deallocate(object);
	vm_object_deallocate(object);

	object = NULL;
	offset = 0;
	vm_object_shadow(&object, &offset, 0x2000, NULL, false);
	hf_require(object != NULL);
	hf_expect_eq(object->backing_object, NULL);
	hf_expect((object->flags & OBJ_ANON) != 0);
	hf_expect_eq(object->size, 2);
	vm_object_deallocate(object);
}

HF_SCENARIO(object_coalesce, "object.coalesce", "OB-23 OB-24",
    "memory grows only where nothing else is reached")
{
	vm_object_t backed, object;
	vm_ooffset_t offset;

	hf_expect(vm_object_coalesce(NULL, 0, 0x1000, 0x1000, FALSE));
	object = vm_object_allocate(OBJT_VNODE, 1);
	object->pgops = &deadpagerops;
	hf_expect(!vm_object_coalesce(object, 0, 0x1000, 0x1000, FALSE));
	VM_OBJECT_WLOCK(object);
	vm_object_set_flag(object, OBJ_DEAD);
	object->ref_count = 0;
	vm_object_terminate(object);

	object = hf_test_object(4);
	hf_test_page_resting(object, 0, 1);
	hf_test_page_resting(object, 2, 3);
	VM_OBJECT_WUNLOCK(object);
	/* What lies beyond the join is stale. */
	hf_expect(vm_object_coalesce(object, 0x1000, 0x1000, 0x4000, FALSE));
	hf_expect_eq(object->size, 6);
	VM_OBJECT_WLOCK(object);
	hf_expect(vm_page_lookup(object, 0) != NULL);
	hf_expect_eq(vm_page_lookup(object, 2), NULL);
	vm_object_clear_flag(object, OBJ_ONEMAPPING);
	vm_object_reference_locked(object);
	VM_OBJECT_WUNLOCK(object);
	hf_expect(!vm_object_coalesce(object, 0, 0x1000, 0x1000, FALSE));
	hf_expect_eq(object->size, 6);
	/* At its very end it can grow all the same. */
	hf_expect(vm_object_coalesce(object, 0x5000, 0x1000, 0x1000, FALSE));
	hf_expect_eq(object->size, 7);

	backed = object;
	offset = 0;
	vm_object_reference(object);
	vm_object_shadow(&backed, &offset, 0x1000, NULL, false);
	hf_expect(!vm_object_coalesce(backed, 0, 0x1000, 0x1000, FALSE));
	vm_object_deallocate(backed);
	vm_object_deallocate(object);
	vm_object_deallocate(object);
}

HF_SCENARIO(object_split, "object.split", "OB-42",
    "a part of a shared object gets an object of its own")
{
	vm_object_t backing, object, part;
	vm_ooffset_t offset;
	vm_page_t invalid, m;
	int i;

	backing = vm_object_allocate_anon(16, NULL, NULL, 0);
	object = backing;
	offset = 0x1000;
	vm_object_reference(backing);
	vm_object_shadow(&object, &offset, 0x8000, NULL, false);
	VM_OBJECT_WLOCK(object);
	for (i = 0; i < 8; i++)
		if (i != 5)
			hf_test_page_resting(object, i, 0x10 + i);
	invalid = vm_page_alloc(object, 5, VM_ALLOC_NORMAL | VM_ALLOC_NOBUSY);
	hf_require(invalid != NULL);
	vm_object_reference_locked(object);
	part = object;
	offset = 0x4000;
	hf_vm_object_split_range(&part, &offset, 4, NULL);
	hf_require(part != object);
	hf_expect_eq(offset, 0);
	hf_expect_eq(part->size, 4);
	hf_expect_eq(part->backing_object, backing);
	hf_expect_eq(part->backing_object_offset, 0x5000);
	hf_expect_eq(backing->ref_count, 3);
	hf_expect_eq(backing->shadow_count, 2);
	hf_expect_eq(object->ref_count, 1);
	hf_expect_eq(part->resident_page_count, 3);
	hf_expect_eq(vm_page_lookup(part, 1), NULL);
	for (i = 0; i < 4; i++) {
		if (i == 1)
			continue;
		m = vm_page_lookup(part, i);
		hf_require(m != NULL);
		hf_expect(hf_test_all(m, 0, PAGE_SIZE, 0x14 + i));
		hf_expect_eq(m->dirty, 0xff);
	}
	VM_OBJECT_WUNLOCK(part);
	VM_OBJECT_WLOCK(object);
	hf_expect_eq(object->resident_page_count, 4);
	hf_expect_eq(vm_page_find_least(object, 4), NULL);
	hf_expect_eq(object->flags & OBJ_SPLIT, 0);
	/* The only reference left: nothing to split. */
	part = object;
	offset = 0;
	hf_vm_object_split_range(&part, &offset, 2, NULL);
	hf_expect_eq(part, object);
	VM_OBJECT_WUNLOCK(object);
	vm_object_deallocate(object);
	VM_OBJECT_WLOCK(backing);
	part = LIST_FIRST(&backing->shadow_head);
	VM_OBJECT_WUNLOCK(backing);
	vm_object_deallocate(part);
	vm_object_deallocate(backing);
}

HF_SCENARIO(object_no_backing, "object.no_backing", "OB-53",
    "an object that gets nothing behind it is a chain of its own")
{
	vm_object_t object;

	object = vm_object_allocate_anon(4, NULL, NULL, 0);
	VM_OBJECT_WLOCK(object);
	object->backing_object_offset = 0x3000;
	vm_object_backing_insert_ref(object, NULL);
	hf_expect_eq(object->backing_object, NULL);
	hf_expect_eq(object->backing_object_offset, 0);
	hf_expect_eq(object->flags & OBJ_SHADOWLIST, 0);
	VM_OBJECT_WUNLOCK(object);
	vm_object_deallocate(object);
}
