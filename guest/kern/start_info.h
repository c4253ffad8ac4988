/* SPDX-License-Identifier: BSD-2-Clause */
/* start_info.h: the PVH start information (virtio_blk.md 12). */

#ifndef HF_KERN_START_INFO_H
#define HF_KERN_START_INFO_H

#include <sys/types.h>
#include <kern/boot.h>
#include <kern/memmap.h>

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
 * Copies and checks everything the loader left.  NULL, or why the machine
 * cannot be used.  Needs the first 4 GiB (or the RAM in it) in the direct map.
 */
const char *hf_start_info_read(uint64_t pa, struct hf_boot_info *info);

/* phys.c: makes phys_avail and the other variables of kern/boot.h. */
void hf_boot_publish(const struct hf_boot_info *info);

#endif
