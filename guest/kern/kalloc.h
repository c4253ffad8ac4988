/* SPDX-License-Identifier: BSD-2-Clause */
/* kalloc.h: kernel memory in pieces of any size up to a page. */

/*
 * Thread context, no spin mutex held; M_NOWAIT does not sleep but may take the
 * locks of the zones and of the page allocator.  What vm/uma.h says of freed
 * items holds of pieces up to half a page, too.
 */
#ifndef HF_KERN_KALLOC_H
#define HF_KERN_KALLOC_H

#include <sys/types.h>
#include <sys/malloc.h>

/* Boot, once there are pages. */
void hf_kalloc_init(void);

/*
 * bytes <= HF_KALLOC_MAX; 16-byte aligned; more than half a page is a whole,
 * aligned page.  NULL only with M_NOWAIT.
 */
#define HF_KALLOC_MAX PAGE_SIZE
void *hf_kalloc(size_t bytes, int flags);
void hf_kfree(void *p); /* NULL is allowed */

/* Bytes handed out and not freed, those of zones too; zones left out. */
u_long hf_kalloc_in_use(void);

#endif
