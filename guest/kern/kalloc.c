/* SPDX-License-Identifier: BSD-2-Clause */
/* kalloc.c: the kernel allocator: a zone for each size, and whole pages. */

/*
 * No item of a zone is page aligned, and so a page-aligned address is a whole
 * page.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <machine/atomic.h>
#include <kern/fail_nth.h>
#include <kern/failpoint.h>
#include <kern/kalloc.h>
#include <vm/uma.h>

#define ALIGN (16 - 1)

static struct {
	const char *name;
	u_int bytes;
	uma_zone_t zone;
} sizes[] = {
	{ "16", 16, NULL },
	{ "32", 32, NULL },
	{ "64", 64, NULL },
	{ "128", 128, NULL },
	{ "256", 256, NULL },
	{ "496", 496, NULL },
	{ "992", 992, NULL },
	{ "2000", 2000, NULL },
};

static volatile u_long whole_pages; /* (a) handed out */

void
hf_kalloc_init(void)
{
	for (u_int i = 0; i < nitems(sizes); i++)
		sizes[i].zone = uma_zcreate(sizes[i].name, sizes[i].bytes, NULL,
		    NULL, NULL, NULL, ALIGN, 0);
}

static void *
page_alloc(int flags)
{
	void *page;

	if ((flags & M_WAITOK) != 0) {
		hf_assert_may_sleep("hf_kalloc");
		(void)HF_FAIL_NTH(HF_FAIL_WAIT);
	} else if (HF_FAILPOINT("kalloc") || HF_FAIL_NTH(HF_FAIL_ALLOC))
		return (NULL);
	page = hf_uma_page_get(flags);
	if (page != NULL)
		atomic_add_long(&whole_pages, 1);
	return (page);
}

void *
hf_kalloc(size_t bytes, int flags)
{
	for (u_int i = 0; i < nitems(sizes); i++)
		if (bytes <= sizes[i].bytes)
			return (uma_zalloc(sizes[i].zone, flags));
	if (bytes > HF_KALLOC_MAX)
		panic("hf_kalloc: %lu bytes", bytes);
	return (page_alloc(flags));
}

void
hf_kfree(void *p)
{
	if (p == NULL)
		return;
	if (((uintptr_t)p & PAGE_MASK) != 0) {
		uma_zfree(hf_uma_zone_of(p), p);
		return;
	}
	atomic_subtract_long(&whole_pages, 1);
	hf_uma_page_put(p);
}

u_long
hf_kalloc_in_use(void)
{
	return (hf_uma_bytes() + ptoa(atomic_load_long(&whole_pages)));
}
