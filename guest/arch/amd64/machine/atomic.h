/* SPDX-License-Identifier: BSD-2-Clause */
/* atomic.h: amd64 uses the common atomic operations. */

#ifndef HF_AMD64_MACHINE_ATOMIC_H
#define HF_AMD64_MACHINE_ATOMIC_H

#include <sys/atomic_common.h>

#define mb()  __asm__ __volatile__("mfence" : : : "memory")
#define wmb() __asm__ __volatile__("sfence" : : : "memory")
#define rmb() __asm__ __volatile__("lfence" : : : "memory")

#endif
