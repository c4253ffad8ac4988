/* SPDX-License-Identifier: BSD-2-Clause */
/* pager_types.c: types of objects for pagers that are no part of the kernel. */
#include <test/space.h>
#include <test/vm_util.h>

static int calls;

static boolean_t
haspage(vm_object_t object, vm_pindex_t pindex, int *before, int *after)
{
	calls++;
	return (pindex == 1);
}

static struct pagerops
base_and_one(void)
{
	return ((struct pagerops){ .pgo_haspage = haspage });
}

HF_SCENARIO(pager_types, "object.pager_types", "VP-8",
    "each pager that comes gets a type of its own, as long as there are any")
{
	static struct pagerops ops[HF_PAGERTAB_SIZE];
	int types[HF_PAGERTAB_SIZE], i, n, again;

	for (n = 0; n < HF_PAGERTAB_SIZE; n++) {
		ops[n] = base_and_one();
		types[n] = vm_pager_alloc_dyn_type(&ops[n], OBJT_DEAD);
		if (types[n] == -1)
			break;
		hf_expect_le(OBJT_FIRST_DYN, types[n]);
		hf_expect_lt(types[n], HF_PAGERTAB_SIZE);
		for (i = 0; i < n; i++)
			hf_expect_ne(types[i], types[n]);
	}
	hf_expect_lt(0, n);
	hf_require(n < HF_PAGERTAB_SIZE);

	/* One that comes back is given again. */
	vm_pager_free_dyn_type((objtype_t)types[n / 2]);
	again = vm_pager_alloc_dyn_type(&ops[n], -1);
	hf_expect_eq(again, types[n / 2]);
	hf_expect_eq(vm_pager_alloc_dyn_type(&ops[n], -1), -1);
	for (i = 0; i < n; i++)
		vm_pager_free_dyn_type((objtype_t)types[i]);
}

HF_SCENARIO(pager_type_ops, "object.pager_type_ops", "VP-9 VP-5",
    "its objects have its operations, and the base type's where it has none")
{
	/* Kept, for a run that is made to fail may end with such an object. */
	static struct pagerops ops;
	static int handle, type = -1;
	vm_object_t object, other;

	if (type == -1) {
		ops = base_and_one();
		type = vm_pager_alloc_dyn_type(&ops, OBJT_PHYS);
	}
	hf_require(type != -1);
	hf_expect_eq(ops.pgo_getpages, physpagerops.pgo_getpages);
	hf_expect_eq(ops.pgo_haspage, haspage);

	object = vm_object_allocate_dyn((objtype_t)type, 3, OBJ_UNMANAGED);
	hf_expect_eq(object->type, type);
	hf_expect_eq(object->size, 3);
	hf_expect_eq(object->ref_count, 1);
	hf_expect_eq(object->flags, OBJ_UNMANAGED);
	VM_OBJECT_WLOCK(object);
	calls = 0;
	hf_expect(vm_pager_has_page(object, 1, NULL, NULL));
	hf_expect(!vm_pager_has_page(object, 2, NULL, NULL));
	hf_expect_eq(calls, 2);
	VM_OBJECT_WUNLOCK(object);
	/* By its handle, as the base type's pager makes them. */
	other = vm_pager_allocate(
	    (objtype_t)type, &handle, PAGE_SIZE, VM_PROT_RW, 0, NULL);
	hf_require(other != NULL);
	hf_expect_eq(other->handle, &handle);
	vm_object_deallocate(other);

	/* Its pages come from there: a phys object's are zero. */
	hf_space_enter();
	hf_space_map_at(HF_SPACE_BASE, 3, object, 0, VM_PROT_RW, 0);
	hf_expect_eq(hf_peek(HF_SPACE_BASE + 2 * PAGE_SIZE), 0);
	hf_expect_eq(vm_map_remove(hf_space_map(), HF_SPACE_BASE,
			 HF_SPACE_BASE + 3 * PAGE_SIZE),
	    KERN_SUCCESS);
}
