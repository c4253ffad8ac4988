/* SPDX-License-Identifier: BSD-2-Clause */
/* vnode_pager_get.c: reading pages of a file straight from its device. */

/*
 * Lock order: vnode lock (held by the caller), object lock.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mount.h>
#include <sys/vnode.h>
#include <vfs/pbuf.h>
#include <vm/vm.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>
#include <vm/vnode_pager.h>

#define SECTORS_PER_PAGE (PAGE_SIZE >> HF_SECTOR_SHIFT)

/* One request to read, while it is cut into transfers. */
struct get {
	struct vnode *vp;
	vm_object_t object;
	vm_page_t *m; /* what is still to be read */
	int count;
	int behind, ahead; /* wishes of the whole request */
	int got_behind, got_ahead;
	bool first_piece;
};

static vm_ooffset_t
file_size(vm_object_t object)
{
	return (object->un_pager.vnp.vnp_size);
}

/* Every block of the page that lies in the file is valid: only its tail is not. */
static bool
is_cached_eof(vm_object_t object, vm_page_t m)
{
	vm_ooffset_t off, size;

	off = IDX_TO_OFF(m->pindex);
	size = file_size(object);
	return (vm_page_any_valid(m) && off < size && size - off < PAGE_SIZE &&
	    vm_page_is_valid(m, 0, (int)(size - off)));
}

/*
 * Reads the invalid blocks of one page, run by run; what is valid stays.
 * Holes and what lies behind the end of file read as zero.  VM_PAGER_*.
 */
static int
fill_by_block(struct vnode *vp, vm_object_t object, vm_page_t m)
{
	struct hf_io io;
	struct hf_seg seg;
	vm_ooffset_t off, size;
	daddr_t bn;
	u_int base, bsize, gran, in_block, len, room;
	int runp;

	bsize = (u_int)vp->v_mount->mnt_stat.f_iosize;
	gran = (u_int)vp->v_bufobj.bo_bsize;
	size = file_size(object);
	for (base = 0; base < PAGE_SIZE; base += len) {
		len = gran;
		if (vm_page_is_valid(m, (int)base, (int)gran))
			continue;
		off = IDX_TO_OFF(m->pindex) + base;
		if (off >= size) {
			len = PAGE_SIZE - base;
			pmap_zero_page_area(m, (int)base, (int)len);
			vm_page_set_valid_range(m, (int)base, (int)len);
			break;
		}
		if (VOP_BMAP(vp, (daddr_t)(off / bsize), NULL, &bn, &runp,
			NULL) != 0)
			return (VM_PAGER_ERROR);
		/* As far as the device's run, the page and the file go. */
		in_block = (u_int)(off & (bsize - 1));
		room = (bn == -1 ? 1u : (u_int)runp + 1) * bsize - in_block;
		room = MIN(room, PAGE_SIZE - base);
		while (len < room && off + len < size &&
		    (m->valid & vm_page_bits((int)(base + len), (int)gran)) ==
			0)
			len += gran;
		if (bn == -1)
			pmap_zero_page_area(m, (int)base, (int)len);
		else {
			if ((m->valid & vm_page_bits((int)base, (int)gran)) !=
			    0)
				return (VM_PAGER_ERROR);
			seg.pa = VM_PAGE_TO_PHYS(m) + base;
			seg.len = len;
			io = (struct hf_io){
				.op = HF_IO_READ, .segs = &seg, .nsegs = 1
			};
			io.sector =
			    (uint64_t)bn + (in_block >> HF_SECTOR_SHIFT);
			if (hf_bufobj_io_wait(&vp->v_bufobj, &io) != 0)
				return (VM_PAGER_ERROR);
			if (off + len > size)
				pmap_zero_page_area(m,
				    (int)(base + (size - off)),
				    (int)(off + len - size));
		}
		vm_page_set_valid_range(m, (int)base, (int)len);
	}
	return (VM_PAGER_OK);
}

/*
 * Allocates up to n pages from pindex on in direction dir (1 or -1), next to
 * the requested ones; stops at a resident page or when memory is short.
 * Never sleeps.  Object write-locked.
 */
static int
alloc_extras(
    vm_object_t object, vm_pindex_t pindex, int dir, int n, vm_page_t *where)
{
	vm_page_t m;
	int i;

	for (i = 0; i < n; i++) {
		if (vm_page_lookup(object, pindex) != NULL)
			break;
		m = vm_page_alloc(object, pindex, VM_ALLOC_NORMAL);
		if (m == NULL)
			break;
		where[i * dir] = m;
		pindex += (vm_pindex_t)dir;
	}
	return (i);
}

/* alloc_extras() upwards from behind last, all at once. */
static int
alloc_ahead(vm_object_t object, vm_page_t last, int n, vm_page_t *where)
{
	vm_page_t next;

	next = TAILQ_NEXT(last, listq);
	if (next != NULL)
		n = (int)MIN((vm_pindex_t)n, next->pindex - last->pindex - 1);
	if (n <= 0)
		return (0);
	return (hf_vm_page_alloc_run(object, last->pindex + 1, n, last, where));
}

/* Makes segments of pb_pages, adjacent frames in one; how many. */
static uint32_t
describe(struct hf_pbuf *pb, int total)
{
	struct hf_seg *seg = pb->pb_segs, *end = seg;
	uint32_t len;
	int i;

	for (i = 0; i < total; i++) {
		vm_paddr_t pa = VM_PAGE_TO_PHYS(pb->pb_pages[i]);

		len = (uint32_t)MIN(PAGE_SIZE, pb->pb_bytes - ptoa(i));
		if (i > 0 && seg->pa + seg->len == pa)
			seg->len += len;
		else {
			seg = end++;
			*seg = (struct hf_seg){ pa, len };
		}
	}
	return ((uint32_t)(end - pb->pb_segs));
}

/*
 * Gathers the pages of one transfer around the take requested ones at g->m
 * and describes it; extras as far as wished, possible and not over the limit.
 */
static void
build(struct get *g, struct hf_pbuf *pb, daddr_t bn, int take, int before,
    int after)
{
	vm_page_t pages[2 * HF_PBUF_PAGES];
	vm_ooffset_t end, off;
	vm_pindex_t pindex;
	int ahead, behind, i, room, total;

	pindex = g->m[0]->pindex;
	behind = g->first_piece ? imin(g->behind, before) : 0;
	behind = (int)MIN((vm_pindex_t)behind, pindex);
	ahead = take == g->count ? imin(g->ahead, after - (take - 1)) : 0;
	room = HF_PBUF_PAGES - take;
	total = behind + ahead;
	if (total > room) {
		behind = behind * room / total;
		ahead = ahead * room / total;
	}
	VM_OBJECT_WLOCK(g->object);
	ahead = (int)MIN(
	    (vm_pindex_t)ahead, g->object->size - (pindex + (vm_pindex_t)take));
	behind = alloc_extras(
	    g->object, pindex - 1, -1, behind, &pages[HF_PBUF_PAGES - 1]);
	for (i = 0; i < take; i++)
		pages[HF_PBUF_PAGES + i] = g->m[i];
	ahead = alloc_ahead(
	    g->object, g->m[take - 1], ahead, &pages[HF_PBUF_PAGES + take]);
	total = behind + take + ahead;
	vm_object_pip_add(g->object, (short)total);
	VM_OBJECT_WUNLOCK(g->object);

	pb->pb_vp = g->vp;
	pb->pb_object = g->object;
	pb->pb_behind = behind;
	pb->pb_count = take;
	pb->pb_ahead = ahead;
	off = IDX_TO_OFF(pindex - (vm_pindex_t)behind);
	end = MIN(off + ptoa(total),
	    roundup2(file_size(g->object), g->vp->v_bufobj.bo_bsize));
	pb->pb_bytes = (uint32_t)(end - off);
	for (i = 0; i < total; i++)
		pb->pb_pages[i] = pages[HF_PBUF_PAGES - behind + i];
	pb->pb_io.nsegs = describe(pb, total);
	pb->pb_io.op = HF_IO_READ;
	pb->pb_io.sector = (uint64_t)bn - (uint64_t)behind * SECTORS_PER_PAGE;
}

static void
finish_extra(vm_object_t object, vm_page_t m)
{
	if (vm_page_any_valid(m)) {
		vm_page_readahead_finish(m);
		return;
	}
	VM_OBJECT_WLOCK(object);
	vm_page_free_invalid(m);
	VM_OBJECT_WUNLOCK(object);
}

/*
 * The transfer is over: validates, disposes of the extra pages, lets paging
 * go.  Thread context.
 */
static void
finish(struct hf_pbuf *pb)
{
	vm_object_t object;
	vm_ooffset_t off, size;
	vm_page_t m;
	u_int tail;
	int i, total;

	object = pb->pb_object;
	total = pb->pb_behind + pb->pb_count + pb->pb_ahead;
	if (pb->pb_error == 0) {
		tail = pb->pb_bytes & PAGE_MASK;
		if (tail != 0)
			pmap_zero_page_area(pb->pb_pages[total - 1], (int)tail,
			    (int)(PAGE_SIZE - tail));
		VM_OBJECT_RLOCK(object);
		size = file_size(object);
		for (i = 0; i < total; i++) {
			m = pb->pb_pages[i];
			off = IDX_TO_OFF(m->pindex);
			if (off + PAGE_SIZE <= size)
				vm_page_valid(m);
			else if (off < size)
				vm_page_set_valid_range(
				    m, 0, (int)(size - off));
		}
		VM_OBJECT_RUNLOCK(object);
	}
	for (i = 0; i < total; i++)
		if (i < pb->pb_behind || i >= pb->pb_behind + pb->pb_count)
			finish_extra(object, pb->pb_pages[i]);
	vm_object_pip_wakeupn(object, (short)total);
}

static void
async_task(void *arg)
{
	struct hf_pbuf *pb;

	pb = arg;
	finish(pb);
	pb->pb_iodone(pb->pb_arg, &pb->pb_pages[pb->pb_behind], pb->pb_count,
	    pb->pb_error);
	hf_pbuf_put(pb);
}

/* Interrupt context: queues and object locks are for the task. */
static void
async_done(struct hf_io *io, int error)
{
	struct hf_pbuf *pb;

	pb = io->arg;
	pb->pb_error = error;
	hf_task_enqueue(&pb->pb_task);
}

static int
start_async(struct hf_pbuf *pb, vop_getpages_iodone_t *iodone, void *arg)
{
	int error, i, total;

	pb->pb_iodone = iodone;
	pb->pb_arg = arg;
	hf_task_init(&pb->pb_task, async_task, pb);
	pb->pb_io.done = async_done;
	pb->pb_io.arg = pb;
	/* Pages and paging are the transfer's from here on. */
	total = pb->pb_behind + pb->pb_count + pb->pb_ahead;
	for (i = 0; i < total; i++)
		hf_node_busy_handed_over(pb->pb_pages[i]);
	hf_node_released(HF_NODE_PAGING, (u_int)total);
	error = hf_bufobj_submit(&pb->pb_vp->v_bufobj, &pb->pb_io);
	if (error != 0)
		async_done(&pb->pb_io, error);
	return (VM_PAGER_OK);
}

/* Where the pages from one on lie, as far as they can be read at once. */
struct run {
	daddr_t bn;	   /* device sector of the page; -1: see get_run() */
	int before, after; /* pages around it that lie next to it */
};

/*
 * Whole blocks of a file system whose blocks are smaller than a page: how many
 * pages they fill, with the file's last page as far as there are blocks of it.
 */
static int
pages_of(const struct get *g, daddr_t lbn, int nblocks, u_int bsize)
{
	const int per = (int)(PAGE_SIZE / bsize);

	if ((vm_ooffset_t)(lbn + nblocks) * bsize >= file_size(g->object))
		nblocks = roundup2(nblocks, per);
	return (nblocks / per);
}

/*
 * The run of the first page that is still to be read.  bn is -1 if its blocks
 * are not next to each other, or there are none.  errno.
 */
static int
get_run(const struct get *g, struct run *run)
{
	const vm_pindex_t pindex = g->m[0]->pindex;
	const u_int bsize = (u_int)g->vp->v_mount->mnt_stat.f_iosize;
	const bool small = bsize < PAGE_SIZE;
	/* Looking for runs costs: only where they will be used. */
	const bool forward = small || g->count > 1 || g->ahead > 0;
	const bool backward = g->first_piece && g->behind > 0;
	daddr_t lbn;
	int error, runb, runp;
	u_int per;

	runp = runb = 0;
	lbn = (daddr_t)(IDX_TO_OFF(pindex) / bsize);
	error = VOP_BMAP(g->vp, lbn, NULL, &run->bn, forward ? &runp : NULL,
	    backward ? &runb : NULL);
	if (error != 0 || run->bn == -1)
		return (error);
	if (small) {
		run->before = runb / (int)(PAGE_SIZE / bsize);
		run->after = pages_of(g, lbn, runp + 1, bsize) - 1;
		if (run->after < 0)
			run->bn = -1;
	} else {
		per = bsize / PAGE_SIZE;
		run->bn += (daddr_t)(pindex % per) * SECTORS_PER_PAGE;
		run->before = runb * (int)per + (int)(pindex % per);
		run->after = runp * (int)per + (int)(per - 1 - pindex % per);
	}
	return (0);
}

/*
 * Reads the longest piece at the front of the request and advances it.  With
 * iodone, when the piece is all there is, only starts it and sets *started.
 * VM_PAGER_*.
 */
static int
get_piece(
    struct get *g, vop_getpages_iodone_t *iodone, void *arg, bool *started)
{
	struct hf_pbuf *pb;
	struct run run;
	int error, rv, take;

	if (get_run(g, &run) != 0)
		return (VM_PAGER_ERROR);
	if (run.bn == -1) {
		rv = fill_by_block(g->vp, g->object, g->m[0]);
		if (rv != VM_PAGER_OK)
			return (rv);
		take = 1;
		goto advance;
	}
	take = imin(imin(g->count, run.after + 1), HF_PBUF_PAGES);
	pb = hf_pbuf_get(HF_PBUF_READ, false);
	build(g, pb, run.bn, take, run.before, run.after);
	g->got_behind += pb->pb_behind;
	g->got_ahead += pb->pb_ahead;
	if (iodone != NULL && g->first_piece && take == g->count) {
		*started = true;
		return (start_async(pb, iodone, arg));
	}
	pb->pb_error = hf_bufobj_io_wait(&g->vp->v_bufobj, &pb->pb_io);
	error = pb->pb_error;
	finish(pb);
	hf_pbuf_put(pb);
	if (error != 0)
		return (VM_PAGER_ERROR);
advance:
	g->m += take;
	g->count -= take;
	g->first_piece = false;
	return (VM_PAGER_OK);
}

/* Whole pages can be read: nothing is valid in between. */
static bool
reads_whole_pages(const struct get *g)
{
	int i;

	for (i = 0; i < g->count; i++)
		if (vm_page_any_valid(g->m[i]))
			return (false);
	return (true);
}

/* VM_PAGER_*, with *started when iodone will be called by the completion. */
static int
get_all(struct get *g, vop_getpages_iodone_t *iodone, void *arg, bool *started)
{
	int rv;

	if (VN_IS_DOOMED(g->vp))
		return (VM_PAGER_BAD);
	if (IDX_TO_OFF(g->m[0]->pindex) >= file_size(g->object))
		return (VM_PAGER_BAD);
	/* The wrapper zeroes the tail of the end-of-file page. */
	if (is_cached_eof(g->object, g->m[g->count - 1]))
		g->count--;
	if (!reads_whole_pages(g)) {
		for (rv = VM_PAGER_OK; g->count > 0 && rv == VM_PAGER_OK;
		     g->m++, g->count--)
			rv = fill_by_block(g->vp, g->object, g->m[0]);
		return (rv);
	}
	for (rv = VM_PAGER_OK; g->count > 0 && rv == VM_PAGER_OK && !*started;)
		rv = get_piece(g, iodone, arg, started);
	return (rv);
}

/*
 * The get operation of file systems on a block device; vnode_pager.md 4.
 * Synchronous without iodone.  With it, iodone runs exactly once whatever is
 * returned.
 */
int
vnode_pager_generic_getpages(struct vnode *vp, vm_page_t *m, int count,
    int *rbehind, int *rahead, vop_getpages_iodone_t *iodone, void *arg)
{
	struct get g = { .vp = vp, .object = vp->v_object, .m = m };
	bool started;
	int rv;

	g.count = count;
	g.behind = rbehind != NULL ? *rbehind : 0;
	g.ahead = rahead != NULL ? *rahead : 0;
	g.first_piece = true;
	started = false;
	rv = get_all(&g, iodone, arg, &started);
	if (rbehind != NULL)
		*rbehind = rv == VM_PAGER_OK ? g.got_behind : 0;
	if (rahead != NULL)
		*rahead = rv == VM_PAGER_OK ? g.got_ahead : 0;
	if (iodone != NULL && !started)
		iodone(arg, m, count, rv == VM_PAGER_OK ? 0 : EIO);
	return (rv);
}

int
vnode_pager_local_getpages(
    struct vnode *vp, vm_page_t *m, int count, int *rbehind, int *rahead)
{
	return (vnode_pager_generic_getpages(
	    vp, m, count, rbehind, rahead, NULL, NULL));
}

int
vnode_pager_local_getpages_async(struct vnode *vp, vm_page_t *m, int count,
    int *rbehind, int *rahead, vop_getpages_iodone_t *iodone, void *arg)
{
	return (vnode_pager_generic_getpages(
	    vp, m, count, rbehind, rahead, iodone, arg));
}
