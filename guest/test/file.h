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

/*
 * The file, used and unlocked; the scenario ends if it is not there.
 * hf_file_close() with it in the end.
 */
struct vnode *hf_file_open(const char *path);
void hf_file_close(struct vnode *vp);

/* The file's size in bytes; its object. */
uint64_t hf_file_bytes(struct vnode *vp);
vm_object_t hf_file_object(struct vnode *vp);

/*
 * Maps npages of the file from offset at va; a writable shared mapping counts
 * as a writer.  The scenario ends if that fails.
 */
void hf_file_map(struct vnode *vp, vm_offset_t va, vm_ooffset_t offset,
    u_long npages, vm_prot_t prot, enum hf_file_how how);

/* Maps the whole file read-only; returns the number of pages. */
u_long hf_file_map_all(struct vnode *vp, vm_offset_t va);
void hf_file_unmap(vm_offset_t va, u_long npages);

/*
 * The checksum of shared/filesum.h over bytes of mapped memory, which faults it in
 * page by page.  False if a page cannot be had.
 */
bool hf_file_sum(vm_offset_t va, uint64_t bytes, uint64_t *sum);

/* Bytes straight from the device, past every cache; whole sectors. */
void hf_file_read_disk(struct vnode *vp, uint64_t offset, void *buf,
    size_t bytes);

/* The page of the file if it is resident, else NULL. */
vm_page_t hf_file_page(struct vnode *vp, vm_pindex_t pindex);

/* Writes the file's dirty pages and drops its clean ones. */
void hf_file_drop(struct vnode *vp);

#endif
