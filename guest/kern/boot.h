/* SPDX-License-Identifier: BSD-2-Clause */
/* boot.h: what start_info.c learned about the machine. */

#ifndef HF_KERN_BOOT_H
#define HF_KERN_BOOT_H

#include <sys/types.h>

#define HF_PHYS_AVAIL_MAX 64
#define HF_CMDLINE_MAX	  2048

/*
 * (start, end) pairs of free RAM, page aligned, sorted, ended by 0, 0.  Kernel
 * image, modules, page 0 and the AP trampoline are not in it.
 * dump_avail: the same with nothing taken out.
 */
extern vm_paddr_t phys_avail[HF_PHYS_AVAIL_MAX + 2];
extern vm_paddr_t dump_avail[HF_PHYS_AVAIL_MAX + 2];

/* Pages of RAM in dump_avail. */
extern long realmem;
extern vm_paddr_t Maxmem; /* one past the highest RAM page number */

extern char hf_cmdline[HF_CMDLINE_MAX];

/* Bounds of the image's parts (boot/link.ld), page aligned. */
extern char hf_text_start[], etext[];
extern char hf_rodata_start[], hf_rodata_end[];
extern char hf_data_start[], end[];

/* True when [pa, pa + bytes) touches RAM. */
bool hf_phys_is_ram(vm_paddr_t pa, vm_size_t bytes);

/*
 * Removes pages from the front of phys_avail before the page allocator
 * exists; physically contiguous, not cleared.  Panics when there are none.
 */
vm_paddr_t hf_boot_alloc_pages(u_long npages);

#endif
