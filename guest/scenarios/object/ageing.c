/* SPDX-License-Identifier: BSD-2-Clause */
/* ageing.c: how active pages become inactive, and which stay. */
#include <test/vm_util.h>

#define VA 0x400000ul

/* One look at the whole active queue, with INACTIVE short of pages or not. */
static void
look(bool lacking)
{
	struct vm_domain *vmd = &vm_dom[0];
	const u_int target = vmd->vmd_inactive_target;

	hf_pageout_hold();
	if (lacking)
		vmd->vmd_inactive_target = vmd->vmd_page_count;
	else
		/* A whole lap is due. */
		vmd->vmd_active_ns -= 600ull * 1000 * 1000 * 1000;
	hf_pageout_unhold();
	hf_test_daemon_pass();
	vmd->vmd_inactive_target = target;
}

HF_SCENARIO(ageing_declines, "object.ageing_declines", "PO-9",
    "a page that nobody uses leaves the active queue, clean or dirty")
{
	vm_object_t object;
	vm_page_t clean, dirty;
	int i;

	object = hf_test_object(2);
	clean = hf_test_page_resting(object, 0, 1);
	dirty = hf_test_page_resting(object, 1, 2);
	vm_page_dirty(dirty);
	clean->a.act_count = dirty->a.act_count = 3;
	VM_OBJECT_WUNLOCK(object);
	for (i = 2; i >= 1; i--) {
		look(true);
		hf_expect_eq(clean->a.act_count, i);
		hf_expect_eq(vm_page_queue(clean), PQ_ACTIVE);
	}
	look(true);
	hf_expect_eq(vm_page_queue(clean), PQ_INACTIVE);
	hf_expect_eq(vm_page_queue(dirty), PQ_LAUNDRY);
	VM_OBJECT_WLOCK(object);
	hf_test_object_end(object);
}

HF_SCENARIO(ageing_ample, "object.ageing_ample", "PO-9 PO-11 PO-12",
    "with enough inactive pages a lap of 600 seconds ages, and a pass does not")
{
	vm_object_t object;
	vm_page_t dirty;
	u_long looked;

	object = hf_test_object(1);
	dirty = hf_test_page_resting(object, 0, 2);
	vm_page_dirty(dirty);
	dirty->a.act_count = 2;
	VM_OBJECT_WUNLOCK(object);
	look(false);
	hf_expect_eq(dirty->a.act_count, 1);
	looked = VM_CNT_FETCH(v_pdpages);
	hf_test_daemon_pass();
	hf_expect_eq(VM_CNT_FETCH(v_pdpages), looked);
	hf_expect_eq(dirty->a.act_count, 1);
	look(false);
	/* No shortage: even a dirty page goes by way of INACTIVE. */
	hf_expect_eq(vm_page_queue(dirty), PQ_INACTIVE);
	VM_OBJECT_WLOCK(object);
	hf_test_object_end(object);
}

HF_SCENARIO(ageing_used, "object.ageing_used", "PO-10 PO-3",
    "pages in use gain, up to a limit, and stay active")
{
	static struct pmap pmap;
	vm_object_t object;
	vm_page_t flagged, mapped;
	int i;

	hf_test_pmap_begin(&pmap);
	object = hf_test_object(2);
	mapped = hf_test_page(object, 0, 1);
	hf_test_enter(&pmap, VA, mapped, VM_PROT_READ, VM_PROT_READ);
	hf_test_enter(
	    &pmap, VA + PAGE_SIZE, mapped, VM_PROT_READ, VM_PROT_READ);
	vm_page_activate(mapped);
	vm_page_xunbusy(mapped);
	flagged = hf_test_page_resting(object, 1, 2);
	VM_OBJECT_WUNLOCK(object);
	/* Both mappings count, and the look takes their bits away. */
	look(true);
	hf_expect_eq(mapped->a.act_count, ACT_INIT + ACT_ADVANCE + 2);
	look(true);
	hf_expect_eq(mapped->a.act_count, ACT_INIT + ACT_ADVANCE + 2 - 1);
	for (i = 0; i < 20; i++) {
		vm_page_reference(flagged);
		look(true);
	}
	hf_expect_eq(flagged->a.act_count, ACT_MAX);
	hf_expect_eq(vm_page_queue(flagged), PQ_ACTIVE);
	hf_expect_eq(vm_page_aflags(flagged) & PGA_REFERENCED, 0);
	pmap_remove_all(mapped);
	hf_test_pmap_end(&pmap);
	VM_OBJECT_WLOCK(object);
	hf_test_object_end(object);
}

HF_SCENARIO(ageing_turns, "object.ageing_turns", "PO-31",
    "looks go round: what was not reached is first the next time")
{
	vm_object_t object;
	vm_page_t m[4];
	int i;

	object = hf_test_object(4);
	for (i = 0; i < 4; i++)
		m[i] = hf_test_page_resting(object, i, i);
	vm_page_wire(m[0]);
	VM_OBJECT_WUNLOCK(object);
	/* A quarter of a lap: one page of the four, and not the wired one. */
	for (i = 1; i < 4; i++) {
		hf_pageout_hold();
		vm_dom[0].vmd_active_ns -= 200ull * 1000 * 1000 * 1000;
		hf_pageout_unhold();
		hf_test_daemon_pass();
		hf_expect_eq(m[i]->a.act_count, ACT_INIT - 1);
	}
	hf_expect_eq(m[0]->a.act_count, ACT_INIT);
	hf_expect_eq(m[1]->a.act_count, ACT_INIT - 1);
	vm_page_unwire(m[0], PQ_ACTIVE);
	hf_expect_eq(vm_page_queue(m[0]), PQ_ACTIVE);
	VM_OBJECT_WLOCK(object);
	hf_test_object_end(object);
}
