/* SPDX-License-Identifier: BSD-2-Clause */
/* scratch.h: the scratch file, mapped to be written, and puts of its pages. */

#ifndef HF_SCENARIOS_PAGER_SCRATCH_H
#define HF_SCENARIOS_PAGER_SCRATCH_H

#include <test/file.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/space.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>
#include <vm/vnode_pager.h>
#include "filesum.h"

#define VA     0x40000000ul
#define WRITES .flags = HF_NEEDS_DISK | HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE

static struct vnode *vp;
static struct hf_bdev *bd;
static vm_object_t object;
static u_long npages;

/* The scratch file, 79 pages and 904 bytes, mapped shared and writable. */
static inline void
begin(void)
{
	vp = hf_file_open(HF_SCRATCH_NAME);
	bd = vp->v_mount->mnt_bdev;
	object = hf_file_object(vp);
	npages = btoc(hf_file_bytes(vp));
	hf_file_map(vp, VA, 0, npages, VM_PROT_RW, HF_FILE_SHARED);
}

static inline void
end(void)
{
	hf_file_expect_idle(vp);
	hf_file_unmap(VA, npages);
	hf_file_close(vp);
}

static inline int
sync_pages(u_long first, u_long n, boolean_t wait)
{
	return (vm_map_sync(hf_space_map(), VA + ptoa(first),
	    VA + ptoa(first + n), wait, FALSE));
}

static inline int
disk_byte(uint64_t off)
{
	uint8_t sector[512];

	hf_file_read_disk(vp, off & ~511ull, sector, sizeof(sector));
	return (sector[off & 511]);
}

/* A byte that is not what is there now. */
static inline int
other_byte(uint64_t off)
{
	return ((disk_byte(off) + 1) & 0xff);
}

/* Shared-busies n resident, valid pages from pindex for a put. */
static inline void
take_pages(vm_pindex_t pindex, int n, vm_page_t *ma)
{
	int i;

	for (i = 0; i < n; i++)
		hf_require(hf_probe_read(VA + ptoa(pindex + (u_long)i)).ok);
	VM_OBJECT_WLOCK(object);
	for (i = 0; i < n; i++) {
		ma[i] = vm_page_lookup(object, pindex + (vm_pindex_t)i);
		(void)vm_page_busy_acquire(ma[i], 0);
		pmap_remove_write(ma[i]);
		vm_page_undirty(ma[i]);
		vm_page_busy_downgrade(ma[i]);
	}
	vm_object_pip_add(object, (short)n);
	VM_OBJECT_WUNLOCK(object);
}

static inline void
put_pages(int n, vm_page_t *ma, int flags, int *rtvals)
{
	int i;

	for (i = 0; i < n; i++)
		rtvals[i] = 99;
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	VM_OBJECT_WLOCK(object);
	vm_pager_put_pages(object, ma, n, flags, rtvals);
	VM_OBJECT_WUNLOCK(object);
	VOP_UNLOCK(vp);
	for (i = 0; i < n; i++) {
		if (rtvals[i] == VM_PAGER_PEND)
			continue;
		vm_page_sunbusy(ma[i]);
		vm_object_pip_wakeup(object);
	}
}

#endif
