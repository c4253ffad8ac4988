/* SPDX-License-Identifier: BSD-2-Clause */
/* start_info.h: the PVH start information (virtio_blk.md 12). */

#ifndef HF_BOOT_START_INFO_H
#define HF_BOOT_START_INFO_H

#include <sys/types.h>

#define HF_START_INFO_MAGIC 0x336ec578u

struct hf_start_info {
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
_Static_assert(sizeof(struct hf_start_info) == 56, "PVH start info");

struct hf_module_entry {
	uint64_t paddr;
	uint64_t size;
	uint64_t cmdline_paddr;
	uint64_t reserved;
};
_Static_assert(sizeof(struct hf_module_entry) == 32, "PVH module entry");

/* What the rest of boot needs of it; all copied. */
struct hf_boot_info {
	uint64_t rsdp_paddr;
	uint64_t plan_paddr;
	uint64_t plan_bytes; /* 0: there is no module */
};

/*
 * Copies and checks everything the loader left, on the boot tables, and
 * fills phys_avail, dump_avail and hf_cmdline.  NULL, or why the machine
 * cannot be used.
 */
const char *hf_start_info_read(uint64_t pa, struct hf_boot_info *info);

#endif
