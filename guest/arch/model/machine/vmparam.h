/* SPDX-License-Identifier: BSD-2-Clause */
/* machine/vmparam.h: where things lie when the machine is a host process. */

/*
 * User and kernel-map addresses are those of amd64, but they are names only:
 * nothing is mapped there in the host process.  They are reached through the
 * software MMU (hf_model_access()).  The direct map is real: the host memory
 * that stands for RAM, so its addresses are host pointers.
 */
#ifndef HF_MODEL_MACHINE_VMPARAM_H
#define HF_MODEL_MACHINE_VMPARAM_H

#include <sys/types.h>

#define VM_MIN_ADDRESS	   0x0000000000000000ul
#define VM_MINUSER_ADDRESS VM_MIN_ADDRESS
#define VM_MAXUSER_ADDRESS 0x00007ffffffff000ul
#define VM_MAX_ADDRESS	   VM_MAXUSER_ADDRESS
#define USRSTACK	   VM_MAXUSER_ADDRESS

#define VM_MIN_KERNEL_ADDRESS 0xfffffe0000000000ul
#define VM_MAX_KERNEL_ADDRESS 0xfffffe8000000000ul

#define KERNBASE       0xffffffff80000000ul
#define HF_KVA_SPECIAL 0xffffffffbfe00000ul

/*
 * Host address of physical address 0 and the size of RAM; set by the model's
 * boot before pmap_bootstrap(), constant afterwards.
 */
extern vm_offset_t hf_model_dmap_base;
extern vm_size_t hf_model_ram_bytes;

#define DMAP_MIN_ADDRESS hf_model_dmap_base
#define DMAP_MAX_ADDRESS (hf_model_dmap_base + hf_model_ram_bytes)

#define PHYS_TO_DMAP(pa) ((vm_offset_t)(pa) + hf_model_dmap_base)
#define DMAP_TO_PHYS(va) ((vm_paddr_t)((vm_offset_t)(va)-hf_model_dmap_base))

#define VIRT_IN_DMAP(va)                          \
	((vm_offset_t)(va) >= DMAP_MIN_ADDRESS && \
	    (vm_offset_t)(va) < DMAP_MAX_ADDRESS)

#endif
