/* SPDX-License-Identifier: BSD-2-Clause */
/* malloc.h: flags of the kernel allocator (kern/kalloc.h). */

#ifndef HF_SYS_MALLOC_H
#define HF_SYS_MALLOC_H

#define M_NOWAIT      0x0001 /* may return NULL, never sleeps */
#define M_WAITOK      0x0002 /* sleeps for memory, never returns NULL */
#define M_ZERO	      0x0100
#define M_NOVM	      0x0200 /* not from pages: never enters the VM */
#define M_USE_RESERVE 0x0400

#endif
