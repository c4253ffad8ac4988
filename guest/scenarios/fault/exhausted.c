/* SPDX-License-Identifier: BSD-2-Clause */
/* exhausted.c: memory that nothing can give back: faults fail, nobody hangs. */

#include <sys/mman.h>
#include <test/probe.h>
#include <test/space.h>
#include <test/vm_util.h>

#define VA	HF_SPACE_BASE
#define FRAMES	120 /* of the small machine */
#define TOUCHED 200
#define SLOW	.timeout_ms = 60000

/* Stores to one page after the other until that fails; how many were had. */
static u_int
fill(void)
{
	u_int n;

	for (n = 0; n < TOUCHED; n++)
		if (!hf_probe_write(VA + ptoa(n), (int)n).ok)
			break;
	return (n);
}

static u_int
wrong_pages(u_int n)
{
	u_int i, bad = 0;

	for (i = 0; i < n; i++)
		bad += hf_probe_read(VA + ptoa(i)).value != (uint8_t)i;
	return (bad);
}

HF_SCENARIO(exhausted_anon, "fault.exhausted", "FT-86",
    "anonymous memory beyond what there is fails, and costs nothing else", SLOW)
{
	struct vm_map *map;
	u_int free, n;

	hf_space_anon_at(VA, TOUCHED);
	hf_poke(VA, 1);
	map = hf_space_map();
	hf_test_memory_small(FRAMES);
	n = fill();
	hf_expect_lt(n, FRAMES);
	hf_expect_lt(FRAMES / 2, n);
	hf_expect(hf_vm_exhausted());
	hf_expect_eq(
	    vm_fault(map, VA + ptoa(n), VM_PROT_WRITE, VM_FAULT_NORMAL, NULL),
	    KERN_RESOURCE_SHORTAGE);
	hf_expect_eq(vm_map_wire(map, VA + ptoa(n), VA + ptoa(n + 1),
			 VM_MAP_WIRE_USER | VM_MAP_WIRE_NOHOLES),
	    KERN_RESOURCE_SHORTAGE);
	hf_expect_eq(hf_space_entry(VA + ptoa(n))->wired_count, 0);
	/* What is there stays, and stays usable. */
	hf_expect_eq(wrong_pages(n), 0);
	hf_space_check();
	/* A page that the daemon gets back is hope, if little. */
	free = vm_free_count();
	hf_expect_eq(vm_map_madvise(map, VA, VA + ptoa(1), MADV_FREE), 0);
	hf_test_daemon_pass();
	hf_expect_eq(vm_free_count(), free + 1);
	hf_expect(vm_page_count_min());
	hf_expect(!hf_vm_exhausted());
	/* And with memory given back all goes on. */
	hf_expect_eq(vm_map_remove(map, VA, VA + ptoa(n / 2)), KERN_SUCCESS);
	hf_expect_eq(vm_dom[0].vmd_waiting & VMD_EXHAUSTED, 0);
	hf_expect(hf_probe_write(VA + ptoa(n), 7).ok);
	hf_test_memory_restore();
	hf_expect(hf_probe_write(VA + ptoa(TOUCHED - 1), 7).ok);
}

HF_SCENARIO(exhausted_tables, "fault.exhausted_tables", "FT-86 PM-13",
    "page tables that eat all memory make faults fail, too", SLOW)
{
	const vm_size_t step = 2ul << 20;
	vm_object_t object;
	vm_page_t m;
	u_int i, n;

	/* One page at so many places that each needs a table of its own. */
	object = hf_test_object(1);
	m = hf_test_page_resting(object, 0, 0x5a);
	vm_page_dirty(m);
	VM_OBJECT_WUNLOCK(object);
	for (i = 0; i < TOUCHED; i++) {
		vm_object_reference(object);
		hf_space_map_at(VA + i * step, 1, object, 0, VM_PROT_READ, 0);
	}
	hf_expect(hf_probe_read(VA).ok);
	hf_test_memory_small(FRAMES);
	for (n = 0; n < TOUCHED; n++)
		if (!hf_probe_read(VA + n * step).ok)
			break;
	hf_expect_lt(n, FRAMES);
	hf_expect(hf_vm_exhausted());
	hf_expect(!vm_page_busied(m));
	hf_space_check();
	hf_test_memory_restore();
	hf_expect(hf_probe_read(VA + (TOUCHED - 1) * step).ok);
	vm_object_deallocate(object);
}
