/* SPDX-License-Identifier: BSD-2-Clause */
/* clean.c: dirty pages of a file's object go to its pager. */
#include <test/vm_util.h>

#define VA     0x400000ul
#define NPAGES 40

/* The pager's file, as one byte for each page, and what happened. */
static uint8_t file[NPAGES];
static int answer[NPAGES];
static int puts_seen, pages_put, flags_seen;
static bool redirty;

static void
put_pages(vm_object_t object, vm_page_t *m, int count, int flags, int *rtvals)
{
	int i;

	puts_seen++;
	flags_seen = flags;
	hf_expect_le(count, 32);
	hf_expect(blockcount_read(&object->paging_in_progress) >= (u_int)count);
	for (i = 0; i < count; i++) {
		hf_expect_eq(m[i]->pindex, m[0]->pindex + i);
		hf_expect(vm_page_sbusied(m[i]));
		hf_expect(!pmap_page_is_write_mapped(m[i]));
		rtvals[i] = answer[m[i]->pindex];
		if (rtvals[i] == VM_PAGER_OK) {
			file[m[i]->pindex] = hf_test_bytes(m[i])[0];
			vm_page_undirty(m[i]);
			pages_put++;
		}
	}
	if (redirty) {
		redirty = false;
		vm_object_set_writeable_dirty(object);
	}
}

static struct pagerops ops;

static vm_object_t
file_begin(void)
{
	vm_object_t object;

	memset(file, 0, sizeof(file));
	memset(answer, 0, sizeof(answer));
	puts_seen = pages_put = flags_seen = 0;
	redirty = false;
	ops = deadpagerops;
	ops.pgo_putpages = put_pages;
	object = vm_object_allocate(OBJT_VNODE, NPAGES);
	object->un_pager.vnp.vnp_size = ptoa(NPAGES);
	VM_OBJECT_WLOCK(object);
	object->pgops = &ops;
	return (object);
}

static void
file_end(vm_object_t object)
{
	vm_page_t m;

	TAILQ_FOREACH (m, &object->memq, listq)
		if (pmap_page_is_mapped(m))
			pmap_remove_all(m);
	object->ref_count = 0;
	vm_object_set_flag(object, OBJ_DEAD);
	vm_object_terminate(object);
}

static vm_page_t
dirty_page(vm_object_t object, vm_pindex_t pindex)
{
	vm_page_t m;

	m = hf_test_page(object, pindex, 0x80 + (int)pindex);
	vm_page_dirty(m);
	vm_object_set_writeable_dirty(object);
	vm_page_activate(m);
	vm_page_xunbusy(m);
	return (m);
}

HF_SCENARIO(object_page_clean, "object.page_clean", "OB-30 OB-31",
    "dirty pages are written, and the whole object is clean after")
{
	static struct pmap pmap;
	vm_object_t object;
	vm_page_t m1, m2, m7;

	hf_test_pmap_begin(&pmap);
	object = file_begin();
	hf_expect(!vm_object_mightbedirty(object));
	hf_expect(vm_object_page_clean(object, 0, 0, OBJPC_SYNC));
	hf_expect_eq(puts_seen, 0);
	hf_test_page_resting(object, 0, 0x80);
	m1 = dirty_page(object, 1);
	m2 = dirty_page(object, 2);
	m7 = dirty_page(object, 7);
	/* A store through a mapping that nobody has looked at yet. */
	vm_page_xbusy(m7);
	vm_page_undirty(m7);
	hf_test_enter(&pmap, VA, m7, VM_PROT_RW, VM_PROT_WRITE);
	vm_page_xunbusy(m7);
	hf_expect(vm_object_page_clean(object, ptoa(1), ptoa(2), OBJPC_SYNC));
	hf_expect(vm_object_mightbedirty(object));
	hf_expect_eq(file[1], 0x81);
	hf_expect_eq(file[7], 0);
	hf_expect(vm_object_page_clean(object, 0, 0, OBJPC_SYNC));
	hf_expect_eq(file[0], 0);
	hf_expect_eq(file[2], 0x82);
	hf_expect_eq(file[7], 0x87);
	hf_expect_eq(m1->dirty, 0);
	hf_expect_eq(m2->dirty, 0);
	hf_expect_eq(m7->dirty, 0);
	hf_expect(!pmap_is_modified(m7));
	hf_expect(!pmap_page_is_write_mapped(m7));
	hf_expect(!vm_object_mightbedirty(object));
	hf_expect_eq(flags_seen & VM_PAGER_PUT_SYNC, VM_PAGER_PUT_SYNC);
	hf_expect_eq(pages_put, 3);
	hf_expect_eq(vm_page_queue(m1), PQ_ACTIVE);
	hf_expect(!vm_page_busied(m1));
	hf_expect_eq(blockcount_read(&object->paging_in_progress), 0);
	file_end(object);
	hf_test_pmap_end(&pmap);
}

HF_SCENARIO(object_page_clean_clusters, "object.page_clean_clusters", "OB-56",
    "pages that follow each other are written together, at most 32 at once")
{
	vm_object_t object;
	int i;

	object = file_begin();
	for (i = 0; i < NPAGES; i++)
		dirty_page(object, i);
	hf_expect(vm_object_page_clean(object, 0, 0, 0));
	hf_expect_eq(pages_put, NPAGES);
	hf_expect_lt(puts_seen, NPAGES);
	hf_expect_eq(flags_seen & VM_PAGER_PUT_SYNC, 0);
	for (i = 0; i < NPAGES; i++)
		hf_expect_eq(file[i], 0x80 + i);
	file_end(object);
}

HF_SCENARIO(object_page_clean_invalid, "object.page_clean_invalid", "OB-30",
    "a page that has no contents yet is not written, its neighbours are")
{
	vm_object_t object;
	vm_page_t m;

	object = file_begin();
	dirty_page(object, 2);
	m = vm_page_alloc(object, 3, VM_ALLOC_NORMAL);
	hf_require(m != NULL);
	vm_page_xunbusy(m);
	dirty_page(object, 4);
	hf_expect(vm_object_page_clean(object, 0, 0, OBJPC_SYNC));
	hf_expect_eq(pages_put, 2);
	hf_expect_eq(file[2], 0x82);
	hf_expect_eq(file[3], 0);
	hf_expect_eq(file[4], 0x84);
	hf_expect_eq(vm_page_lookup(object, 3), m);
	hf_expect(vm_page_none_valid(m));
	hf_expect(vm_page_tryxbusy(m));
	vm_page_free(m);
	file_end(object);
}

HF_SCENARIO(object_page_clean_nosync, "object.page_clean_nosync", "OB-32",
    "NOSYNC pages wait for somebody who means it")
{
	vm_object_t object;
	vm_page_t m;

	object = file_begin();
	m = dirty_page(object, 3);
	vm_page_aflag_set(m, PGA_NOSYNC);
	hf_expect(vm_object_page_clean(object, 0, 0, OBJPC_NOSYNC));
	hf_expect_eq(puts_seen, 0);
	hf_expect(vm_object_mightbedirty(object));
	hf_expect_eq(m->dirty, 0xff);
	hf_expect(vm_object_page_clean(object, 0, 0, 0));
	hf_expect_eq(file[3], 0x83);
	hf_expect(!vm_object_mightbedirty(object));
	file_end(object);
}

HF_SCENARIO(object_page_clean_errors, "object.page_clean_errors", "OB-33",
    "a failed write leaves the page dirty; no progress is no endless loop")
{
	vm_object_t object;
	vm_page_t m;

	object = file_begin();
	m = dirty_page(object, 3);
	dirty_page(object, 5);
	answer[3] = VM_PAGER_ERROR;
	hf_expect(!vm_object_page_clean(object, 0, 0, OBJPC_SYNC));
	hf_expect_eq(m->dirty, 0xff);
	hf_expect(vm_object_mightbedirty(object));
	hf_expect_eq(file[5], 0x85);
	answer[3] = VM_PAGER_AGAIN;
	hf_expect(vm_object_page_clean(object, 0, 0, OBJPC_SYNC));
	hf_expect_eq(m->dirty, 0xff);
	hf_expect(vm_object_mightbedirty(object));
	answer[3] = VM_PAGER_OK;
	hf_expect(vm_object_page_clean(object, 0, 0, OBJPC_SYNC));
	hf_expect(!vm_object_mightbedirty(object));
	file_end(object);
}

HF_SCENARIO(object_page_clean_anon, "object.page_clean_anon", "OB-34",
    "anonymous memory is never written by cleaning")
{
	vm_object_t object;
	vm_page_t m;

	object = hf_test_object(1);
	m = hf_test_page(object, 0, 1);
	vm_page_dirty(m);
	vm_page_xunbusy(m);
	hf_expect(vm_object_page_clean(object, 0, 0, OBJPC_SYNC));
	hf_expect_eq(m->dirty, 0xff);
	hf_test_object_end(object);
}

HF_SCENARIO(object_page_clean_restarts, "object.page_clean_restarts",
    "OB-35 PP-19", "a synchronous clean starts over when pages were written to")
{
	vm_object_t object;

	object = file_begin();
	dirty_page(object, 1);
	dirty_page(object, 3);
	redirty = true;
	hf_expect(vm_object_page_clean(object, 0, 0, OBJPC_SYNC));
	hf_expect_eq(file[1], 0x81);
	hf_expect_eq(file[3], 0x83);
	hf_expect(!vm_object_mightbedirty(object));
	/* An asynchronous one does not, and does not call it clean. */
	dirty_page(object, 1 + 4);
	redirty = true;
	hf_expect(vm_object_page_clean(object, 0, 0, 0));
	hf_expect(vm_object_mightbedirty(object));
	file_end(object);
}

static int begun, ended;

static bool
clean_begin(vm_object_t object)
{
	begun++;
	VM_OBJECT_ASSERT_UNLOCKED(object);
	return (true);
}

static bool
clean_end(vm_object_t object, bool sync)
{
	ended++;
	return (true);
}

HF_SCENARIO(object_sync, "object.sync", "OB-36",
    "sync writes the file behind a private mapping, and drops it clean")
{
	vm_object_t front, object;
	vm_ooffset_t offset;

	begun = ended = 0;
	object = file_begin();
	ops.hf_pgo_clean_begin = clean_begin;
	ops.hf_pgo_clean_end = clean_end;
	dirty_page(object, 2);
	dirty_page(object, 5);
	dirty_page(object, 9);
	hf_test_page_resting(object, 4, 0x84);
	VM_OBJECT_WUNLOCK(object);
	vm_object_reference(object);
	front = object;
	offset = ptoa(2);
	vm_object_shadow(&front, &offset, ptoa(8), NULL, false);
	/* Pages 2 to 7 of the file; 9 is outside. */
	answer[5] = VM_PAGER_AGAIN;
	hf_expect(vm_object_sync(front, 0, ptoa(6), TRUE, TRUE));
	hf_expect_eq(begun, 1);
	hf_expect_eq(ended, 1);
	hf_expect_eq(file[2], 0x82);
	hf_expect_eq(file[9], 0);
	VM_OBJECT_WLOCK(object);
	hf_expect_eq(vm_page_lookup(object, 2), NULL);
	hf_expect_eq(vm_page_lookup(object, 4), NULL);
	hf_expect(vm_page_lookup(object, 5) != NULL);
	hf_expect(vm_page_lookup(object, 9) != NULL);
	VM_OBJECT_WUNLOCK(object);
	answer[5] = VM_PAGER_ERROR;
	hf_expect(!vm_object_sync(front, 0, ptoa(6), TRUE, FALSE));
	hf_expect(vm_object_sync(NULL, 0, ptoa(6), TRUE, FALSE));
	vm_object_deallocate(front);
	VM_OBJECT_WLOCK(object);
	file_end(object);
}

static bool
clean_refused(vm_object_t object)
{
	begun++;
	return (false);
}

HF_SCENARIO(object_sync_ends, "object.sync_ends", "OB-36",
    "sync of a mapping that reaches beyond its file ends where that does, and "
    "of a file that is gone writes nothing")
{
	vm_object_t front, object;
	vm_ooffset_t offset;

	begun = ended = 0;
	object = file_begin();
	ops.hf_pgo_clean_begin = clean_refused;
	ops.hf_pgo_clean_end = clean_end;
	dirty_page(object, NPAGES - 1);
	VM_OBJECT_WUNLOCK(object);
	vm_object_reference(object);
	front = object;
	offset = ptoa(NPAGES - 1);
	vm_object_shadow(&front, &offset, ptoa(8), NULL, false);
	/* Its vnode is being reclaimed: that writes what there is. */
	hf_expect(vm_object_sync(front, 0, ptoa(8), TRUE, FALSE));
	hf_expect_eq(begun, 1);
	hf_expect_eq(ended, 0);
	hf_expect_eq(puts_seen, 0);
	ops.hf_pgo_clean_begin = clean_begin;
	hf_expect(vm_object_sync(front, 0, ptoa(8), TRUE, FALSE));
	hf_expect_eq(pages_put, 1);
	hf_expect_eq(file[NPAGES - 1], (uint8_t)(0x80 + NPAGES - 1));
	/* All of it lies behind the file's end. */
	begun = 0;
	vm_object_set_writeable_dirty(object);
	hf_expect(vm_object_sync(front, ptoa(2), ptoa(4), TRUE, TRUE));
	hf_expect_eq(begun, 0);
	hf_expect_eq(object->resident_page_count, 1);
	vm_object_deallocate(front);
	VM_OBJECT_WLOCK(object);
	file_end(object);
}
