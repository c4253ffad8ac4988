/* SPDX-License-Identifier: BSD-2-Clause */
/* param.h: amd64 page and stack sizes. */

#ifndef HF_AMD64_MACHINE_PARAM_H
#define HF_AMD64_MACHINE_PARAM_H

#define PAGE_SHIFT 12
#define PAGE_SIZE  (1 << PAGE_SHIFT)
#define PAGE_MASK  (PAGE_SIZE - 1)

#define CACHE_LINE_SIZE 64

/* Pages of a kernel stack, without the guard page below it. */
#define KSTACK_PAGES 4

#define MAXPAGESIZES 3

#endif
