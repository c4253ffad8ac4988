/* SPDX-License-Identifier: BSD-2-Clause */
/* life.c: objects are made, referenced, waited for and ended. */
#include <test/vm_util.h>

HF_SCENARIO(object_allocate, "object.allocate", "OB-1 OB-3 OB-22",
    "a new object has one reference and nothing else")
{
	vm_object_t object;
	vm_page_t m;

	object = vm_object_allocate(OBJT_SWAP, 7);
	hf_expect_eq(object->ref_count, 1);
	hf_expect_eq(object->size, 7);
	hf_expect_eq(object->resident_page_count, 0);
	hf_expect_eq(object->backing_object, NULL);
	hf_expect_eq(object->shadow_count, 0);
	hf_expect_eq(object->generation, object->cleangeneration);
	hf_expect_eq(object->flags & (OBJ_ANON | OBJ_DEAD), 0);
	vm_object_deallocate(object);

	object = vm_object_allocate_anon(3, NULL, NULL, 0);
	hf_expect_eq(object->flags & (OBJ_ANON | OBJ_ONEMAPPING),
	    OBJ_ANON | OBJ_ONEMAPPING);
	hf_expect_eq(object->type, OBJT_SWAP);
	vm_object_deallocate(object);

	object = vm_object_allocate(OBJT_DEVICE, 1);
	hf_expect_eq(object->flags & (OBJ_FICTITIOUS | OBJ_UNMANAGED),
	    OBJ_FICTITIOUS | OBJ_UNMANAGED);
	vm_object_deallocate(object);

	object = vm_object_allocate(OBJT_PHYS, 1);
	hf_expect_eq(
	    object->flags & (OBJ_FICTITIOUS | OBJ_UNMANAGED), OBJ_UNMANAGED);
	VM_OBJECT_WLOCK(object);
	m = vm_page_alloc(object, 0, VM_ALLOC_NORMAL);
	hf_require(m != NULL);
	hf_expect((m->oflags & VPO_UNMANAGED) != 0);
	vm_page_activate(m);
	hf_expect_eq(vm_page_queue(m), PQ_NONE);
	vm_page_xunbusy(m);
	hf_test_object_end(object);
}

static void
allocate_dead(void *arg)
{
	(void)vm_object_allocate(OBJT_DEAD, 1);
}

static void
reference(void *arg)
{
	vm_object_reference(arg);
}

HF_SCENARIO(object_references, "object.references", "OB-2 OB-7",
    "the object ends exactly with its last reference")
{
	vm_object_t object;
	u_long live;
	u_int free;
	int i;

	live = hf_vm_object_live();
	object = hf_test_object(4);
	free = vm_free_count();
	for (i = 0; i < 4; i++)
		hf_test_page_resting(object, i, i);
	VM_OBJECT_WUNLOCK(object);
	for (i = 0; i < 5; i++)
		vm_object_reference(object);
	hf_expect_eq(object->ref_count, 6);
	for (i = 0; i < 5; i++)
		vm_object_deallocate(object);
	hf_expect_eq(object->ref_count, 1);
	hf_expect_eq(hf_vm_object_live(), live + 1);
	hf_expect_eq(object->resident_page_count, 4);
	vm_object_deallocate(object);
	hf_expect_eq(hf_vm_object_live(), live);
	/* An index node is kept for the next object. */
	hf_expect_le(free - 1, vm_free_count());
	vm_object_deallocate(NULL);
	vm_object_reference(NULL);
	hf_expect_panic(allocate_dead, NULL, "");

	object = hf_test_object(1);
	object->flags |= OBJ_DEAD;
	VM_OBJECT_WUNLOCK(object);
	hf_expect_panic(reference, object, "");
	object->flags &= ~OBJ_DEAD;
	vm_object_deallocate(object);
}

static void
deallocate_thread(void *arg)
{
	vm_object_deallocate(arg);
}

HF_SCENARIO(object_end_waits, "object.end_waits", "OB-4",
    "an object ends only after its paging has")
{
	struct thread *td;
	vm_object_t object;
	u_long live;

	live = hf_vm_object_live();
	object = vm_object_allocate_anon(1, NULL, NULL, 0);
	vm_object_pip_add(object, 1);
	td = hf_thread_create(deallocate_thread, object, "ender", -1);
	hf_test_await_sleepers(&object->paging_in_progress, 1);
	hf_expect_eq(hf_vm_object_live(), live + 1);
	vm_object_pip_wakeup(object);
	hf_thread_join(td);
	hf_expect_eq(hf_vm_object_live(), live);
}

struct pip {
	vm_object_t object;
	volatile bool done;
};

static void
pip_thread(void *arg)
{
	struct pip *p = arg;

	VM_OBJECT_WLOCK(p->object);
	vm_object_pip_wait(p->object, "tstpip");
	hf_expect(VM_OBJECT_WOWNED(p->object));
	p->done = true;
	VM_OBJECT_WUNLOCK(p->object);
}

HF_SCENARIO(object_pip_wait, "object.pip_wait", "OB-6",
    "pip_wait returns with the last wakeup, lock free meanwhile")
{
	struct pip p = { .done = false };
	struct thread *td;

	p.object = vm_object_allocate_anon(1, NULL, NULL, 0);
	vm_object_pip_add(p.object, 2);
	td = hf_thread_create(pip_thread, &p, "waiter", -1);
	hf_test_await_sleepers(&p.object->paging_in_progress, 1);
	hf_expect(VM_OBJECT_TRYWLOCK(p.object));
	VM_OBJECT_WUNLOCK(p.object);
	vm_object_pip_wakeup(p.object);
	hf_expect_eq(hf_test_sleepers(&p.object->paging_in_progress), 1);
	hf_expect(!p.done);
	vm_object_pip_wakeupn(p.object, 1);
	hf_thread_join(td);
	hf_expect(p.done);
	vm_object_deallocate(p.object);
}

HF_SCENARIO(object_set_memattr, "object.set_memattr", "OB-41",
    "the memory type is fixed once pages are resident")
{
	vm_object_t object;
	vm_page_t m;

	object = hf_test_object(2);
	hf_expect_eq(vm_object_set_memattr(object, VM_MEMATTR_UNCACHEABLE),
	    KERN_SUCCESS);
	/* Its pages have it as long as they are its pages. */
	m = vm_page_alloc(object, 1, VM_ALLOC_NORMAL);
	hf_require(m != NULL);
	hf_expect_eq(pmap_page_get_memattr(m), VM_MEMATTR_UNCACHEABLE);
	vm_page_free(m);
	hf_expect_eq(pmap_page_get_memattr(m), VM_MEMATTR_DEFAULT);
	hf_expect_eq(
	    vm_object_set_memattr(object, VM_MEMATTR_DEFAULT), KERN_SUCCESS);
	m = hf_test_page_resting(object, 0, 0);
	hf_expect_eq(vm_object_set_memattr(object, VM_MEMATTR_UNCACHEABLE),
	    KERN_FAILURE);
	hf_expect_eq(object->memattr, VM_MEMATTR_DEFAULT);
	vm_page_xbusy(m);
	vm_page_free(m);
	object->flags |= OBJ_DEAD;
	hf_expect_eq(vm_object_set_memattr(object, VM_MEMATTR_UNCACHEABLE),
	    KERN_INVALID_ARGUMENT);
	object->flags &= ~OBJ_DEAD;
	hf_test_object_end(object);
}

static int first_refs, last_refs;

static void
first_ref(vm_object_t object)
{
	first_refs++;
}

static void
last_ref(vm_object_t object)
{
	last_refs++;
}

HF_SCENARIO(object_vnode_references, "object.vnode_references", "OB-48",
    "a vnode's object outlives its references, telling the vnode")
{
	struct pagerops ops = deadpagerops;
	vm_object_t object;
	vm_page_t m;

	first_refs = last_refs = 0;
	ops.hf_pgo_first_ref = first_ref;
	ops.hf_pgo_last_ref = last_ref;
	object = vm_object_allocate(OBJT_VNODE, 1);
	VM_OBJECT_WLOCK(object);
	object->pgops = &ops;
	m = hf_test_page_resting(object, 0, 1);
	VM_OBJECT_WUNLOCK(object);
	vm_object_reference(object);
	vm_object_deallocate(object);
	hf_expect_eq(last_refs, 0);
	vm_object_deallocate(object);
	hf_expect_eq(last_refs, 1);
	hf_expect_eq(object->ref_count, 0);
	hf_expect_eq(object->resident_page_count, 1);
	vm_object_reference(object);
	hf_expect_eq(first_refs, 1);
	hf_expect_eq(object->ref_count, 1);
	vm_object_deallocate(object);
	hf_expect_eq(last_refs, 2);
	VM_OBJECT_WLOCK(object);
	hf_expect_eq(vm_page_lookup(object, 0), m);
	vm_object_set_flag(object, OBJ_DEAD);
	vm_object_terminate(object);
}

HF_SCENARIO(object_onemapping, "object.onemapping", "OB-22",
    "ONEMAPPING comes back when an object has one reference again")
{
	vm_object_t object;

	object = vm_object_allocate_anon(1, NULL, NULL, 0);
	vm_object_reference(object);
	VM_OBJECT_WLOCK(object);
	vm_object_clear_flag(object, OBJ_ONEMAPPING);
	VM_OBJECT_WUNLOCK(object);
	vm_object_deallocate(object);
	hf_expect((object->flags & OBJ_ONEMAPPING) != 0);
	vm_object_deallocate(object);
}
