/* SPDX-License-Identifier: BSD-2-Clause */
/* ram_disk.c: a block device in memory, filled from a file of the disk. */

#include <machine/vmparam.h>
#include <test/file.h>
#include <test/ram_disk.h>
#include <test/scenario.h>
#include <vm/vm.h>
#include <vm/vm_page.h>

static char *
byte_at(struct hf_ram_disk *rd, uint64_t pos)
{
	return (
	    (char *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(rd->pages[pos / PAGE_SIZE])) +
	    (pos & PAGE_MASK));
}

static void
copy(struct hf_ram_disk *rd, uint64_t pos, char *mem, uint32_t len, bool out)
{
	uint32_t piece;
	char *at;

	for (; len > 0; len -= piece, pos += piece, mem += piece) {
		piece = min(len, (u_int)(PAGE_SIZE - (pos & PAGE_MASK)));
		at = byte_at(rd, pos);
		if (out)
			memcpy(at, mem, piece);
		else
			memcpy(mem, at, piece);
	}
}

static void
ram_submit(struct hf_bdev *bd, struct hf_io *io)
{
	uint64_t pos;
	uint32_t i;

	pos = io->sector << HF_SECTOR_SHIFT;
	if (io->op == HF_IO_READ || io->op == HF_IO_WRITE)
		for (i = 0; i < io->nsegs; pos += io->segs[i++].len)
			copy(bd->softc, pos,
			    (char *)PHYS_TO_DMAP(io->segs[i].pa),
			    io->segs[i].len, io->op == HF_IO_WRITE);
	io->done(io, 0);
}

static void
ram_poll(struct hf_bdev *bd)
{
}

static const struct hf_bdev_ops ram_ops = { ram_submit, ram_poll };

static void
load(struct hf_ram_disk *rd, const char *path)
{
	struct iovec iov;
	struct uio uio = { .uio_segflg = UIO_SYSSPACE, .uio_rw = UIO_READ };
	struct vnode *vp;
	int error, i;

	vp = hf_file_open(path);
	rd->npages = (int)btoc(hf_file_bytes(vp));
	hf_require(rd->npages <= HF_RAM_DISK_PAGES);
	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	for (i = 0, error = 0; i < rd->npages && error == 0; i++) {
		rd->pages[i] =
		    vm_page_alloc_noobj(VM_ALLOC_WIRED | VM_ALLOC_WAITOK);
		iov.iov_base =
		    (void *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(rd->pages[i]));
		iov.iov_len = PAGE_SIZE;
		uio.uio_iov = &iov;
		uio.uio_iovcnt = 1;
		uio.uio_resid = PAGE_SIZE;
		error = VOP_READ(vp, &uio, 0, NULL);
	}
	VOP_UNLOCK(vp);
	hf_require_eq(error, 0);
	hf_file_close(vp);
}

void
hf_ram_disk_load(
    struct hf_ram_disk *rd, const char *path, uint32_t sector_bytes)
{
	memset(rd, 0, sizeof(*rd));
	load(rd, path);
	rd->bd = (struct hf_bdev){ .name = "ram",
		.ops = &ram_ops,
		.softc = rd,
		.capacity_sectors =
		    (uint64_t)rd->npages * PAGE_SIZE >> HF_SECTOR_SHIFT,
		.sector_bytes = sector_bytes,
		.can_flush = true };
}

int
hf_ram_disk_try(struct hf_ram_disk *rd, char *msg, size_t msg_bytes)
{
	int error;

	error = hf_mount("ext2", &rd->bd, &rd->mp, msg, msg_bytes);
	if (error == 0)
		hf_require_eq(hf_mount_rootdir(rd->mp, &rd->root), 0);
	return (error);
}

uint32_t
hf_ram_disk_peek(struct hf_ram_disk *rd, uint64_t pos, size_t bytes)
{
	uint32_t value;

	value = 0;
	memcpy(&value, byte_at(rd, pos), bytes);
	return (value);
}

void
hf_ram_disk_poke(
    struct hf_ram_disk *rd, uint64_t pos, size_t bytes, uint32_t value)
{
	memcpy(byte_at(rd, pos), &value, bytes);
}

void
hf_ram_disk_mount(
    struct hf_ram_disk *rd, const char *path, uint32_t sector_bytes)
{
	char msg[HF_MOUNT_MSG];
	int error;

	hf_ram_disk_load(rd, path, sector_bytes);
	error = hf_ram_disk_try(rd, msg, sizeof(msg));
	if (error != 0)
		hf_note("%s: %s", path, msg);
	hf_require_eq(error, 0);
}

void
hf_ram_disk_unmount(struct hf_ram_disk *rd)
{
	vrele(rd->root);
	hf_expect_eq(hf_unmount(rd->mp), 0);
	hf_ram_disk_free(rd);
}

void
hf_ram_disk_free(struct hf_ram_disk *rd)
{
	int i;

	for (i = 0; i < rd->npages; i++) {
		vm_page_unwire_noq(rd->pages[i]);
		vm_page_free(rd->pages[i]);
	}
}

struct vnode *
hf_ram_disk_open(struct hf_ram_disk *rd, const char *path)
{
	struct vnode *vp;

	hf_require_eq(hf_namei(rd->root, path, &vp), 0);
	VOP_UNLOCK(vp);
	return (vp);
}
