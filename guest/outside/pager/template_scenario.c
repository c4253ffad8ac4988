/* SPDX-License-Identifier: BSD-2-Clause */
/* template_scenario.c: memory that the pager is behind. */
#include <test/scenario.h>
#include <test/space.h>
#include <vm/vm_pager.h>

#include "template.h"

#define VA HF_SPACE_BASE

static struct template_store store;

/*
 * The id, the requirements that it shows (their ids; here none), and what it
 * says in reports.  More scenarios may follow, and more files.
 */
HF_SCENARIO(template_pages, "template.pages", "",
    "a mapping has the pager's bytes, and the pager gets what is stored to it")
{
	vm_map_t map = hf_space_enter();
	vm_object_t object;

	store.reads = store.writes = 0;
	memset(store.bytes[1], 0x11, PAGE_SIZE);
	object = vm_pager_allocate(
	    template_type(), &store, ptoa(STORE_PAGES), VM_PROT_RW, 0, NULL);
	hf_require(object != NULL);
	vm_object_reference(object); /* the mapping's */
	hf_space_map_at(VA, STORE_PAGES, object, 0, VM_PROT_RW, 0);

	/* Paged in at the first touch, and once. */
	hf_expect_eq(hf_peek(VA + PAGE_SIZE), 0x1111111111111111);
	hf_expect_eq(hf_peek(VA + PAGE_SIZE + 8), 0x1111111111111111);
	hf_expect_eq(store.reads, 1);

	/* Stored to, it is written when the object is cleaned. */
	hf_poke(VA + PAGE_SIZE, 0x2222222222222222);
	VM_OBJECT_WLOCK(object);
	hf_expect(vm_object_page_clean(object, 0, 0, OBJPC_SYNC));
	vm_object_page_remove(object, 0, 0, OBJPR_CLEANONLY);
	hf_expect_eq(object->resident_page_count, 0);
	VM_OBJECT_WUNLOCK(object);
	hf_expect_eq(store.writes, 1);
	hf_expect_eq(*(uint64_t *)store.bytes[1], 0x2222222222222222);

	/* Without its frame it comes back from the store. */
	hf_expect_eq(hf_peek(VA + PAGE_SIZE), 0x2222222222222222);
	hf_expect_eq(store.reads, 2);

	hf_expect_eq(
	    vm_map_remove(map, VA, VA + ptoa(STORE_PAGES)), KERN_SUCCESS);
	vm_object_deallocate(object);
}
