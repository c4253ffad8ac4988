/* SPDX-License-Identifier: BSD-2-Clause */
/* lookup.c: what a lookup finds, grants, and does on the way. */

#include <test/scenario.h>
#include <test/script_pager.h>
#include <test/space.h>

#define VA HF_SPACE_BASE

struct found {
	vm_map_entry_t entry;
	vm_object_t object;
	vm_pindex_t pindex;
	vm_prot_t prot;
	boolean_t wired;
};

/* vm_map_lookup() and, on success, its end. */
static int
lookup(vm_offset_t va, vm_prot_t type, struct found *f)
{
	vm_map_t map;
	int rv;

	map = hf_space_map();
	rv = vm_map_lookup(&map, va, type, &f->entry, &f->object, &f->pindex,
	    &f->prot, &f->wired);
	if (rv == KERN_SUCCESS)
		vm_map_lookup_done(map, f->entry);
	return (rv);
}

static int
lookup_locked(vm_offset_t va, vm_prot_t type, struct found *f)
{
	vm_map_t map;
	u_int timestamp;
	int rv;

	map = hf_space_map();
	vm_map_lock_read(map);
	timestamp = map->timestamp;
	THREAD_NO_SLEEPING();
	rv = vm_map_lookup_locked(&map, va, type, &f->entry, &f->object,
	    &f->pindex, &f->prot, &f->wired);
	THREAD_SLEEPING_OK();
	hf_expect_eq(map->timestamp, timestamp);
	vm_map_unlock_read(map);
	return (rv);
}

HF_SCENARIO(map_lookup_needs_copy, "map.lookup_needs_copy", "MP-39",
    "a write lookup makes the shadow, a read lookup grants no write")
{
	struct hf_script s;
	struct found f;

	hf_script_begin(&s, 8);
	hf_space_map_at(
	    VA, 4, s.object, ptoa(2), VM_PROT_RW, MAP_COPY_ON_WRITE);
	hf_expect_eq(lookup(VA + ptoa(1), VM_PROT_READ, &f), KERN_SUCCESS);
	hf_expect_eq(f.object, s.object);
	hf_expect_eq(f.pindex, 3);
	hf_expect_eq(f.prot, VM_PROT_READ);
	hf_expect((f.entry->eflags & MAP_ENTRY_NEEDS_COPY) != 0);
	hf_expect_eq(lookup(VA + ptoa(1), VM_PROT_WRITE, &f), KERN_SUCCESS);
	hf_expect_ne(f.object, s.object);
	hf_expect_eq(f.object->backing_object, s.object);
	hf_expect_eq(f.object->backing_object_offset, ptoa(2));
	hf_expect_eq(f.object->size, 4);
	hf_expect_eq(f.pindex, 1);
	hf_expect_eq(f.prot, VM_PROT_RW);
	hf_expect_eq(f.entry->eflags & MAP_ENTRY_NEEDS_COPY, 0);
	hf_expect_eq(hf_peek(VA + ptoa(1)) & 0xff, (u_long)hf_script_byte(3));
	hf_space_check();
	vm_map_remove(hf_space_map(), VA, VA + ptoa(4));
	hf_script_end(&s);
}

HF_SCENARIO(map_lookup_copy, "map.lookup_copy", "MP-40",
    "COPY wants a private entry or a maximum with WRITE")
{
	struct found f;
	vm_map_t map;

	hf_space_map_at(VA, 1, NULL, 0, VM_PROT_READ, MAP_INHERIT_SHARE);
	hf_space_map_at(VA + ptoa(2), 1, vm_object_allocate(OBJT_SWAP, 1), 0,
	    VM_PROT_READ, MAP_COPY_ON_WRITE);
	map = hf_space_map();
	hf_expect_eq(lookup(VA, VM_PROT_READ | VM_PROT_COPY, &f), KERN_SUCCESS);
	hf_require_eq(vm_map_protect(map, VA, VA + ptoa(3), 0, VM_PROT_READ,
			  VM_MAP_PROTECT_SET_MAXPROT),
	    KERN_SUCCESS);
	hf_expect_eq(lookup(VA, VM_PROT_READ | VM_PROT_COPY, &f),
	    KERN_PROTECTION_FAILURE);
	hf_expect_eq(lookup(VA + ptoa(2), VM_PROT_READ | VM_PROT_COPY, &f),
	    KERN_SUCCESS);
	hf_expect_eq(f.prot, VM_PROT_READ);
	/* A request for nothing fails where nothing is allowed. */
	hf_require_eq(vm_map_protect(map, VA, VA + ptoa(1), VM_PROT_NONE, 0,
			  VM_MAP_PROTECT_SET_PROT),
	    KERN_SUCCESS);
	hf_expect_eq(lookup(VA, VM_PROT_NONE, &f), KERN_PROTECTION_FAILURE);
}

HF_SCENARIO(map_lookup_locked, "map.lookup_locked", "MP-41",
    "the locked lookup fails exactly where the other would change the map")
{
	struct found f;

	hf_space_anon_at(VA, 1);
	hf_space_map_at(VA + ptoa(2), 1, vm_object_allocate(OBJT_SWAP, 1), 0,
	    VM_PROT_RW, MAP_COPY_ON_WRITE);
	hf_expect_eq(lookup_locked(VA, VM_PROT_READ, &f), KERN_FAILURE);
	hf_expect_eq(lookup_locked(VA + ptoa(1), VM_PROT_READ, &f),
	    KERN_INVALID_ADDRESS);
	hf_expect_eq(
	    lookup_locked(VA, VM_PROT_EXECUTE, &f), KERN_PROTECTION_FAILURE);
	hf_expect_eq(
	    lookup_locked(VA + ptoa(2), VM_PROT_READ, &f), KERN_SUCCESS);
	hf_expect_eq(f.prot, VM_PROT_READ);
	hf_expect_eq(
	    lookup_locked(VA + ptoa(2), VM_PROT_WRITE, &f), KERN_FAILURE);
	hf_expect_eq(lookup(VA, VM_PROT_READ, &f), KERN_SUCCESS);
	hf_expect_eq(lookup_locked(VA, VM_PROT_WRITE, &f), KERN_SUCCESS);
	hf_expect_eq(f.prot, VM_PROT_RW);
	hf_expect_eq(lookup(VA + ptoa(2), VM_PROT_WRITE, &f), KERN_SUCCESS);
	hf_expect_eq(
	    lookup_locked(VA + ptoa(2), VM_PROT_WRITE, &f), KERN_SUCCESS);
}

HF_SCENARIO(
    map_errno, "map.errno", "MP-42", "each of the eleven codes has its errno")
{
	static const int want[] = { 0, ENOMEM, EACCES, ENOMEM, EINVAL, EINVAL,
		EINVAL, EINVAL, EINVAL, EINVAL, EINVAL };
	int rv;

	for (rv = KERN_SUCCESS; rv <= KERN_RESTART; rv++)
		hf_expect_eq(vm_mmap_to_errno(rv), want[rv]);
}
