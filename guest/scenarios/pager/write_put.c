/* SPDX-License-Identifier: BSD-2-Clause */
/* write_put.c: which blocks of pages a put writes, and what it answers. */

#include <kern/failpoint.h>
#include <vfs/pbuf.h>
#include "scratch.h"

HF_SCENARIO(pager_blocks, "pager.write_blocks", "PP-11 PP-12 PP-06 PP-23",
    "only dirty blocks are written, run by run, up to an error", WRITES)
{
	uint64_t sectors, writes;
	vm_page_t ma[4];
	int rtvals[4], i;

	begin();
	take_pages(20, 1, ma);
	ma[0]->dirty = 0x0c;
	writes = bd->writes;
	sectors = bd->write_sectors;
	put_pages(1, ma, VM_PAGER_PUT_SYNC, rtvals);
	hf_expect_eq(rtvals[0], VM_PAGER_OK);
	hf_expect_eq(bd->writes - writes, 1);
	hf_expect_eq(bd->write_sectors - sectors, 2);
	hf_expect_eq(ma[0]->dirty, 0);

	take_pages(20, 2, ma);
	ma[0]->dirty = 0xe3; /* blocks 0-1 and 5-9 of the two pages */
	ma[1]->dirty = 0x03;
	writes = bd->writes;
	sectors = bd->write_sectors;
	put_pages(2, ma, VM_PAGER_PUT_SYNC, rtvals);
	hf_expect_eq(bd->writes - writes, 2);
	hf_expect_eq(bd->write_sectors - sectors, 7);
	hf_expect_eq(rtvals[0], VM_PAGER_OK);
	hf_expect_eq(rtvals[1], VM_PAGER_OK);

	take_pages(20, 4, ma);
	for (i = 0; i < 4; i++)
		ma[i]->dirty = 0x10;
	hf_failpoint_arm("bdev.write", 2, 1);
	put_pages(4, ma, VM_PAGER_PUT_SYNC, rtvals);
	hf_failpoint_disarm_all();
	hf_expect_eq(rtvals[0], VM_PAGER_OK);
	hf_expect_eq(rtvals[1], VM_PAGER_OK);
	hf_expect_eq(rtvals[2], VM_PAGER_ERROR);
	hf_expect_eq(rtvals[3], VM_PAGER_ERROR);
	hf_expect_eq(ma[1]->dirty, 0);
	hf_expect_eq(ma[2]->dirty, 0x10);
	hf_expect_eq(ma[3]->dirty, 0x10);
	for (i = 2; i < 4; i++)
		vm_page_undirty(ma[i]);
	end();
}

HF_SCENARIO(pager_write_long, "pager.write_long_run", "PP-28",
    "a run of more pages than a transfer has is written whole", WRITES)
{
	static vm_page_t ma[HF_PBUF_PAGES + 5];
	static int rtvals[nitems(ma)];
	uint64_t sectors;
	u_int i, n;

	begin();
	hf_require(nitems(ma) + 3 <= npages);
	/* Of exactly as many, and of more. */
	for (n = HF_PBUF_PAGES; n <= nitems(ma); n += 5) {
		take_pages(3, (int)n, ma);
		for (i = 0; i < n; i++)
			ma[i]->dirty = 0xff;
		sectors = bd->write_sectors;
		put_pages((int)n, ma, VM_PAGER_PUT_SYNC, rtvals);
		for (i = 0; i < n; i++) {
			hf_expect_eq(rtvals[i], VM_PAGER_OK);
			hf_expect_eq(ma[i]->dirty, 0);
		}
		hf_expect_eq(bd->write_sectors - sectors, 8 * n);
	}
	end();
}

HF_SCENARIO(pager_behind, "pager.write_behind_eof", "PP-10 VP-3 PP-23",
    "a page wholly behind the end of file is BAD and not written", WRITES)
{
	uint64_t bytes, writes;
	vm_page_t ma[3];
	int rtvals[3];

	begin();
	bytes = hf_file_bytes(vp);
	take_pages(10, 3, ma);
	ma[0]->dirty = ma[1]->dirty = ma[2]->dirty = 0xff;
	/* As if another thread had cut the file meanwhile. */
	object->un_pager.vnp.vnp_size = ptoa(11) + 701;
	writes = bd->write_sectors;
	put_pages(3, ma, VM_PAGER_PUT_SYNC, rtvals);
	object->un_pager.vnp.vnp_size = bytes;
	hf_expect_eq(rtvals[0], VM_PAGER_OK);
	hf_expect_eq(rtvals[1], VM_PAGER_OK);
	hf_expect_eq(rtvals[2], VM_PAGER_BAD);
	hf_expect_eq(bd->write_sectors - writes, 8 + 2);
	hf_expect_eq(ma[1]->dirty, 0);
	vm_page_undirty(ma[2]);
	/* Bytes behind the pretended end were zeroed: not kept. */
	hf_file_drop(vp);
	end();
}

HF_SCENARIO(pager_undirty, "pager.undirty_pages", "PP-14",
    "after a short write only what was written is clean", WRITES)
{
	vm_page_t ma[3];
	int i, rtvals[3];

	begin();
	take_pages(50, 3, ma);
	for (i = 0; i < 3; i++)
		ma[i]->dirty = 0xff, rtvals[i] = VM_PAGER_ERROR;
	vnode_pager_undirty_pages(
	    ma, rtvals, 4096 + 1100, ptoa(3), (int)ptoa(3));
	hf_expect_eq(rtvals[0], VM_PAGER_OK);
	hf_expect_eq(ma[0]->dirty, 0);
	hf_expect_eq(rtvals[1], VM_PAGER_AGAIN);
	hf_expect_eq(ma[1]->dirty, 0xfc);
	hf_expect_eq(rtvals[2], VM_PAGER_ERROR);
	hf_expect_eq(ma[2]->dirty, 0xff);
	/* Nothing was written, and nothing lies behind the end. */
	vnode_pager_undirty_pages(ma, rtvals, 0, ptoa(3), (int)ptoa(3));
	hf_expect_eq(rtvals[2], VM_PAGER_ERROR);
	hf_expect_eq(ma[1]->dirty, 0xfc);
	hf_expect_eq(ma[2]->dirty, 0xff);

	ma[1]->dirty = 0xf0;
	vnode_pager_undirty_pages(ma, rtvals, 0, 4096 + 2000, (int)ptoa(3));
	hf_expect_eq(rtvals[1], VM_PAGER_OK);
	hf_expect_eq(ma[1]->dirty, 0);
	hf_expect_eq(rtvals[2], VM_PAGER_BAD);
	for (i = 0; i < 3; i++) {
		vm_page_undirty(ma[i]);
		vm_page_sunbusy(ma[i]);
		vm_object_pip_wakeup(object);
	}
	end();
}
