/* SPDX-License-Identifier: BSD-2-Clause */
/* durable.c: stores that were acknowledged are on the disk, whatever comes. */

/*
 * Stores a number into pages of the scratch file and syncs them in one of three
 * ways.  The console tells of both: "TRY seq page pages" before the first
 * store, "ACK seq page pages" after the sync.  tools/kill-test kills the host
 * program at any moment and holds the image against what the console had said
 * by then.  Here, where nobody is killed, the disk itself is looked at after
 * each sync.
 */

#include <test/file.h>
#include <test/scenario.h>
#include <test/space.h>
#include <kern/plan.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>
#include "filesum.h"

#define VA	  0x40000000ul
#define PAGES_MAX 8

/* Two words of a page: across two sectors, and in the last one. */
static const u_int places[] = { 504, 4072 };

static struct vnode *vp;
static u_long npages;

static void
store(uint64_t seq, u_long first, u_long n)
{
	uint64_t words[2] = { seq, ~seq };
	u_long i;
	u_int k;

	for (i = first; i < first + n; i++)
		for (k = 0; k < nitems(places); k++)
			hf_require_eq(
			    copyout(words, (void *)(VA + ptoa(i) + places[k]),
				sizeof(words)),
			    0);
}

/* msync of the pages, of the whole mapping, or without waiting and then fsync. */
static void
sync_stores(u_int how, u_long first, u_long n)
{
	vm_map_t map;

	map = hf_space_map();
	if (how == 0) {
		hf_require_eq(vm_map_sync(map, VA + ptoa(first),
				  VA + ptoa(first + n), FALSE, FALSE),
		    KERN_SUCCESS);
		(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
		hf_require_eq(VOP_FSYNC(vp, MNT_WAIT, NULL), 0);
		VOP_UNLOCK(vp);
	} else if (how == 1)
		hf_require_eq(
		    vm_map_sync(map, VA, VA + ptoa(npages), TRUE, FALSE),
		    KERN_SUCCESS);
	else
		hf_require_eq(vm_map_sync(map, VA + ptoa(first),
				  VA + ptoa(first + n), TRUE, FALSE),
		    KERN_SUCCESS);
}

static void
expect_on_disk(uint64_t seq, u_long page)
{
	uint64_t words[2];
	uint8_t block[1024];
	u_int k;

	for (k = 0; k < nitems(places); k++) {
		hf_file_read_disk(
		    vp, ptoa(page) + (places[k] & ~1023u), block, 1024);
		memcpy(words, block + (places[k] & 1023u), sizeof(words));
		hf_expect_eq(words[0], seq);
		hf_expect_eq(words[1], ~seq);
	}
}

HF_SCENARIO(durable, "pager.durable", "VB-56 PP-01",
    "a store whose sync was acknowledged is on the disk",
    .flags = HF_NEEDS_DISK | HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE)
{
	uint64_t end, seq, x;
	u_long first, n;

	vp = hf_file_open(HF_SCRATCH_NAME);
	npages = btoc(hf_file_bytes(vp));
	hf_file_map(vp, VA, 0, npages, VM_PROT_RW, HF_FILE_SHARED);
	seq = hf_plan_param_u64("start", 1);
	end = seq + hf_plan_param_u64("rounds", 10);
	for (x = seq * HF_FILESUM_MUL | 1; seq < end; seq++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		/* The last page ends before its second place. */
		first = x % (npages - 1 - PAGES_MAX);
		n = 1 + (x >> 32) % PAGES_MAX;
		printf("TRY %lu %lu %lu\n", (u_long)seq, first, n);
		store(seq, first, n);
		sync_stores((x >> 40) % 3, first, n);
		printf("ACK %lu %lu %lu\n", (u_long)seq, first, n);
		expect_on_disk(seq, first);
		expect_on_disk(seq, first + n - 1);
	}
	hf_file_unmap(VA, npages);
	hf_file_close(vp);
}
