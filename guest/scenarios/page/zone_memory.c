/* SPDX-License-Identifier: BSD-2-Clause */
/* zone_memory.c: the pages of a zone: how many, and when they go back. */
#include <test/vm_util.h>
#include <vm/uma.h>

#define BYTES	 1000 /* four of them a page */
#define PER_PAGE 4
#define PAGES	 3

static char *piece[PAGES * PER_PAGE];

static void
fill(uma_zone_t zone, u_int from)
{
	for (u_int i = from; i < nitems(piece); i++) {
		piece[i] = uma_zalloc(zone, M_WAITOK);
		hf_require(piece[i] != NULL);
		memset(piece[i], (int)i, BYTES);
	}
}

/* Nobody has written into another's. */
static void
expect_own(void)
{
	for (u_int i = 0; i < nitems(piece); i++) {
		hf_expect_eq((u_char)piece[i][0], i);
		hf_expect_eq((u_char)piece[i][BYTES - 1], i);
	}
}

static uma_zone_t
plain_zone(uint32_t flags)
{
	return (uma_zcreate(
	    "plain", BYTES, NULL, NULL, NULL, NULL, UMA_ALIGN_PTR, flags));
}

HF_SCENARIO(page_zone_packs, "page.zone_packs", "PA-32 ZN-5",
    "items of one size share their pages, and reclaim gives them back")
{
	uma_zone_t zone = plain_zone(0);
	const u_int free = vm_free_count();
	u_int i;

	fill(zone, 0);
	expect_own();
	hf_expect_eq(vm_free_count(), free - PAGES);
	hf_expect_eq(uma_zone_get_cur(zone), nitems(piece));
	/* One of each page is free, and found again. */
	for (i = 0; i < PAGES; i++)
		uma_zfree(zone, piece[PER_PAGE * i]);
	hf_expect_eq(uma_zone_get_cur(zone), nitems(piece) - PAGES);
	for (i = 0; i < PAGES; i++) {
		piece[PER_PAGE * i] = uma_zalloc(zone, M_NOWAIT | M_NOVM);
		hf_require(piece[PER_PAGE * i] != NULL);
		memset(piece[PER_PAGE * i], (int)(PER_PAGE * i), BYTES);
	}
	expect_own();
	hf_expect_eq(uma_zalloc(zone, M_NOWAIT | M_NOVM), NULL);
	hf_expect_eq(vm_free_count(), free - PAGES);
	/* A page with an item in use stays. */
	for (i = 1; i < nitems(piece); i++)
		uma_zfree(zone, piece[i]);
	uma_zone_reclaim(zone, UMA_RECLAIM_DRAIN);
	hf_expect_eq(vm_free_count(), free - 1);
	hf_expect_eq(piece[0][BYTES - 1], 0);
	uma_zfree(zone, piece[0]);
	/* Of all zones, this one among them. */
	uma_reclaim(UMA_RECLAIM_DRAIN);
	hf_expect_le(free, vm_free_count());
	hf_expect_eq(uma_zone_get_cur(zone), 0);
	/* And it goes on. */
	fill(zone, 0);
	expect_own();
	for (i = 0; i < nitems(piece); i++)
		uma_zfree(zone, piece[i]);
	uma_zdestroy(zone);
	hf_expect_le(free, vm_free_count());
}

HF_SCENARIO(page_zone_no_memory, "page.zone_no_memory", "ZN-6",
    "without pages M_NOWAIT gets nothing, and the last ones by the reserve")
{
	uma_zone_t zone = plain_zone(0);
	void *p;

	hf_test_free_set(vm_cnt.v_interrupt_free_min);
	hf_expect_eq(uma_zalloc(zone, M_NOWAIT), NULL);
	hf_expect_eq(uma_zone_get_cur(zone), 0);
	hf_expect_eq(vm_free_count(), vm_cnt.v_interrupt_free_min);
	p = uma_zalloc(zone, M_NOWAIT | M_USE_RESERVE);
	hf_expect(p != NULL);
	hf_expect_eq(vm_free_count(), vm_cnt.v_interrupt_free_min - 1);
	hf_test_free_restore();
	uma_zfree(zone, p);
	uma_zdestroy(zone);
}

static void *volatile got;
static volatile int go;

static void
alloc_thread(void *arg)
{
	while (!go)
		hf_yield();
	got = uma_zalloc(arg, M_WAITOK);
}

HF_SCENARIO(page_zone_waits, "page.zone_waits", "ZN-7",
    "M_WAITOK sleeps until there is a page")
{
	uma_zone_t zone = plain_zone(0);
	struct thread *td;

	got = NULL;
	go = 0;
	/* A thread takes memory, too. */
	td = hf_thread_create(alloc_thread, zone, "alloc", -1);
	hf_test_free_set(0);
	go = 1;
	while (hf_test_vm_waiters() == 0)
		hf_yield();
	hf_expect_eq(got, NULL);
	hf_test_free_restore();
	hf_thread_join(td);
	hf_expect(got != NULL);
	uma_zfree(zone, got);
	uma_zdestroy(zone);
}

/* Type-stable items say what they are, also when they are free. */
#define STABLE 0x737461626c65ul

static int
stable_init(void *mem, int size, int flags)
{
	*(u_long *)mem = STABLE;
	return (0);
}

static void
destroy(void *arg)
{
	uma_zdestroy(arg);
}

HF_SCENARIO(page_zone_nofree, "page.zone_nofree", "ZN-8 ZN-12",
    "what was an item of a NOFREE zone is one for ever")
{
	static uma_zone_t zone; /* and so is the zone */
	static u_long *item[PAGES * PER_PAGE];
	u_long pages;
	u_int i, found;
	void *p;

	if (zone == NULL)
		zone = uma_zcreate("stable", BYTES, NULL, NULL, stable_init,
		    NULL, UMA_ALIGN_PTR, UMA_ZONE_NOFREE);
	for (i = 0; i < nitems(item); i++)
		item[i] = uma_zalloc(zone, M_WAITOK);
	pages = hf_uma_pages();
	for (i = 0; i < nitems(item); i++)
		uma_zfree(zone, item[i]);
	uma_reclaim(UMA_RECLAIM_DRAIN);
	/* None of these pages is anybody else's now. */
	for (i = 0; i < nitems(item); i++) {
		hf_expect_eq(item[i][0], STABLE);
		hf_expect(vm_page_wired(
		    PHYS_TO_VM_PAGE(DMAP_TO_PHYS((vm_offset_t)item[i]))));
	}
	hf_expect_le(hf_uma_pages(), pages);
	for (i = found = 0; i < nitems(item); i++) {
		p = uma_zalloc(zone, M_NOWAIT | M_NOVM);
		hf_require(p != NULL);
		for (u_int j = 0; j < nitems(item); j++)
			found += p == (void *)item[j];
	}
	hf_expect_eq(found, nitems(item));
	for (i = 0; i < nitems(item); i++)
		uma_zfree(zone, item[i]);
	hf_expect_panic_always(destroy, zone, "stable");
}
