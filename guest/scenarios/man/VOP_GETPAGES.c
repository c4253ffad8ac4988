/* SPDX-License-Identifier: BSD-2-Clause */
/* VOP_GETPAGES.c: that page's RETURN VALUES and EXAMPLES, carried out. */

#include <sys/mount.h>
#include <kern/failpoint.h>
#include <test/file.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/space.h>
#include <test/vm_util.h>
#include <vfs/vfs.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>
#include <vm/vnode_pager.h>
#include "filesum.h"
#include "listed.h"
#include "scenarios/man/VOP_GETPAGES.man.h"

#define VA   HF_SPACE_BASE
#define GETS 3 /* of the values, those of VOP_GETPAGES() */

/* A page of the file that is not resident, busied for reading. */
static vm_page_t
absent_page(struct vnode *vp, vm_pindex_t pindex)
{
	vm_object_t object = hf_file_object(vp);
	vm_page_t m;

	VM_OBJECT_WLOCK(object);
	m = vm_page_alloc(object, pindex, VM_ALLOC_NORMAL);
	hf_require(m != NULL);
	VM_OBJECT_WUNLOCK(object);
	vm_object_pip_add(object, 1);
	return (m);
}

/* Reads a page of the file; it is busied still, whatever the answer. */
static int
get(struct vnode *vp, vm_pindex_t pindex)
{
	vm_object_t object = hf_file_object(vp);
	int rahead = 0, rbehind = 0, rv;
	vm_page_t m;

	m = absent_page(vp, pindex);
	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	rv = VOP_GETPAGES(vp, &m, 1, &rbehind, &rahead);
	hf_expect_eq(VOP_ISLOCKED(vp), LK_SHARED);
	VOP_UNLOCK(vp);
	hf_expect_eq(rbehind, 0);
	hf_expect_eq(rahead, 0);
	hf_expect(vm_page_xbusied_by_me(m));
	hf_expect_eq(vm_page_any_valid(m), rv == VM_PAGER_OK);
	VM_OBJECT_WLOCK(object);
	hf_expect_eq(vm_page_lookup(object, pindex), m);
	vm_page_free(m);
	VM_OBJECT_WUNLOCK(object);
	vm_object_pip_wakeup(object);
	return (rv);
}

/* Writes the page of the file, which somebody has stored to. */
static int
put(struct vnode *vp, vm_pindex_t pindex, int flags)
{
	vm_object_t object = hf_file_object(vp);
	vm_page_t m = hf_file_need_page(vp, pindex);
	int rtval = 77, rv;

	hf_require(vm_page_tryxbusy(m));
	pmap_remove_write(m);
	vm_page_test_dirty(m);
	vm_page_busy_downgrade(m);
	vm_object_pip_add(object, 1);
	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	rv = VOP_PUTPAGES(vp, &m, PAGE_SIZE, flags, &rtval);
	hf_expect_eq(VOP_ISLOCKED(vp), LK_SHARED);
	VOP_UNLOCK(vp);
	hf_expect_eq(rtval, rv);
	if (rv == VM_PAGER_OK)
		hf_expect_eq(m->dirty, 0);
	if (rv == VM_PAGER_ERROR)
		hf_expect_eq(m->dirty, VM_PAGE_BITS_ALL);
	if (rv != VM_PAGER_PEND) {
		vm_page_sunbusy(m);
		vm_object_pip_wakeup(object);
	}
	return (rv);
}

/* A file that is gone has no pages; a page of no object is as good. */
static int
get_of_dead(const char *name)
{
	struct vnode *vp = hf_file_open(name);
	vm_page_t m;
	int rv;

	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	vgone(vp);
	m = vm_page_alloc_noobj(VM_ALLOC_NORMAL);
	hf_require(m != NULL);
	vm_page_xbusy(m);
	rv = VOP_GETPAGES(vp, &m, 1, NULL, NULL);
	VOP_UNLOCK(vp);
	hf_expect(vm_page_xbusied_by_me(m));
	vm_page_xunbusy(m);
	vm_page_free(m);
	hf_file_close(vp);
	return (rv);
}

static void
walk_gets(struct vnode *vp, struct listed *listed)
{
	int rv;

	rv = get(vp, 0);
	hf_expect_eq(rv, VM_PAGER_OK);
	listed_meet(listed, GETS, rv);
	hf_failpoint_arm("bdev.read", 0, 1);
	rv = get(vp, 1);
	hf_expect_eq(hf_failpoint_fired("bdev.read"), 1);
	hf_failpoint_disarm_all();
	hf_expect_eq(rv, VM_PAGER_ERROR);
	listed_meet(listed, GETS, rv);
	rv = get_of_dead("size-1");
	hf_expect_eq(rv, VM_PAGER_BAD);
	listed_meet(listed, GETS, rv);
}

static void
walk_puts(struct vnode *vp, struct listed *listed, u_int n)
{
	static const struct {
		int value, flags;
		bool fails, behind; /* the write; the end of file */
	} puts[] = {
		{ VM_PAGER_ERROR, VM_PAGER_PUT_SYNC, true, false },
		{ VM_PAGER_BAD, VM_PAGER_PUT_SYNC, false, true },
		{ VM_PAGER_OK, VM_PAGER_PUT_SYNC, false, false },
		{ VM_PAGER_OK, VM_PAGER_PUT_INVAL, false, false },
		{ VM_PAGER_PEND, 0, false, false },
		{ VM_PAGER_PEND, VM_PAGER_PUT_NOREUSE, false, false },
		{ VM_PAGER_PEND, VM_PAGER_CLUSTER_OK, false, false },
	};
	struct listed flags[] = { MAN_FLAGS(LISTED) };
	vm_object_t object = hf_file_object(vp);
	const vm_ooffset_t size = object->un_pager.vnp.vnp_size;
	u_int i;
	int rv;

	for (i = 0; i < nitems(puts); i++) {
		hf_require(hf_probe_write(VA + ptoa(1), 0x40 + (int)i).ok);
		if (puts[i].fails)
			hf_failpoint_arm("bdev.write", 0, 1);
		/* As if another thread had cut the file meanwhile. */
		if (puts[i].behind)
			object->un_pager.vnp.vnp_size = ptoa(1);
		rv = put(vp, 1, puts[i].flags);
		object->un_pager.vnp.vnp_size = size;
		hf_failpoint_disarm_all();
		hf_expect_eq(rv, puts[i].value);
		listed_meet(listed, n, rv);
		if (puts[i].flags != 0)
			listed_meet(flags, nitems(flags), puts[i].flags);
		if (rv != VM_PAGER_PEND)
			continue;
		/* The end of what was only started. */
		(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
		hf_expect_eq(VOP_FSYNC(vp, MNT_WAIT, NULL), 0);
		VOP_UNLOCK(vp);
		hf_expect_eq(hf_file_need_page(vp, 1)->dirty, 0);
		hf_file_expect_idle(vp);
	}
	listed_all_met(flags, nitems(flags));
}

HF_SCENARIO(man_pages_values, "man.pages_values",
    "GP-06 GP-25 GP-27 PP-05 PP-07 PP-10 PP-23 VP-3",
    "VOP_GETPAGES(9) and VOP_PUTPAGES(9) end with each value of their page, "
    "and "
    "no other",
    .flags = HF_NEEDS_DISK | HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE)
{
	struct listed listed[] = { MAN_VALUES(LISTED) };
	struct vnode *vp;

	vp = hf_file_open(HF_SCRATCH_NAME);
	walk_gets(vp, listed);
	hf_file_map(vp, VA, 0, 3, VM_PROT_RW, HF_FILE_SHARED);
	walk_puts(vp, listed + GETS, nitems(listed) - GETS);
	listed_all_met(listed, nitems(listed));
	hf_file_unmap(VA, 3);
	hf_file_close(vp);
}

/* A file system with one file, which lies in memory. */
#define FILE_BYTES (2 * PAGE_SIZE + 1000)

static char data[3 * PAGE_SIZE];
static struct memfile file = { data, FILE_BYTES };
static struct mount memfs;

static const struct vop_vector memfile_vnodeops = {
	.vop_getpages = memfile_getpages,
	.vop_putpages = memfile_putpages,
};

static struct vnode *
memfile_open(void)
{
	struct vnode *vp;
	u_int i;

	for (i = 0; i < sizeof(data); i++)
		data[i] = (char)(i >> 4);
	mtx_init(&memfs.mnt_listmtx, "mount vnode list", NULL, MTX_DEF);
	TAILQ_INIT(&memfs.mnt_nvnodelist);
	memfs.mnt_stat.f_iosize = PAGE_SIZE;
	hf_require_eq(
	    getnewvnode("memfile", &memfs, &memfile_vnodeops, &vp), 0);
	vp->v_type = VREG;
	vp->v_data = &file;
	hf_require(hf_vnode_insert(vp, 1));
	hf_space_map_at(VA, 3, vnode_pager_alloc(vp, FILE_BYTES, 0, 0, NULL), 0,
	    VM_PROT_RW, 0);
	VOP_UNLOCK(vp);
	return (vp);
}

static void
memfile_close(struct vnode *vp)
{
	vm_map_remove(hf_space_map(), VA, VA + ptoa(3));
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	vgone(vp);
	vput(vp);
	mtx_destroy(&memfs.mnt_listmtx);
}

HF_SCENARIO(man_pages_example, "man.pages_example",
    "GP-01 GP-02 GP-15 PP-01 PP-02 QE-01",
    "a file system of the operations in VOP_GETPAGES(9) serves a mapped file")
{
	struct vnode *vp;
	u_int i, wrong;

	vp = memfile_open();
	for (wrong = 0, i = 0; i < FILE_BYTES; i += 8)
		wrong += (uint8_t)hf_peek(VA + i) != (uint8_t)(i >> 4);
	hf_expect_eq(wrong, 0);
	/* Behind the end, where the memory is not zero. */
	hf_expect_ne(data[FILE_BYTES], 0);
	hf_expect_eq(hf_peek(VA + FILE_BYTES), 0);
	hf_poke(VA + PAGE_SIZE, 0x1122334455667788);
	hf_expect_ne(data[PAGE_SIZE], (char)0x88);
	hf_expect_eq(vm_map_sync(hf_space_map(), VA, VA + ptoa(3), TRUE, FALSE),
	    KERN_SUCCESS);
	hf_expect_eq(data[PAGE_SIZE], (char)0x88);
	hf_expect_eq(data[PAGE_SIZE + 7], 0x11);
	hf_expect_eq(data[2 * PAGE_SIZE], (char)(2 * PAGE_SIZE >> 4));
	hf_expect_eq(hf_file_need_page(vp, 1)->dirty, 0);
	hf_expect(!vm_object_mightbedirty(vp->v_object));
	/* Another store is noticed, too, and written when the file goes. */
	hf_poke(VA + PAGE_SIZE, 5);
	hf_expect(vm_object_mightbedirty(vp->v_object));
	memfile_close(vp);
	hf_expect_eq(data[PAGE_SIZE], 5);
}

/* A page of the memory file, with junk in it, that is not resident yet. */
static vm_page_t
junk_page(struct vnode *vp, vm_pindex_t pindex)
{
	vm_page_t m;

	VM_OBJECT_WLOCK(vp->v_object);
	m = vm_page_alloc(vp->v_object, pindex, VM_ALLOC_NORMAL);
	VM_OBJECT_WUNLOCK(vp->v_object);
	hf_require(m != NULL);
	memset(hf_test_bytes(m), 0xa5, PAGE_SIZE);
	return (m);
}

static void
drop_page(struct vnode *vp, vm_page_t m)
{
	VM_OBJECT_WLOCK(vp->v_object);
	vm_page_free(m);
	VM_OBJECT_WUNLOCK(vp->v_object);
}

HF_SCENARIO(man_pages_example_end, "man.pages_example_end", "GP-02 GP-05 PP-10",
    "behind the end of a file of the example in VOP_GETPAGES(9) is nothing")
{
	struct vnode *vp;
	vm_page_t m;
	int rtval;

	vp = memfile_open();
	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	/* Zeros in the last page; there is no other one. */
	m = junk_page(vp, 2);
	hf_expect_eq(VOP_GETPAGES(vp, &m, 1, NULL, NULL), VM_PAGER_OK);
	hf_expect(vm_page_all_valid(m));
	hf_expect(hf_test_all(m, FILE_BYTES % PAGE_SIZE, PAGE_SIZE, 0));
	drop_page(vp, m);
	m = junk_page(vp, 3);
	hf_expect_eq(VOP_GETPAGES(vp, &m, 1, NULL, NULL), VM_PAGER_BAD);
	hf_expect(vm_page_none_valid(m));
	vm_page_valid(m);
	vm_page_dirty(m);
	vm_page_busy_downgrade(m);
	hf_expect_eq(VOP_PUTPAGES(vp, &m, PAGE_SIZE, 0, &rtval), VM_PAGER_BAD);
	hf_expect_eq(rtval, VM_PAGER_BAD);
	hf_expect(vm_page_busy_tryupgrade(m));
	drop_page(vp, m);
	VOP_UNLOCK(vp);
	memfile_close(vp);
}
