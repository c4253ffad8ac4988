/* SPDX-License-Identifier: BSD-2-Clause */
/* fromphys.c: bytes between frames and a uio, and between frames and the kernel. */

#include <sys/uio.h>
#include <sys/vmmeter.h>
#include <test/scenario.h>
#include <test/space.h>

#define VA     HF_SPACE_BASE
#define PAGES  3
#define PIECES 24

/* Frames whose neighbours in the array are no neighbours in memory. */
static void
take_frames(vm_page_t *ma)
{
	vm_page_t spare[PAGES];
	int i;

	for (i = 0; i < PAGES; i++) {
		ma[PAGES - 1 - i] =
		    vm_page_alloc_noobj(VM_ALLOC_WIRED | VM_ALLOC_ZERO);
		spare[i] = vm_page_alloc_noobj(VM_ALLOC_WIRED);
		hf_require(ma[PAGES - 1 - i] != NULL && spare[i] != NULL);
	}
	for (i = 0; i < PAGES; i++) {
		vm_page_unwire_noq(spare[i]);
		vm_page_free(spare[i]);
	}
}

static void
give_frames(vm_page_t *ma)
{
	int i;

	for (i = 0; i < PAGES; i++) {
		vm_page_unwire_noq(ma[i]);
		vm_page_free(ma[i]);
	}
}

static uint8_t *
byte_of(vm_page_t *ma, int offset)
{
	return ((uint8_t *)PHYS_TO_DMAP(
		    VM_PAGE_TO_PHYS(ma[offset / (int)PAGE_SIZE])) +
	    (offset & PAGE_MASK));
}

static uint8_t
pattern(int offset, int salt)
{
	return ((uint8_t)(offset * 7 + offset / 251 + salt));
}

static void
fill(vm_page_t *ma, int salt)
{
	int i;

	for (i = 0; i < (int)ptoa(PAGES); i++)
		*byte_of(ma, i) = pattern(i, salt);
}

/* One uio over one piece. */
static struct uio
one(struct iovec *iov, void *base, size_t len, enum uio_seg seg, enum uio_rw rw)
{
	struct uio uio = { .uio_iov = iov,
		.uio_iovcnt = 1,
		.uio_resid = (ssize_t)len,
		.uio_segflg = seg,
		.uio_rw = rw,
		.uio_td = curthread };

	*iov = (struct iovec){ base, len };
	return (uio);
}

/* Pieces of random length, some of them empty, that cover buf. */
static int
cut(struct iovec *iov, char *buf, size_t len)
{
	size_t n;
	int i;

	for (i = 0; i < PIECES - 1; i++) {
		n = hf_random_below(hf_scenario_rng(), 4) == 0
		    ? 0
		    : MIN(len, hf_random_below(hf_scenario_rng(), len / 3 + 2));
		iov[i] = (struct iovec){ buf, n };
		buf += n;
		len -= n;
	}
	iov[i] = (struct iovec){ buf, len };
	return (PIECES);
}

HF_SCENARIO(fromphys_sparse, "hold.fromphys_sparse", "QH-44",
    "frames and a uio of many pieces, at every alignment, both ways")
{
	static char buf[PAGES * PAGE_SIZE];
	struct iovec iov[PIECES];
	vm_page_t ma[PAGES];
	struct uio uio;
	int i, len, off, round, wrong;

	take_frames(ma);
	for (round = 0; round < 4; round++) {
		off = (int)hf_random_below(hf_scenario_rng(), ptoa(PAGES));
		len = 1 +
		    (int)hf_random_below(
			hf_scenario_rng(), ptoa(PAGES) - (u_int)off);
		fill(ma, round);
		uio = one(iov, NULL, (size_t)len, UIO_SYSSPACE,
		    (round & 1) != 0 ? UIO_WRITE : UIO_READ);
		uio.uio_offset = 1000;
		uio.uio_iovcnt = cut(iov, buf, (size_t)len);
		memset(buf, 0x5a, sizeof(buf));
		hf_expect_eq(
		    uiomove_fromphys(ma, (vm_offset_t)off, len, &uio), 0);
		hf_expect_eq(uio.uio_resid, 0);
		hf_expect_eq(uio.uio_offset, 1000 + len);
		wrong = 0;
		for (i = 0; i < (int)ptoa(PAGES); i++) {
			bool in = i >= off && i < off + len;

			if ((round & 1) != 0)
				wrong += *byte_of(ma, i) !=
				    (in ? 0x5a : pattern(i, round));
			else if (in)
				wrong +=
				    (uint8_t)buf[i - off] != pattern(i, round);
		}
		hf_expect_eq(wrong, 0);
		hf_expect((round & 1) != 0 || len == (int)sizeof(buf) ||
		    buf[len] == 0x5a);
	}
	give_frames(ma);
}

HF_SCENARIO(fromphys_ends, "hold.fromphys_ends", "QH-44",
    "the shorter of the count and the uio ends a move; nothing is no error")
{
	static char buf[2 * PAGE_SIZE];
	struct iovec iov;
	vm_page_t ma[PAGES];
	struct uio uio;

	take_frames(ma);
	fill(ma, 3);
	uio = one(&iov, buf, 100, UIO_SYSSPACE, UIO_READ);
	hf_expect_eq(uiomove_fromphys(ma, PAGE_SIZE - 50, 0, &uio), 0);
	hf_expect_eq(uio.uio_resid, 100);
	/* The count is less ... */
	hf_expect_eq(uiomove_fromphys(ma, PAGE_SIZE - 50, 60, &uio), 0);
	hf_expect_eq(uio.uio_resid, 40);
	hf_expect_eq(iov.iov_len, 40);
	hf_expect_eq(iov.iov_base, buf + 60);
	hf_expect_eq((uint8_t)buf[55], pattern(PAGE_SIZE + 5, 3));
	/* ... and the uio is; the offset reaches into the third page. */
	hf_expect_eq(uiomove_fromphys(ma, ptoa(2) + 8, 4000, &uio), 0);
	hf_expect_eq(uio.uio_resid, 0);
	hf_expect_eq((uint8_t)buf[60], pattern((int)ptoa(2) + 8, 3));
	hf_expect_eq(buf[100], 0);
	/* A count left over with no piece left ends as well. */
	uio = one(&iov, buf, 4, UIO_SYSSPACE, UIO_READ);
	uio.uio_resid = 8;
	hf_expect_eq(uiomove_fromphys(ma, 0, 8, &uio), 0);
	hf_expect_eq(uio.uio_resid, 4);
	give_frames(ma);
}

HF_SCENARIO(fromphys_user, "hold.fromphys_user", "QH-44 QH-33",
    "user memory on the uio's side: faults, or EFAULT with what was moved")
{
	struct iovec iov[2];
	vm_page_t ma[PAGES];
	struct uio uio;
	u_long faults;
	int save;

	take_frames(ma);
	fill(ma, 9);
	hf_space_anon_at(VA, 2); /* not touched yet; a hole behind */
	uio = one(iov, (void *)(VA + 4), PAGE_SIZE, UIO_USERSPACE, UIO_READ);
	hf_expect_eq(uiomove_fromphys(ma, 12, PAGE_SIZE, &uio), 0);
	hf_expect_eq(fubyte((void *)(VA + 4)), pattern(12, 9));
	hf_expect_eq(
	    fubyte((void *)(VA + PAGE_SIZE + 3)), pattern(PAGE_SIZE + 11, 9));
	/* Into memory that is not there: the first piece counts. */
	uio = one(iov, (void *)(VA + 8), 16, UIO_USERSPACE, UIO_READ);
	iov[1] = (struct iovec){ (void *)(VA + ptoa(2)), 16 };
	uio.uio_iovcnt = 2;
	uio.uio_resid = 32;
	hf_expect_eq(uiomove_fromphys(ma, PAGE_SIZE - 8, 32, &uio), EFAULT);
	hf_expect_eq(uio.uio_resid, 16);
	hf_expect_eq(uio.uio_offset, 16);
	hf_expect_eq(fubyte((void *)(VA + 16)), pattern(PAGE_SIZE, 9));
	/* Read-only memory gives and does not take. */
	hf_expect_eq(vm_map_protect(hf_space_map(), VA, VA + PAGE_SIZE,
			 VM_PROT_READ, 0, VM_MAP_PROTECT_SET_PROT),
	    KERN_SUCCESS);
	uio = one(iov, (void *)VA, 8, UIO_USERSPACE, UIO_READ);
	hf_expect_eq(uiomove_fromphys(ma, 0, 8, &uio), EFAULT);
	uio = one(iov, (void *)(VA + 8), 8, UIO_USERSPACE, UIO_WRITE);
	hf_expect_eq(uiomove_fromphys(ma, 0, 8, &uio), 0);
	hf_expect_eq(*byte_of(ma, 0), pattern(PAGE_SIZE - 8, 9));
	/* In a no-fault section a miss is EFAULT, and no fault is handled. */
	hf_space_anon_at(VA + ptoa(8), 1);
	save = vm_fault_disable_pagefaults();
	faults = VM_CNT_FETCH(v_vm_faults);
	uio = one(iov, (void *)(VA + ptoa(8)), 8, UIO_USERSPACE, UIO_WRITE);
	hf_expect_eq(uiomove_fromphys(ma, 0, 8, &uio), EFAULT);
	hf_expect_eq(uio.uio_resid, 8);
	vm_fault_enable_pagefaults(save);
	hf_expect(hf_space_page(VA + ptoa(8)) == NULL);
	hf_expect_eq(uiomove_fromphys(ma, 0, 8, &uio), 0);
	hf_expect_le(faults, VM_CNT_FETCH(v_vm_faults));
	give_frames(ma);
}

HF_SCENARIO(fromphys_nocopy, "hold.fromphys_nocopy", "QH-44",
    "UIO_NOCOPY counts the bytes and touches none")
{
	struct iovec iov;
	vm_page_t ma[PAGES];
	struct uio uio;

	take_frames(ma);
	fill(ma, 1);
	uio = one(&iov, NULL, PAGE_SIZE + 24, UIO_NOCOPY, UIO_WRITE);
	hf_expect_eq(
	    uiomove_fromphys(ma, PAGE_SIZE - 4, PAGE_SIZE + 8, &uio), 0);
	hf_expect_eq(uio.uio_resid, 16);
	hf_expect_eq(uio.uio_offset, PAGE_SIZE + 8);
	hf_expect_eq(*byte_of(ma, PAGE_SIZE), pattern(PAGE_SIZE, 1));
	give_frames(ma);
}

HF_SCENARIO(fromphys_unmapped, "hold.fromphys_unmapped", "QH-13 QH-34",
    "held pages take and give bytes without a fault after their owner is gone")
{
	static char buf[64];
	struct iovec iov;
	vm_page_t ma[2];
	struct uio uio;
	u_long faults;
	int save;

	hf_space_anon_at(VA, 2);
	hf_poke(VA + PAGE_SIZE, 0x1122334455667788);
	hf_require_eq(vm_fault_quick_hold_pages(hf_space_map(),
			  VA + PAGE_SIZE - 8, 24, VM_PROT_RW, ma, 2),
	    2);
	hf_expect_eq(
	    vm_map_remove(hf_space_map(), VA, VA + ptoa(2)), KERN_SUCCESS);
	faults = VM_CNT_FETCH(v_vm_faults);
	save = vm_fault_disable_pagefaults();
	uio = one(&iov, buf, 24, UIO_SYSSPACE, UIO_READ);
	hf_expect_eq(uiomove_fromphys(ma, PAGE_SIZE - 8, 24, &uio), 0);
	memset(buf, 0xa1, 8);
	uio = one(&iov, buf, 24, UIO_SYSSPACE, UIO_WRITE);
	hf_expect_eq(uiomove_fromphys(ma, PAGE_SIZE - 8, 24, &uio), 0);
	vm_fault_enable_pagefaults(save);
	hf_expect_eq(VM_CNT_FETCH(v_vm_faults), faults);
	hf_expect_eq((uint8_t)buf[8], 0x88);
	hf_expect_eq(*byte_of(ma, PAGE_SIZE - 1), 0xa1);
	vm_page_unhold_pages(ma, 2);
}

HF_SCENARIO(physcopy, "hold.physcopy", "QH-44",
    "physcopyin and physcopyout at any alignment; no vm_page is EFAULT")
{
	static char buf[2 * PAGE_SIZE], back[2 * PAGE_SIZE];
	vm_paddr_t pa;
	vm_page_t m;
	u_int i;

	for (i = 0; i < sizeof(buf); i++)
		buf[i] = (char)pattern((int)i, 5);
	m = vm_page_alloc_noobj_contig(VM_ALLOC_WIRED | VM_ALLOC_ZERO, 3, 0,
	    ~0ul, PAGE_SIZE, 0, VM_MEMATTR_DEFAULT);
	hf_require(m != NULL);
	pa = VM_PAGE_TO_PHYS(m);
	hf_expect_eq(physcopyin(buf, pa + 4093, sizeof(buf) - 3), 0);
	hf_expect_eq(*(uint8_t *)PHYS_TO_DMAP(pa + 4092), 0);
	hf_expect_eq(*(uint8_t *)PHYS_TO_DMAP(pa + 4093), pattern(0, 5));
	hf_expect_eq(physcopyout(pa + 4093, back, sizeof(buf) - 3), 0);
	hf_expect_eq(memcmp(buf, back, sizeof(buf) - 3), 0);
	hf_expect_eq(back[sizeof(buf) - 3], 0);
	hf_expect_eq(physcopyin(buf, pa, 0), 0);
	hf_expect_eq(physcopyout(1ul << 45, back, 1), EFAULT);
	hf_expect_eq(physcopyin(buf, (1ul << 45) + 5, 5000), EFAULT);
	for (i = 0; i < 3; i++) {
		vm_page_unwire_noq(m + i);
		vm_page_free(m + i);
	}
}
