/* SPDX-License-Identifier: BSD-2-Clause */
/* tsan.c: what the guest's volatile words are to the thread sanitizer. */

/*
 * In a kernel a volatile word of the machine's size is read and written in one
 * piece, without order: a relaxed atomic.  The compiler reports such accesses
 * apart (tsan-distinguish-volatile), and here they are passed on as what they
 * are.  Two of them are no race; one of them and a plain access of another
 * thread are.  They do not publish what the thread did before.
 */
#include <stdint.h>

#define RELAXED __ATOMIC_RELAXED

int hf_tsan_fence;

#define HF_TSAN_VOLATILE(bytes, type)                                 \
	void __tsan_volatile_read##bytes(void *p);                    \
	void __tsan_volatile_write##bytes(void *p);                   \
	void __tsan_unaligned_volatile_read##bytes(void *p);          \
	void __tsan_unaligned_volatile_write##bytes(void *p);         \
	void __tsan_volatile_read##bytes(void *p)                     \
	{                                                             \
		(void)__atomic_load_n((type *)p, RELAXED);            \
	}                                                             \
	/* The store itself follows. */                               \
	void __tsan_volatile_write##bytes(void *p)                    \
	{                                                             \
		(void)__atomic_fetch_or((type *)p, (type)0, RELAXED); \
	}                                                             \
	void __tsan_unaligned_volatile_read##bytes(void *p)           \
	{                                                             \
		__tsan_volatile_read##bytes(p);                       \
	}                                                             \
	void __tsan_unaligned_volatile_write##bytes(void *p)          \
	{                                                             \
		__tsan_volatile_write##bytes(p);                      \
	}

HF_TSAN_VOLATILE(1, uint8_t)
HF_TSAN_VOLATILE(2, uint16_t)
HF_TSAN_VOLATILE(4, uint32_t)
HF_TSAN_VOLATILE(8, uint64_t)
