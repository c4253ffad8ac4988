/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_page_alloc.c: that page's RETURN VALUES, flags and EXAMPLES, carried out. */

#include <test/vm_util.h>
#include <vm/vm_phys.h>
#include "listed.h"
#include "scenarios/man/vm_page_alloc.man.h"

#define INDEX 1 /* where pages are asked for; SPARE keeps the index's nodes */
#define SPARE 63

static vm_object_t object;

static void
begin(void)
{
	object = hf_test_object(SPARE + 1);
	hf_test_page_resting(object, SPARE, 0);
}

/* The page's functions, of one page each. */
static vm_page_t
of_object(int req)
{
	return (vm_page_alloc(object, INDEX, req));
}

static vm_page_t
after(int req)
{
	return (vm_page_alloc_after(object, INDEX, req, NULL));
}

static vm_page_t
contig(int req)
{
	return (vm_page_alloc_contig(
	    object, INDEX, req, 1, 0, ~0ul, PAGE_SIZE, 0, VM_MEMATTR_DEFAULT));
}

/* From the first list that has pages. */
static vm_page_t
freelist(int req)
{
	vm_page_t m;
	int list;

	for (list = 0; list < VM_NFREELIST; list++) {
		m = vm_page_alloc_freelist(list, req);
		if (m != NULL)
			return (m);
	}
	return (NULL);
}

static vm_page_t
noobj(int req)
{
	return (vm_page_alloc_noobj(req));
}

static vm_page_t
noobj_contig(int req)
{
	return (vm_page_alloc_noobj_contig(
	    req, 1, 0, ~0ul, PAGE_SIZE, 0, VM_MEMATTR_DEFAULT));
}

typedef vm_page_t alloc_fn(int req);

static alloc_fn *const functions[] = { of_object, after, contig, freelist,
	noobj, noobj_contig };

/* What comes of a request with so many pages free; the page is free again. */
static vm_page_t
with_free(u_int level, alloc_fn *fn, int req)
{
	vm_page_t m;

	hf_test_free_set(level);
	m = fn(req);
	if (m != NULL)
		vm_page_free(m);
	hf_test_free_restore();
	return (m);
}

HF_SCENARIO(man_alloc_floors, "man.alloc_floors", "PA-3 PA-4 PA-5 PA-7",
    "each function of vm_page_alloc(9) goes down to its class's floor, and no "
    "deeper")
{
	const struct {
		int class;
		u_int floor;
	} floors[] = {
		{ VM_ALLOC_NORMAL, vm_cnt.v_free_reserved },
		{ VM_ALLOC_SYSTEM, vm_cnt.v_interrupt_free_min },
		{ VM_ALLOC_INTERRUPT, 0 },
	};
	struct listed listed[] = { MAN_VALUES(LISTED) };
	u_int f, i;

	begin();
	for (i = 0; i < nitems(floors); i++) {
		for (f = 0; f < nitems(functions); f++) {
			hf_expect_ne(with_free(floors[i].floor + 1,
					 functions[f], floors[i].class),
			    NULL);
			hf_expect_eq(with_free(floors[i].floor, functions[f],
					 floors[i].class),
			    NULL);
			hf_expect(VM_OBJECT_WOWNED(object));
			hf_expect_eq(vm_page_lookup(object, INDEX), NULL);
		}
		listed_meet(listed, nitems(listed), floors[i].class);
	}
	listed_all_met(listed, nitems(listed));
	hf_test_object_end(object);
}

/* A page of a request that is to succeed. */
static vm_page_t
page_with(alloc_fn *fn, int req)
{
	vm_page_t m;

	m = fn(VM_ALLOC_NORMAL | req);
	hf_require(m != NULL);
	return (m);
}

static void
nobusy(void)
{
	vm_page_t m = page_with(of_object, VM_ALLOC_NOBUSY);

	hf_expect(!vm_page_busied(m));
	vm_page_xbusy(m);
	vm_page_free(m);
}

static void
sbusy(void)
{
	vm_page_t m = page_with(of_object, VM_ALLOC_SBUSY);

	hf_expect(vm_page_sbusied(m) && !vm_page_xbusied(m));
	hf_require(vm_page_busy_tryupgrade(m));
	vm_page_free(m);
}

static void
wired(void)
{
	vm_page_t m;
	u_int f;

	for (f = 0; f < nitems(functions); f++) {
		m = page_with(functions[f], VM_ALLOC_WIRED);
		hf_expect_eq(vm_page_wire_count(m), 1);
		(void)vm_page_unwire_noq(m);
		vm_page_free(m);
	}
}

/* Each leaves contents in a frame that the next one may get. */
static void
zero(void)
{
	vm_page_t m;
	u_int f;

	for (f = 0; f < nitems(functions); f++) {
		m = page_with(functions[f], VM_ALLOC_ZERO);
		if (m->object == NULL || (m->flags & PG_ZERO) != 0)
			hf_expect(hf_test_all(m, 0, PAGE_SIZE, 0));
		memset(hf_test_bytes(m), 0xa5, PAGE_SIZE);
		vm_page_free(m);
	}
}

static void
nodump(void)
{
	vm_page_t m;
	u_int f;

	for (f = 0; f < nitems(functions); f++) {
		m = page_with(functions[f], VM_ALLOC_NODUMP);
		hf_expect((m->flags & PG_NODUMP) != 0);
		vm_page_free(m);
	}
}

static void
without_object(void)
{
	vm_page_t m;

	m = vm_page_alloc(NULL, 77, VM_ALLOC_NORMAL | VM_ALLOC_NOOBJ);
	hf_require(m != NULL);
	hf_expect_eq(m->object, NULL);
	hf_expect((m->oflags & VPO_UNMANAGED) != 0);
	hf_expect(!vm_page_busied(m));
	vm_page_free(m);
}

static void
count(void)
{
	u_int before;

	/* The daemon, which clears it, is held off. */
	hf_test_free_set(vm_cnt.v_free_reserved);
	before = vm_pageout_deficit();
	hf_expect_eq(of_object(VM_ALLOC_NORMAL | VM_ALLOC_COUNT(20)), NULL);
	hf_expect_eq(vm_pageout_deficit(), before + 20);
	hf_test_free_restore();
}

static void
nowait(void)
{
	u_int f;

	THREAD_NO_SLEEPING();
	for (f = 0; f < nitems(functions); f++)
		hf_expect_eq(with_free(vm_cnt.v_free_reserved, functions[f],
				 VM_ALLOC_NORMAL | VM_ALLOC_NOWAIT),
		    NULL);
	THREAD_SLEEPING_OK();
}

/* A request that sleeps, made by a thread while there is no memory. */
struct sleeper {
	alloc_fn *fn;
	int req;
	volatile u_int go;
	vm_page_t m;
};

static void
ask(void *arg)
{
	struct sleeper *s = arg;

	while (atomic_load_acq_int(&s->go) == 0)
		hf_yield();
	VM_OBJECT_WLOCK(object);
	s->m = s->fn(s->req);
	hf_expect(VM_OBJECT_WOWNED(object));
	VM_OBJECT_WUNLOCK(object);
}

static vm_page_t
asked_asleep(alloc_fn *fn, int req)
{
	struct sleeper s = { .fn = fn, .req = VM_ALLOC_NORMAL | req };
	struct thread *td;

	VM_OBJECT_WUNLOCK(object);
	td = hf_thread_create(ask, &s, "asker", -1);
	hf_test_free_set(vm_cnt.v_free_reserved);
	atomic_store_rel_int(&s.go, 1);
	while (hf_test_vm_waiters() == 0)
		hf_yield();
	hf_test_free_restore();
	hf_thread_join(td);
	VM_OBJECT_WLOCK(object);
	return (s.m);
}

static void
waitfail(void)
{
	hf_expect_eq(asked_asleep(of_object, VM_ALLOC_WAITFAIL), NULL);
	hf_expect_eq(asked_asleep(after, VM_ALLOC_WAITFAIL), NULL);
	hf_expect_eq(asked_asleep(contig, VM_ALLOC_WAITFAIL), NULL);
}

/* The object is none of theirs: its lock is not in the way. */
static vm_page_t
noobj_unlocked(int req)
{
	vm_page_t m;

	VM_OBJECT_WUNLOCK(object);
	m = noobj(req);
	VM_OBJECT_WLOCK(object);
	return (m);
}

static vm_page_t
noobj_contig_unlocked(int req)
{
	vm_page_t m;

	VM_OBJECT_WUNLOCK(object);
	m = noobj_contig(req);
	VM_OBJECT_WLOCK(object);
	return (m);
}

static void
waitok(void)
{
	static alloc_fn *const fns[] = { noobj_unlocked,
		noobj_contig_unlocked };
	vm_page_t m;
	u_int f;

	for (f = 0; f < nitems(fns); f++) {
		hf_expect_eq(asked_asleep(fns[f], VM_ALLOC_WAITFAIL), NULL);
		m = asked_asleep(fns[f], VM_ALLOC_WAITOK);
		hf_require(m != NULL);
		vm_page_free(m);
	}
}

static void
noreclaim(void)
{
	vm_page_free(page_with(contig, VM_ALLOC_NORECLAIM));
	vm_page_free(page_with(noobj_contig, VM_ALLOC_NORECLAIM));
}

#define NAME(v) #v,

HF_SCENARIO(man_alloc_flags, "man.alloc_flags",
    "PA-2 PA-8 PA-9 PA-10 PA-11 PA-14 PA-15 PA-19 PA-20 PA-21",
    "each flag that vm_page_alloc(9) names does what the page says",
    .timeout_ms = 60000)
{
	static const struct {
		const char *flag;
		void (*show)(void);
	} shown[] = {
		{ "VM_ALLOC_NOBUSY", nobusy },
		{ "VM_ALLOC_SBUSY", sbusy },
		{ "VM_ALLOC_WIRED", wired },
		{ "VM_ALLOC_ZERO", zero },
		{ "VM_ALLOC_NODUMP", nodump },
		{ "VM_ALLOC_NOOBJ", without_object },
		{ "VM_ALLOC_COUNT", count },
		{ "VM_ALLOC_NOWAIT", nowait },
		{ "VM_ALLOC_WAITFAIL", waitfail },
		{ "VM_ALLOC_WAITOK", waitok },
		{ "VM_ALLOC_NORECLAIM", noreclaim },
	};
	static const char *const named[] = { MAN_FLAGS(NAME) };
	u_int i;

	begin();
	hf_expect_eq(nitems(named), nitems(shown));
	for (i = 0; i < MIN(nitems(named), nitems(shown)); i++) {
		hf_expect_str(named[i], shown[i].flag);
		shown[i].show();
		hf_expect_eq(vm_page_lookup(object, INDEX), NULL);
	}
	hf_test_object_end(object);
}

static volatile u_int go;
static volatile int added;

static void
add_when_told(void *arg)
{
	while (atomic_load_acq_int(&go) == 0)
		hf_yield();
	added = add_zero_page(object, INDEX);
}

/* add_zero_page() in a thread that has to wait for memory. */
static int
add_waiting(void (*meanwhile)(void))
{
	struct thread *td;

	go = 0;
	td = hf_thread_create(add_when_told, NULL, "adder", -1);
	hf_test_free_set(vm_cnt.v_free_reserved);
	atomic_store_rel_int(&go, 1);
	while (hf_test_vm_waiters() == 0)
		hf_yield();
	meanwhile();
	hf_test_free_restore();
	hf_thread_join(td);
	return (added);
}

static void
nothing(void)
{
}

static void
somebody_else(void)
{
	vm_page_t m;

	VM_OBJECT_WLOCK(object);
	m = vm_page_alloc(object, INDEX, VM_ALLOC_INTERRUPT);
	hf_require(m != NULL);
	memset(hf_test_bytes(m), 7, PAGE_SIZE);
	vm_page_valid(m);
	vm_page_xunbusy(m);
	VM_OBJECT_WUNLOCK(object);
}

static void
expect_page(int byte)
{
	vm_page_t m;

	VM_OBJECT_WLOCK(object);
	m = vm_page_lookup(object, INDEX);
	hf_require(m != NULL);
	hf_expect(vm_page_all_valid(m));
	hf_expect(!vm_page_busied(m));
	hf_expect(hf_test_all(m, 0, PAGE_SIZE, byte));
	VM_OBJECT_WUNLOCK(object);
}

HF_SCENARIO(man_alloc_example, "man.alloc_example", "PA-1 PA-7 PA-11",
    "the first example of vm_page_alloc(9) does what the page says")
{
	vm_page_t m;

	begin();
	VM_OBJECT_WUNLOCK(object);
	hf_expect_eq(add_zero_page(object, INDEX), 0);
	expect_page(0);
	VM_OBJECT_WLOCK(object);
	m = vm_page_lookup(object, INDEX);
	hf_expect_eq(vm_page_queue(m), PQ_ACTIVE);
	memset(hf_test_bytes(m), 9, PAGE_SIZE);
	VM_OBJECT_WUNLOCK(object);
	hf_expect_eq(add_zero_page(object, INDEX), EEXIST);
	expect_page(9);

	/* Without memory it waits, and looks again afterwards. */
	VM_OBJECT_WLOCK(object);
	vm_object_page_remove(object, INDEX, INDEX + 1, 0);
	VM_OBJECT_WUNLOCK(object);
	hf_expect_eq(add_waiting(nothing), 0);
	expect_page(0);
	VM_OBJECT_WLOCK(object);
	vm_object_page_remove(object, INDEX, INDEX + 1, 0);
	VM_OBJECT_WUNLOCK(object);
	hf_expect_eq(add_waiting(somebody_else), EEXIST);
	expect_page(7);
	vm_object_deallocate(object);
}

HF_SCENARIO(man_alloc_device, "man.alloc_device_example", "PA-20 PA-22",
    "the second example of vm_page_alloc(9) does what the page says")
{
	const u_int free = vm_free_count();
	vm_page_t m;
	u_int i;

	m = device_memory(20);
	hf_require(m != NULL);
	hf_expect_eq(VM_PAGE_TO_PHYS(m) % 65536, 0);
	hf_expect_le(VM_PAGE_TO_PHYS(m) + ptoa(20), 1ul << 32);
	for (i = 0; i < 20; i++) {
		hf_expect_eq(
		    VM_PAGE_TO_PHYS(&m[i]), VM_PAGE_TO_PHYS(m) + ptoa(i));
		hf_expect(vm_page_wired(&m[i]));
		hf_expect(hf_test_all(&m[i], 0, PAGE_SIZE, 0));
	}
	hf_expect_eq(vm_free_count(), free - 20);
	device_memory_free(m, 20);
	hf_expect_eq(vm_free_count(), free);
}
