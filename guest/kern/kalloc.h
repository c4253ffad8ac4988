/* SPDX-License-Identifier: BSD-2-Clause */
/* kalloc.h: kernel memory in small pieces, and zones of one size. */

/*
 * Memory comes from pages of a source that the VM registers, and from a static
 * arena before that.  Thread context, no spin mutex held; M_NOWAIT does not
 * sleep but may take the locks of the page allocator.  Freed memory is filled
 * with junk under INVARIANTS.
 */
#ifndef HF_KERN_KALLOC_H
#define HF_KERN_KALLOC_H

#include <sys/types.h>
#include <sys/malloc.h>

/*
 * bytes <= HF_KALLOC_MAX; 16-byte aligned; more than half a page is a whole,
 * aligned page.  NULL only with M_NOWAIT.
 */
#define HF_KALLOC_MAX PAGE_SIZE
void *hf_kalloc(size_t bytes, int flags);
void hf_kfree(void *p); /* NULL is allowed */

struct hf_zone;
struct hf_zone *hf_zone_create(const char *name, size_t bytes);
void *hf_zone_alloc(struct hf_zone *zone, int flags);
void hf_zone_free(struct hf_zone *zone, void *p);

/*
 * get_page returns a page-aligned wired page that the kernel can address, or
 * NULL (only when flags have M_NOWAIT); it is called without kalloc's lock.
 */
void hf_kalloc_set_source(
    void *(*get_page)(int flags), void (*put_page)(void *page));

/*
 * Bytes handed out and not freed, zones themselves left out; pages taken from
 * the source.
 */
u_long hf_kalloc_in_use(void);
u_long hf_kalloc_pages(void);

#endif
