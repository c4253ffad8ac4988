/* SPDX-License-Identifier: BSD-2-Clause */
/* dma.h: memory that a device reads and writes. */

#ifndef HF_AMD64_MACHINE_DMA_H
#define HF_AMD64_MACHINE_DMA_H

#include <sys/types.h>

/*
 * bytes of zeroed, page-aligned, physically contiguous memory, whose address
 * for the device is *pa; NULL: there is no such run of pages now.  Does not
 * sleep.  There is no way back: a device may still write to it.
 */
void *hf_dma_alloc(size_t bytes, vm_paddr_t *pa);

#endif
