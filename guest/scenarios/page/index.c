/* SPDX-License-Identifier: BSD-2-Clause */
/* index.c: the tree from index to page grows, is searched and shrinks. */
#include <test/vm_util.h>
#include <vm/vm_radix.h>

HF_SCENARIO(page_index_beyond, "page.index_beyond", "PI-5 PI-2",
    "an index that the tree has no place for goes behind all others")
{
	vm_object_t from, object;
	vm_page_t first, last, other;

	from = hf_test_object(8);
	object = hf_test_object(1 << 20);
	first = vm_page_alloc(object, 3, VM_ALLOC_NORMAL | VM_ALLOC_NOBUSY);
	last = vm_page_alloc(object, 7, VM_ALLOC_NORMAL | VM_ALLOC_NOBUSY);
	other = vm_page_alloc(from, 0, VM_ALLOC_NORMAL);
	hf_require(first != NULL && last != NULL && other != NULL);
	hf_expect_eq(vm_page_find_least(object, 8), NULL);
	hf_expect_eq(vm_page_rename(other, object, 64), 0);
	hf_expect_eq(TAILQ_LAST(&object->memq, respgs), other);
	hf_expect_eq(vm_page_find_least(object, 0), first);
	hf_expect_eq(vm_page_find_least(object, 4), last);
	hf_expect_eq(vm_page_find_least(object, 8), other);
	hf_expect_eq(vm_page_find_least(object, 65), NULL);
	/* What is not there is not taken out. */
	hf_expect_eq(vm_radix_remove(&object->rtree, 5), NULL);
	hf_expect_eq(vm_radix_remove(&object->rtree, 1 << 19), NULL);
	hf_expect_eq(vm_page_lookup(object, 3), first);
	vm_page_xunbusy(other);
	hf_test_object_end(from);
	hf_test_object_end(object);
}

HF_SCENARIO(page_index_returns, "page.index_nodes_return", "PI-7",
    "the nodes of a page that was alone there come back with it")
{
	vm_object_t object;
	u_long nodes;
	vm_page_t m;
	int i;

	object = hf_test_object(1 << 30);
	nodes = hf_vm_radix_nodes();
	for (i = 1; i <= 100; i++) {
		m = vm_page_alloc(
		    object, (vm_pindex_t)i << 12, VM_ALLOC_NORMAL);
		hf_require(m != NULL);
		hf_expect_lt(nodes, hf_vm_radix_nodes());
		vm_page_free(m);
		hf_expect_eq(hf_vm_radix_nodes(), nodes);
	}
	hf_test_object_end(object);
}

HF_SCENARIO(page_index_low_again, "page.index_low_again", "PI-7",
    "a tree that was high for one far page is low again without it")
{
	vm_object_t object;
	vm_page_t far, near;
	u_long nodes;

	object = hf_test_object(1 << 30);
	near = vm_page_alloc(object, 0, VM_ALLOC_NORMAL | VM_ALLOC_NOBUSY);
	hf_require(near != NULL);
	nodes = hf_vm_radix_nodes();
	far = vm_page_alloc(object, 1 << 29, VM_ALLOC_NORMAL);
	hf_require(far != NULL);
	hf_expect_lt(nodes + 1, hf_vm_radix_nodes());
	vm_page_free(far);
	hf_expect_eq(hf_vm_radix_nodes(), nodes);
	hf_expect_eq(vm_page_lookup(object, 0), near);
	hf_test_object_end(object);
}
