/* SPDX-License-Identifier: BSD-2-Clause */
/* watermarks.c: the levels of free memory at which things happen. */
#include <test/vm_util.h>

static void
expect_marks(
    u_int n, u_int reserved, u_int severe, u_int min, u_int wake, u_int target)
{
	static struct vm_domain vmd;

	hf_vm_domain_set_watermarks(&vmd, n, n);
	hf_expect_eq(vmd.vmd_interrupt_free_min, 2);
	hf_expect_eq(vmd.vmd_pageout_free_min, 34);
	hf_expect_eq(vmd.vmd_free_reserved, reserved);
	hf_expect_eq(vmd.vmd_free_severe, severe);
	hf_expect_eq(vmd.vmd_free_min, min);
	hf_expect_eq(vmd.vmd_pageout_wakeup_thresh, wake);
	hf_expect_eq(vmd.vmd_free_target, target);
}

HF_SCENARIO(page_watermarks, "page.watermarks", "PA-25",
    "the watermarks follow from the number of frames")
{
	expect_marks(32768, 108, 189, 271, 684, 760);
	expect_marks(16384, 87, 127, 168, 369, 411);
}

HF_SCENARIO(page_watermarks_order, "page.watermarks_order", "PA-31",
    "in the tiniest machine the levels keep their order")
{
	static struct vm_domain vmd;
	bool ordered;
	u_int n;

	ordered = true;
	for (n = 100; n < 40000; n += 97) {
		hf_vm_domain_set_watermarks(&vmd, n, n);
		ordered &=
		    vmd.vmd_interrupt_free_min < vmd.vmd_pageout_free_min &&
		    vmd.vmd_pageout_free_min < vmd.vmd_free_reserved &&
		    vmd.vmd_free_reserved <= vmd.vmd_free_severe &&
		    vmd.vmd_free_severe <= vmd.vmd_free_min &&
		    vmd.vmd_free_reserved < vmd.vmd_free_min &&
		    vmd.vmd_free_min < vmd.vmd_pageout_wakeup_thresh &&
		    vmd.vmd_pageout_wakeup_thresh <= vmd.vmd_free_target;
	}
	hf_expect(ordered);
}

HF_SCENARIO(page_watermarks_of_this_machine, "page.watermarks_of_this_machine",
    "PA-25", "the running machine uses the marks of its size")
{
	static struct vm_domain vmd;

	hf_vm_domain_set_watermarks(&vmd, vm_cnt.v_page_count, 0);
	hf_expect_eq(vm_cnt.v_free_reserved, vmd.vmd_free_reserved);
	hf_expect_eq(vm_cnt.v_free_min, vmd.vmd_free_min);
	hf_expect_eq(vm_cnt.v_free_target, vmd.vmd_free_target);
	hf_expect_eq(vm_cnt.v_interrupt_free_min, 2);
}
