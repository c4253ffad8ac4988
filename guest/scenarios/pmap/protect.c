/* SPDX-License-Identifier: BSD-2-Clause */
/* protect.c: rights taken away, by range and by page. */

#include "lab.h"

#define R   VM_PROT_READ
#define RW  VM_PROT_RW
#define X   VM_PROT_EXECUTE
#define ALL VM_PROT_ALL

HF_SCENARIO(pmap_protect_read, "pmap.protect_read", "PM-25",
    "write access goes; a modification made before is recorded")
{
	struct lab lab;

	lab_open(&lab, 2);
	lab_enter(&lab, lab_va(0), lab.m[0], RW, R);
	lab_enter(&lab, lab_va(1), lab.m[1], RW, R);
	hf_expect(lab_store(lab_va(0), 4));
	pmap_protect(lab.pmap, lab_va(0), lab_va(2), R);
	hf_expect_eq(lab.m[0]->dirty, VM_PAGE_BITS_ALL);
	hf_expect_eq(lab.m[1]->dirty, 0);
	hf_expect_eq(lab_bits(&lab, lab_va(0), X86_PG_RW | X86_PG_M), 0);
	hf_expect_eq(lab_bits(&lab, lab_va(1), X86_PG_RW | X86_PG_M), 0);
	hf_expect(!lab_store(lab_va(0), 5));
	hf_expect(!lab_store(lab_va(1), 5));
	hf_expect(lab_can_load(lab_va(0)));
	lab_close(&lab);
}

HF_SCENARIO(pmap_protect_never_widens, "pmap.protect_never_widens",
    "PM-26 PM-27",
    "pmap_protect() takes away only; with nothing left it removes")
{
	struct lab lab;
	pt_entry_t leaf;

	lab_open(&lab, 2);
	lab_enter(&lab, lab_va(0), lab.m[0], R | X, R);
	pmap_protect(lab.pmap, lab_va(0), lab_va(1), RW);
	hf_expect_eq(lab_bits(&lab, lab_va(0), X86_PG_RW), 0);
	hf_expect(lab_bits(&lab, lab_va(0), X86_PG_NX) != 0);
	leaf = hf_pmap_leaf(lab.pmap, lab_va(0));
	pmap_protect(lab.pmap, lab_va(0), lab_va(1), ALL);
	hf_expect_eq(hf_pmap_leaf(lab.pmap, lab_va(0)), leaf);
	lab_enter(&lab, lab_va(1), lab.m[1], RW, RW);
	pmap_protect(lab.pmap, lab_va(0), lab_va(2), VM_PROT_NONE);
	hf_expect_eq(pmap_resident_count(lab.pmap), 1);
	hf_expect_eq(lab.m[1]->dirty, VM_PAGE_BITS_ALL);
	hf_expect(!pmap_page_is_mapped(lab.m[0]));
	lab_close(&lab);
}

HF_SCENARIO(pmap_remove_write_page, "pmap.remove_write", "PM-29",
    "no mapping of the page can be written through any more")
{
	struct lab lab;
	pmap_t other;
	vm_page_t m;

	lab_open(&lab, 1);
	m = lab.m[0];
	other = lab_pmap();
	(void)pmap_enter(other, lab_va(9), m, RW, R, 0);
	lab_enter(&lab, lab_va(0), m, RW, R);
	lab_enter(&lab, lab_va(1), m, R, R);
	hf_expect(lab_store(lab_va(0), 8));
	pmap_remove_write(m);
	hf_expect(!pmap_page_is_write_mapped(m));
	hf_expect_eq(m->dirty, VM_PAGE_BITS_ALL);
	hf_expect(!pmap_is_modified(m));
	hf_expect_eq(hf_pmap_leaf(other, lab_va(9)) & X86_PG_RW, 0);
	hf_expect(lab_can_load(lab_va(0)));
	hf_expect(!lab_store(lab_va(0), 9));
	hf_expect_eq(*lab_words(m), 8);
	vm_page_undirty(m);
	pmap_remove_write(m);
	hf_expect_eq(m->dirty, 0);
	lab_pmap_free(other);
	lab_close(&lab);
}

HF_SCENARIO(pmap_clear_modify_page, "pmap.clear_modify", "PM-36",
    "M is cleared without being recorded; the next store sets it again")
{
	struct lab lab;

	lab_open(&lab, 1);
	lab_enter(&lab, LAB_BASE, lab.m[0], RW, R);
	hf_expect(lab_store(LAB_BASE, 1));
	pmap_clear_modify(lab.m[0]);
	hf_expect(!pmap_is_modified(lab.m[0]));
	hf_expect_eq(lab.m[0]->dirty, 0);
	hf_expect(lab_store(LAB_BASE, 2));
	hf_expect(pmap_is_modified(lab.m[0]));
	lab_close(&lab);
}

struct unwire_arg {
	pmap_t pmap;
	vm_offset_t start, end;
};

static void
unwire(void *arg)
{
	struct unwire_arg *u = arg;

	pmap_unwire(u->pmap, u->start, u->end);
}

HF_SCENARIO(pmap_unwire_range, "pmap.unwire", "PM-30",
    "WIRED goes and nothing else; an unwired leaf in the range panics")
{
	struct lab lab;
	struct unwire_arg u;
	pt_entry_t leaf;

	lab_open(&lab, 2);
	lab_enter(&lab, lab_va(0), lab.m[0], RW, RW | PMAP_ENTER_WIRED);
	lab_enter(&lab, lab_va(3), lab.m[1], R, R | PMAP_ENTER_WIRED);
	leaf = hf_pmap_leaf(lab.pmap, lab_va(0));
	hf_expect_eq(pmap_wired_count(lab.pmap), 2);
	pmap_unwire(lab.pmap, lab_va(0), lab_va(4));
	hf_expect_eq(pmap_wired_count(lab.pmap), 0);
	hf_expect_eq(hf_pmap_leaf(lab.pmap, lab_va(0)), leaf & ~PG_W);
	u = (struct unwire_arg){ lab_pmap(), lab_va(0), lab_va(1) };
	(void)pmap_enter(u.pmap, lab_va(0), lab.m[0], R, R, 0);
	hf_expect_panic(unwire, &u, "");
	lab_pmap_free(u.pmap);
	lab_close(&lab);
}
