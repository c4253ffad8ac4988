/* SPDX-License-Identifier: BSD-2-Clause */
/* all.c: locking everything, nothing, again and again, and too much. */

#include <sys/mman.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/space.h>

#define VA   HF_SPACE_BASE
#define USER VM_MAP_WIRE_USER
#define ALL  (VM_MAP_WIRE_USER | VM_MAP_WIRE_HOLESOK)

static int
lock(vm_offset_t va, u_long n)
{
	return (vm_map_wire(hf_space_map(), va, va + ptoa(n), USER));
}

static int
unlock(vm_offset_t va, u_long n)
{
	return (vm_map_unwire(hf_space_map(), va, va + ptoa(n), USER));
}

HF_SCENARIO(wire_repeated, "wire.repeated", "WI-05 WI-03 WI-30",
    "locking nothing, holes, PROT_NONE, and one page a hundred times")
{
	vm_map_t map = hf_space_enter();
	int i, rv;

	/* Below the map there is nothing: clamped away, or a hole. */
	rv = vm_map_wire(map, 0, PAGE_SIZE, USER);
	hf_expect(rv == KERN_INVALID_ADDRESS ||
	    (rv == KERN_SUCCESS && vm_map_min(map) >= PAGE_SIZE));
	hf_expect_ne(lock(VA, 1), KERN_SUCCESS);
	hf_expect_ne(unlock(VA, 1), KERN_SUCCESS);
	hf_space_anon_at(VA, 3);
	for (i = 0; i < 100; i++)
		hf_expect_eq(lock(VA + ptoa(1), 1), KERN_SUCCESS);
	hf_expect_eq(hf_space_entry(VA + ptoa(1))->wired_count, 1);
	hf_expect_eq(map->nentries, 3);
	hf_expect_eq(unlock(VA + ptoa(1), 1), KERN_SUCCESS);
	hf_expect_eq(map->nentries, 1);
	hf_expect_eq(unlock(VA + ptoa(1), 1), KERN_SUCCESS);
	/* Empty ranges clip nothing. */
	hf_expect_eq(lock(VA + ptoa(1), 0), KERN_SUCCESS);
	hf_expect_eq(map->nentries, 1);
	vm_map_remove(map, VA, VA + ptoa(3));
	hf_expect_ne(unlock(VA, 1), KERN_SUCCESS);
	hf_space_map_at(VA, 1, NULL, 0, VM_PROT_NONE, 0);
	hf_expect_ne(lock(VA, 1), KERN_SUCCESS);
	hf_space_check();
}

/* Pages of the range that the entry's object, or one behind it, has. */
static u_long
resident(vm_offset_t va, u_long n)
{
	vm_object_t back, o;
	vm_map_entry_t e;
	vm_pindex_t pi;
	vm_page_t m;
	u_long i, r;

	for (i = r = 0; i < n; i++) {
		e = hf_space_entry(va + ptoa(i));
		o = e->object.vm_object;
		pi = OFF_TO_IDX(e->offset + (va + ptoa(i) - e->start));
		for (; o != NULL; o = back) {
			VM_OBJECT_RLOCK(o);
			m = vm_page_lookup(o, pi);
			pi += OFF_TO_IDX(o->backing_object_offset);
			back = o->backing_object;
			VM_OBJECT_RUNLOCK(o);
			if (m != NULL && vm_page_all_valid(m)) {
				r++;
				break;
			}
		}
	}
	return (r);
}

HF_SCENARIO(wire_everything, "wire.everything", "WI-31 WI-06",
    "locking all makes what is readable resident, and only that")
{
	vm_map_t map = hf_space_enter();
	vm_offset_t a = VA, b = VA + ptoa(100), c = VA + ptoa(200);

	hf_space_map_at(a, 24, NULL, 0, VM_PROT_RW, 0);
	hf_space_map_at(b, 24, NULL, 0, VM_PROT_READ, 0);
	hf_space_map_at(c, 24, NULL, 0, VM_PROT_NONE, 0);
	hf_expect_eq(resident(a, 24), 0);
	hf_expect_eq(vm_map_wire(map, vm_map_min(map), vm_map_max(map), ALL),
	    KERN_SUCCESS);
	hf_expect_eq(resident(a, 24), 24);
	hf_expect_eq(resident(b, 24), 24);
	hf_expect_eq(resident(c, 24), 0);
	/* Readable later: not locked by that. */
	hf_expect_eq(vm_map_protect(map, c, c + ptoa(24), VM_PROT_READ, 0,
			 VM_MAP_PROTECT_SET_PROT),
	    KERN_SUCCESS);
	hf_expect_eq(resident(c, 24), 0);
	hf_expect_eq(vm_user_wire_count, 48);
	hf_expect_eq(vm_map_unwire(map, vm_map_min(map), vm_map_max(map), ALL),
	    KERN_SUCCESS);
	hf_expect_eq(vm_user_wire_count, 0);
	hf_expect_eq(vm_map_madvise(map, a, a + ptoa(24), MADV_FREE), 0);
	hf_space_check();
}

HF_SCENARIO(wire_too_much, "wire.too_much", "WI-10",
    "locking more than the machine has is refused, not waited for",
    .timeout_ms = 15000)
{
	u_long n = vm_free_count() * 4ul;
	long before;

	hf_space_anon_at(VA, n);
	before = vmspace_resident_count(curproc->p_vmspace);
	hf_expect_eq(lock(VA, n), KERN_RESOURCE_SHORTAGE);
	hf_expect_eq(vm_user_wire_count, 0);
	hf_expect_eq(vmspace_resident_count(curproc->p_vmspace), before);
	hf_space_check();
}
