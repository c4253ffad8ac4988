/* SPDX-License-Identifier: BSD-2-Clause */
/* machine/vmparam.h: where things lie in the amd64 address space. */

/*
 *	0x0000000000000000  user: VM_MIN_ADDRESS up to VM_MAXUSER_ADDRESS
 *	0xfffff80000000000  direct map: all RAM at its address, RW, no-execute
 *	0xfffffe0000000000  kernel map (kernel_map), tables grown on demand
 *	0xfffffe8000000000  end of the kernel map
 *	0xffffffff80000000  kernel image, at KERNBASE + physical address
 *	0xffffffffbfe00000  2 MiB of single pages: quick frames, device windows
 *
 * The kernel map is one slot of the root table (512 GiB), so that the
 * kernel half of a root table never changes after pmap_bootstrap().
 */
#ifndef HF_AMD64_MACHINE_VMPARAM_H
#define HF_AMD64_MACHINE_VMPARAM_H

#define VM_MIN_ADDRESS	   0x0000000000000000ul
#define VM_MINUSER_ADDRESS VM_MIN_ADDRESS
#define VM_MAXUSER_ADDRESS 0x00007ffffffff000ul
#define VM_MAX_ADDRESS	   VM_MAXUSER_ADDRESS
#define USRSTACK	   VM_MAXUSER_ADDRESS

#define DMAP_MIN_ADDRESS 0xfffff80000000000ul
#define DMAP_MAX_ADDRESS 0xfffffc0000000000ul

#define VM_MIN_KERNEL_ADDRESS 0xfffffe0000000000ul
#define VM_MAX_KERNEL_ADDRESS 0xfffffe8000000000ul

#define KERNBASE	    0xffffffff80000000ul
#define HF_KVA_SPECIAL	    0xffffffffbfe00000ul
#define HF_KVA_SPECIAL_SIZE 0x200000ul

/* Valid from pmap_bootstrap() on, for every address that is RAM. */
#define PHYS_TO_DMAP(pa) ((vm_offset_t)(pa) + DMAP_MIN_ADDRESS)
#define DMAP_TO_PHYS(va) ((vm_paddr_t)(va)-DMAP_MIN_ADDRESS)

#define VIRT_IN_DMAP(va)                          \
	((vm_offset_t)(va) >= DMAP_MIN_ADDRESS && \
	    (vm_offset_t)(va) < DMAP_MAX_ADDRESS)

#endif
