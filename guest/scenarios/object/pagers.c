/* SPDX-License-Identifier: BSD-2-Clause */
/* pagers.c: objects by type and handle, and what a pager need not offer. */
#include <test/file.h>
#include <test/vm_util.h>
#include <vm/vnode_pager.h>

HF_SCENARIO(pager_allocate, "object.pager_allocate", "VP-5",
    "each type makes its objects, as large as asked for, or says no")
{
	static int handle;
	vm_object_t object, same;

	object = vm_pager_allocate(
	    OBJT_SWAP, NULL, 3 * PAGE_SIZE + 1, VM_PROT_RW, PAGE_SIZE, NULL);
	hf_require(object != NULL);
	hf_expect_eq(object->type, OBJT_SWAP);
	hf_expect_eq(object->size, 5);
	hf_expect_eq(object->ref_count, 1);
	vm_object_deallocate(object);

	object =
	    vm_pager_allocate(OBJT_PHYS, NULL, PAGE_SIZE, VM_PROT_RW, 0, NULL);
	hf_require(object != NULL);
	hf_expect_eq(object->type, OBJT_PHYS);
	vm_object_deallocate(object);
	hf_expect_eq(vm_pager_allocate(
			 OBJT_PHYS, NULL, PAGE_SIZE, VM_PROT_RW, 512, NULL),
	    NULL);
	/* A handle has one object, which grows. */
	object = vm_pager_allocate(
	    OBJT_PHYS, &handle, PAGE_SIZE, VM_PROT_RW, 0, NULL);
	same = vm_pager_allocate(
	    OBJT_PHYS, &handle, 4 * PAGE_SIZE, VM_PROT_RW, 0, NULL);
	hf_require(object != NULL && object == same);
	hf_expect_eq(object->size, 4);
	hf_expect_eq(object->ref_count, 2);
	vm_object_deallocate(same);
	vm_object_deallocate(object);
	hf_expect_eq(
	    vm_pager_allocate(OBJT_DEAD, NULL, PAGE_SIZE, VM_PROT_RW, 0, NULL),
	    NULL);
}

static int done_count, done_error;

static void
got_page(void *arg, vm_page_t *ma, int count, int error)
{
	*(vm_page_t *)arg = ma[0];
	done_count += count;
	done_error = error;
}

HF_SCENARIO(pager_phys_get, "object.pager_phys_get", "VP-2 VP-6",
    "a pager that has no asynchronous form answers at once, with zeros")
{
	vm_object_t object;
	vm_page_t m, got;
	int after, before;

	object = vm_pager_allocate(
	    OBJT_PHYS, NULL, 4 * PAGE_SIZE, VM_PROT_RW, 0, NULL);
	hf_require(object != NULL);
	VM_OBJECT_WLOCK(object);
	before = after = 7;
	hf_expect(vm_pager_has_page(object, 2, &before, &after));
	hf_expect_eq(before, 0);
	hf_expect_eq(after, 0);
	m = vm_page_alloc(object, 2, VM_ALLOC_NORMAL);
	hf_require(m != NULL);
	memset(hf_test_bytes(m), 0x5a, PAGE_SIZE);
	m->flags &= ~PG_ZERO;
	vm_object_pip_add(object, 1);
	VM_OBJECT_WUNLOCK(object);
	got = NULL;
	done_count = done_error = 0;
	before = after = 7;
	hf_expect_eq(vm_pager_get_pages_async(
			 object, &m, 1, &before, &after, got_page, &got),
	    VM_PAGER_OK);
	hf_expect_eq(done_count, 1);
	hf_expect_eq(done_error, 0);
	hf_expect_eq(got, m);
	hf_expect_eq(before + after, 0);
	hf_expect(vm_page_all_valid(m));
	hf_expect(hf_test_all(m, 0, PAGE_SIZE, 0));
	VM_OBJECT_WLOCK(object);
	vm_object_pip_wakeup(object);
	vm_page_xunbusy(m);
	VM_OBJECT_WUNLOCK(object);
	vm_object_deallocate(object);
}

static vm_page_t stale;
static vm_pindex_t asked;

static void
unswapped(vm_page_t m)
{
	stale = m;
}

static int
populate(vm_object_t object, vm_pindex_t pindex, int fault_type,
    vm_prot_t max_prot, vm_pindex_t *first, vm_pindex_t *last)
{
	asked = pindex;
	*first = *last = pindex;
	return (VM_PAGER_BAD);
}

HF_SCENARIO(pager_optional, "object.pager_optional", "VP-6",
    "what a pager offers is called, what it does not is no error")
{
	struct pagerops ops = deadpagerops;
	vm_pindex_t first, last;
	vm_object_t object;
	struct vnode *vp;
	vm_page_t m;
	bool held;

	object = hf_test_object(2);
	m = hf_test_page_resting(object, 0, 1);
	object->pgops = &ops;
	vp = (struct vnode *)(uintptr_t)&ops;
	held = true;
	vm_pager_getvp(object, &vp, &held);
	hf_expect_eq(vp, NULL);
	hf_expect(!held);
	vm_pager_page_unswapped(m);
	ops.pgo_pageunswapped = unswapped;
	vm_pager_page_unswapped(m);
	hf_expect_eq(stale, m);
	ops.pgo_populate = populate;
	object->flags |= OBJ_POPULATE;
	hf_expect_eq(vm_pager_populate(
			 object, 1, VM_PROT_READ, VM_PROT_RW, &first, &last),
	    VM_PAGER_BAD);
	hf_expect_eq(asked, 1);
	hf_expect_eq(last, 1);
	object->flags &= ~OBJ_POPULATE;
	/* The first colour stays. */
	vm_object_clear_flag(object, OBJ_COLORED);
	vm_object_color(object, 5);
	vm_object_color(object, 6);
	hf_expect_eq(object->pg_color, 5);
	hf_test_object_end(object);
}

HF_SCENARIO(pager_vnode, "object.pager_vnode", "VN-01",
    "the object of a file names the vnode",
    .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE)
{
	struct vnode *named, *vp;
	vm_object_t object;
	bool held;

	vp = hf_file_open("size-1");
	object = vp->v_object;
	hf_require(object != NULL);
	held = true;
	vm_pager_getvp(object, &named, &held);
	hf_expect_eq(named, vp);
	hf_expect(!held);
	hf_file_close(vp);
}

HF_SCENARIO(object_noreuse, "object.noreuse", "OB-57",
    "the pages of a range go to the head of INACTIVE, others stay")
{
	vm_object_t object;
	vm_page_t m[4];
	int i;

	object = hf_test_object(4);
	for (i = 0; i < 4; i++)
		m[i] = hf_test_page_resting(object, (vm_pindex_t)i, i);
	vm_object_page_noreuse(object, 1, 3);
	hf_expect_eq(vm_page_queue(m[0]), PQ_ACTIVE);
	hf_expect_eq(vm_page_queue(m[1]), PQ_INACTIVE);
	hf_expect_eq(vm_page_queue(m[2]), PQ_INACTIVE);
	hf_expect_eq(vm_page_queue(m[3]), PQ_ACTIVE);
	vm_object_page_noreuse(object, 3, 0);
	hf_expect_eq(vm_page_queue(m[3]), PQ_INACTIVE);
	hf_expect_eq(vm_page_queue(m[0]), PQ_ACTIVE);
	hf_test_object_end(object);
}
