/* SPDX-License-Identifier: BSD-2-Clause */
/* far_blocks.c: blocks behind every kind of indirection, and beyond 4 GiB. */

#include <test/file.h>
#include <test/probe.h>
#include <test/ram_disk.h>
#include <test/scenario.h>
#include <test/space.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>

#define VA	0x40000000ul
#define ON_DISK .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE

static struct hf_ram_disk rd;

/* Blocks that tools/mkimage has marked: the first and last of each level. */
static const uint64_t triple_blocks[] = { 0, 11, 12, 267, 268, 523, 65803,
	65804, 65805, 66060, 131340, 200000 };
static const uint64_t huge_blocks[] = { 0, 1048575, 1048576, 1049611, 1049612,
	1049613, 1310720 };

/* The block says which it is; the bytes behind the text are zero. */
static void
expect_marked(struct vnode *vp, uint32_t bsize, uint64_t block)
{
	char text[32], want[32];
	uint64_t off;

	off = block * bsize;
	snprintf(want, sizeof(want), "block %lu\n", (u_long)block);
	hf_file_map(vp, VA, (vm_ooffset_t)trunc_page(off), 1, VM_PROT_READ,
	    HF_FILE_SHARED);
	memset(text, 0xff, sizeof(text));
	hf_expect_eq(
	    copyin((void *)(VA + (off & PAGE_MASK)), text, strlen(want) + 1),
	    0);
	hf_expect_str(text, want);
	hf_file_unmap(VA, 1);
}

/* A page in which no block was ever written. */
static void
expect_hole(struct vnode *vp, uint64_t page)
{
	uint64_t reads;
	int64_t word;

	hf_file_map(
	    vp, VA, (vm_ooffset_t)ptoa(page), 1, VM_PROT_READ, HF_FILE_SHARED);
	reads = rd.bd.read_sectors;
	hf_expect_eq(fuword64((void *)(VA + 1024), &word), 0);
	hf_expect_eq(word, 0);
	/* Pointers may be read, data is not. */
	hf_expect_le(rd.bd.read_sectors - reads, 3 * PAGE_SIZE / 512);
	hf_file_unmap(VA, 1);
}

HF_SCENARIO(triple_indirect, "pager.triple_indirect", "GP-17 VN-04",
    "blocks behind double and triple indirection are the file's", ON_DISK)
{
	struct vnode *vp;
	u_int i;

	hf_ram_disk_mount(&rd, "images/1k.img", 512);
	vp = hf_ram_disk_open(&rd, "triple");
	hf_expect_eq(hf_file_bytes(vp), 200000ul * 1024 + 13);
	for (i = 0; i < nitems(triple_blocks); i++)
		expect_marked(vp, 1024, triple_blocks[i]);
	expect_hole(vp, 100000 / 4);
	expect_hole(vp, 199996 / 4);
	vrele(vp);
	hf_ram_disk_unmount(&rd);
}

HF_SCENARIO(beyond_4_gib, "pager.beyond_4_gib", "GP-01 VN-04",
    "a file of 5 GiB: offsets of more than 32 bits, read, written, cut off",
    ON_DISK)
{
	struct vnode *vp;
	uint64_t last;
	u_int i;

	hf_ram_disk_mount(&rd, "images/4k.img", 512);
	vp = hf_ram_disk_open(&rd, "huge");
	last = 1310720ul * 4096;
	hf_expect_eq(hf_file_bytes(vp), last + 14);
	for (i = 0; i < nitems(huge_blocks); i++)
		expect_marked(vp, 4096, huge_blocks[i]);
	expect_hole(vp, 1048577);
	expect_hole(vp, 1310719);
	/* A store behind 4 GiB goes to its own block, not to one 4 GiB lower. */
	hf_file_map(vp, VA, 1048576ul * 4096, 1, VM_PROT_RW, HF_FILE_SHARED);
	hf_expect_eq(copyout("BLOCK", (void *)VA, 5), 0);
	hf_expect_eq(
	    vm_map_sync(hf_space_map(), VA, VA + PAGE_SIZE, TRUE, TRUE),
	    KERN_SUCCESS);
	hf_expect_read(VA, 'B');
	hf_expect_read(VA + 6, '1');
	hf_file_unmap(VA, 1);
	expect_marked(vp, 4096, 0);
	/* The last page, and SIGBUS behind it. */
	hf_file_map(
	    vp, VA, (vm_ooffset_t)last, 2, VM_PROT_READ, HF_FILE_SHARED);
	hf_expect_read(VA + 13, '\n');
	hf_expect_read(VA + 14, 0);
	hf_expect_bus(hf_probe_read(VA + PAGE_SIZE));
	hf_file_unmap(VA, 2);
	vrele(vp);
	hf_ram_disk_unmount(&rd);
}
