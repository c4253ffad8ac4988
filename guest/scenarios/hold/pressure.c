/* SPDX-License-Identifier: BSD-2-Clause */
/* pressure.c: held and locked pages while memory is wanted. */

#include <kern/thread.h>
#include <test/file.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/space.h>
#include <test/vm_util.h>

#define VA   HF_SPACE_BASE
#define USER VM_MAP_WIRE_USER

HF_SCENARIO(hold_pressure, "hold.pressure", "QH-22 WI-25 IW-7 PO-6",
    "under pressure held and locked file pages stay, others go",
    .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE)
{
	struct vnode *vp;
	vm_page_t held, m[4];
	vm_map_t map;
	int i;

	vp = hf_file_open("one-mib");
	hf_file_map(vp, VA, 0, 4, VM_PROT_READ, HF_FILE_SHARED);
	map = hf_space_map();
	for (i = 0; i < 4; i++) {
		hf_expect(hf_probe_read(VA + ptoa(i)).ok);
		m[i] = hf_file_page(vp, (vm_pindex_t)i);
	}
	hf_require_eq(
	    vm_fault_quick_hold_pages(map, VA, 8, VM_PROT_READ, &held, 1), 1);
	hf_require_eq(
	    vm_map_wire(map, VA + ptoa(1), VA + ptoa(2), USER), KERN_SUCCESS);
	pmap_remove(map->pmap, VA + ptoa(2), VA + ptoa(4));
	VM_OBJECT_WLOCK(hf_file_object(vp));
	for (i = 0; i < 4; i++) {
		vm_page_aflag_clear(m[i], PGA_REFERENCED);
		vm_page_deactivate(m[i]);
	}
	VM_OBJECT_WUNLOCK(hf_file_object(vp));
	for (i = 0; i < 3; i++)
		hf_test_scan_inactive();
	hf_expect_eq(hf_file_page(vp, 0), m[0]);
	hf_expect_eq(hf_file_page(vp, 1), m[1]);
	hf_expect_eq(hf_file_page(vp, 2), NULL);
	hf_expect_eq(hf_file_page(vp, 3), NULL);
	hf_expect_eq(hf_space_page(VA + ptoa(1)), m[1]);
	vm_page_unhold_pages(&held, 1);
	hf_expect_eq(
	    vm_map_unwire(map, VA + ptoa(1), VA + ptoa(2), USER), KERN_SUCCESS);
	hf_space_check();
	hf_file_unmap(VA, 4);
	hf_file_close(vp);
}
