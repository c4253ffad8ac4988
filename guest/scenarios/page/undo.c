/* SPDX-License-Identifier: BSD-2-Clause */
/* undo.c: operations that fail half way have done nothing. */
#include <kern/kalloc.h>
#include <test/vm_util.h>
#include <vm/uma.h>
#include <vm/vm_extern.h>
#include <vm/vm_kern.h>
#include <vm/vm_phys.h>
#include <vm/vm_radix.h>

#define VA    0x400000ul
#define PAGES 6
/* Where an index needs nodes that are not there yet. */
#define FAR ((vm_pindex_t)1 << 18)

static vm_object_t object;
static struct pmap pmap;

/* What an operation may not have changed when it failed, or was undone. */
struct state {
	u_long free, wired, nodes, bytes, objects, entries;
};

static struct state
state_now(void)
{
	return ((struct state){
	    vm_free_count() + hf_uma_pages() + hf_pmap_kernel_tables(),
	    vm_wire_count() - hf_uma_pages() - hf_pmap_kernel_tables(),
	    hf_vm_radix_nodes(), hf_kalloc_in_use(), hf_vm_object_live(),
	    (u_long)object->resident_page_count });
}

/* Free frames that are not as a free frame is; *zero those known to be zero. */
static u_long
odd_frames(u_long *zero)
{
	struct vm_phys_seg *seg;
	vm_page_t m, end;
	u_long odd;
	int i;

	odd = *zero = 0;
	for (i = 0; i < vm_phys_nsegs; i++) {
		seg = &vm_phys_segs[i];
		end = seg->first_page + atop(seg->end - seg->start);
		for (m = seg->first_page; m < end; m++) {
			if (!hf_vm_page_is_set_up(m) || !vm_page_busy_freed(m))
				continue;
			*zero += (m->flags & PG_ZERO) != 0;
			odd += m->md.pat_mode != VM_MEMATTR_DEFAULT ||
			    (m->flags & ~PG_ZERO) != 0 || m->oflags != 0 ||
			    m->ref_count != 0 || m->object != NULL;
		}
	}
	return (odd);
}

static void
free_page(vm_page_t m)
{
	if (m->object != NULL && !vm_page_xbusied_by_me(m))
		vm_page_xbusy(m);
	if (vm_page_wired(m))
		(void)vm_page_unwire_noq(m);
	vm_page_free(m);
}

/* Operations: each gives back what it got.  True if it got it. */
static bool
op_alloc(void)
{
	vm_page_t m;

	m = vm_page_alloc(object, FAR,
	    VM_ALLOC_NORMAL | VM_ALLOC_WIRED | VM_ALLOC_NODUMP |
		VM_ALLOC_NOBUSY);
	if (m != NULL)
		free_page(m);
	return (m != NULL);
}

static bool
op_run(void)
{
	vm_page_t ma[PAGES];
	int i, n;

	/* Over the end of a node. */
	n = hf_vm_page_alloc_run(object, FAR - 3, PAGES, NULL, ma);
	for (i = 0; i < n; i++)
		free_page(ma[i]);
	return (n == PAGES);
}

static bool
op_contig(void)
{
	vm_page_t m;
	int i;

	m = vm_page_alloc_contig(object, FAR - 3,
	    VM_ALLOC_NORMAL | VM_ALLOC_WIRED | VM_ALLOC_NODUMP, PAGES, 0, ~0ul,
	    PAGE_SIZE, 0, VM_MEMATTR_UNCACHEABLE);
	for (i = 0; m != NULL && i < PAGES; i++)
		free_page(&m[i]);
	return (m != NULL);
}

static bool
op_grab(void)
{
	vm_page_t ma[PAGES];
	int i, n;

	n = vm_page_grab_pages(object, FAR - 3,
	    VM_ALLOC_NORMAL | VM_ALLOC_NOWAIT | VM_ALLOC_WIRED, ma, PAGES);
	for (i = 0; i < n; i++)
		free_page(ma[i]);
	return (n == PAGES);
}

static bool
op_insert(void)
{
	vm_page_t m;
	bool done;

	m = vm_page_alloc_noobj(VM_ALLOC_NORMAL);
	if (m == NULL)
		return (false);
	vm_page_xbusy(m);
	done = vm_page_insert(m, object, FAR) == 0;
	if (!done)
		vm_page_xunbusy(m);
	free_page(m);
	return (done);
}

static bool
op_kmem(void)
{
	void *p;

	VM_OBJECT_WUNLOCK(object);
	p = kmem_malloc(ptoa(PAGES), M_NOWAIT | M_ZERO);
	if (p != NULL)
		kmem_free(p, ptoa(PAGES));
	VM_OBJECT_WLOCK(object);
	return (p != NULL);
}

static bool
op_enter(void)
{
	vm_page_t m;
	bool done;

	m = vm_page_lookup(object, 0);
	vm_page_xbusy(m);
	done = pmap_enter(&pmap, VA, m, VM_PROT_READ,
		   VM_PROT_READ | PMAP_ENTER_NOSLEEP, 0) == KERN_SUCCESS;
	pmap_remove(&pmap, VA, VA + PAGE_SIZE);
	hf_expect(!pmap_page_is_mapped(m));
	vm_page_xunbusy(m);
	return (done);
}

static const char *const failpoints[] = { "vm_page_alloc", "vm_slab", "kalloc",
	"pmap.table", "pmap.pv_chunk" };

/* Lets each allocation of the operation fail in turn; how often it failed. */
static int
fail_everywhere(bool (*op)(void))
{
	struct state before, after;
	u_long zero, zero_before;
	int failed, skip;
	bool fired;

	hf_expect(op());
	failed = 0;
	before = state_now();
	hf_expect_eq(odd_frames(&zero_before), 0);
	for (u_int f = 0; f < nitems(failpoints); f++)
		for (skip = 0, fired = true; fired; skip++) {
			hf_failpoint_arm(failpoints[f], skip, 1);
			failed += !op();
			fired = hf_failpoint_fired(failpoints[f]) != 0;
			hf_failpoint_disarm_all();
			after = state_now();
			if (memcmp(&before, &after, sizeof(before)) == 0)
				continue;
			hf_note("%s, failure %d", failpoints[f], skip);
			hf_expect_eq(after.free, before.free);
			hf_expect_eq(after.wired, before.wired);
			hf_expect_eq(after.nodes, before.nodes);
			hf_expect_eq(after.bytes, before.bytes);
			hf_expect_eq(after.objects, before.objects);
			hf_expect_eq(after.entries, before.entries);
			before = after;
		}
	hf_expect_eq(odd_frames(&zero), 0);
	return (failed);
}

static void
begin(void)
{
	hf_test_pmap_begin(&pmap);
	object = hf_test_object(FAR * 2);
	hf_test_page_resting(object, 0, 0x11);
}

static void
end(void)
{
	hf_test_pmap_end(&pmap);
	hf_test_object_end(object);
}

HF_SCENARIO(page_undo_alloc, "page.undo_alloc", "PA-16 PI-6",
    "one page, or several: nothing is lost whichever allocation fails")
{
	begin();
	hf_expect_lt(0, fail_everywhere(op_alloc));
	hf_expect_lt(0, fail_everywhere(op_run));
	hf_expect_lt(0, fail_everywhere(op_grab));
	hf_expect_lt(0, fail_everywhere(op_insert));
	end();
}

HF_SCENARIO(page_undo_contig, "page.undo_contig", "PA-22 PA-16 PM-46",
    "a run with a memory type leaves no trace of it when it is undone")
{
	begin();
	hf_expect_lt(0, fail_everywhere(op_contig));
	end();
}

HF_SCENARIO(page_undo_kernel, "page.undo_kernel", "PM-60",
    "kernel memory and page tables: nothing is lost either")
{
	begin();
	hf_expect_lt(0, fail_everywhere(op_kmem));
	hf_expect_lt(0, fail_everywhere(op_enter));
	end();
}

HF_SCENARIO(page_undo_zero, "page.undo_zero", "PA-12 PA-16",
    "a frame known to be zero is that after a failed allocation, too")
{
	u_long before, zero;
	vm_page_t m;

	object = hf_test_object(FAR * 2);
	m = vm_page_alloc_noobj(VM_ALLOC_NORMAL | VM_ALLOC_ZERO);
	hf_require(m != NULL);
	vm_page_free_zero(m);
	(void)odd_frames(&before);
	hf_expect_lt(0, before);
	/* Every frame in turn would be taken and given back. */
	hf_failpoint_arm("vm_slab", 0, -1);
	hf_expect_eq(vm_page_alloc(object, FAR, VM_ALLOC_NORMAL), NULL);
	hf_expect_eq(vm_page_alloc_contig(object, FAR, VM_ALLOC_NORMAL, 1,
			 VM_PAGE_TO_PHYS(m), VM_PAGE_TO_PHYS(m) + PAGE_SIZE,
			 PAGE_SIZE, 0, VM_MEMATTR_DEFAULT),
	    NULL);
	hf_failpoint_disarm_all();
	(void)odd_frames(&zero);
	hf_expect_eq(zero, before);
	hf_test_object_end(object);
}
