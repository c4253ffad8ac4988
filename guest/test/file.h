/* SPDX-License-Identifier: BSD-2-Clause */
/* file.h: files of the disk for scenarios. */

/*
 * The disk is mounted at the first use in a scenario and unmounted when it has
 * ended, so that every scenario starts with cold caches.
 */
#ifndef HF_TEST_FILE_H
#define HF_TEST_FILE_H

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mount.h>
#include <sys/vnode.h>
#include <dev/bdev.h>
#include <vm/vm.h>

enum hf_file_how { HF_FILE_PRIVATE, HF_FILE_SHARED };

/* The mount; the scenario ends with what is wrong if there is none. */
struct mount *hf_file_mount(void);

/* That disk (dev/bdev.h); the scenario ends if it cannot be had. */
struct hf_bdev *hf_file_disk(const char *name);

/* The file system of that disk, for this scenario; as hf_file_mount(). */
struct mount *hf_file_mount_disk(const char *name);

/*
 * The file, used and unlocked; the scenario ends if it is not there.
 * hf_file_close() with it in the end.  By hf_file_open_on() it is one of that
 * mount.
 */
struct vnode *hf_file_open(const char *path);
struct vnode *hf_file_open_on(struct mount *mp, const char *path);
/* NULL if the disk has no such file; any other error ends the scenario. */
struct vnode *hf_file_open_if(const char *path);
void hf_file_close(struct vnode *vp);

/*
 * What the file system or its disk said last: a broken structure, or the name
 * of an errno.  For notes, where an access has failed.
 */
const char *hf_file_why(struct vnode *vp);

/* The file's size in bytes; its object. */
uint64_t hf_file_bytes(struct vnode *vp);
vm_object_t hf_file_object(struct vnode *vp);

/*
 * Maps npages of the file from offset at va; a writable shared mapping counts
 * as a writer.  The scenario ends if that fails, or if the file may not be
 * mapped so (hf_vn_map_rights()).
 */
void hf_file_map(struct vnode *vp, vm_offset_t va, vm_ooffset_t offset,
    u_long npages, vm_prot_t prot, enum hf_file_how how);

/* Maps the whole file read-only; returns the number of pages. */
u_long hf_file_map_all(struct vnode *vp, vm_offset_t va);
void hf_file_unmap(vm_offset_t va, u_long npages);

/*
 * The checksum of shared/filesum.h over bytes of mapped memory, which faults it
 * in page by page.  False if a page cannot be had.
 */
bool hf_file_sum(vm_offset_t va, uint64_t bytes, uint64_t *sum);

/*
 * Bytes of the file straight from or to the device, past every cache; whole
 * sectors within one block, also behind the end of file.
 */
void hf_file_read_disk(
    struct vnode *vp, uint64_t offset, void *buf, size_t bytes);
void hf_file_write_disk(
    struct vnode *vp, uint64_t offset, const void *buf, size_t bytes);

/*
 * No block of metadata is remembered, but for the last of the disk: what is
 * looked up next is read from it.
 */
void hf_file_forget_blocks(struct mount *mp);

/* Maps the block of pindex, so that later counts show data I/O only. */
void hf_file_warm(struct vnode *vp, vm_pindex_t pindex);

/* At rest: nothing paging, page (if resident) unbusied, vnode unlocked. */
void hf_file_expect_idle(struct vnode *vp);

/* Which pages of [first, first + 64) are resident, bit by bit. */
uint64_t hf_file_resident(struct vnode *vp, vm_pindex_t first);

/* A thread of this process that reads or writes one byte of user memory. */
struct hf_toucher {
	vm_offset_t va;
	int write; /* byte to store, -1: read */
	int value; /* -1: the access failed */
	struct thread *td;
	volatile u_int done;
};
void hf_toucher_start(struct hf_toucher *t, vm_offset_t va, int write);
/* Waits until it has finished, or sleeps on wmesg (NULL: anything): true. */
bool hf_toucher_asleep(struct hf_toucher *t, const char *wmesg);
int hf_toucher_join(struct hf_toucher *t);

/* Waits until the device holds n ios (hf_bdev_hold()). */
void hf_file_await_held(struct hf_bdev *bd, int n);

/*
 * The page of the file if it is resident, else NULL; the scenario ends
 * with _need where it is not.
 */
vm_page_t hf_file_page(struct vnode *vp, vm_pindex_t pindex);
vm_page_t hf_file_need_page(struct vnode *vp, vm_pindex_t pindex);

/* What memory takes for the file's size; the disk's inode stays. */
void hf_file_set_size(struct vnode *vp, uint64_t bytes);
/*
 * As ftruncate(2): what is cut off is zeros on the disk, too.  vp exclusively
 * locked.
 */
void hf_file_cut_locked(struct vnode *vp, uint64_t bytes);

/* Writes the file's dirty pages and drops its clean ones. */
void hf_file_drop(struct vnode *vp);

#endif
