/* SPDX-License-Identifier: BSD-2-Clause */
/* pvh_abi.h: the PVH start structures as the guest finds them in memory. */

/*
 * Xen's hvm_start_info, version 1 (virtio_blk.md 12): what our host writes, and
 * what the guest reads from any loader.  All fields little-endian, all
 * addresses guest-physical, 0 = absent.
 */
#ifndef HF_SHARED_PVH_ABI_H
#define HF_SHARED_PVH_ABI_H

#include <stddef.h>
#include <stdint.h>

#define PVH_MAGIC   0x336ec578u
#define PVH_VERSION 1

struct pvh_start_info {
	uint32_t magic;
	uint32_t version;
	uint32_t flags;
	uint32_t nr_modules;
	uint64_t modlist_paddr;
	uint64_t cmdline_paddr;
	uint64_t rsdp_paddr;
	uint64_t memmap_paddr; /* version 1 and later */
	uint32_t memmap_entries;
	uint32_t reserved;
};

struct pvh_module {
	uint64_t paddr;
	uint64_t len_bytes;
	uint64_t cmdline_paddr;
	uint64_t reserved;
};

enum pvh_memory_type { PVH_MEMORY_RAM = 1, PVH_MEMORY_RESERVED = 2 };

struct pvh_memory {
	uint64_t addr;
	uint64_t len_bytes;
	uint32_t type; /* enum pvh_memory_type */
	uint32_t reserved;
};

_Static_assert(sizeof(struct pvh_start_info) == 56, "hvm_start_info");
_Static_assert(offsetof(struct pvh_start_info, memmap_paddr) == 40, "memmap");
_Static_assert(sizeof(struct pvh_module) == 32, "hvm_modlist_entry");
_Static_assert(sizeof(struct pvh_memory) == 24, "hvm_memmap_table_entry");

#endif
