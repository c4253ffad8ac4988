/* SPDX-License-Identifier: BSD-2-Clause */
/* ram_disk.h: a block device in memory, filled from a file of the disk. */

#ifndef HF_TEST_RAM_DISK_H
#define HF_TEST_RAM_DISK_H

#include <dev/bdev.h>
#include <sys/mount.h>
#include <sys/vnode.h>

#define HF_RAM_DISK_PAGES 96

struct hf_ram_disk {
	struct hf_bdev bd;
	struct vm_page *pages[HF_RAM_DISK_PAGES];
	int npages;
	struct mount *mp;
	struct vnode *root;
};

/*
 * Loads the image path and mounts the file system in it; sector_bytes is what
 * the device claims.  A failure ends the scenario.  One at a time: the
 * structure is the caller's.
 */
void hf_ram_disk_mount(
    struct hf_ram_disk *rd, const char *path, uint32_t sector_bytes);
void hf_ram_disk_unmount(struct hf_ram_disk *rd);

/* A file of it, used and unlocked. */
struct vnode *hf_ram_disk_open(struct hf_ram_disk *rd, const char *path);

#endif
