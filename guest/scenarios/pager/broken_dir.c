/* SPDX-License-Identifier: BSD-2-Clause */
/* broken_dir.c: large directories that make no sense, or that cannot be read. */

#include <test/file.h>
#include <test/ram_disk.h>
#include <test/scenario.h>
#include <test/space.h>
#include <kern/failpoint.h>
#include <machine/atomic.h>
#include <vfs/ext2/ext2fs.h>
#include "crowd.h"

#define BLOCK	1024
#define BLOCKS	20 /* of the directory */
#define ON_DISK .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE

static struct hf_ram_disk rd;
static struct vnode *dvp;

/* The directory as the disk has it, by a vnode and buffers of its own. */
static void
open_crowd(void)
{
	char msg[HF_MOUNT_MSG];

	hf_require_eq(hf_ram_disk_try(&rd, msg, sizeof(msg)), 0);
	dvp = hf_ram_disk_open(&rd, "crowd");
	hf_require_eq(VTOE2(dvp)->en_size, BLOCKS * BLOCK);
}

static void
close_crowd(void)
{
	vrele(dvp);
	vrele(rd.root);
	hf_expect_eq(hf_unmount(rd.mp), 0);
}

/* Where on the disk block lbn of the directory is. */
static uint64_t
block_at(uint64_t lbn)
{
	uint32_t blk;

	hf_require_eq(ext2_map(dvp, lbn, &blk, NULL, NULL), 0);
	return ((uint64_t)blk * BLOCK);
}

static int
first_letter(uint64_t at)
{
	return ((int)hf_ram_disk_peek(&rd, at + 8, 1));
}

/* The number of the first name in block lbn; where its entry is. */
static int
first_name(uint64_t lbn, uint64_t *at)
{
	const uint64_t block = block_at(lbn);
	int i = 0, len;

	for (*at = block; first_letter(*at) != 'n';) {
		*at += hf_ram_disk_peek(&rd, *at + 4, 2);
		hf_require(*at < block + BLOCK);
	}
	len = (int)hf_ram_disk_peek(&rd, *at + 6, 1);
	for (int k = 4; k < len; k++)
		i = 10 * i + (int)hf_ram_disk_peek(&rd, *at + 8 + (u_int)k, 1) -
		    '0';
	return (i);
}

HF_SCENARIO(broken_large_dir, "pager.broken_large_directory", "VN-36",
    "names before a broken entry of a large directory are found, behind it is "
    "an error",
    ON_DISK)
{
	uint64_t at;
	uint32_t good;
	int name;

	hf_ram_disk_load(&rd, "images/1k.img", 512);
	open_crowd();
	name = first_name(0, &at);
	(void)first_name(9, &at);
	good = hf_ram_disk_peek(&rd, at + 4, 2);
	hf_ram_disk_poke(&rd, at + 4, 2, 0);
	hf_expect_eq(crowd_look_up(dvp, name), 0);
	hf_expect(rd.mp->mnt_error[0] == '\0');
	hf_expect_eq(crowd_look_up(dvp, CROWD_NAMES), EINTEGRITY);
	hf_expect(strstr(rd.mp->mnt_error, "directory entry") != NULL);
	/* It was not as broken entries are indexed that the name was found. */
	hf_expect_eq(VTOE2(dvp)->en_index, 0);
	hf_ram_disk_poke(&rd, at + 4, 2, good);
	close_crowd();

	open_crowd();
	hf_expect_eq(crowd_look_up(dvp, CROWD_NAMES), ENOENT);
	hf_expect_ne(VTOE2(dvp)->en_index, 0);
	close_crowd();
	hf_ram_disk_free(&rd);
}

HF_SCENARIO(dir_broken_later, "pager.directory_broken_later", "VN-36 VN-38",
    "an entry that was sound when it was indexed is looked at again", ON_DISK)
{
	uint64_t at;
	uint32_t good;
	int name;

	hf_ram_disk_load(&rd, "images/1k.img", 512);
	open_crowd();
	name = first_name(9, &at);
	hf_expect_eq(crowd_look_up(dvp, name), 0);
	hf_expect_ne(VTOE2(dvp)->en_index, 0);
	good = hf_ram_disk_peek(&rd, at + 4, 2);
	hf_ram_disk_poke(&rd, at + 4, 2, 6);
	hf_file_forget_blocks(rd.mp);
	hf_expect_eq(crowd_look_up(dvp, name), EINTEGRITY);
	hf_expect(strstr(rd.mp->mnt_error, "directory entry") != NULL);
	hf_ram_disk_poke(&rd, at + 4, 2, good);
	hf_file_forget_blocks(rd.mp);
	hf_expect_eq(crowd_look_up(dvp, name), 0);
	/* And a disk that fails is not a name that is not there. */
	hf_file_forget_blocks(rd.mp);
	hf_failpoint_arm("bdev.read", 0, -1);
	hf_expect_eq(crowd_look_up(dvp, name), EIO);
	hf_failpoint_disarm_all();
	hf_expect_eq(crowd_look_up(dvp, name), 0);
	close_crowd();
	hf_ram_disk_free(&rd);
}

/* The first name of the directory is found though its index cannot be made. */
static void
expect_found_without_index(void)
{
	uint64_t at;
	int name = first_name(0, &at);

	hf_expect_eq(crowd_look_up(dvp, name), 0);
	hf_expect_eq(VTOE2(dvp)->en_index, 0);
	hf_expect_ne(VTOE2(dvp)->en_unindexed, 0);
}

static void
fill_with_one_name(uint64_t block)
{
	for (uint64_t at = block; at < block + BLOCK; at += 16) {
		hf_ram_disk_poke(&rd, at, 4, EXT2_ROOT_INO);
		/* Sixteen bytes long, and called "same". */
		hf_ram_disk_poke(&rd, at + 4, 4, 4u << 16 | 16);
		hf_ram_disk_poke(&rd, at + 8, 4, 0x656d6173);
	}
}

HF_SCENARIO(dir_unindexed, "pager.directory_unindexed", "VN-33 VN-36",
    "a directory that cannot be indexed is searched from the front", ON_DISK)
{
	uint64_t at;
	int name;

	hf_ram_disk_load(&rd, "images/1k.img", 512);
	/* A read fails while the index is made, and not later. */
	open_crowd();
	(void)block_at(BLOCKS - 1);
	hf_failpoint_arm("bdev.read", 3, 1);
	name = first_name(0, &at);
	hf_expect_eq(crowd_look_up(dvp, name), 0);
	hf_expect_eq(hf_failpoint_fired("bdev.read"), 1);
	hf_failpoint_disarm_all();
	hf_expect_eq(VTOE2(dvp)->en_index, 0);
	close_crowd();

	/* It says that it is larger than any index, and its end is missing. */
	open_crowd();
	VTOE2(dvp)->en_size = 2u << 20;
	expect_found_without_index();
	hf_expect_eq(crowd_look_up(dvp, CROWD_NAMES), EINTEGRITY);
	hf_expect(strstr(rd.mp->mnt_error, "a hole at byte 20480") != NULL);
	close_crowd();

	/* More entries of one name than anybody would look through. */
	open_crowd();
	name = first_name(9, &at);
	for (uint64_t lbn = 0; lbn < 9; lbn++)
		fill_with_one_name(block_at(lbn));
	hf_expect_eq(crowd_look_up(dvp, name), 0);
	hf_expect_eq(VTOE2(dvp)->en_index, 0);
	hf_expect_eq(crowd_look_up(dvp, CROWD_NAMES), ENOENT);
	close_crowd();
	hf_ram_disk_free(&rd);
}

/* Lists on from *off into user memory at va; names that came, errno. */
static int
list_on(off_t *off, vm_offset_t va, int *names)
{
	static char buf[2048];
	struct iovec iov = { (void *)va, sizeof(buf) };
	struct uio uio = { .uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_offset = *off,
		.uio_resid = sizeof(buf),
		.uio_segflg = UIO_USERSPACE,
		.uio_rw = UIO_READ,
		.uio_td = curthread };
	const struct dirent *d;
	int error;

	(void)vn_lock(dvp, LK_SHARED | LK_RETRY);
	error = VOP_READDIR(dvp, &uio, NULL, NULL, NULL, NULL);
	VOP_UNLOCK(dvp);
	*off = uio.uio_offset;
	hf_require_eq(copyin((void *)va, buf, sizeof(buf)), 0);
	*names = 0;
	for (char *p = buf; p < buf + sizeof(buf) - uio.uio_resid;
	     p += d->d_reclen, ++*names)
		d = (const struct dirent *)p;
	return (error);
}

HF_SCENARIO(list_error, "pager.list_error", "VN-38 VN-44",
    "listing where the disk fails is EIO, and goes on where it stood", ON_DISK)
{
	/* The first block, and the one of pointers. */
	static const int skips[] = { 0, 12 };
	const vm_offset_t va = HF_SPACE_BASE;
	int all, error, failed, names;
	off_t off;

	(void)hf_space_enter();
	hf_space_anon_at(va, 1);
	hf_ram_disk_load(&rd, "images/1k.img", 512);
	for (u_int i = 0; i < nitems(skips); i++) {
		open_crowd();
		hf_failpoint_arm("bdev.read", skips[i], 1);
		all = failed = 0;
		off = 0;
		do {
			error = list_on(&off, va, &names);
			hf_expect(error == 0 || error == EIO);
			failed += error != 0;
			all += names;
		} while (error != 0 || (names != 0 && skips[i] != 0));
		hf_expect_eq(failed, 1);
		hf_expect_eq(hf_failpoint_fired("bdev.read"), 1);
		hf_failpoint_disarm_all();
		if (skips[i] != 0)
			hf_expect_eq(all, CROWD_NAMES + 2);
		else
			hf_expect_eq(all, names);
		close_crowd();
	}
	hf_ram_disk_free(&rd);
}

HF_SCENARIO(list_broken, "pager.list_broken", "VN-36 VN-44",
    "what stands before a broken entry is listed, then comes the error",
    ON_DISK)
{
	const vm_offset_t va = HF_SPACE_BASE;
	uint64_t at;
	off_t off = 0;
	int error, names, seen = 0;

	(void)hf_space_enter();
	hf_space_anon_at(va, 1);
	hf_ram_disk_load(&rd, "images/1k.img", 512);
	open_crowd();
	(void)first_name(9, &at);
	hf_ram_disk_poke(&rd, at + 4, 2, 0);
	do {
		error = list_on(&off, va, &names);
		seen += names;
	} while (error == 0 && names != 0);
	hf_expect_eq(error, EINTEGRITY);
	hf_expect_lt(100, seen);
	hf_expect_lt(seen, CROWD_NAMES);
	hf_expect_eq(off / BLOCK, 9);
	close_crowd();
	hf_ram_disk_free(&rd);
}
