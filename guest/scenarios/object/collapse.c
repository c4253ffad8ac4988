/* SPDX-License-Identifier: BSD-2-Clause */
/* collapse.c: shadow chains get shorter and show the same. */
#include <test/vm_util.h>

/* A front of size pages at page `at' of what *backing has a reference to. */
static vm_object_t
front_of(vm_object_t backing, vm_pindex_t at, vm_pindex_t size)
{
	vm_object_t object;
	vm_ooffset_t offset;

	vm_object_reference(backing);
	object = backing;
	offset = ptoa(at);
	vm_object_shadow(&object, &offset, ptoa(size), NULL, false);
	return (object);
}

static void
put(vm_object_t object, vm_pindex_t pindex, int byte)
{
	VM_OBJECT_WLOCK(object);
	hf_test_page_resting(object, pindex, byte);
	VM_OBJECT_WUNLOCK(object);
}

/* The byte seen at pindex down the chain, -1 if there is none. */
static int
seen(vm_object_t object, vm_pindex_t pindex)
{
	vm_page_t m;
	int byte;

	VM_OBJECT_RLOCK(object);
	m = vm_page_lookup(object, pindex);
	byte = m != NULL ? hf_test_bytes(m)[100] : -1;
	VM_OBJECT_RUNLOCK(object);
	if (m == NULL && object->backing_object != NULL)
		return (seen(object->backing_object,
		    pindex + OFF_TO_IDX(object->backing_object_offset)));
	return (byte);
}

static int
depth(vm_object_t object)
{
	int n;

	for (n = 0; object->backing_object != NULL; n++)
		object = object->backing_object;
	return (n);
}

static void
collapse(vm_object_t object)
{
	VM_OBJECT_WLOCK(object);
	vm_object_collapse(object);
	VM_OBJECT_WUNLOCK(object);
}

HF_SCENARIO(object_collapse, "object.collapse", "OB-11",
    "a backing that only the front has is folded into it")
{
	vm_object_t backing, front;
	vm_page_t m;
	u_long live;

	live = hf_vm_object_live();
	backing = vm_object_allocate_anon(4, NULL, NULL, 0);
	front = front_of(backing, 0, 2);
	put(front, 0, 'A');
	put(backing, 0, 'B');
	put(backing, 1, 'C');
	put(backing, 2, 'D');
	/* Our own reference goes: the front's is the last. */
	vm_object_deallocate(backing);
	hf_expect_eq(front->backing_object, NULL);
	hf_expect_eq(hf_vm_object_live(), live + 1);
	hf_expect_eq(front->resident_page_count, 2);
	hf_expect_eq(seen(front, 0), 'A');
	hf_expect_eq(seen(front, 1), 'C');
	VM_OBJECT_RLOCK(front);
	m = vm_page_lookup(front, 1);
	hf_require(m != NULL);
	hf_expect_eq(m->dirty, 0xff);
	hf_expect_eq(vm_page_queue(m), PQ_ACTIVE);
	hf_expect(!vm_page_busied(m));
	VM_OBJECT_RUNLOCK(front);
	hf_expect_eq(front->ref_count, 1);
	hf_expect_eq(front->flags & OBJ_COLLAPSING, 0);
	vm_object_deallocate(front);
}

HF_SCENARIO(object_collapse_offsets, "object.collapse_offsets", "OB-14",
    "offsets add up when the middle of a chain goes")
{
	vm_object_t bottom, middle, top;
	int before[4], i;

	bottom = vm_object_allocate_anon(8, NULL, NULL, 0);
	for (i = 0; i < 8; i++)
		put(bottom, i, '0' + i);
	middle = front_of(bottom, 2, 6);
	put(middle, 2, 'm');
	top = front_of(middle, 1, 4);
	put(top, 3, 't');
	for (i = 0; i < 4; i++)
		before[i] = seen(top, i);
	hf_expect_eq(before[0], '3');
	hf_expect_eq(before[1], 'm');
	hf_expect_eq(before[2], '5');
	hf_expect_eq(before[3], 't');
	vm_object_deallocate(middle);
	hf_expect_eq(top->backing_object, bottom);
	hf_expect_eq(top->backing_object_offset, 0x3000);
	hf_expect_eq(bottom->shadow_count, 1);
	hf_expect_eq(bottom->ref_count, 2);
	for (i = 0; i < 4; i++)
		hf_expect_eq(seen(top, i), before[i]);
	vm_object_deallocate(top);
	vm_object_deallocate(bottom);
}

HF_SCENARIO(object_bypass, "object.bypass", "OB-15 OB-16",
    "a backing that the front hides entirely is passed by")
{
	vm_object_t backing, front, grand;
	vm_page_t m;

	grand = vm_object_allocate_anon(8, NULL, NULL, 0);
	backing = front_of(grand, 1, 4);
	front = front_of(backing, 1, 3);
	put(grand, 4, 'z');   /* seen through both */
	put(backing, 0, 'o'); /* outside of the window */
	put(backing, 1, 'x');
	put(backing, 2, 'y');
	put(front, 0, 'f');
	/* Index 2 shows through: nothing changes. */
	collapse(front);
	hf_expect_eq(front->backing_object, backing);
	put(front, 1, 'g');
	VM_OBJECT_WLOCK(backing);
	m = vm_page_lookup(backing, 1);
	vm_page_xbusy(m);
	VM_OBJECT_WUNLOCK(backing);
	collapse(front);
	hf_expect_eq(front->backing_object, backing);
	vm_page_xunbusy(m);
	/* One of the front's that somebody works on hides nothing yet. */
	VM_OBJECT_WLOCK(front);
	m = vm_page_lookup(front, 1);
	vm_page_xbusy(m);
	VM_OBJECT_WUNLOCK(front);
	collapse(front);
	hf_expect_eq(front->backing_object, backing);
	vm_page_xunbusy(m);
	collapse(front);
	hf_expect_eq(front->backing_object, grand);
	hf_expect_eq(front->backing_object_offset, 0x2000);
	hf_expect_eq(grand->ref_count, 3);
	hf_expect_eq(grand->shadow_count, 2);
	hf_expect_eq(backing->ref_count, 1);
	hf_expect_eq(backing->shadow_count, 0);
	hf_expect_eq(backing->resident_page_count, 3);
	hf_expect_eq(seen(front, 0), 'f');
	hf_expect_eq(seen(front, 2), 'z');
	vm_object_deallocate(front);
	vm_object_deallocate(backing);
	vm_object_deallocate(grand);
}

HF_SCENARIO(object_collapse_vnode, "object.collapse_vnode", "OB-17",
    "a file's object is never collapsed")
{
	vm_object_t file, front;

	file = vm_object_allocate(OBJT_VNODE, 2);
	file->pgops = &deadpagerops;
	front = front_of(file, 0, 2);
	vm_object_deallocate(file);
	put(front, 0, 'f');
	put(front, 1, 'g');
	collapse(front);
	hf_expect_eq(front->backing_object, file);
	vm_object_deallocate(front);
	hf_expect_eq(file->ref_count, 0);
	VM_OBJECT_WLOCK(file);
	vm_object_set_flag(file, OBJ_DEAD);
	vm_object_terminate(file);
}

#define ROUNDS 60

HF_SCENARIO(object_fork_rounds, "object.fork_rounds", "OB-18 OB-19",
    "forking, writing and exiting over and over keeps chains short")
{
	vm_object_t child, parent;
	vm_ooffset_t offset;
	vm_page_t m;
	u_long live;
	int deepest, i;

	live = hf_vm_object_live();
	parent = vm_object_allocate_anon(4, NULL, NULL, 0);
	for (i = 0; i < 4; i++)
		put(parent, i, i);
	deepest = 0;
	for (i = 0; i < ROUNDS; i++) {
		/* Fork: both shadow what was the parent's. */
		child = parent;
		vm_object_reference(parent);
		offset = 0;
		vm_object_shadow(&child, &offset, ptoa(4), NULL, false);
		offset = 0;
		vm_object_shadow(&parent, &offset, ptoa(4), NULL, false);
		VM_OBJECT_WLOCK(parent);
		m = vm_page_lookup(parent, i % 4);
		if (m == NULL)
			hf_test_page_resting(parent, i % 4, i);
		VM_OBJECT_WUNLOCK(parent);
		/* The child exits; the parent is left with its backing. */
		vm_object_deallocate(child);
		deepest = MAX(deepest, depth(parent));
		hf_expect_eq(seen(parent, i % 4), i & 0xff);
	}
	hf_expect_le(deepest, 2);
	hf_expect_le(hf_vm_object_live(), live + 3);
	hf_expect_le(parent->resident_page_count, 4);
	vm_object_deallocate(parent);
	hf_expect_eq(hf_vm_object_live(), live);
}

HF_SCENARIO(object_collapse_invalid, "object.collapse_invalid", "OB-52",
    "invalid pages on either side hide nothing")
{
	vm_object_t backing, front;

	backing = vm_object_allocate_anon(4, NULL, NULL, 0);
	front = front_of(backing, 0, 4);
	put(backing, 0, 'x');
	put(backing, 1, 'y');
	VM_OBJECT_WLOCK(front);
	hf_require(
	    vm_page_alloc(front, 0, VM_ALLOC_NORMAL | VM_ALLOC_NOBUSY) != NULL);
	VM_OBJECT_WUNLOCK(front);
	VM_OBJECT_WLOCK(backing);
	hf_require(vm_page_alloc(
		       backing, 2, VM_ALLOC_NORMAL | VM_ALLOC_NOBUSY) != NULL);
	VM_OBJECT_WUNLOCK(backing);
	vm_object_deallocate(backing);
	hf_expect_eq(front->backing_object, NULL);
	hf_expect_eq(seen(front, 0), 'x');
	hf_expect_eq(seen(front, 1), 'y');
	hf_expect_eq(front->resident_page_count, 2);
	vm_object_deallocate(front);
}

static void
collapse_thread(void *arg)
{
	collapse(arg);
}

static void
deallocate_thread(void *arg)
{
	vm_object_deallocate(arg);
}

HF_SCENARIO(object_collapse_waits, "object.collapse_waits", "OB-21 OB-20",
    "a collapse waits for a busy page, and a second one for the first")
{
	struct thread *first, *second;
	vm_object_t backing, front;
	vm_page_t m;

	backing = vm_object_allocate_anon(4, NULL, NULL, 0);
	front = front_of(backing, 0, 4);
	put(backing, 0, 'x');
	VM_OBJECT_WLOCK(backing);
	m = hf_test_page(backing, 1, 'y');
	VM_OBJECT_WUNLOCK(backing);
	first = hf_thread_create(deallocate_thread, backing, "first", -1);
	hf_test_await_sleepers(m, 1);
	hf_expect((front->flags & OBJ_COLLAPSING) != 0);
	hf_expect((backing->flags & OBJ_DEAD) != 0);
	/* What the front shows can be seen all the while. */
	hf_expect_eq(seen(front, 0), 'x');
	hf_expect_eq(seen(front, 1), 'y');
	second = hf_thread_create(collapse_thread, front, "second", -1);
	hf_test_await_sleepers(&backing->paging_in_progress, 1);
	vm_page_xunbusy(m);
	hf_thread_join(first);
	hf_thread_join(second);
	hf_expect_eq(front->backing_object, NULL);
	hf_expect_eq(seen(front, 0), 'x');
	hf_expect_eq(seen(front, 1), 'y');
	vm_object_deallocate(front);
}

HF_SCENARIO(object_collapse_no_memory, "object.collapse_no_memory", "OB-50",
    "a collapse that lacks index memory waits and goes on")
{
	vm_object_t backing, front;
	int i;

	backing = vm_object_allocate_anon(200, NULL, NULL, 0);
	front = front_of(backing, 0, 200);
	for (i = 0; i < 200; i += 66)
		put(backing, i, i);
	hf_failpoint_arm("vm_slab", 1, 2);
	vm_object_deallocate(backing);
	hf_expect_eq(hf_failpoint_fired("vm_slab"), 2);
	hf_failpoint_disarm_all();
	hf_expect_eq(front->backing_object, NULL);
	for (i = 0; i < 200; i += 66)
		hf_expect_eq(seen(front, i), i);
	vm_object_deallocate(front);
}
