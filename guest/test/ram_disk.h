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
 * Loads the image path; sector_bytes is what the device claims.  A failure ends
 * the scenario.  What is to be different about the disk (its bytes, rd->bd) can
 * be changed before hf_ram_disk_try(): errno, and why in msg.
 */
void hf_ram_disk_load(
    struct hf_ram_disk *rd, const char *path, uint32_t sector_bytes);
int hf_ram_disk_try(struct hf_ram_disk *rd, char *msg, size_t msg_bytes);

/* Little-endian bytes of the disk; within a page.  _free: one not mounted. */
uint32_t hf_ram_disk_peek(struct hf_ram_disk *rd, uint64_t pos, size_t bytes);
void hf_ram_disk_poke(
    struct hf_ram_disk *rd, uint64_t pos, size_t bytes, uint32_t value);
void hf_ram_disk_free(struct hf_ram_disk *rd);

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
