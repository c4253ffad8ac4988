/* SPDX-License-Identifier: BSD-2-Clause */
/* lock_nodes.c: transitions, paging, busy pages and ranges in the lock order. */

/*
 * Each inversion is reported when the thread would have to wait, with nobody
 * waiting for it: no cycle is needed.  What is free is taken without a word.
 */
#include <sys/mutex.h>
#include <sys/rangelock.h>
#include <sys/sx.h>
#include <kern/thread.h>
#include <test/job.h>
#include <test/scenario.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>

#define VA HF_SPACE_BASE

/* Another thread has something until it is told to give it up. */
struct other {
	void (*take)(struct other *);
	void (*give)(struct other *);
	struct sx *sx;
	vm_map_t map;
	vm_object_t object;
	vm_page_t m;
	struct thread *td;
	volatile int has, go;
};

static void
other_main(void *arg)
{
	struct other *o = arg;

	o->take(o);
	o->has = 1;
	hf_await(&o->go, 1);
	o->give(o);
}

static void
other_start(struct other *o)
{
	o->has = o->go = 0;
	o->td = hf_space_thread(other_main, o);
	hf_await(&o->has, 1);
}

static void
other_end(struct other *o)
{
	o->go = 1;
	hf_thread_join(o->td);
}

static void
take_sx(struct other *o)
{
	sx_xlock(o->sx);
}

static void
give_sx(struct other *o)
{
	sx_xunlock(o->sx);
}

static void
take_map(struct other *o)
{
	vm_map_lock(o->map);
}

static void
give_map(struct other *o)
{
	vm_map_unlock(o->map);
}

static void
take_page(struct other *o)
{
	vm_page_xbusy(o->m);
}

static void
give_page(struct other *o)
{
	vm_page_xunbusy(o->m);
}

static void
take_paging(struct other *o)
{
	vm_object_pip_add(o->object, 1);
}

static void
give_paging(struct other *o)
{
	vm_object_pip_wakeup(o->object);
}

/* What a thread must not wait for. */
static void
want_shared(void *arg)
{
	sx_slock(arg);
}

static void
want_exclusive(void *arg)
{
	sx_xlock(arg);
}

static void
want_map(void *arg)
{
	vm_map_lock(arg);
}

static void
want_map_read(void *arg)
{
	vm_map_lock_read(arg);
}

static void
want_paging_end(void *arg)
{
	vm_object_pip_wait_unlocked(arg, "tstpip");
}

static void
want_page(void *arg)
{
	vm_page_t m = arg;

	VM_OBJECT_WLOCK(m->object);
	(void)vm_page_busy_acquire(m, 0);
	VM_OBJECT_WUNLOCK(m->object);
}

/* An object with npages pages, none busy. */
static vm_object_t
object_of(vm_page_t *ma, int npages)
{
	vm_object_t object;
	int i;

	object = vm_object_allocate(OBJT_SWAP, (vm_pindex_t)npages);
	VM_OBJECT_WLOCK(object);
	for (i = 0; i < npages; i++) {
		ma[i] = vm_page_alloc(
		    object, (vm_pindex_t)i, VM_ALLOC_NORMAL | VM_ALLOC_ZERO);
		hf_require(ma[i] != NULL);
		vm_page_valid(ma[i]);
		vm_page_xunbusy(ma[i]);
	}
	VM_OBJECT_WUNLOCK(object);
	return (object);
}

HF_SCENARIO(order_vnode, "kern.order_vnode", "",
    "waiting for a vnode with a busy page or paging in progress is reported")
{
	struct other o = { .take = take_sx, .give = give_sx };
	vm_object_t object;
	vm_page_t m;
	struct sx vnode;

	sx_init_flags(&vnode, "vnode", SX_DUPOK);
	o.sx = &vnode;
	object = object_of(&m, 1);
	other_start(&o);
	vm_page_xbusy(m);
	hf_expect_panic(
	    want_shared, &vnode, "vnode is taken with page busy held");
	hf_expect_panic(
	    want_exclusive, &vnode, "vnode is taken with page busy held");
	hf_expect(!sx_try_slock(&vnode));
	vm_page_xunbusy(m);
	vm_object_pip_add(object, 2);
	vm_object_pip_wakeup(object);
	hf_expect_panic(
	    want_exclusive, &vnode, "vnode is taken with object paging held");
	vm_object_pip_wakeup(object);
	other_end(&o);
	/* Nobody has it: no wait, no report. */
	vm_page_xbusy(m);
	sx_xlock(&vnode);
	sx_xunlock(&vnode);
	vm_page_xunbusy(m);
	hf_expect_eq(hf_locks_held(), 0);
	vm_object_deallocate(object);
	sx_destroy(&vnode);
}

HF_SCENARIO(order_map, "kern.order_map", "",
    "waiting for a map with a busy page or paging in progress is reported")
{
	struct other o = { .take = take_map, .give = give_map };
	vm_object_t object;
	vm_page_t m;

	o.map = hf_space_enter();
	object = object_of(&m, 1);
	other_start(&o);
	vm_page_xbusy(m);
	hf_expect_panic(
	    want_map, o.map, "vm map (user) is taken with page busy held");
	hf_expect_panic(
	    want_map_read, o.map, "vm map (user) is taken with page busy held");
	vm_page_xunbusy(m);
	vm_object_pip_add(object, 1);
	hf_expect_panic(
	    want_map, o.map, "vm map (user) is taken with object paging held");
	vm_object_pip_wakeup(object);
	other_end(&o);
	vm_object_deallocate(object);
}

HF_SCENARIO(order_busy, "kern.order_busy", "",
    "a thread with busy pages waits for later ones of the same object only")
{
	struct other o = { .take = take_page, .give = give_page };
	vm_object_t object, second;
	vm_page_t ma[3], m;
	struct thread *td;

	object = object_of(ma, 3);
	second = object_of(&m, 1);
	o.m = ma[1];
	other_start(&o);
	vm_page_xbusy(ma[2]);
	hf_expect_panic(
	    want_page, ma[1], "page busy is taken with page busy held");
	vm_page_xunbusy(ma[2]);
	vm_page_xbusy(m);
	hf_expect_panic(
	    want_page, ma[1], "page busy is taken with page busy held");
	vm_page_xunbusy(m);
	other_end(&o);
	/* In order: page 1 is waited for, and got. */
	vm_page_xbusy(ma[1]);
	td = hf_space_thread(want_page, ma[1]);
	hf_await_sleep(td, "vmpba");
	vm_page_xunbusy(ma[1]);
	hf_thread_join(td);
	vm_page_xunbusy_unchecked(ma[1]);
	vm_object_deallocate(object);
	vm_object_deallocate(second);
}

HF_SCENARIO(order_paging, "kern.order_paging", "",
    "waiting for the end of paging with a busy page is reported")
{
	struct other o = { .take = take_paging, .give = give_paging };
	vm_page_t m;

	o.object = object_of(&m, 1);
	other_start(&o);
	vm_page_xbusy(m);
	hf_expect_panic(want_paging_end, o.object,
	    "object paging is taken with page busy held");
	vm_page_xunbusy(m);
	other_end(&o);
	want_paging_end(o.object);
	hf_expect_eq(blockcount_read(&o.object->paging_in_progress), 0);
	vm_object_deallocate(o.object);
}

/* What waits for the end of a transition of the entry at VA. */
static void
want_fault(void *arg)
{
	(void)vm_fault(arg, VA, VM_PROT_READ, VM_FAULT_NORMAL, NULL);
}

static void
want_wiring(void *arg)
{
	(void)vm_map_wire(arg, VA, VA + ptoa(2), VM_MAP_WIRE_USER);
}

static void
want_removal(void *arg)
{
	(void)vm_map_remove(arg, VA, VA + ptoa(2));
}

static void
want_protection(void *arg)
{
	(void)vm_map_protect(
	    arg, VA, VA + ptoa(2), VM_PROT_READ, 0, VM_MAP_PROTECT_SET_PROT);
}

static void
expect_transition(void (*want)(void *), vm_map_t map, const char *held)
{
	char text[80];

	snprintf(text, sizeof(text), "map transition is taken with %s", held);
	hf_expect_panic(want, map, text);
#ifdef INVARIANTS
	/* The panic left it locked. */
	hf_expect(vm_map_locked(map));
	vm_map_unlock(map);
#endif
}

HF_SCENARIO(order_transition, "kern.order_transition", "WI-27",
    "waiting for a transition with a vnode or a busy page is reported")
{
	struct hf_job lock =
	    HF_JOB(hf_job_wire, VA, 2, .flags = VM_MAP_WIRE_USER);
	struct hf_script s;
	vm_object_t object;
	vm_page_t m;
	struct sx vnode;
	vm_map_t map;

	sx_init_flags(&vnode, "vnode", SX_DUPOK);
	hf_script_map(&s, VA, 2);
	map = hf_space_map();
	object = object_of(&m, 1);
	hf_job_start_held(&lock, &s);
	sx_slock(&vnode);
	expect_transition(want_fault, map, "vnode held");
	expect_transition(want_wiring, map, "vnode held");
	expect_transition(want_removal, map, "vnode held");
	expect_transition(want_protection, map, "vnode held");
	sx_sunlock(&vnode);
	vm_page_xbusy(m);
	expect_transition(want_fault, map, "page busy held");
	vm_page_xunbusy(m);
	hf_script_release(&s);
	hf_expect_eq(hf_job_join(&lock), KERN_SUCCESS);
	/* It is over: no wait, no report. */
	sx_slock(&vnode);
	want_fault(map);
	sx_sunlock(&vnode);
	hf_expect_eq(hf_locks_held(), 0);
	want_removal(map);
	vm_object_deallocate(object);
	hf_script_end(&s);
	sx_destroy(&vnode);
}

static struct rangelock range;
static struct mtx range_mtx;

static void
take_range(struct other *o)
{
	o->object = rangelock_wlock(&range, 0, 10, &range_mtx);
}

static void
give_range(struct other *o)
{
	rangelock_unlock(&range, o->object, &range_mtx);
}

static void
want_range(void *arg)
{
	(void)rangelock_rlock(&range, 5, 6, &range_mtx);
}

HF_SCENARIO(order_range, "kern.order_range", "",
    "waiting for a range of a file with a vnode locked is reported")
{
	struct other o = { .take = take_range, .give = give_range };
	struct sx vnode;

	rangelock_init(&range);
	mtx_init(&range_mtx, "vnode interlock", NULL, MTX_DEF);
	sx_init_flags(&vnode, "vnode", SX_DUPOK);
	other_start(&o);
	sx_slock(&vnode);
	hf_expect(rangelock_tryrlock(&range, 5, 6, &range_mtx) == NULL);
	hf_expect_panic(
	    want_range, NULL, "file range is taken with vnode held");
#ifdef INVARIANTS
	/* The panic left its mutex locked, and it in the queue. */
	hf_expect(curthread->td_rlq_used);
	range_mtx.mtx_lock = 0;
	rangelock_unlock(&range, &curthread->td_rlq, &range_mtx);
#endif
	sx_sunlock(&vnode);
	other_end(&o);
	rangelock_destroy(&range);
	mtx_destroy(&range_mtx);
	sx_destroy(&vnode);
}
