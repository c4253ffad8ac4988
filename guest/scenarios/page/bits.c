/* SPDX-License-Identifier: BSD-2-Clause */
/* bits.c: valid and dirty blocks of a page. */
#include <test/space.h>
#include <test/vm_util.h>

#define VA 0x400000ul

HF_SCENARIO(
    page_bits, "page.bits", "PV-1 PV-7", "ranges touch the blocks they should")
{
	vm_object_t object;
	vm_page_t m;

	hf_expect_eq(vm_page_bits(0, 512), 0x01);
	hf_expect_eq(vm_page_bits(0, 4096), 0xff);
	hf_expect_eq(vm_page_bits(511, 2), 0x03);
	hf_expect_eq(vm_page_bits(77, 0), 0);
	hf_expect_eq(vm_page_bits(4095, 1), 0x80);
	object = hf_test_object(1);
	m = hf_test_page(object, 0, 0);
	m->valid = 0;
	hf_expect(!vm_page_is_valid(m, 0, 0));
	m->valid = 0x01;
	hf_expect(vm_page_is_valid(m, 0, 0));
	hf_expect(vm_page_is_valid(m, 0, 512));
	hf_expect(!vm_page_is_valid(m, 0, 513));
	vm_page_xunbusy(m);
	hf_test_object_end(object);
}

HF_SCENARIO(page_valid_range, "page.valid_range", "PV-2 PV-3 PV-5 PV-11",
    "validating a range zeroes the rest of its invalid edge blocks")
{
	vm_object_t object;
	vm_page_t m;

	object = hf_test_object(1);
	m = hf_test_page(object, 0, 0xa5);
	m->valid = 0;
	vm_page_set_valid_range(m, 700, 100);
	hf_expect_eq(m->valid, 0x02);
	hf_expect(hf_test_all(m, 0, 512, 0xa5));
	hf_expect(hf_test_all(m, 512, 700, 0));
	hf_expect(hf_test_all(m, 700, 800, 0xa5));
	hf_expect(hf_test_all(m, 800, 1024, 0));
	hf_expect(hf_test_all(m, 1024, 4096, 0xa5));
	memset(hf_test_bytes(m), 0xa5, PAGE_SIZE);
	vm_page_set_valid_range(m, 700, 100);
	hf_expect(hf_test_all(m, 0, 4096, 0xa5));
	m->valid = m->dirty = VM_PAGE_BITS_ALL;
	vm_page_set_validclean(m, 100, 600);
	hf_expect_eq(m->dirty, 0xfc);
	hf_expect_eq(m->valid, 0xff);
	m->dirty = VM_PAGE_BITS_ALL;
	vm_page_clear_dirty(m, 512, 512);
	hf_expect_eq(m->dirty, 0xfd);
	vm_page_xunbusy(m);
	hf_test_object_end(object);
}

HF_SCENARIO(page_zero_invalid, "page.zero_invalid", "PV-6",
    "only invalid blocks are zeroed, and validated on request")
{
	vm_object_t object;
	vm_page_t m;

	object = hf_test_object(1);
	m = hf_test_page(object, 0, 0xa5);
	m->valid = 0x0f;
	vm_page_zero_invalid(m, FALSE);
	hf_expect(hf_test_all(m, 0, 2048, 0xa5));
	hf_expect(hf_test_all(m, 2048, 4096, 0));
	hf_expect_eq(m->valid, 0x0f);
	memset(hf_test_bytes(m) + 2048, 0xa5, 2048);
	m->valid = 0x5a;
	vm_page_zero_invalid(m, TRUE);
	hf_expect(hf_test_all(m, 0, 512, 0));
	hf_expect(hf_test_all(m, 512, 1024, 0xa5));
	hf_expect(hf_test_all(m, 1024, 1536, 0));
	hf_expect(hf_test_all(m, 1536, 2560, 0xa5));
	hf_expect(hf_test_all(m, 2560, 3072, 0));
	hf_expect(hf_test_all(m, 3072, 3584, 0xa5));
	hf_expect(hf_test_all(m, 3584, 4096, 0));
	hf_expect_eq(m->valid, 0xff);
	vm_page_xunbusy(m);
	hf_test_object_end(object);
}

static void
dirty_page(void *arg)
{
	vm_page_dirty(arg);
}

HF_SCENARIO(
    page_dirty, "page.dirty", "PV-8", "only a fully valid page can be dirtied")
{
	vm_object_t object;
	vm_page_t m;

	object = hf_test_object(1);
	m = hf_test_page(object, 0, 0);
	m->valid = 0x7f;
	hf_expect_panic(dirty_page, m, "");
	hf_expect_eq(m->dirty, 0);
	m->valid = 0xff;
	vm_page_dirty(m);
	hf_expect_eq(m->dirty, 0xff);
	hf_expect_eq(vm_page_set_dirty(m), 0xff);
	vm_page_undirty(m);
	hf_expect_eq(vm_page_set_dirty(m), 0);
	hf_expect_eq(m->dirty, 0xff);
	vm_page_xunbusy(m);
	hf_test_object_end(object);
}

HF_SCENARIO(page_modified_mapping, "page.modified_mapping", "PV-4 PV-9 PV-10",
    "a modified mapping makes the page dirty until it is cleaned")
{
	static struct pmap pmap;
	vm_object_t object;
	vm_page_t m;

	hf_test_pmap_begin(&pmap);
	object = hf_test_object(1);
	m = hf_test_page(object, 0, 0);
	hf_test_enter(&pmap, VA, m, VM_PROT_RW, VM_PROT_READ);
	vm_page_test_dirty(m);
	hf_expect_eq(m->dirty, 0);
	hf_test_enter(&pmap, VA + PAGE_SIZE, m, VM_PROT_RW, VM_PROT_WRITE);
	hf_expect(pmap_is_modified(m));
	vm_page_test_dirty(m);
	hf_expect_eq(m->dirty, 0xff);
	vm_page_undirty(m);
	hf_expect_eq(m->dirty, 0);
	vm_page_test_dirty(m);
	hf_expect_eq(m->dirty, 0xff);
	vm_page_aflag_set(m, PGA_NOSYNC);
	vm_page_set_validclean(m, 0, PAGE_SIZE);
	hf_expect_eq(m->dirty, 0);
	hf_expect(!pmap_is_modified(m));
	hf_expect_eq(vm_page_aflags(m) & PGA_NOSYNC, 0);
	vm_page_test_dirty(m);
	hf_expect_eq(m->dirty, 0);
	vm_page_xunbusy(m);
	hf_test_pmap_end(&pmap);
	hf_test_object_end(object);
}

static void
store_now(void *arg)
{
	hf_poke(*(vm_offset_t *)arg, 2);
}

HF_SCENARIO(page_validclean_store, "page.validclean_store", "PV-4 PV-9",
    "a store in the midst of a page's cleaning is not lost")
{
	vm_offset_t va;
	vm_page_t m;

	va = hf_space_anon(1);
	hf_poke(va, 1);
	m = hf_space_page(va);
	hf_require(vm_page_tryxbusy(m));
	hf_failpoint_call("page.validclean", 0, store_now, &va);
	vm_page_set_validclean(m, 0, PAGE_SIZE);
	hf_expect_eq(hf_failpoint_fired("page.validclean"), 1);
	hf_failpoint_disarm_all();
	vm_page_test_dirty(m);
	hf_expect_eq(m->dirty, VM_PAGE_BITS_ALL);
	vm_page_xunbusy(m);
	hf_expect_eq(hf_peek(va), 2);
}

HF_SCENARIO(page_set_invalid, "page.set_invalid", "PV-12",
    "invalidating unmaps first; a file's last page goes whole")
{
	static struct pmap pmap;
	vm_object_t object;
	vm_page_t m;

	hf_test_pmap_begin(&pmap);
	object = hf_test_object(1);
	m = hf_test_page(object, 0, 0);
	hf_test_enter(&pmap, VA, m, VM_PROT_READ, VM_PROT_READ);
	vm_page_set_invalid(m, 512, 1024);
	hf_expect(!pmap_page_is_mapped(m));
	hf_expect_eq(m->valid, 0xf9);
	m->valid = m->dirty = 0xff;
	/* As the last page of a file of 0x700 bytes. */
	object->type = OBJT_VNODE;
	object->un_pager.vnp.vnp_size = 0x700;
	vm_page_set_invalid(m, 0, 0x600);
	hf_expect_eq(m->valid, 0xf8);
	hf_expect_eq(m->dirty, 0xf8);
	vm_page_set_invalid(m, 0, 0x700);
	hf_expect_eq(m->valid, 0);
	object->type = OBJT_SWAP;
	vm_page_xunbusy(m);
	hf_test_pmap_end(&pmap);
	hf_test_object_end(object);
}

struct half {
	vm_page_t m;
	int base;
};

static void
valid_thread(void *arg)
{
	struct half *h = arg;
	int i;

	for (i = 0; i < 4; i++)
		vm_page_set_valid_range(h->m, h->base + 512 * i, 512);
	vm_page_sunbusy(h->m);
}

HF_SCENARIO(page_valid_shared, "page.valid_shared", "PV-13",
    "sharers that validate different blocks lose none")
{
	struct half lower, upper;
	struct thread *td;
	vm_object_t object;
	vm_page_t m;

	object = hf_test_object(1);
	m = hf_test_page(object, 0, 0xa5);
	m->valid = 0;
	vm_page_busy_downgrade(m);
	vm_page_sbusy(m);
	lower = (struct half){ m, 0 };
	upper = (struct half){ m, 2048 };
	VM_OBJECT_WUNLOCK(object);
	td = hf_thread_create(valid_thread, &upper, "sharer", -1);
	valid_thread(&lower);
	hf_thread_join(td);
	hf_expect_eq(m->valid, 0xff);
	hf_expect(!vm_page_busied(m));
	vm_object_deallocate(object);
}

HF_SCENARIO(page_bits_nothing, "page.bits_nothing", "PV-1 PV-3 PV-5",
    "a range of no bytes touches no block, wherever it lies")
{
	vm_object_t object;
	vm_page_t m;
	int base;

	object = hf_test_object(1);
	m = hf_test_page(object, 0, 0x77);
	m->valid = 0x3c;
	m->dirty = 0x18;
	for (base = 0; base < PAGE_SIZE; base += 700) {
		vm_page_set_valid_range(m, base, 0);
		vm_page_set_validclean(m, base, 0);
		hf_expect_eq(m->valid, 0x3c);
		hf_expect_eq(m->dirty, 0x18);
		hf_expect(hf_test_all(m, 0, PAGE_SIZE, 0x77));
	}
	m->valid = VM_PAGE_BITS_ALL;
	m->dirty = 0;
	vm_page_free(m);
	hf_test_object_end(object);
}
