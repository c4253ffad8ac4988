/* SPDX-License-Identifier: BSD-2-Clause */
/* readdir_anywhere.c: a directory is listed from any byte, not only from an entry's first. */

#include <test/file.h>
#include <test/scenario.h>
#include <test/space.h>

#define ENTRIES 4 /* that are looked at */

/* The next entry from byte *off on, which is moved behind it; errno. */
static int
next(struct vnode *dvp, off_t *off, struct dirent *d, int *eof)
{
	struct iovec iov = { d, sizeof(*d) };
	struct uio uio = { .uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_offset = *off,
		.uio_resid = sizeof(*d),
		.uio_segflg = UIO_SYSSPACE,
		.uio_rw = UIO_READ };
	int error;

	memset(d, 0, sizeof(*d));
	(void)vn_lock(dvp, LK_SHARED | LK_RETRY);
	error = VOP_READDIR(dvp, &uio, NULL, eof, NULL, NULL);
	VOP_UNLOCK(dvp);
	*off = uio.uio_offset;
	return (error);
}

HF_SCENARIO(readdir_anywhere, "pager.readdir_anywhere", "VN-24",
    "listed from within an entry, a directory goes on with the next one",
    .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE)
{
	struct dirent at, d[ENTRIES];
	off_t from, off, ends[ENTRIES];
	struct vnode *dvp;
	int eof, i, n;

	dvp = hf_file_open("nested");
	for (off = 0, eof = 0, n = 0; !eof && n < ENTRIES; n++) {
		hf_require_eq(next(dvp, &off, &d[n], &eof), 0);
		ends[n] = off;
	}
	hf_require(n >= 3);
	for (i = 0, from = 1; from <= ends[1]; from++) {
		if (from > ends[i])
			i++;
		off = from;
		hf_require_eq(next(dvp, &off, &at, &eof), 0);
		hf_expect_eq(at.d_fileno, d[i + 1].d_fileno);
		hf_expect_eq(at.d_type, d[i + 1].d_type);
		hf_expect_eq(strcmp(at.d_name, d[i + 1].d_name), 0);
		hf_expect_eq(off, ends[i + 1]);
	}
	off = -4;
	hf_expect_eq(next(dvp, &off, &at, &eof), EINVAL);
	hf_file_close(dvp);
}

HF_SCENARIO(readdir_nofault, "pager.readdir_nofault", "VN-23 VN-44",
    "with page faults disabled, listing to absent memory is EFAULT and loses "
    "nothing",
    .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE)
{
	struct iovec iov = { (void *)HF_SPACE_BASE, 2 * PAGE_SIZE };
	struct uio uio = { .uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_resid = 2 * PAGE_SIZE,
		.uio_segflg = UIO_USERSPACE,
		.uio_rw = UIO_READ,
		.uio_td = curthread };
	struct dirent d, first;
	struct vnode *dvp;
	off_t off = 0;
	int eof, error, save;

	(void)hf_space_enter();
	hf_space_anon_at(HF_SPACE_BASE, 2);
	dvp = hf_file_open("nested");
	hf_require_eq(next(dvp, &off, &first, &eof), 0);
	for (int i = 0; i < 2; i++) {
		(void)vn_lock(dvp, LK_SHARED | LK_RETRY);
		save = vm_fault_disable_pagefaults();
		error = VOP_READDIR(dvp, &uio, NULL, &eof, NULL, NULL);
		vm_fault_enable_pagefaults(save);
		VOP_UNLOCK(dvp);
		if (i == 0) {
			hf_expect_eq(error, EFAULT);
			hf_expect_eq(uio.uio_offset, 0);
			hf_expect_eq(uio.uio_resid, 2 * PAGE_SIZE);
			hf_poke(HF_SPACE_BASE, 1);
		}
	}
	hf_expect_eq(error, 0);
	hf_expect_lt(uio.uio_resid, 2 * PAGE_SIZE);
	hf_expect_eq(copyin((void *)HF_SPACE_BASE, &d, first.d_reclen), 0);
	hf_expect_eq(memcmp(&d, &first, first.d_reclen), 0);
	hf_file_close(dvp);
}
