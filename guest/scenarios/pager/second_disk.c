/* SPDX-License-Identifier: BSD-2-Clause */
/* second_disk.c: the file systems of two disks, paged at once. */

#include <test/file.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/space.h>
#include <test/vm_util.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>
#include "filesum.h"

#define FIRST_VA    0x40000000ul
#define SECOND_VA   0x50000000ul
#define MANIFEST_VA 0x20000000ul
#define LINE_BYTES  160

/* The sum that the manifest of that disk has for the file. */
static uint64_t
listed_sum(struct mount *mp, const char *name)
{
	struct vnode *vp = hf_file_open_on(mp, HF_MANIFEST_NAME);
	const uint64_t bytes = hf_file_bytes(vp);
	static char text[PAGE_SIZE];
	uint64_t sum = 0;
	u_long npages;
	const char *at, *end;

	hf_require(bytes < sizeof(text));
	npages = hf_file_map_all(vp, MANIFEST_VA);
	hf_require_eq(copyin((void *)MANIFEST_VA, text, bytes), 0);
	text[bytes] = '\0';
	hf_file_unmap(MANIFEST_VA, npages);
	hf_file_close(vp);
	for (at = text; *at != '\0'; at += *at != '\0') {
		sum = hf_strtou64(at, &end, 16, NULL);
		if (*end == ' ')
			(void)hf_strtou64(end + 1, &end, 10, NULL);
		if (*end == ' ' && strncmp(end + 1, name, strlen(name)) == 0 &&
		    end[1 + strlen(name)] == '\n')
			return (sum);
		while (*at != '\0' && *at != '\n')
			at++;
	}
	hf_require(!"the manifest has the file");
	return (0);
}

HF_SCENARIO(pager_second_disk, "pager.second_disk", "VB-86",
    "a file system of the second disk is mounted by name and paged from it",
    .flags = HF_NEEDS_DISK | HF_NEEDS_SECOND_DISK)
{
	struct hf_bdev *a = hf_file_disk("vtbd0");
	struct mount *mp = hf_file_mount_disk("vtbd1");
	struct hf_bdev *b = mp->mnt_bdev;
	struct vnode *vp;
	uint64_t sum, want, reads;
	u_long npages;

	hf_expect_eq(b, hf_file_disk("vtbd1"));
	want = listed_sum(mp, HF_SECOND_NAME);
	vp = hf_file_open_on(mp, HF_SECOND_NAME);
	reads = a->reads;
	npages = hf_file_map_all(vp, SECOND_VA);
	hf_expect(hf_file_sum(SECOND_VA, hf_file_bytes(vp), &sum));
	hf_expect_eq(sum, want);
	hf_expect_eq(a->reads, reads);
	hf_file_unmap(SECOND_VA, npages);
	hf_file_expect_idle(vp);
	hf_file_close(vp);
}

HF_SCENARIO(pager_both_disks, "pager.both_disks", "VB-86",
    "pages of two disks come and go side by side, each from and to its own",
    .flags = HF_NEEDS_DISK | HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE |
	HF_NEEDS_SECOND_DISK)
{
	const u_long npages = 16;
	struct vnode *va, *vb;
	struct hf_bdev *a, *b;
	uint8_t sector[512];
	uint64_t writes_a, writes_b;

	va = hf_file_open_on(hf_file_mount(), HF_SCRATCH_NAME);
	vb = hf_file_open_on(hf_file_mount_disk("vtbd1"), HF_SCRATCH_NAME);
	a = va->v_mount->mnt_bdev;
	b = vb->v_mount->mnt_bdev;
	hf_file_map(va, FIRST_VA, 0, npages, VM_PROT_RW, HF_FILE_SHARED);
	hf_file_map(vb, SECOND_VA, 0, npages, VM_PROT_RW, HF_FILE_SHARED);
	for (u_long i = 0; i < npages; i++) {
		hf_expect(hf_probe_write(FIRST_VA + ptoa(i), 0x40 + i).ok);
		hf_expect(hf_probe_write(SECOND_VA + ptoa(i), 0x80 + i).ok);
	}
	writes_a = a->write_sectors;
	writes_b = b->write_sectors;
	hf_expect_eq(vm_map_sync(hf_space_map(), SECOND_VA,
			 SECOND_VA + ptoa(npages), TRUE, FALSE),
	    KERN_SUCCESS);
	hf_expect_eq(a->write_sectors, writes_a);
	hf_expect_lt(writes_b, b->write_sectors);
	writes_b = b->write_sectors;
	hf_expect_eq(vm_map_sync(hf_space_map(), FIRST_VA,
			 FIRST_VA + ptoa(npages), TRUE, FALSE),
	    KERN_SUCCESS);
	hf_expect_lt(writes_a, a->write_sectors);
	hf_expect_eq(b->write_sectors, writes_b);
	for (u_long i = 0; i < npages; i++) {
		hf_file_read_disk(va, ptoa(i), sector, sizeof(sector));
		hf_expect_eq(sector[0], 0x40 + i);
		hf_file_read_disk(vb, ptoa(i), sector, sizeof(sector));
		hf_expect_eq(sector[0], 0x80 + i);
	}
	hf_file_unmap(FIRST_VA, npages);
	hf_file_unmap(SECOND_VA, npages);
	hf_file_close(va);
	hf_file_close(vb);
}
