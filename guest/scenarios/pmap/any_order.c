/* SPDX-License-Identifier: BSD-2-Clause */
/* any_order.c: looks at mappings beside what takes them away, in whatever order. */

/*
 * Nothing here makes the threads meet: on a machine they do or not, and
 * tools/explore has them meet in every way (docs/testing.md).
 */
#include "lab.h"

#define R VM_PROT_READ

static void
free_pmap(void *pmap)
{
	lab_pmap_free(pmap);
}

HF_SCENARIO(pmap_walk_any_order, "pmap.walk_any_order", "PM-23 PM-45",
    "a page loses its mappings while one of its pmaps is taken down")
{
	struct thread *td;
	struct lab lab;
	pmap_t other;

	lab_open(&lab, 1);
	other = lab_pmap();
	lab_enter(&lab, lab_va(0), lab.m[0], R, R);
	(void)pmap_enter(other, lab_va(7), lab.m[0], R, R, 0);
	(void)pmap_enter(other, lab_va(600), lab.m[0], R, R, 0);
	td = hf_thread_create(free_pmap, other, "second", -1);
	pmap_remove_all(lab.m[0]);
	hf_thread_join(td);
	hf_expect(!pmap_page_is_mapped(lab.m[0]));
	hf_expect(hf_pmap_check() == NULL);
	lab_close(&lab);
}

struct removal {
	struct lab lab;
	u_int wirings; /* of the page, once it is not mapped any more */
};

static void
remove_page(void *arg)
{
	struct removal *r = arg;

	pmap_remove(r->lab.pmap, lab_va(0), lab_va(1));
	r->wirings = vm_page_wire_count(r->lab.m[0]);
}

HF_SCENARIO(pmap_extract_any_order, "pmap.extract_any_order", "PM-31 QH-23",
    "a page is held by its mapping while it has it, and never afterwards")
{
	struct thread *td;
	struct removal r;
	vm_page_t m;

	lab_open(&r.lab, 1);
	lab_enter(&r.lab, lab_va(0), r.lab.m[0], R, R);
	td = hf_thread_create(remove_page, &r, "second", -1);
	m = pmap_extract_and_hold(r.lab.pmap, lab_va(0), R);
	hf_thread_join(td);
	hf_expect_eq(r.wirings, m != NULL ? 1 : 0);
	hf_expect(m == NULL || m == r.lab.m[0]);
	if (m != NULL)
		vm_page_unwire_noq(m);
	lab_close(&r.lab);
}
