/* SPDX-License-Identifier: BSD-2-Clause */
/* main_files.c: the main job: every file of the disk through the page tables. */

/*
 * Maps every regular file, checks it against the manifest that tools/mkimage
 * puts into an image, then changes a shared mapping of one file and has it
 * written back.  A disk without manifest is read all the same; only a file
 * called "write-me" is ever changed (or the one named by the parameter
 * "write").
 */

#include <sys/proc.h>
#include <test/current.h>
#include <test/file.h>
#include <test/scenario.h>
#include <test/space.h>
#include <vfs/vn_map.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <kern/plan.h>
#include "filesum.h"

#define FILE_VA	    0x40000000ul
#define MANIFEST_VA 0x20000000ul
#define DEPTH_MAX   16
#define LINE_MAX    1200

/* What is stored; tests/integration/main_job.sh stores the same. */
#define STAMP	    "HOLDFAST-WAS-HERE"
#define STAMP_BYTES ((int)sizeof(STAMP) - 1)

struct job {
	u_int files, dirs, others;
	u_int listed; /* in the manifest and right */
	uint64_t bytes;
	uint64_t sum; /* of the file last read */
	bool manifest;
};

static const char *
write_target(void)
{
	const char *name;

	name = hf_plan_param("write");
	return (name != NULL ? name : "write-me");
}

/* Offsets that the stamp goes to; false after the last. */
static bool
stamp_offset(int i, uint64_t bytes, uint64_t *off)
{
	switch (i) {
	case 0:
		*off = 100;
		break;
	case 1: /* across two pages */
		*off = PAGE_SIZE - 6;
		break;
	case 2: /* up to the last byte */
		*off = bytes < (uint64_t)STAMP_BYTES
		    ? 0
		    : bytes - (uint64_t)STAMP_BYTES;
		break;
	default:
		return (false);
	}
	return (true);
}

/* Maps, sums and unmaps one file. */
static bool
read_file(struct job *job, struct vnode *vp)
{
	uint64_t bytes;
	u_long npages;
	bool ok;

	bytes = hf_file_bytes(vp);
	npages = hf_file_map_all(vp, FILE_VA);
	ok = hf_file_sum(FILE_VA, bytes, &job->sum);
	hf_file_unmap(FILE_VA, npages);
	job->bytes += bytes;
	return (ok);
}

static bool
carries_stamp(struct vnode *vp)
{
	char text[STAMP_BYTES];
	bool same;

	if (hf_file_bytes(vp) < 100 + sizeof(text))
		return (false);
	hf_file_map(vp, FILE_VA, 0, 1, VM_PROT_READ, HF_FILE_PRIVATE);
	same = copyin((void *)(FILE_VA + 100), text, sizeof(text)) == 0 &&
	    memcmp(text, STAMP, sizeof(text)) == 0;
	hf_file_unmap(FILE_VA, 1);
	return (same);
}

/* One line of the manifest: sum, bytes, path. */
static void
check_line(struct job *job, char *line)
{
	struct vnode *vp;
	const char *end;
	uint64_t bytes, sum;

	sum = hf_strtou64(line, &end, 16, NULL);
	if (end != line + 16 || *end != ' ') {
		hf_note("manifest: %s", line);
		hf_expect(!"a manifest line is SUM BYTES PATH");
		return;
	}
	bytes = hf_strtou64(end + 1, &end, 10, NULL);
	if (*end != ' ')
		return;
	vp = hf_file_open(end + 1);
	if (!hf_expect(vp->v_type == VREG) ||
	    !hf_expect_eq(hf_file_bytes(vp), bytes))
		hf_note("%s", end + 1);
	else if (!hf_expect(read_file(job, vp)))
		hf_note("%s: %s", end + 1, hf_file_why(vp));
	else if (job->sum == sum)
		job->listed++;
	else if (strcmp(end + 1, write_target()) == 0 && carries_stamp(vp)) {
		hf_note("%s: changed by an earlier run", end + 1);
		job->listed++;
	} else {
		hf_expect_eq(job->sum, sum);
		hf_note("%s: differs from the manifest", end + 1);
	}
	hf_file_close(vp);
}

static void
check_manifest(struct job *job, struct vnode *mvp)
{
	static char line[LINE_MAX];
	uint64_t bytes, off;
	u_long npages;
	u_int n, lines;
	int c;

	bytes = hf_file_bytes(mvp);
	npages = hf_file_map_all(mvp, MANIFEST_VA);
	lines = 0;
	for (off = 0, n = 0; off < bytes; off++) {
		c = fubyte((void *)(MANIFEST_VA + off));
		if (c < 0)
			hf_note("%s: %s", HF_MANIFEST_NAME, hf_file_why(mvp));
		hf_require(c >= 0);
		if (c != '\n') {
			hf_require(n + 1 < sizeof(line));
			line[n++] = (char)c;
			continue;
		}
		line[n] = '\0';
		n = 0;
		if (lines++ == 0)
			hf_expect_str(line, HF_MANIFEST_MAGIC);
		else
			check_line(job, line);
	}
	hf_file_unmap(MANIFEST_VA, npages);
	hf_expect_eq(job->listed, lines - 1);
}

static void walk(struct job *job, struct vnode *dvp, int depth);

static void
visit(struct job *job, struct vnode *dvp, const struct dirent *d, int depth)
{
	struct componentname cn = { d->d_name, d->d_namlen };
	struct vnode *vp;
	int error;

	if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
		return;
	(void)vn_lock(dvp, LK_SHARED | LK_RETRY);
	error = VOP_LOOKUP(dvp, &vp, &cn);
	VOP_UNLOCK(dvp);
	if (error != 0) {
		hf_expect_eq(error, 0);
		hf_note("%s: %s: %s", d->d_name, hf_errno_name(error),
		    hf_file_why(dvp));
		return;
	}
	VOP_UNLOCK(vp);
	if (vp->v_type == VDIR) {
		job->dirs++;
		if (hf_expect(depth < DEPTH_MAX))
			walk(job, vp, depth + 1);
	} else if (vp->v_type == VREG) {
		job->files++;
		if (!job->manifest && !hf_expect(read_file(job, vp)))
			hf_note("%s: %s", d->d_name, hf_file_why(vp));
	} else
		job->others++;
	vrele(vp);
}

static void
walk(struct job *job, struct vnode *dvp, int depth)
{
	/* One page for each level: the largest entry fits many times. */
	static char bufs[DEPTH_MAX + 1][1024] __aligned(8);
	struct iovec iov;
	struct uio uio = { .uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_segflg = UIO_SYSSPACE,
		.uio_rw = UIO_READ };
	char *at, *end;
	int eof, error;

	for (eof = 0; !eof;) {
		iov.iov_base = bufs[depth];
		iov.iov_len = sizeof(bufs[depth]);
		uio.uio_iovcnt = 1;
		uio.uio_iov = &iov;
		uio.uio_resid = sizeof(bufs[depth]);
		(void)vn_lock(dvp, LK_SHARED | LK_RETRY);
		error = VOP_READDIR(dvp, &uio, NULL, &eof, NULL, NULL);
		VOP_UNLOCK(dvp);
		if (!hf_expect_eq(error, 0)) {
			hf_note("directory: %s: %s", hf_errno_name(error),
			    hf_file_why(dvp));
			return;
		}
		at = bufs[depth];
		end = at + sizeof(bufs[depth]) - uio.uio_resid;
		for (; at < end; at += ((struct dirent *)at)->d_reclen)
			visit(job, dvp, (struct dirent *)at, depth);
	}
}

/* Copies each stamp to or from the mapping of the file; false: EFAULT. */
static bool
copy_stamps(uint64_t bytes, bool store)
{
	char text[STAMP_BYTES];
	uint64_t off;
	int error, i;

	for (i = 0; stamp_offset(i, bytes, &off); i++) {
		if (off + STAMP_BYTES > bytes)
			continue;
		if (store)
			error = copyout(
			    STAMP, (void *)(FILE_VA + off), STAMP_BYTES);
		else
			error =
			    copyin((void *)(FILE_VA + off), text, STAMP_BYTES);
		if (!hf_expect_eq(error, 0))
			return (false);
		if (!store)
			hf_expect_eq(memcmp(text, STAMP, STAMP_BYTES), 0);
	}
	return (true);
}

/* Stores the stamp through a shared mapping, syncs it, reads it back. */
static void
change_file(struct vnode *vp)
{
	struct hf_bdev *bd;
	uint64_t bytes, flushes, writes;
	u_long npages;
	int pass;
	bool ok;

	bd = vp->v_mount->mnt_bdev;
	bytes = hf_file_bytes(vp);
	npages = btoc(bytes);
	hf_file_map(vp, FILE_VA, 0, npages, VM_PROT_RW, HF_FILE_SHARED);
	hf_expect_eq(vp->v_writecount, 1);
	ok = copy_stamps(bytes, true);
	writes = bd->writes;
	flushes = bd->flushes;
	ok &= hf_expect_eq(vm_map_sync(hf_space_map(), FILE_VA,
			       FILE_VA + ptoa(npages), TRUE, FALSE),
	    KERN_SUCCESS);
	hf_expect_lt(writes, bd->writes);
	hf_expect_lt(flushes, bd->flushes);
	/* Once from the pages, once from the disk. */
	for (pass = 0; pass < 2; pass++) {
		ok &= copy_stamps(bytes, false);
		ok &= hf_expect_eq(vm_map_sync(hf_space_map(), FILE_VA,
				       FILE_VA + ptoa(npages), TRUE, TRUE),
		    KERN_SUCCESS);
		hf_expect(hf_file_page(vp, 0) == NULL);
	}
	if (!ok)
		hf_note("%s: %s", write_target(), hf_file_why(vp));
	hf_file_unmap(FILE_VA, npages);
	hf_expect_eq(vp->v_writecount, 0);
}

/* Not on a disk that is broken, nor read-only, and not what is immutable. */
static bool
may_be_changed(struct vnode *vp)
{
	vm_prot_t maxprot;
	int error;

	if (hf_current.failed != 0) {
		hf_note("nothing was changed, as not all could be read");
		return (false);
	}
	error = hf_vn_map_rights(vp, VM_PROT_RW, true, &maxprot);
	if (error == 0)
		return (true);
	hf_note("nothing was changed: %s: %s", write_target(),
	    hf_errno_name(error));
	hf_expect(error == EROFS || error == EPERM);
	return (false);
}

/* How many of them the disk has. */
static u_int
scratch_files(void)
{
	static const char *const names[] = HF_SCRATCH_NAMES;
	struct vnode *vp;
	u_int i, n;

	for (i = n = 0; i < HF_SCRATCH_FILES; i++) {
		vp = hf_file_open_if(names[i]);
		if (vp == NULL)
			continue;
		n++;
		hf_file_close(vp);
	}
	return (n);
}

HF_SCENARIO(main_files, "main.files", "GP-01 GP-02 PP-01 VB-53 IN-6",
    "every file is mapped and checked, a shared mapping is written back",
    .flags = HF_NEEDS_DISK, .timeout_ms = 120000)
{
	struct job job = { .manifest = false };
	struct vnode *rvp, *vp;

	rvp = hf_file_open("/");
	(void)hf_space_enter();
	vp = hf_file_open_if(HF_MANIFEST_NAME);
	if (vp != NULL) {
		job.manifest = true;
		hf_require(vp->v_type == VREG);
		check_manifest(&job, vp);
		hf_file_close(vp);
	} else
		hf_note("no %s on the disk: files are read, not compared",
		    HF_MANIFEST_NAME);
	walk(&job, rvp, 0);
	hf_note("%u files and %u directories, %lu KiB read", job.files,
	    job.dirs, (u_long)(job.bytes / 1024));
	if (job.others != 0)
		hf_note("%u links and special files passed over", job.others);
	/* The manifest lists neither itself nor the scratch files. */
	if (job.manifest)
		hf_expect_eq(job.files, job.listed + 1 + scratch_files());

	vp = hf_file_open_if(write_target());
	if (vp == NULL || vp->v_type != VREG)
		hf_note("no file %s: nothing was changed", write_target());
	else if (hf_file_bytes(vp) < STAMP_BYTES)
		hf_note("nothing was changed: %s has only %lu bytes",
		    write_target(), (u_long)hf_file_bytes(vp));
	else if (may_be_changed(vp))
		change_file(vp);
	if (vp != NULL)
		hf_file_close(vp);
	hf_file_close(rvp);
}
