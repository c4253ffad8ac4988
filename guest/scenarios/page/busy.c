/* SPDX-License-Identifier: BSD-2-Clause */
/* busy.c: the busy lock of a page. */
#include <test/crowd.h>
#include <test/vm_util.h>

HF_SCENARIO(page_busy_states, "page.busy_states", "PB-1 PB-2",
    "exclusive excludes all, shares exclude exclusive")
{
	vm_object_t object;
	vm_page_t m;

	object = hf_test_object(1);
	m = hf_test_page_resting(object, 0, 0);
	hf_expect_eq(vm_page_tryxbusy(m), 1);
	hf_expect_eq(vm_page_tryxbusy(m), 0);
	hf_expect_eq(vm_page_trysbusy(m), 0);
	vm_page_xunbusy(m);
	hf_expect_eq(vm_page_trysbusy(m), 1);
	hf_expect_eq(vm_page_trysbusy(m), 1);
	hf_expect_eq(vm_page_tryxbusy(m), 0);
	hf_expect_eq(vm_page_trysbusy(m), 1);
	vm_page_sunbusy(m);
	hf_expect_eq(vm_page_busy_tryupgrade(m), 0);
	hf_expect(vm_page_sbusied(m));
	vm_page_sunbusy(m);
	hf_expect_eq(vm_page_busy_tryupgrade(m), 1);
	hf_expect(vm_page_xbusied_by_me(m));
	hf_expect(!vm_page_sbusied(m));
	vm_page_xunbusy(m);
	hf_expect(!vm_page_busied(m));
	hf_test_object_end(object);
}

struct waiter {
	vm_object_t object;
	vm_page_t m;
	int flags;
	volatile u_int *count;
};

static void
acquire_thread(void *arg)
{
	struct waiter *w = arg;

	VM_OBJECT_RLOCK(w->object);
	if (vm_page_busy_acquire(w->m, w->flags))
		atomic_add_int(w->count, 1);
	VM_OBJECT_RUNLOCK(w->object);
}

HF_SCENARIO(page_busy_downgrade, "page.busy_downgrade", "PB-3",
    "downgrading lets sharers in without a gap")
{
	volatile u_int count;
	struct waiter w;
	struct thread *td;

	count = 0;
	w.object = hf_test_object(1);
	w.m = hf_test_page(w.object, 0, 0);
	w.flags = VM_ALLOC_SBUSY;
	w.count = &count;
	VM_OBJECT_WUNLOCK(w.object);
	td = hf_thread_create(acquire_thread, &w, "sharer", -1);
	hf_test_await_sleepers(w.m, 1);
	vm_page_busy_downgrade(w.m);
	hf_thread_join(td);
	hf_expect_eq(count, 1);
	hf_expect_eq(vm_page_trysbusy(w.m), 1);
	hf_expect_eq(vm_page_tryxbusy(w.m), 0);
	hf_expect_eq(VPB_SHARERS(vm_page_busy_fetch(w.m)), 3);
	vm_page_sunbusy(w.m);
	vm_page_sunbusy(w.m);
	vm_page_sunbusy(w.m);
	vm_object_deallocate(w.object);
}

struct counting {
	vm_page_t m;
	u_int plain; /* guarded by the busy lock */
	u_int rounds;
};

static void
count_thread(void *arg)
{
	struct counting *c = arg;
	u_int i;

	for (i = 0; i < c->rounds; i++) {
		while (!vm_page_tryxbusy(c->m))
			hf_yield();
		c->plain++;
		vm_page_xunbusy(c->m);
	}
}

HF_SCENARIO(page_busy_excludes, "page.busy_excludes", "PB-4",
    "the exclusive busy lock guards plain data between threads")
{
	struct counting c = { 0 };
	struct thread *td[HF_CROWD_MAX];
	const u_int n = hf_crowd(3);
	vm_object_t object;
	u_int i;

	c.rounds = (int)hf_crowd_rounds(300, 3, n);
	object = hf_test_object(1);
	c.m = hf_test_page_resting(object, 0, 0);
	VM_OBJECT_WUNLOCK(object);
	for (i = 0; i < n; i++)
		td[i] = hf_thread_create(count_thread, &c, "counter", -1);
	for (i = 0; i < n; i++)
		hf_thread_join(td[i]);
	hf_expect_eq(c.plain, n * c.rounds);
	vm_object_deallocate(object);
}

HF_SCENARIO(page_busy_wakes_all, "page.busy_wakes_all", "PB-5",
    "unbusying wakes all that sleep")
{
	volatile u_int count;
	struct thread *td[3];
	struct waiter w;
	int i;

	count = 0;
	w.object = hf_test_object(1);
	w.m = hf_test_page(w.object, 0, 0);
	w.flags = VM_ALLOC_WAITFAIL;
	w.count = &count;
	VM_OBJECT_WUNLOCK(w.object);
	for (i = 0; i < (int)nitems(td); i++)
		td[i] = hf_thread_create(acquire_thread, &w, "waiter", -1);
	hf_test_await_sleepers(w.m, nitems(td));
	vm_page_xunbusy(w.m);
	/* With WAITFAIL each comes back after its one sleep. */
	for (i = 0; i < (int)nitems(td); i++)
		hf_thread_join(td[i]);
	hf_expect_eq(count, 0);
	hf_expect_eq(hf_test_sleepers(w.m), 0);
	vm_object_deallocate(w.object);
}

static void
xunbusy(void *arg)
{
	vm_page_xunbusy(arg);
}

static void
sunbusy(void *arg)
{
	vm_page_sunbusy(arg);
}

HF_SCENARIO(page_busy_misuse, "page.busy_misuse", "PB-6",
    "releasing what is not held panics")
{
	vm_object_t object;
	vm_page_t m;

	object = hf_test_object(1);
	m = hf_test_page_resting(object, 0, 0);
	hf_expect_panic(xunbusy, m, "");
	hf_expect_panic(sunbusy, m, "");
	vm_page_sbusy(m);
	hf_expect_panic(xunbusy, m, "");
	vm_page_sunbusy(m);
	vm_page_xbusy(m);
	hf_expect_panic(sunbusy, m, "");
	vm_page_xunbusy(m);
	hf_expect(!vm_page_busied(m));
	hf_test_object_end(object);
}

HF_SCENARIO(page_busy_sleep_not, "page.busy_sleep_not", "PB-7 PB-8",
    "busy_sleep keeps the lock when nothing is in the way")
{
	vm_object_t object;
	vm_page_t m;

	object = hf_test_object(1);
	m = hf_test_page_resting(object, 0, 0);
	THREAD_NO_SLEEPING();
	hf_expect(!vm_page_busy_sleep(m, "tst", 0));
	hf_expect(VM_OBJECT_WOWNED(object));
	vm_page_sbusy(m);
	hf_expect(!vm_page_busy_sleep(m, "tst", VM_ALLOC_IGN_SBUSY));
	hf_expect(VM_OBJECT_WOWNED(object));
	THREAD_SLEEPING_OK();
	vm_page_sunbusy(m);
	hf_expect_eq(vm_page_sleep_if_busy(m, "tst"), 0);
	hf_expect(VM_OBJECT_WOWNED(object));
	hf_test_object_end(object);
}

static void
complete_thread(void *arg)
{
	vm_page_xunbusy_unchecked(arg);
}

HF_SCENARIO(page_busy_handover, "page.busy_handover", "PB-9",
    "another thread may end an exclusive busy and wakes the waiters")
{
	volatile u_int count;
	struct waiter w;
	struct thread *td, *done;

	count = 0;
	w.object = hf_test_object(1);
	w.m = hf_test_page(w.object, 0, 0);
	w.flags = 0;
	w.count = &count;
	VM_OBJECT_WUNLOCK(w.object);
	td = hf_thread_create(acquire_thread, &w, "waiter", -1);
	hf_test_await_sleepers(w.m, 1);
	done = hf_thread_create(complete_thread, w.m, "completion", -1);
	hf_thread_join(done);
	hf_thread_join(td);
	hf_expect_eq(count, 1);
	hf_expect(vm_page_xbusied(w.m));
	vm_page_xunbusy_unchecked(w.m);
	vm_object_deallocate(w.object);
}

HF_SCENARIO(page_object_busy, "page.object_busy", "PB-10",
    "a busied object bars new busies and keeps old ones")
{
	volatile u_int count;
	struct waiter w;
	struct thread *td;
	vm_object_t object;
	vm_page_t m, old;

	object = hf_test_object(2);
	m = hf_test_page_resting(object, 0, 0);
	old = hf_test_page(object, 1, 0);
	vm_object_busy(object);
	hf_expect_eq(vm_page_tryxbusy(m), 0);
	hf_expect_eq(vm_page_trysbusy(m), 0);
	hf_expect(!vm_page_busied(m));
	hf_expect(vm_page_xbusied_by_me(old));
	vm_page_xunbusy(old);
	count = 0;
	w = (struct waiter){ object, m, 0, &count };
	VM_OBJECT_WUNLOCK(object);
	td = hf_thread_create(acquire_thread, &w, "waiter", -1);
	hf_test_await_sleepers(&object->busy, 1);
	hf_expect_eq(count, 0);
	vm_object_unbusy(object);
	hf_thread_join(td);
	hf_expect_eq(count, 1);
	vm_page_xunbusy_unchecked(m);
	vm_object_deallocate(object);
}

/* A second thread that wants the page, which is wired and has no object. */
static void
acquire_orphan(void *arg)
{
	vm_page_t m = arg;

	hf_expect(vm_page_busy_acquire(m, 0));
	vm_page_xunbusy(m);
}

HF_SCENARIO(page_busy_orphan, "page.busy_orphan", "PB-5",
    "whoever wants a busy page without object sleeps for it")
{
	struct thread *td;
	vm_page_t m;

	m = vm_page_alloc_noobj(VM_ALLOC_WIRED);
	hf_require(m != NULL);
	vm_page_xbusy(m);
	hf_expect(!vm_page_busy_acquire(m, VM_ALLOC_NOWAIT));
	td = hf_thread_create(acquire_orphan, m, "acquire", -1);
	hf_test_await_sleepers(m, 1);
	vm_page_xunbusy(m);
	hf_thread_join(td);
	hf_expect(!vm_page_busied(m));
	vm_page_unwire(m, PQ_INACTIVE);
}

static volatile u_long wanted; /* the page that the other CPUs try for */
static volatile u_int stop, taken;
static volatile u_int looks[HF_CROWD_MAX]; /* of each taker */

/* It has a wiring, so it may try without the object's lock. */
static void
try_for_it(void *arg)
{
	volatile u_int *mine = arg;
	vm_page_t m;

	while (atomic_load_acq_int(&stop) == 0) {
		m = (vm_page_t)atomic_load_acq_long(&wanted);
		if (m != NULL && vm_page_tryxbusy(m)) {
			if (m->object != NULL)
				atomic_add_int(&taken, 1);
			vm_page_xunbusy(m);
		}
		atomic_add_int(mine, 1);
		cpu_spinwait();
	}
}

/* Whoever had the page still has it no more. */
static void
await_all_looked(u_int takers)
{
	u_int before[HF_CROWD_MAX], i;

	for (i = 0; i < takers; i++)
		before[i] = atomic_load_acq_int(&looks[i]);
	for (i = 0; i < takers; i++)
		while (atomic_load_acq_int(&looks[i]) - before[i] < 2)
			cpu_spinwait();
}

HF_SCENARIO(page_free_invalid_owner, "page.free_invalid_owner",
    "PF-7 GP-13 GP-14",
    "a page that another thread has busied is never free to take on its way",
    .flags = HF_NEEDS_SMP)
{
	vm_object_t object;
	struct thread *td[HF_CROWD_MAX];
	const u_int takers = hf_crowd(2) - 1;
	vm_page_t m;
	u_int i, k;

	stop = taken = 0;
	wanted = 0;
	for (i = 0; i < takers; i++)
		td[i] = hf_thread_create(
		    try_for_it, __DECONST(u_int *, &looks[i]), "taker", -1);
	object = hf_test_object(1);
	for (k = 0; k < MAX(1000 / (takers * takers), 10); k++) {
		m = vm_page_alloc(object, 0, VM_ALLOC_NORMAL | VM_ALLOC_WIRED);
		hf_require(m != NULL);
		/* As a thread that started I/O would have it. */
		atomic_store_rel_int(&m->busy_lock, VPB_BIT_EXCLUSIVE | 0x1000);
		atomic_store_rel_long(&wanted, (u_long)m);
		vm_page_free_invalid(m);
		hf_expect_eq(vm_page_lookup(object, 0), NULL);
		atomic_store_rel_long(&wanted, 0);
		await_all_looked(takers);
		vm_page_unwire(m, PQ_INACTIVE);
	}
	hf_test_object_end(object);
	atomic_store_rel_int(&stop, 1);
	for (i = 0; i < takers; i++)
		hf_thread_join(td[i]);
	hf_expect_eq(taken, 0);
}

static void
take_exclusive(void *arg)
{
	vm_page_xbusy(arg);
}

static void
take_shared(void *arg)
{
	vm_page_sbusy(arg);
}

HF_SCENARIO(page_busy_insist, "page.busy_insisted", "PB-1 PB-2",
    "who insists on a busy page that is taken is wrong; where it is not, has "
    "it")
{
	vm_object_t object;
	vm_page_t m;

	object = hf_test_object(1);
	m = hf_test_page(object, 0, 1);
	hf_expect_panic(take_exclusive, m, "busy");
	hf_expect_panic(take_shared, m, "busy");
	vm_page_busy_downgrade(m);
	hf_expect_panic(take_exclusive, m, "busy");
	vm_page_sbusy(m);
	vm_page_sunbusy(m);
	vm_page_sunbusy(m);
	hf_expect(!vm_page_busied(m));
	vm_page_xbusy(m);
	hf_expect(vm_page_xbusied_by_me(m));
	vm_page_free(m);
	hf_test_object_end(object);
}
