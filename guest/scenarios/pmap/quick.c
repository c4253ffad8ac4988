/* SPDX-License-Identifier: BSD-2-Clause */
/* quick.c: the private frame of pmap_quick_enter_page(). */

#include <sys/vmmeter.h>
#include <test/space.h>
#include "lab.h"

static vm_page_t nested_page;

static void
enter_again(void *arg)
{
	(void)pmap_quick_enter_page(nested_page);
}

static void
lock_inside(void *arg)
{
	mtx_lock((struct mtx *)arg);
}

static void
sleep_inside(void *arg)
{
	hf_assert_may_sleep("quick frame");
}

HF_SCENARIO(pmap_quick_bytes, "pmap.quick_bytes", "QE-01",
    "the frame shows the page; stores through it are seen elsewhere")
{
	struct lab lab;
	volatile uint64_t *p;
	uint64_t first, v;

	lab_open(&lab, 1);
	lab_enter(&lab, LAB_BASE, lab.m[0], VM_PROT_READ, VM_PROT_READ);
	p = (volatile uint64_t *)pmap_quick_enter_page(lab.m[0]);
	first = p[0];
	p[0] = 77;
	p[511] = 78;
	pmap_quick_remove_page((vm_offset_t)p);
	hf_expect(p != NULL);
	hf_expect_eq(first, lab_pattern(0));
	hf_expect(lab_load(LAB_BASE, &v));
	hf_expect_eq(v, 77);
	hf_expect_eq(lab_words(lab.m[0])[511], 78);
	lab_close(&lab);
}

HF_SCENARIO(pmap_quick_anywhere, "pmap.quick_anywhere", "QE-02 QE-03",
    "unmanaged and wired pages, under a mutex, where sleeping is forbidden")
{
	static struct mtx m_quick;
	struct lab lab;
	vm_offset_t va;
	vm_page_t um;
	u_int before, after;
	int asked;
	uint64_t v;

	lab_open(&lab, 1);
	mtx_init(&m_quick, "quick scenario", NULL, MTX_DEF);
	um = vm_page_alloc_noobj(VM_ALLOC_WIRED | VM_ALLOC_ZERO);
	hf_require(um != NULL);
	*lab_words(um) = 5;
	vm_page_wire(lab.m[0]);
	before = vm_free_count();
	hf_failpoint_arm("vm_page_alloc", 0, -1); /* no page is to be had */
	mtx_lock(&m_quick);
	THREAD_NO_SLEEPING();
	va = pmap_quick_enter_page(um);
	v = *(volatile uint64_t *)va;
	pmap_quick_remove_page(va);
	va = pmap_quick_enter_page(lab.m[0]);
	v += *(volatile uint64_t *)va;
	pmap_quick_remove_page(va);
	THREAD_SLEEPING_OK();
	mtx_unlock(&m_quick);
	after = vm_free_count();
	asked = hf_failpoint_fired("vm_page_alloc");
	hf_failpoint_disarm_all();
	hf_expect_eq(asked, 0);
	hf_expect_eq(v, lab_pattern(0) + 5);
	hf_expect_eq(before, after);
	mtx_destroy(&m_quick);
	hf_expect(vm_page_unwire_noq(lab.m[0]));
	vm_page_unwire(um, PQ_INACTIVE);
	lab_close(&lab);
}

static bool
panics(void (*fn)(void *), void *arg)
{
	return (hf_panics(fn, arg) != NULL && !hf_panic_was_trap());
}

static void
enter_loose(void *arg)
{
	pmap_quick_remove_page(pmap_quick_enter_page(arg));
}

static void
remove_another(void *arg)
{
	pmap_quick_remove_page(*(vm_offset_t *)arg + PAGE_SIZE);
}

HF_SCENARIO(pmap_quick_refuses, "pmap.quick_refuses", "QE-07",
    "a page that may go away is refused, so is leaving what was not entered")
{
	struct lab lab;
	vm_offset_t va;
	bool another, never;

	lab_open(&lab, 2);
	va = 0;
	never = panics(remove_another, &va);
	va = pmap_quick_enter_page(lab.m[1]);
	another = panics(remove_another, &va);
	pmap_quick_remove_page(va);
	hf_expect(never);
	hf_expect(another);
	vm_page_xunbusy(lab.m[0]);
	hf_expect_panic(enter_loose, lab.m[0], "");
	vm_page_xbusy(lab.m[0]);
	lab_close(&lab);
}

HF_SCENARIO(pmap_quick_rules, "pmap.quick_rules", "QE-04",
    "entering again, locking or sleeping between enter and remove panics")
{
	static struct mtx m_rules;
	struct lab lab;
	vm_offset_t va;
	bool nested, lock, asleep;

	lab_need_invariants();
	lab_open(&lab, 2);
	nested_page = lab.m[1];
	mtx_init(&m_rules, "quick scenario", NULL, MTX_DEF);
	va = pmap_quick_enter_page(lab.m[0]);
	nested = panics(enter_again, NULL);
	lock = panics(lock_inside, &m_rules);
	asleep = panics(sleep_inside, NULL);
	pmap_quick_remove_page(va);
	hf_expect(nested);
	hf_expect(lock);
	hf_expect(asleep);
	/* And afterwards all is as before. */
	va = pmap_quick_enter_page(lab.m[1]);
	pmap_quick_remove_page(va);
	mtx_lock(&m_rules);
	mtx_unlock(&m_rules);
	mtx_destroy(&m_rules);
	lab_close(&lab);
}

static void
enter_and_remove(void *arg)
{
	pmap_quick_remove_page(pmap_quick_enter_page((vm_page_t)arg));
}

static void
remove_wrong(void *arg)
{
	pmap_quick_remove_page((vm_offset_t)arg);
}

HF_SCENARIO(pmap_quick_pages, "pmap.quick_pages", "QE-02 QE-07",
    "only a page that stays is entered, only what was entered is removed")
{
	struct lab lab;
	vm_offset_t va;
	vm_page_t um;
	bool loose, other, none, nothing;
	int inside, after;

	lab_need_invariants();
	lab_open(&lab, 2);
	um = vm_page_alloc_noobj(VM_ALLOC_WIRED | VM_ALLOC_ZERO);
	hf_require(um != NULL);
	/* Busied, wired, unmanaged. */
	enter_and_remove(lab.m[0]);
	vm_page_wire(lab.m[0]);
	vm_page_xunbusy(lab.m[0]);
	enter_and_remove(lab.m[0]);
	enter_and_remove(um);
	hf_expect(vm_page_unwire_noq(lab.m[0]));
	loose = panics(enter_and_remove, lab.m[0]);
	vm_page_xbusy(lab.m[0]);
	none = panics(remove_wrong, (void *)LAB_BASE);
	nothing = panics(remove_wrong, NULL);
	va = pmap_quick_enter_page(lab.m[1]);
	inside = curthread->td_critnest;
	other = panics(remove_wrong, (void *)(va + PAGE_SIZE));
	pmap_quick_remove_page(va);
	after = curthread->td_critnest;
	hf_expect(loose);
	hf_expect(none);
	hf_expect(nothing);
	hf_expect(other);
	hf_expect_eq(inside, after + 1);
	/* Gone is gone. */
	hf_expect(panics(remove_wrong, (void *)va));
	vm_page_unwire(um, PQ_INACTIVE);
	lab_close(&lab);
}

/* Four frames that nothing maps: two to copy from, two to copy to. */
static vm_page_t unmapped[4];

#define TO_BYTE 0xee

static uint8_t
from_byte(int at)
{
	return ((uint8_t)(at / PAGE_SIZE * 5 + at % PAGE_SIZE * 3));
}

static void
fill_unmapped(void)
{
	uint8_t *p;
	int at, i;

	for (i = 0; i < 4; i++) {
		p = (uint8_t *)pmap_quick_enter_page(unmapped[i]);
		memset(p, TO_BYTE, PAGE_SIZE);
		for (at = 0; i < 2 && at < PAGE_SIZE; at++)
			p[at] = from_byte((int)ptoa(i) + at);
		pmap_quick_remove_page((vm_offset_t)p);
	}
}

/* A byte of the two pages that were copied to. */
static int
byte_of_copy(int at)
{
	vm_offset_t va;
	int byte;

	va = pmap_quick_enter_page(unmapped[2 + at / PAGE_SIZE]);
	byte = *(volatile uint8_t *)(va + (vm_offset_t)at % PAGE_SIZE);
	pmap_quick_remove_page(va);
	return (byte);
}

HF_SCENARIO(pmap_quick_contents, "pmap.quick_contents", "QE-01 PM-42 PM-43",
    "clearing and copying frames without any mapping shows through the frame")
{
	const struct {
		int from, to, len;
	} copies[] = { { 0, 0, 2 * PAGE_SIZE }, { 100, 4000, 4000 },
		{ 4095, 1, 4097 } };
	int at, c, i;

	(void)hf_space_enter();
	for (i = 0; i < 4; i++)
		unmapped[i] =
		    vm_page_alloc_noobj(VM_ALLOC_WIRED | VM_ALLOC_WAITOK);
	for (c = 0; c < (int)nitems(copies); c++) {
		const int from = copies[c].from, to = copies[c].to;
		const int end = to + copies[c].len;

		fill_unmapped();
		pmap_copy_pages(unmapped, (vm_offset_t)from, unmapped + 2,
		    (vm_offset_t)to, copies[c].len);
		for (at = to; at < end; at += imin(311, imax(1, end - 1 - at)))
			if (byte_of_copy(at) != from_byte(at - to + from))
				break;
		hf_expect_eq(at, end);
		if (to > 0)
			hf_expect_eq(byte_of_copy(to - 1), TO_BYTE);
		if (end < 2 * PAGE_SIZE)
			hf_expect_eq(byte_of_copy(end), TO_BYTE);
	}
	pmap_zero_page(unmapped[2]);
	pmap_copy_page(unmapped[1], unmapped[3]);
	hf_expect_eq(byte_of_copy(0), 0);
	hf_expect_eq(byte_of_copy(PAGE_SIZE - 1), 0);
	hf_expect_eq(byte_of_copy(PAGE_SIZE), from_byte(PAGE_SIZE));
	hf_expect_eq(
	    byte_of_copy(2 * PAGE_SIZE - 1), from_byte(2 * PAGE_SIZE - 1));
	for (i = 0; i < 4; i++)
		vm_page_unwire(unmapped[i], PQ_INACTIVE);
}

struct quick_race {
	vm_page_t mine, other; /* the two pages of one thread */
	uint64_t word[2];
	u_long rounds;
	volatile u_int bad;
};

/* Enters two pages in turn; each time only that page is seen. */
static void
quick_loop(void *arg)
{
	struct quick_race *q = arg;
	volatile uint64_t *p;
	u_long i;

	for (i = 0; i < q->rounds; i++) {
		p = (volatile uint64_t *)pmap_quick_enter_page(
		    i % 2 == 0 ? q->mine : q->other);
		if (*p != q->word[i % 2])
			q->bad++;
		pmap_quick_remove_page((vm_offset_t)p);
	}
}

HF_SCENARIO(pmap_quick_cpus, "pmap.quick_cpus", "QE-05 QE-06",
    "all CPUs use their frames at once and see their own pages only",
    .flags = HF_NEEDS_SMP)
{
	struct lab lab;
	struct quick_race q[LAB_PAGES_MAX / 2];
	struct thread *td[LAB_PAGES_MAX / 2];
	const int ncpus = MIN(hf_smp_wait(), LAB_PAGES_MAX / 2);
	int i;

	lab_open(&lab, 2 * ncpus);
	for (i = 0; i < 2 * ncpus; i++)
		vm_page_wire(lab.m[i]);
	for (i = 0; i < ncpus; i++) {
		q[i] = (struct quick_race){ lab.m[2 * i], lab.m[2 * i + 1],
			{ lab_pattern(2 * i), lab_pattern(2 * i + 1) },
			lab_rounds(60), 0 };
		td[i] = hf_thread_create(quick_loop, &q[i], "quick", i);
	}
	for (i = 0; i < ncpus; i++) {
		hf_thread_join(td[i]);
		hf_expect_eq(q[i].bad, 0);
	}
	for (i = 0; i < 2 * ncpus; i++)
		hf_expect(vm_page_unwire_noq(lab.m[i]));
	lab_close(&lab);
}
