/* SPDX-License-Identifier: BSD-2-Clause */
/* ends.c: mappings at the ends of the address space. */

#include <test/probe.h>
#include <test/scenario.h>
#include <test/space.h>

static int
fixed(vm_offset_t va)
{
	return (vm_map_fixed(hf_space_map(), NULL, 0, va, PAGE_SIZE, VM_PROT_RW,
	    VM_PROT_ALL, 0));
}

HF_SCENARIO(map_odd_addresses, "map.odd_addresses", "MP-07",
    "a mapping that wraps or leaves the user's half is refused")
{
	static const vm_offset_t bad[] = { -4096ul, -8192ul, 0x800000000000ul,
		0xffff800000000000ul };
	vm_map_t map = hf_space_enter();
	u_int i;

	for (i = 0; i < nitems(bad); i++)
		hf_expect_ne(fixed(bad[i]), KERN_SUCCESS);
	hf_expect_ne(fixed(vm_map_max(map)), KERN_SUCCESS);
	hf_expect_eq(map->nentries, 0);
	hf_expect_eq(fixed(vm_map_max(map) - PAGE_SIZE), KERN_SUCCESS);
	hf_expect_eq(fixed(0x1000000), KERN_SUCCESS);
	hf_expect(hf_probe_write(0x1000000, 1).ok);
	hf_space_check();
}
