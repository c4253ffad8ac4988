/* SPDX-License-Identifier: BSD-2-Clause */
/* ranges.c: a pmap changes what a range names, and panics for what is none. */

#include <sys/mman.h>
#include <test/ranges.h>
#include <vm/vm_extern.h>
#include "lab.h"

/* One call with a range; user pmaps only. */
struct call {
	pmap_t pmap;
	pmap_t other; /* of a copy */
	const struct hf_range *r;
};

static void
call_remove(void *arg)
{
	struct call *c = arg;

	pmap_remove(c->pmap, c->r->start, c->r->end);
}

static void
call_protect(void *arg)
{
	struct call *c = arg;

	pmap_protect(c->pmap, c->r->start, c->r->end, VM_PROT_READ);
}

static void
call_advise(void *arg)
{
	struct call *c = arg;

	pmap_advise(c->pmap, c->r->start, c->r->end, MADV_DONTNEED);
}

static void
call_unwire(void *arg)
{
	struct call *c = arg;

	pmap_unwire(c->pmap, c->r->start, c->r->end);
}

static void
call_copy(void *arg)
{
	struct call *c = arg;

	pmap_copy(
	    c->other, c->pmap, c->r->start, hf_range_bytes(c->r), c->r->start);
}

static u_int
bits_of(pmap_t pmap, pt_entry_t bit)
{
	u_int set;
	int i;

	for (set = 0, i = 0; i < HF_RANGES_PAGES; i++)
		if ((hf_pmap_leaf(pmap, hf_ranges_va(i)) & bit) != 0)
			set |= 1u << i;
	return (set);
}

#define WIRE_ALL (VM_MAP_WIRE_SYSTEM | VM_MAP_WIRE_HOLESOK)

/* All is unwired in the map, whatever is wired in the pmap. */
static void
unwire_all(vm_map_t map)
{
	pmap_remove(map->pmap, 0, VM_MAXUSER_ADDRESS);
	hf_require_eq(
	    vm_map_unwire(map, 0, VM_MAXUSER_ADDRESS, WIRE_ALL), KERN_SUCCESS);
}

static void
wire_all(vm_map_t map)
{
	hf_require_eq(
	    vm_map_wire(map, 0, VM_MAXUSER_ADDRESS, WIRE_ALL), KERN_SUCCESS);
}

/*
 * Leaves as before a call that took the bit from some or gave it to another
 * pmap.
 */
static void
restore(struct call *c, pt_entry_t bit)
{
	int i;

	if (c->other != NULL)
		pmap_remove(c->other, 0, VM_MAXUSER_ADDRESS);
	if (bit == PG_W) {
		unwire_all(hf_space_map());
		wire_all(hf_space_map());
	}
	for (i = 0; i < HF_RANGES_PAGES; i++)
		hf_poke(hf_ranges_va(i), 0x100 + (uint64_t)i);
}

/* The call on trial, and the bit that it takes, or gives to the other pmap. */
static struct {
	void (*fn)(void *);
	pt_entry_t bit;
	struct call call;
} trial;

/*
 * Leaves of what the range names lose the bit (or the other pmap gains them),
 * all others stay as they are.
 */
static enum hf_trial
try_call(vm_map_t map, const struct hf_range *r)
{
	struct call *c = &trial.call;
	u_int want;

	c->r = r;
	want = 0;
	if (r->is == HF_RANGE_INSIDE || r->is == HF_RANGE_EMPTY) {
		trial.fn(c);
		want = r->pages;
	} else
		hf_expect_panic(trial.fn, c, "");
	if (c->other != NULL)
		hf_ranges_expect(r, bits_of(c->other, trial.bit), want);
	else
		hf_ranges_expect(
		    r, bits_of(c->pmap, trial.bit), HF_RANGES_ALL & ~want);
	if (want != 0)
		restore(c, trial.bit);
	return (HF_TRIAL_SAME);
}

static void
try_ranges(void (*fn)(void *), pt_entry_t bit, bool copies)
{
	hf_ranges_begin();
	trial.fn = fn;
	trial.bit = bit;
	trial.call = (struct call){ .pmap = hf_space_map()->pmap };
	if (copies)
		trial.call.other = lab_pmap();
	if (bit == PG_W)
		wire_all(hf_space_map());
	hf_ranges_try_each(try_call);
	if (copies)
		lab_pmap_free(trial.call.other);
	if (bit == PG_W)
		unwire_all(hf_space_map());
	hf_ranges_end();
}

HF_SCENARIO(pmap_ranges_remove, "pmap.ranges_remove", "PM-20 PM-52",
    "pmap_remove of odd ranges: no kernel mapping goes, no other either")
{
	try_ranges(call_remove, X86_PG_V, false);
}

HF_SCENARIO(pmap_ranges_protect, "pmap.ranges_protect", "PM-25 PM-52",
    "so with pmap_protect")
{
	try_ranges(call_protect, X86_PG_RW, false);
}

HF_SCENARIO(pmap_ranges_advise, "pmap.ranges_advise", "PM-37 PM-52",
    "so with pmap_advise")
{
	try_ranges(call_advise, X86_PG_M, false);
}

HF_SCENARIO(pmap_ranges_unwire, "pmap.ranges_unwire", "PM-30 PM-52",
    "so with pmap_unwire")
{
	try_ranges(call_unwire, PG_W, false);
}

HF_SCENARIO(pmap_ranges_copy, "pmap.ranges_copy", "PM-18 PM-52",
    "so with pmap_copy, for the pmap that gains")
{
	try_ranges(call_copy, X86_PG_V, true);
}

struct object_call {
	pmap_t pmap;
	vm_page_t first;
	vm_offset_t start, end;
};

static void
call_enter_object(void *arg)
{
	struct object_call *c = arg;

	VM_OBJECT_RLOCK(c->first->object);
	pmap_enter_object(c->pmap, c->start, c->end, c->first, VM_PROT_READ);
	VM_OBJECT_RUNLOCK(c->first->object);
}

/* The lock that a caught panic leaves behind is let go. */
static void
enter_object_panics(struct object_call *c)
{
#ifdef INVARIANTS
	const char *text;

	text = hf_panics(call_enter_object, c);
	if (text != NULL)
		VM_OBJECT_RUNLOCK(c->first->object);
	hf_expect(text != NULL && !hf_panic_was_trap());
#endif
}

HF_SCENARIO(pmap_ranges_object, "pmap.ranges_object", "PM-17 PM-52",
    "pmap_enter_object stops at the end, and wants a range of the process")
{
	struct lab lab;
	struct object_call c;
	const vm_offset_t max = VM_MAXUSER_ADDRESS;
	int i;

	lab_open(&lab, 4);
	c = (struct object_call){ lab.pmap, lab.m[0], max - ptoa(2), max };
	call_enter_object(&c);
	hf_expect_eq(pmap_resident_count(lab.pmap), 4 + 2);
	for (i = 0; i < 2; i++)
		hf_expect_eq(lab_bits(&lab, max - ptoa(2 - i), PG_FRAME),
		    VM_PAGE_TO_PHYS(lab.m[i]));
	c.start = c.end = LAB_BASE;
	call_enter_object(&c);
	c.end = max + ptoa(1);
	c.start = max - ptoa(1);
	enter_object_panics(&c);
	c.end = c.start - ptoa(1);
	enter_object_panics(&c);
	c.end = c.start + 1;
	enter_object_panics(&c);
	c.start = VM_MIN_KERNEL_ADDRESS;
	c.end = c.start + ptoa(1);
	enter_object_panics(&c);
	hf_expect_eq(pmap_resident_count(lab.pmap), 4 + 2);
	lab_close(&lab);
}

struct above {
	pmap_t pmap;
	vm_page_t m;
	vm_offset_t va;
};

static void
enter_above(void *arg)
{
	struct above *a = arg;

	pmap_enter_quick(a->pmap, a->va, a->m, VM_PROT_READ);
}

/* The kernel's half of a process's tables is the kernel's. */
HF_SCENARIO(pmap_ranges_points, "pmap.ranges_points", "PM-53",
    "of an address above user space a process's pmap says: nothing is there")
{
	vm_offset_t above[] = { VM_MAXUSER_ADDRESS, 0, VM_MIN_KERNEL_ADDRESS,
		1ul << 48, (1ul << 48) + HF_SPACE_BASE,
		~(vm_offset_t)PAGE_MASK };
	struct above a;
	vm_paddr_t pa;
	pmap_t pmap;
	int i;

	hf_ranges_begin();
	pmap = hf_space_map()->pmap;
	a = (struct above){ pmap, hf_space_page(hf_ranges_va(0)), 0 };
	above[1] = hf_ranges_kernel_va();
	hf_expect_ne(pmap_kextract(above[1]), 0);
	for (i = 0; i < (int)nitems(above); i++) {
		pa = 1;
		if (!hf_expect_eq(pmap_extract(pmap, above[i]), 0) ||
		    !hf_expect_eq(
			pmap_extract_and_hold(pmap, above[i], VM_PROT_READ),
			NULL) ||
		    !hf_expect(!pmap_is_prefaultable(pmap, above[i])) ||
		    !hf_expect_eq(pmap_mincore(pmap, above[i], &pa), 0) ||
		    !hf_expect_eq(pa, 1))
			hf_note("address %#lx", above[i]);
		a.va = above[i];
		hf_expect_panic(enter_above, &a, "");
	}
	hf_ranges_end();
}

/* What is asked of pages of the kernel, and of bytes of pages. */
static void
qenter_less(void *arg)
{
	pmap_qenter(*(vm_offset_t *)arg, NULL, -1);
}

static void
qremove_less(void *arg)
{
	pmap_qremove(*(vm_offset_t *)arg, -1);
}

static void
qenter_user(void *arg)
{
	pmap_qenter(LAB_BASE, (vm_page_t *)arg, 1);
}

struct area {
	vm_page_t m;
	int off, size;
};

static void
zero_area(void *arg)
{
	struct area *a = arg;

	pmap_zero_page_area(a->m, a->off, a->size);
}

HF_SCENARIO(pmap_ranges_kernel, "pmap.ranges_kernel", "PM-61 PM-59",
    "no pages are no pages, fewer than none a panic; bytes stay in their page")
{
	struct lab lab;
	struct area bad[] = { { NULL, -1, 1 }, { NULL, 0, -1 },
		{ NULL, 0, PAGE_SIZE + 1 }, { NULL, PAGE_SIZE - 8, 16 },
		{ NULL, PAGE_SIZE, INT32_MAX }, { NULL, INT32_MAX, 1 },
		{ NULL, INT32_MAX, INT32_MAX } };
	vm_offset_t kva;
	uint64_t v;
	int i;

	lab_open(&lab, 2);
	kva = kva_alloc(PAGE_SIZE);
	hf_require(kva != 0);
	pmap_qenter(kva, lab.m, 1);
	pmap_qenter(kva, lab.m + 1, 0);
	pmap_qremove(kva, 0);
	hf_expect_panic(qenter_less, &kva, "");
	hf_expect_panic(qremove_less, &kva, "");
	hf_expect_panic_always(qenter_user, lab.m, "");
	hf_expect(lab_peek(kva, &v));
	hf_expect_eq(v, lab_pattern(0));
	for (i = 0; i < (int)nitems(bad); i++) {
		bad[i].m = lab.m[0];
		hf_expect_panic(zero_area, &bad[i], "");
	}
	pmap_zero_page_area(lab.m[0], PAGE_SIZE, 0);
	pmap_zero_page_area(lab.m[0], 0, 0);
	pmap_copy_pages(lab.m, 8, lab.m + 1, 0, 0);
	pmap_copy_pages(lab.m, 8, lab.m + 1, 0, -8);
	for (i = 0; i < 2; i++)
		hf_expect_eq(*lab_words(lab.m[i]), lab_pattern(i));
	pmap_qremove(kva, 1);
	kva_free(kva, PAGE_SIZE);
	lab_close(&lab);
}
