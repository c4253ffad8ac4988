/* SPDX-License-Identifier: BSD-2-Clause */
/* vnode.c: vnodes and their objects: life, size, write counts. */

#include <sys/proc.h>
#include <sys/signal.h>
#include <test/file.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/space.h>
#include <kern/failpoint.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>
#include <vm/vnode_pager.h>
#include "filesum.h"

#define VA	0x40000000ul
#define ON_DISK .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE
#define WRITES	.flags = HF_NEEDS_DISK | HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE

HF_SCENARIO(vnode_one_object, "pager.one_object", "VN-01 VN-18 IN-5",
    "a vnode has one object, used while referenced, held while it has pages",
    ON_DISK)
{
	vm_object_t a, b;
	struct vnode *vp;
	u_int holds, uses;

	vp = hf_file_open("size-4097");
	uses = vrefcnt(vp);
	holds = vp->v_holdcnt;
	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	a = vnode_pager_alloc(vp, hf_file_bytes(vp), 0, 0, NULL);
	b = vnode_pager_alloc(vp, hf_file_bytes(vp), 0, 0, NULL);
	VOP_UNLOCK(vp);
	hf_expect(a == b && a == vp->v_object);
	hf_expect(a->handle == vp);
	hf_expect_eq(a->ref_count, 2);
	hf_expect_eq(vrefcnt(vp), uses + 1);
	hf_expect_eq(vnode_create_vobject(vp, 0, NULL), 0);
	hf_expect(vnode_pager_alloc(NULL, 0, 0, 0, NULL) == NULL);
	vm_object_deallocate(a);
	hf_expect_eq(vrefcnt(vp), uses + 1);
	vm_object_deallocate(b);
	hf_expect_eq(vrefcnt(vp), uses);
	hf_expect_eq(vp->v_holdcnt, holds);

	hf_file_map(vp, VA, 0, 2, VM_PROT_READ, HF_FILE_SHARED);
	hf_expect(hf_probe_read(VA).ok);
	hf_file_unmap(VA, 2);
	hf_expect_eq(vrefcnt(vp), uses);
	hf_expect_eq(vp->v_holdcnt, holds + 1);
	hf_file_drop(vp);
	hf_expect_eq(vp->v_holdcnt, holds);
	hf_file_close(vp);
}

static void
make_object(void *vp)
{
	hf_expect_eq(vnode_create_vobject(vp, 0, NULL), 0);
}

HF_SCENARIO(vnode_made_meanwhile, "pager.object_made_meanwhile", "VN-01",
    "of two who make a vnode's object at once both get the same", ON_DISK)
{
	struct vnode *vp;
	vm_object_t object;
	uint64_t bytes;

	vp = hf_file_open("size-4097");
	bytes = hf_file_bytes(vp);
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	vnode_destroy_vobject(vp);
	hf_require_eq(vp->v_object, NULL);
	hf_failpoint_call("vnode.object", 0, make_object, vp);
	object = vnode_pager_alloc(vp, bytes, 0, 0, NULL);
	VOP_UNLOCK(vp);
	hf_expect_eq(hf_failpoint_fired("vnode.object"), 1);
	hf_failpoint_disarm_all();
	hf_expect_eq(object, vp->v_object);
	hf_expect_eq(object->ref_count, 1);
	VI_LOCK(vp);
	hf_expect_eq(object->handle, vp);
	VI_UNLOCK(vp);
	vm_object_deallocate(object);
	hf_file_close(vp);
}

HF_SCENARIO(vnode_reclaim, "pager.reclaim_writes", "VN-02 PP-01",
    "reclaim writes dirty pages; nothing is left of the file", WRITES)
{
	struct vnode *vp;
	int b;

	vp = hf_file_open(HF_SCRATCH_NAME);
	hf_file_map(vp, VA, 0, 4, VM_PROT_RW, HF_FILE_SHARED);
	b = hf_probe_read(VA + 10).value ^ 1;
	hf_expect(hf_probe_write(VA + 10, b).ok);
	hf_file_unmap(VA, 4);
	hf_file_close(vp);
	hf_expect_eq(hf_root_unmount(), 0);
	hf_expect(hf_rootmp() == NULL);
	vp = hf_file_open(HF_SCRATCH_NAME);
	hf_file_map(vp, VA, 0, 4, VM_PROT_READ, HF_FILE_SHARED);
	hf_expect_read(VA + 10, b);
	hf_file_unmap(VA, 4);
	hf_file_close(vp);
}

HF_SCENARIO(vnode_forced, "pager.reclaim_mapped", "VN-03 VN-19",
    "a vnode reclaimed under a mapping leaves a dead object", ON_DISK)
{
	int after, before, rtval;
	vm_object_t object;
	struct vnode *vp;
	vm_page_t m;

	vp = hf_file_open("size-5000");
	hf_file_map(vp, VA, 0, 2, VM_PROT_READ, HF_FILE_SHARED);
	hf_expect(hf_probe_read(VA).ok);
	object = hf_file_object(vp);
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	vgone(vp);
	VOP_UNLOCK(vp);
	hf_expect(VN_IS_DOOMED(vp));
	hf_expect(vp->v_object == NULL);
	hf_expect_eq(object->type, OBJT_DEAD);
	/* Once is enough. */
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	vgone(vp);
	VOP_UNLOCK(vp);
	hf_expect(VN_IS_DOOMED(vp));
	hf_expect(!hf_probe_read(VA).ok);
	hf_expect(!hf_probe_read(VA + ptoa(1)).ok);
	hf_expect_eq(vn_lock(vp, LK_SHARED), ENOENT);

	VM_OBJECT_WLOCK(object);
	hf_expect(!vm_pager_has_page(object, 0, &before, &after));
	hf_expect_eq(before + after, 0);
	vm_pager_put_pages(object, &m, 1, 0, &rtval);
	hf_expect_eq(rtval, VM_PAGER_AGAIN);
	m = vm_page_alloc(object, 0, VM_ALLOC_NORMAL);
	hf_require(m != NULL);
	vm_object_pip_add(object, 1);
	VM_OBJECT_WUNLOCK(object);
	hf_expect_eq(
	    vm_pager_get_pages(object, &m, 1, NULL, NULL), VM_PAGER_FAIL);
	VM_OBJECT_WLOCK(object);
	vm_page_free(m);
	VM_OBJECT_WUNLOCK(object);
	vm_object_pip_wakeup(object);
	hf_file_unmap(VA, 2);
	hf_file_close(vp);
	/* The file itself can be opened anew. */
	vp = hf_file_open("size-5000");
	hf_expect(!VN_IS_DOOMED(vp));
	hf_file_close(vp);
}

HF_SCENARIO(vnode_haspage, "pager.has_page", "VN-04",
    "has_page knows end of file, holes, runs, and trusts no failed lookup",
    ON_DISK)
{
	int after, before;
	struct vnode *vp;

	vp = hf_file_open("large");
	VM_OBJECT_RLOCK(vp->v_object);
	hf_expect(vm_pager_has_page(vp->v_object, 5, &before, &after));
	hf_expect_eq(before, 5);
	hf_expect_eq(after, 6); /* an indirect block after block 11 */
	hf_expect(vm_pager_has_page(vp->v_object, 12, &before, &after));
	hf_expect_eq(before, 0);
	hf_expect_lt(16, after);
	hf_expect(vm_pager_has_page(
	    vp->v_object, vp->v_object->size - 1, &before, &after));
	hf_expect_eq(after, 0);
	hf_expect(!vm_pager_has_page(
	    vp->v_object, vp->v_object->size, &before, &after));
	hf_expect(
	    !vm_pager_has_page(vp->v_object, vp->v_object->size, NULL, NULL));
	VM_OBJECT_RUNLOCK(vp->v_object);
	hf_file_close(vp);

	vp = hf_file_open("sparse");
	VM_OBJECT_WLOCK(vp->v_object);
	/* A hole; but while that cannot be looked up, get-pages is to say so. */
	hf_failpoint_arm("bdev.read", 0, -1);
	hf_expect(vm_pager_has_page(vp->v_object, 50, NULL, NULL));
	hf_expect_lt(0, hf_failpoint_fired("bdev.read"));
	hf_failpoint_disarm_all();
	hf_expect(!vm_pager_has_page(vp->v_object, 50, NULL, NULL));
	hf_expect(!vm_pager_has_page(vp->v_object, 3, NULL, NULL));
	hf_expect(vm_pager_has_page(vp->v_object, 5, &before, &after));
	hf_expect_eq(before, 0);
	hf_expect_eq(after, 1);
	VM_OBJECT_WUNLOCK(vp->v_object);
	hf_file_close(vp);
}

HF_SCENARIO(vnode_shrink, "pager.shrink", "VN-05 VN-06 VN-12 IN-4 OB-43",
    "cut-off bytes read zero at once and never come back", WRITES)
{
	struct vnode *vp;
	uint64_t bytes;
	vm_page_t m;

	vp = hf_file_open(HF_SCRATCH_NAME);
	bytes = hf_file_bytes(vp);
	hf_file_map(vp, VA, 0, 3, VM_PROT_RW, HF_FILE_SHARED);
	hf_expect(hf_probe_write(VA + 4999, 0x11).ok);
	hf_expect(hf_probe_write(VA + 5000, 0x22).ok);
	hf_expect(hf_probe_read(VA + ptoa(2)).ok);
	hf_file_set_size(vp, 5000);
	hf_expect_eq(vp->v_object->size, 2);
	hf_expect_read(VA + 4999, 0x11);
	hf_expect_read(VA + 5000, 0);
	hf_expect_read(VA + 8191, 0);
	hf_expect_bus(hf_probe_read(VA + ptoa(2)));
	m = hf_file_need_page(vp, 1);
	hf_expect_eq(m->dirty, 0x03);
	hf_expect(hf_file_page(vp, 2) == NULL);
	hf_file_set_size(vp, 10000);
	hf_expect_read(VA + 5000, 0);
	hf_expect_read(VA + 8191, 0);
	hf_expect(hf_probe_read(VA + ptoa(2)).ok);
	hf_expect_eq(vp->v_object->size, 3);
	hf_file_set_size(vp, bytes);
	hf_file_unmap(VA, 3);
	hf_file_close(vp);
}

HF_SCENARIO(vnode_kept_part, "pager.shrink_keeps_dirty", "VN-07 VN-09 VN-11",
    "dirty data before the new end is still written; absent pages stay absent",
    WRITES)
{
	static uint8_t sector[512];
	struct vnode *vp;
	uint64_t bytes;
	int b;

	vp = hf_file_open(HF_SCRATCH_NAME);
	bytes = hf_file_bytes(vp);
	hf_file_set_size(vp, bytes);
	hf_file_set_size(vp, 4700);
	hf_expect(hf_file_page(vp, 1) == NULL);
	hf_file_set_size(vp, bytes);
	hf_file_map(vp, VA, 0, 3, VM_PROT_RW, HF_FILE_SHARED);
	b = hf_probe_read(VA + 4699).value ^ 1;
	hf_expect(hf_probe_write(VA + 4699, b).ok);
	hf_file_set_size(vp, 4700);
	hf_expect_eq(vm_map_sync(hf_space_map(), VA, VA + ptoa(2), TRUE, FALSE),
	    KERN_SUCCESS);
	hf_file_read_disk(vp, 4608, sector, sizeof(sector));
	hf_expect_eq(sector[4699 - 4608], (uint64_t)b);
	hf_expect_eq(sector[4700 - 4608], 0);
	hf_expect_eq(hf_file_need_page(vp, 1)->dirty, 0);
	hf_file_unmap(VA, 3);
	hf_file_set_size(vp, bytes);
	hf_file_close(vp);
}

HF_SCENARIO(vnode_wired, "pager.shrink_wired", "VN-10",
    "a wired page behind the new end is unmapped and invalid, not lost",
    ON_DISK)
{
	struct vnode *vp;
	uint64_t bytes;
	vm_page_t m;

	vp = hf_file_open("one-mib");
	bytes = hf_file_bytes(vp);
	hf_file_map(vp, VA, 0, 3, VM_PROT_READ, HF_FILE_SHARED);
	hf_require_eq(vm_fault_quick_hold_pages(hf_space_map(), VA + ptoa(2),
			  PAGE_SIZE, VM_PROT_READ, &m, 1),
	    1);
	hf_file_set_size(vp, 4096);
	hf_expect_eq(vm_page_wire_count(m), 1);
	hf_expect(vm_page_none_valid(m));
	hf_expect(!pmap_page_is_mapped(m));
	hf_expect_bus(hf_probe_read(VA + ptoa(2)));
	vm_page_unhold_pages(&m, 1);
	hf_file_set_size(vp, bytes);
	hf_expect(hf_probe_read(VA + ptoa(2)).ok);
	hf_file_unmap(VA, 3);
	hf_file_close(vp);
}

HF_SCENARIO(vnode_purge_end, "pager.purge_to_end", "VN-16 VN-09",
    "a purge within one page leaves the rest; one to the end takes all",
    ON_DISK)
{
	struct vnode *dvp, *vp;
	uint64_t word;

	vp = hf_file_open("one-mib");
	hf_file_map(vp, VA, 0, 8, VM_PROT_READ, HF_FILE_PRIVATE);
	word = hf_peek(VA + 4096 + 992);
	hf_require(word != 0 && hf_peek(VA + 4096 + 2000) != 0);
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	vnode_pager_purge_range(vp, 4096 + 1000, 4096 + 2000);
	VOP_UNLOCK(vp);
	hf_expect_eq(hf_peek(VA + 4096 + 992), word);
	hf_expect_eq(hf_peek(VA + 4096 + 1000), 0);
	hf_expect_eq(hf_peek(VA + 4096 + 1992), 0);
	hf_expect_ne(hf_peek(VA + 4096 + 2000), 0);
	hf_expect(hf_probe_read(VA + ptoa(5)).ok);
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	vnode_pager_purge_range(vp, 2 * 4096, 0);
	VOP_UNLOCK(vp);
	hf_expect_eq(hf_file_resident(vp, 2), 0);
	hf_expect(hf_file_page(vp, 1) != NULL);
	hf_file_drop(vp);
	hf_file_unmap(VA, 8);
	hf_file_close(vp);
	/* What has no pages has none afterwards. */
	dvp = hf_file_open("nested");
	(void)vn_lock(dvp, LK_EXCLUSIVE | LK_RETRY);
	vnode_pager_purge_range(dvp, 0, 0);
	vnode_pager_setsize(dvp, PAGE_SIZE);
	VOP_UNLOCK(dvp);
	hf_expect(dvp->v_object == NULL);
	hf_file_close(dvp);
}

static void
set_size(void *vp)
{
	vnode_pager_setsize(vp, 4096);
}

HF_SCENARIO(vnode_setsize_lock, "pager.setsize_needs_lock", "VN-41",
    "a file's size is not set without its exclusive lock", ON_DISK)
{
	struct vnode *vp;
	uint64_t bytes;

	vp = hf_file_open("one-mib");
	bytes = hf_file_bytes(vp);
	hf_expect_panic(set_size, vp, "");
	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	hf_expect_panic(set_size, vp, "");
	VOP_UNLOCK(vp);
	hf_expect_eq(hf_file_bytes(vp), bytes);
	hf_file_close(vp);
}

HF_SCENARIO(vnode_writecount, "pager.write_count", "VN-14 VN-15 IN-5",
    "writable shared mappings count as one writer, private ones do not",
    ON_DISK)
{
	struct vnode *vp;

	vp = hf_file_open("one-mib");
	hf_file_map(vp, VA, 0, 8, VM_PROT_RW, HF_FILE_PRIVATE);
	hf_expect_eq(vp->v_writecount, 0);
	hf_file_unmap(VA, 8);
	hf_file_map(vp, VA, 0, 8, VM_PROT_READ, HF_FILE_SHARED);
	hf_expect_eq(vp->v_writecount, 0);
	hf_file_unmap(VA, 8);
	hf_file_map(vp, VA, 0, 8, VM_PROT_RW, HF_FILE_SHARED);
	hf_expect_eq(vp->v_writecount, 1);
	hf_expect_eq(vp->v_object->un_pager.vnp.writemappings, ptoa(8));
	hf_file_map(vp, VA + ptoa(100), 0, 2, VM_PROT_RW, HF_FILE_SHARED);
	hf_expect_eq(vp->v_writecount, 1);
	hf_file_unmap(VA + ptoa(3), 2);
	hf_expect_eq(vp->v_object->un_pager.vnp.writemappings, ptoa(8));
	hf_expect_eq(vp->v_writecount, 1);
	hf_file_unmap(VA, 8);
	hf_expect_eq(vp->v_writecount, 1);
	hf_file_unmap(VA + ptoa(100), 2);
	hf_expect_eq(vp->v_object->un_pager.vnp.writemappings, 0);
	hf_expect_eq(vp->v_writecount, 0);
	hf_file_close(vp);
}

HF_SCENARIO(vnode_purge, "pager.purge_range", "VN-16",
    "a purged range is gone inside and zero at its edges", ON_DISK)
{
	struct vnode *vp;
	vm_page_t m;

	vp = hf_file_open("one-mib");
	hf_file_map(vp, VA, 0, 8, VM_PROT_READ, HF_FILE_PRIVATE);
	hf_expect(hf_probe_read(VA).ok);
	m = hf_file_need_page(vp, 1);
	(void)vm_page_tryxbusy(m);
	vm_page_dirty(m);
	vm_page_xunbusy(m);
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	vnode_pager_purge_range(vp, 4096 + 1000, 4 * 4096 + 100);
	VOP_UNLOCK(vp);
	hf_expect_eq(hf_file_resident(vp, 0) & 0x1f, 0x13);
	hf_expect_read(VA + 4096 + 1000, 0);
	hf_expect_read(VA + 2 * 4096 - 1, 0);
	hf_expect_read(VA + 4 * 4096 + 99, 0);
	/* Blocks 0 and 1 keep data that must be written, 2 to 7 have none. */
	hf_expect_eq(m->dirty, 0x03);
	vm_page_undirty(m);
	VM_OBJECT_WLOCK(vp->v_object);
	vm_object_page_remove(vp->v_object, 0, 0, 0);
	VM_OBJECT_WUNLOCK(vp->v_object);
	hf_file_unmap(VA, 8);
	hf_file_close(vp);
}

/* read(2) or write(2) of kernel memory. */
static int
file_io(struct vnode *vp, enum uio_rw rw, off_t off, void *buf, size_t bytes,
    int ioflag)
{
	ssize_t left;
	int error;

	error = vn_rdwr(rw, vp, buf, (int)bytes, off, UIO_SYSSPACE, ioflag,
	    NULL, NULL, &left, curthread);
	return (error != 0 ? error : -(int)left);
}

HF_SCENARIO(vnode_coherent, "pager.read_write", "VN-17 PP-11",
    "read and write see what mappings see, without msync", WRITES)
{
	char text[32];
	uint64_t bytes;
	struct vnode *vp;

	vp = hf_file_open(HF_SCRATCH_NAME);
	bytes = hf_file_bytes(vp);
	hf_file_map(vp, VA, 0, 4, VM_PROT_RW, HF_FILE_SHARED);
	hf_expect_eq(copyout("mapped store", (void *)(VA + 4090), 12), 0);
	hf_expect_eq(file_io(vp, UIO_READ, 4090, text, 12, 0), 0);
	hf_expect_eq(memcmp(text, "mapped store", 12), 0);
	memcpy(text, "written text", 12);
	hf_expect_eq(file_io(vp, UIO_WRITE, 8190, text, 12, 0), 0);
	memset(text, 0, sizeof(text));
	hf_expect_eq(copyin((void *)(VA + 8190), text, 12), 0);
	hf_expect_eq(memcmp(text, "written text", 12), 0);
	/* Ends of file: a read is cut, a write refused. */
	hf_expect_eq(
	    file_io(vp, UIO_READ, (off_t)bytes - 5, text, 12, 0), (uint64_t)-7);
	hf_expect_eq(file_io(vp, UIO_READ, (off_t)bytes + 5, text, 12, 0),
	    (uint64_t)-12);
	hf_expect_eq(
	    file_io(vp, UIO_WRITE, (off_t)bytes - 5, text, 12, 0), EFBIG);
	/* Synchronous: it is on the disk. */
	memcpy(text, "SYNC", 4);
	hf_expect_eq(file_io(vp, UIO_WRITE, 12288, text, 4, IO_SYNC), 0);
	{
		uint8_t sector[512];

		hf_file_read_disk(vp, 12288, sector, sizeof(sector));
		hf_expect_eq(memcmp(sector, "SYNC", 4), 0);
	}
	hf_expect_eq(hf_file_need_page(vp, 3)->dirty, 0);
	hf_file_unmap(VA, 4);
	hf_file_close(vp);
}

HF_SCENARIO(vnode_paths, "pager.paths", "VN-33",
    "paths lead to the same vnode, or to an errno", ON_DISK)
{
	struct vnode *leaf, *rvp, *vp;

	rvp = hf_file_open("/");
	leaf = hf_file_open("/nested/a/b/c/leaf.txt");
	vp = hf_file_open("nested//a/./b/c/../c/leaf.txt");
	hf_expect(vp == leaf);
	hf_expect_eq(leaf->v_type, VREG);
	hf_file_close(vp);
	hf_file_close(leaf);
	hf_expect_eq(hf_namei(rvp, "nested/none", &vp), ENOENT);
	hf_expect_eq(hf_namei(rvp, "hello.txt/x", &vp), ENOTDIR);
	hf_expect_eq(hf_namei(rvp, "", &vp), 0);
	hf_expect(vp == rvp);
	vput(vp);
	hf_file_close(rvp);
}

HF_SCENARIO(vnode_unwritten, "pager.reclaim_unwritten", "VN-03 VN-14",
    "a vnode that is reclaimed while the disk fails loses changes, no counts",
    WRITES)
{
	static uint8_t was[512], now[512];
	vm_object_t object;
	struct vnode *vp;

	vp = hf_file_open(HF_SCRATCH_NAME);
	hf_file_read_disk(vp, 0, was, sizeof(was));
	hf_file_map(vp, VA, 0, 2, VM_PROT_RW, HF_FILE_SHARED);
	hf_expect_eq(vp->v_writecount, 1);
	hf_expect(hf_probe_write(VA, was[0] ^ 1).ok);
	object = hf_file_object(vp);
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	hf_failpoint_arm("bdev.write", 0, -1);
	vgone(vp);
	hf_expect_ne(hf_failpoint_fired("bdev.write"), 0);
	hf_failpoint_disarm_all();
	VOP_UNLOCK(vp);
	hf_expect_eq(vp->v_writecount, 0);
	hf_expect_eq(object->type, OBJT_DEAD);
	hf_expect(!hf_probe_read(VA + PAGE_SIZE).ok);
	hf_file_unmap(VA, 2);
	hf_expect_eq(vp->v_writecount, 0);
	hf_file_close(vp);
	/* The file as the disk has it, by a vnode of its own. */
	vp = hf_file_open(HF_SCRATCH_NAME);
	hf_file_read_disk(vp, 0, now, sizeof(now));
	hf_expect_eq(memcmp(now, was, sizeof(now)), 0);
	hf_file_close(vp);
}
