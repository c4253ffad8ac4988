/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_util.c: what scenarios of pages and objects need again and again. */
#include <kern/sleepq.h>
#include <test/space.h>
#include <test/vm_util.h>

vm_object_t
hf_test_object(vm_pindex_t n)
{
	vm_object_t object;

	object = vm_object_allocate_anon(n, NULL, NULL, 0);
	VM_OBJECT_WLOCK(object);
	return (object);
}

void
hf_test_object_end(vm_object_t object)
{
	VM_OBJECT_WUNLOCK(object);
	vm_object_deallocate(object);
}

uint8_t *
hf_test_bytes(vm_page_t m)
{
	return ((uint8_t *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m)));
}

vm_object_t
hf_test_late_chain(void)
{
	vm_object_t below, top;
	vm_ooffset_t offset;

	below = vm_object_allocate_anon(1, NULL, NULL, 0);
	vm_object_reference(below);
	top = below;
	offset = 0;
	vm_object_shadow(&top, &offset, PAGE_SIZE, NULL, false);
	hf_require(top != below);
	atomic_subtract_int(&below->ref_count, 1);
	return (top);
}

static void
look_at_object(void *arg)
{
	struct hf_test_look *look = arg;

	VM_OBJECT_RLOCK(look->object);
	look->looks = 1;
	hf_await(&look->over, 1);
	VM_OBJECT_RUNLOCK(look->object);
}

void
hf_test_look(struct hf_test_look *look, vm_object_t object)
{
	look->object = object;
	look->looks = look->over = 0;
	look->td = hf_space_thread(look_at_object, look);
	hf_await(&look->looks, 1);
}

void
hf_test_look_away(struct hf_test_look *look)
{
	look->over = 1;
	hf_thread_join(look->td);
}

vm_page_t
hf_test_page(vm_object_t object, vm_pindex_t pindex, int byte)
{
	vm_page_t m;
	u_long word;
	int i;

	m = vm_page_alloc(object, pindex, VM_ALLOC_NORMAL);
	hf_require(m != NULL);
	word = 0x0101010101010101ul * (uint8_t)byte;
	for (i = 0; i < PAGE_SIZE / (int)sizeof(word); i++)
		((u_long *)(void *)hf_test_bytes(m))[i] = word;
	vm_page_valid(m);
	return (m);
}

vm_page_t
hf_test_page_resting(vm_object_t object, vm_pindex_t pindex, int byte)
{
	vm_page_t m;

	m = hf_test_page(object, pindex, byte);
	vm_page_activate(m);
	vm_page_xunbusy(m);
	return (m);
}

bool
hf_test_all(vm_page_t m, int from, int to, int byte)
{
	const uint8_t *p = hf_test_bytes(m);
	const u_long word = 0x0101010101010101ul * (uint8_t)byte;

	while (from < to) {
		if (from % 8 == 0 && to - from >= 8) {
			if (*(const u_long *)(const void *)(p + from) != word)
				return (false);
			from += 8;
		} else if (p[from++] != (uint8_t)byte)
			return (false);
	}
	return (true);
}

static u_int hidden;

void
hf_test_free_set(u_int level)
{
	const u_int now = vm_free_count();

	if (hidden == 0)
		hf_pageout_hold();
	hf_require(now > level);
	atomic_subtract_int(&vm_dom[0].vmd_free_count, now - level);
	hidden += now - level;
}

void
hf_test_free_restore(void)
{
	vm_domain_freecnt_inc(&vm_dom[0], hidden);
	hidden = 0;
	hf_pageout_unhold();
}

/* Frames of a machine that small: its marks do not fall together. */
#define SMALL_MACHINE 400

static u_int beyond;

void
hf_test_memory_small(u_int nfree)
{
	struct vm_domain *vmd = &vm_dom[0];
	const u_int all = vmd->vmd_page_count;

	hf_require(beyond == 0);
	hf_pageout_hold();
	beyond = vm_free_count() - nfree;
	atomic_subtract_int(&vmd->vmd_free_count, beyond);
	hf_vm_domain_set_watermarks(vmd, SMALL_MACHINE, nfree);
	vmd->vmd_page_count = all;
	hf_vm_domain_publish(vmd);
	hf_pageout_unhold();
}

void
hf_test_memory_restore(void)
{
	struct vm_domain *vmd = &vm_dom[0];

	hf_pageout_hold();
	hf_vm_domain_set_watermarks(
	    vmd, vmd->vmd_page_count, vmd->vmd_page_count);
	hf_vm_domain_publish(vmd);
	vm_domain_freecnt_inc(vmd, beyond);
	beyond = 0;
	hf_pageout_unhold();
}

void
hf_test_daemon_pass(void)
{
	u_long wakeups;

	wakeups = VM_CNT_FETCH(v_pdwakeups);
	pagedaemon_wakeup(0);
	while (VM_CNT_FETCH(v_pdwakeups) == wakeups)
		hf_yield();
	/* Waits for a pass under way to end. */
	hf_pageout_hold();
	hf_pageout_unhold();
}

void
hf_test_scan_inactive(void)
{
	atomic_add_int(&vm_dom[0].vmd_pageout_deficit, 1 << 20);
	hf_test_daemon_pass();
}

vm_page_t
hf_test_frame_at(vm_paddr_t pa, int req)
{
	return (vm_page_alloc_noobj_contig(
	    req, 1, pa, pa + PAGE_SIZE, PAGE_SIZE, 0, VM_MEMATTR_DEFAULT));
}

int
hf_test_sleepers(const volatile void *chan)
{
	const void *c = (const void *)(uintptr_t)chan;
	int n;

	hf_sleepq_lock(c);
	n = hf_sleepq_count(c);
	hf_sleepq_unlock(c);
	return (n);
}

void
hf_test_await_sleepers(const volatile void *chan, int n)
{
	while (hf_test_sleepers(chan) < n)
		hf_yield();
}

int
hf_test_vm_waiters(void)
{
	return (hf_test_sleepers(hf_vm_wait_channel(VMD_WAIT_MIN)));
}

void
hf_test_pmap_begin(pmap_t pmap)
{
	memset(pmap, 0, sizeof(*pmap));
	hf_require(pmap_pinit(pmap) == 1);
}

void
hf_test_enter(
    pmap_t pmap, vm_offset_t va, vm_page_t m, vm_prot_t prot, u_int flags)
{
	hf_require_eq(
	    pmap_enter(pmap, va, m, prot, flags | PMAP_ENTER_NOSLEEP, 0),
	    KERN_SUCCESS);
}

void
hf_test_pmap_end(pmap_t pmap)
{
	pmap_remove(pmap, VM_MIN_ADDRESS, VM_MAXUSER_ADDRESS);
	pmap_release(pmap);
}
