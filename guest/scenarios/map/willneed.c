/* SPDX-License-Identifier: BSD-2-Clause */
/* willneed.c: advice on file memory that is resident already. */

#include <sys/mman.h>
#include <sys/proc.h>
#include <test/file.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/space.h>
#include <test/vm_util.h>
#include <vm/vm_map_priv.h>

#define VA HF_SPACE_BASE

HF_SCENARIO(map_willneed_twice, "map.willneed_twice", "MP-59 PM-15 PM-17",
    "advising resident memory as needed again makes no second mapping of a "
    "page",
    .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE)
{
	struct proc *home = curproc, *p;
	struct vnode *vp;
	long base, count;
	vm_page_t m;
	int i;

	vp = hf_file_open("one-mib");
	p = hf_space_proc("advised");
	hf_space_run(p);
	base = vmspace_resident_count(curproc->p_vmspace);
	hf_file_map(vp, VA, 0, 16, VM_PROT_READ, HF_FILE_SHARED);
	for (i = 0; i < 16; i++)
		(void)hf_peek(VA + ptoa(i));
	count = vmspace_resident_count(curproc->p_vmspace);
	for (i = 0; i < 3; i++) {
		hf_expect_eq(vm_map_madvise(hf_space_map(), VA, VA + ptoa(16),
				 MADV_WILLNEED),
		    0);
		hf_expect_eq(vmspace_resident_count(curproc->p_vmspace), count);
	}
	hf_file_unmap(VA, 16);
	hf_expect_eq(vmspace_resident_count(curproc->p_vmspace), base);
	for (i = 0; i < 16; i++) {
		m = hf_file_page(vp, (vm_pindex_t)i);
		hf_expect(m != NULL && !pmap_page_is_mapped(m));
	}
	hf_space_run(home);
	hf_space_end(p);
	hf_file_close(vp);
}

HF_SCENARIO(map_prefault, "map.prefault_ends", "MP-51 MP-59 PM-17",
    "what is mapped at once ends where the new mapping does")
{
	vm_object_t object;

	object = hf_test_object(4);
	for (int i = 0; i < 4; i++)
		(void)hf_test_page_resting(object, (vm_pindex_t)i, 0x41 + i);
	VM_OBJECT_WUNLOCK(object);
	hf_space_map_at(VA, 2, object, PAGE_SIZE, VM_PROT_RW, MAP_PREFAULT);
	hf_expect_eq(hf_space_leaf(VA + ptoa(2)), 0);
	hf_expect_segv_map(hf_probe_read(VA + ptoa(2)));
	/* And where advice does. */
	hf_expect_eq(
	    vm_map_madvise(hf_space_map(), VA, VA + ptoa(2), MADV_WILLNEED), 0);
	hf_expect_eq(hf_space_leaf(VA + ptoa(2)), 0);
	for (int i = 0; i < 2; i++)
		hf_expect_read(VA + ptoa(i), 0x42 + i);
	hf_space_check();
}

HF_SCENARIO(map_prefault_part, "map.prefault_part", "MP-31",
    "of a large object the first pages are mapped, to read, and no others")
{
	const vm_pindex_t last = HF_PREFAULT_PARTIAL_PAGES;
	vm_object_t object;
	vm_page_t m;
	vm_map_t map;
	u_int i;

	object = vm_object_allocate_anon(2 * last, NULL, NULL, 0);
	VM_OBJECT_WLOCK(object);
	for (i = 0; i < 4; i++) {
		m = hf_test_page_resting(
		    object, i < 2 ? i : last - 3 + i, 0x40 + i);
		hf_require(m != NULL);
	}
	VM_OBJECT_WUNLOCK(object);
	vm_object_reference(object);
	hf_space_map_at(VA, 2 * last, object, 0, VM_PROT_RW, 0);
	map = hf_space_map();
	/* What may not be read is not mapped. */
	vm_map_pmap_enter(map, VA, VM_PROT_WRITE, object, 0, ptoa(2 * last), 0);
	hf_expect_eq(hf_space_leaf(VA), 0);
	vm_map_pmap_enter(map, VA, VM_PROT_RW, object, 0, ptoa(2 * last),
	    MAP_PREFAULT_PARTIAL);
	hf_expect(hf_space_page(VA) != NULL);
	hf_expect_eq(hf_space_leaf(VA) & X86_PG_RW, 0);
	hf_expect(hf_space_page(VA + ptoa(1)) != NULL);
	hf_expect(hf_space_page(VA + ptoa(last - 1)) != NULL);
	hf_expect_eq(hf_space_leaf(VA + ptoa(last)), 0);
	vm_map_remove(map, VA, VA + ptoa(2 * last));
	vm_object_deallocate(object);
}

HF_SCENARIO(map_willneed_short, "map.willneed_short", "MP-51 MP-31",
    "advice that memory is needed takes none for tables when it is short")
{
	vm_object_t object;
	vm_map_t map;

	object = hf_test_object(2);
	(void)hf_test_page_resting(object, 0, 0x41);
	VM_OBJECT_WUNLOCK(object);
	hf_space_map_at(VA, 2, object, 0, VM_PROT_RW, 0);
	map = hf_space_map();
	hf_test_free_set(vm_dom[0].vmd_free_severe - 1);
	hf_expect_eq(vm_map_madvise(map, VA, VA + ptoa(2), MADV_WILLNEED), 0);
	hf_expect_eq(hf_space_leaf(VA), 0);
	hf_test_free_restore();
	hf_expect_eq(vm_map_madvise(map, VA, VA + ptoa(2), MADV_WILLNEED), 0);
	hf_expect_ne(hf_space_leaf(VA), 0);
	hf_space_check();
}
