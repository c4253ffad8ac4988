/* SPDX-License-Identifier: BSD-2-Clause */
/* read_only.c: what may not be written is not, whoever tries. */

#include <test/file.h>
#include <test/probe.h>
#include <test/ram_disk.h>
#include <test/scenario.h>
#include <test/space.h>
#include <machine/vmparam.h>
#include <vfs/vn_map.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>

#define VA	0x40000000ul
#define ON_DISK .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE

static struct hf_ram_disk rd;

static int
write_file(struct vnode *vp, off_t off)
{
	char text[] = "text";
	struct iovec iov = { .iov_base = text, .iov_len = 4 };
	struct uio uio = { .uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_offset = off,
		.uio_resid = 4,
		.uio_segflg = UIO_SYSSPACE,
		.uio_rw = UIO_WRITE };
	int error;

	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	error = VOP_WRITE(vp, &uio, 0, NULL);
	VOP_UNLOCK(vp);
	hf_expect_eq(uio.uio_resid, error == 0 ? 0 : 4);
	return (error);
}

static int
may_write(struct vnode *vp, accmode_t mode)
{
	int error;

	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	error = VOP_ACCESS(vp, mode, NULL, NULL);
	VOP_UNLOCK(vp);
	return (error);
}

/* Neither write(2) nor a mapping changes the file; want is what is answered. */
static void
expect_unwritable(struct vnode *vp, int want)
{
	vm_prot_t maxprot;

	hf_expect_eq(may_write(vp, VREAD | VEXEC), 0);
	hf_expect_eq(may_write(vp, VWRITE), want);
	hf_expect_eq(write_file(vp, 0), want);
	hf_expect_eq(hf_vn_map_rights(vp, VM_PROT_RW, true, &maxprot), want);
	hf_expect_eq(hf_vn_map_rights(vp, VM_PROT_READ, true, &maxprot), 0);
	hf_expect_eq(maxprot & VM_PROT_WRITE, 0);

	/* Shared: readable, and never to become writable. */
	hf_file_map(vp, VA, 0, 1, VM_PROT_READ, HF_FILE_SHARED);
	hf_expect(hf_probe_read(VA).ok);
	hf_expect_eq(vm_map_protect(hf_space_map(), VA, VA + PAGE_SIZE,
			 VM_PROT_RW, 0, VM_MAP_PROTECT_SET_PROT),
	    KERN_PROTECTION_FAILURE);
	hf_expect_segv_acc(hf_probe_write(VA, 1));
	hf_expect_eq(hf_file_need_page(vp, 0)->dirty, 0);
	hf_file_unmap(VA, 1);

	/* Private: a store is the process's own affair. */
	hf_file_map(vp, VA, 0, 1, VM_PROT_RW, HF_FILE_PRIVATE);
	hf_expect(hf_probe_write(VA, 0xa5).ok);
	hf_expect_read(VA, 0xa5);
	hf_expect_eq(hf_file_need_page(vp, 0)->dirty, 0);
	hf_file_unmap(VA, 1);
	hf_expect_eq(vp->v_writecount, 0);
	hf_expect(!vm_object_mightbedirty(vp->v_object));
}

/* A page that is dirty all the same is not written: the pager says ERROR. */
static void
expect_put_refused(struct vnode *vp, int flags)
{
	vm_object_t object;
	vm_page_t m;
	int rtval;

	object = vp->v_object;
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	VM_OBJECT_WLOCK(object);
	m = vm_page_lookup(object, 0);
	hf_require(m != NULL);
	(void)vm_page_busy_acquire(m, 0);
	m->dirty = 0xff;
	vm_page_busy_downgrade(m);
	vm_object_pip_add(object, 1);
	rtval = VM_PAGER_OK;
	vm_pager_put_pages(object, &m, 1, flags, &rtval);
	hf_expect_eq(rtval, VM_PAGER_ERROR);
	hf_expect_eq(m->dirty, 0xff);
	vm_page_undirty(m);
	if (rtval != VM_PAGER_PEND) {
		vm_page_sunbusy(m);
		vm_object_pip_wakeup(object);
	}
	VM_OBJECT_WUNLOCK(object);
	VOP_UNLOCK(vp);
}

HF_SCENARIO(read_only_disk, "pager.read_only_disk", "VB-51 VN-30",
    "a read-only disk is mounted so; EROFS for whoever would write", ON_DISK)
{
	struct vnode *vp;

	hf_ram_disk_load(&rd, "images/4k.img", 512);
	rd.bd.read_only = true;
	{
		char msg[HF_MOUNT_MSG];

		hf_require_eq(hf_ram_disk_try(&rd, msg, sizeof(msg)), 0);
	}
	hf_expect((rd.mp->mnt_flag & MNT_RDONLY) != 0);
	hf_expect_str(rd.mp->mnt_why_rdonly, "the disk is read-only");
	hf_expect_eq(may_write(rd.root, VWRITE), EROFS);
	vp = hf_ram_disk_open(&rd, "odd");
	expect_unwritable(vp, EROFS);
	expect_put_refused(vp, VM_PAGER_PUT_SYNC);
	expect_put_refused(vp, 0);
	hf_expect_eq(rd.bd.writes, 0);
	vrele(vp);
	hf_ram_disk_unmount(&rd);
}

HF_SCENARIO(immutable_files, "pager.immutable_files", "VN-31 VN-30",
    "immutable and append-only files are not written, the one beside them is",
    ON_DISK)
{
	struct vnode *vp;

	hf_ram_disk_mount(&rd, "images/4k.img", 512);
	hf_expect((rd.mp->mnt_flag & MNT_RDONLY) == 0);
	vp = hf_ram_disk_open(&rd, "immutable");
	hf_expect_eq(may_write(vp, VWRITE | VAPPEND), EPERM);
	expect_unwritable(vp, EPERM);
	expect_put_refused(vp, 0);
	vrele(vp);
	vp = hf_ram_disk_open(&rd, "append");
	hf_expect_eq(may_write(vp, VWRITE | VAPPEND), 0);
	expect_unwritable(vp, EPERM);
	vrele(vp);
	hf_expect_eq(rd.bd.writes, 0);
	vp = hf_ram_disk_open(&rd, "odd");
	hf_expect_eq(may_write(vp, VWRITE), 0);
	hf_expect_eq(write_file(vp, 0), 0);
	vrele(vp);
	hf_ram_disk_unmount(&rd);
	hf_expect_lt(0, rd.bd.writes);
}
