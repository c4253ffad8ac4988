/* SPDX-License-Identifier: BSD-2-Clause */
/* start_info.h: the PVH start information (virtio_blk.md 12). */

#ifndef HF_KERN_START_INFO_H
#define HF_KERN_START_INFO_H

#include <sys/types.h>
#include <kern/boot.h>
#include <kern/memmap.h>

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

/* What the loader said, all copied and checked. */
struct hf_boot_info {
	uint64_t rsdp_paddr;
	uint64_t plan_paddr;
	uint64_t plan_bytes;	/* 0: there is no module */
	struct hf_ranges ram;	/* usable pages */
	struct hf_ranges avail; /* the same without image, modules, low 1 MiB */
	char cmdline[HF_CMDLINE_MAX];
};

/*
 * Copies and checks everything the loader left.  NULL, or why the machine cannot
 * be used.  Needs the first 4 GiB (or the RAM in it) in the direct map.
 */
const char *hf_start_info_read(uint64_t pa, struct hf_boot_info *info);

/* phys.c: makes phys_avail and the other variables of kern/boot.h. */
void hf_boot_publish(const struct hf_boot_info *info);

#endif
