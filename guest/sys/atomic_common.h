/* SPDX-License-Identifier: BSD-2-Clause */
/* atomic_common.h: atomic(9) over the compiler's builtins. */

/*
 * Plain forms are relaxed on FreeBSD; here they are sequentially consistent
 * for read-modify-write (free on amd64) so that the model runs cleanly under
 * TSan.  load_acq/store_rel have exactly the order of their names.
 */
#ifndef HF_SYS_ATOMIC_COMMON_H
#define HF_SYS_ATOMIC_COMMON_H

#include <sys/types.h>

#define HF_ATOMIC_RMW(suffix, op, type, name)                                 \
	static inline void atomic_##name##_##suffix(volatile type *p, type v) \
	{                                                                     \
		(void)__atomic_fetch_##op(p, v, __ATOMIC_SEQ_CST);            \
	}                                                                     \
	static inline void atomic_##name##_acq_##suffix(                      \
	    volatile type *p, type v)                                         \
	{                                                                     \
		(void)__atomic_fetch_##op(p, v, __ATOMIC_SEQ_CST);            \
	}                                                                     \
	static inline void atomic_##name##_rel_##suffix(                      \
	    volatile type *p, type v)                                         \
	{                                                                     \
		(void)__atomic_fetch_##op(p, v, __ATOMIC_SEQ_CST);            \
	}

#define HF_ATOMIC_CAS(suffix, type, order)                                 \
	static inline int atomic_cmpset_##order##suffix(                   \
	    volatile type *p, type old, type new)                          \
	{                                                                  \
		return (__atomic_compare_exchange_n(                       \
		    p, &old, new, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)); \
	}                                                                  \
	static inline int atomic_fcmpset_##order##suffix(                  \
	    volatile type *p, type *old, type new)                         \
	{                                                                  \
		return (__atomic_compare_exchange_n(                       \
		    p, old, new, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));  \
	}

#define HF_ATOMIC_TYPE(suffix, type)                                           \
	HF_ATOMIC_RMW(suffix, add, type, add)                                  \
	HF_ATOMIC_RMW(suffix, sub, type, subtract)                             \
	HF_ATOMIC_RMW(suffix, or, type, set)                                   \
	HF_ATOMIC_CAS(suffix, type, )                                          \
	HF_ATOMIC_CAS(suffix, type, acq_)                                      \
	HF_ATOMIC_CAS(suffix, type, rel_)                                      \
	static inline void atomic_clear_##suffix(volatile type *p, type v)     \
	{                                                                      \
		(void)__atomic_fetch_and(p, (type)~v, __ATOMIC_SEQ_CST);       \
	}                                                                      \
	static inline type atomic_fetchadd_##suffix(volatile type *p, type v)  \
	{                                                                      \
		return (__atomic_fetch_add(p, v, __ATOMIC_SEQ_CST));           \
	}                                                                      \
	static inline type atomic_swap_##suffix(volatile type *p, type v)      \
	{                                                                      \
		return (__atomic_exchange_n(p, v, __ATOMIC_SEQ_CST));          \
	}                                                                      \
	static inline type atomic_readandclear_##suffix(volatile type *p)      \
	{                                                                      \
		return (__atomic_exchange_n(p, 0, __ATOMIC_SEQ_CST));          \
	}                                                                      \
	static inline type atomic_load_##suffix(const volatile type *p)        \
	{                                                                      \
		return (__atomic_load_n(p, __ATOMIC_RELAXED));                 \
	}                                                                      \
	static inline type atomic_load_acq_##suffix(const volatile type *p)    \
	{                                                                      \
		return (__atomic_load_n(p, __ATOMIC_ACQUIRE));                 \
	}                                                                      \
	static inline void atomic_store_##suffix(volatile type *p, type v)     \
	{                                                                      \
		__atomic_store_n(p, v, __ATOMIC_RELAXED);                      \
	}                                                                      \
	static inline void atomic_store_rel_##suffix(volatile type *p, type v) \
	{                                                                      \
		__atomic_store_n(p, v, __ATOMIC_RELEASE);                      \
	}                                                                      \
	static inline int atomic_testandset_##suffix(                          \
	    volatile type *p, u_int v)                                         \
	{                                                                      \
		type bit = (type)1 << (v % (sizeof(type) * 8));                \
		return (                                                       \
		    (__atomic_fetch_or(p, bit, __ATOMIC_SEQ_CST) & bit) != 0); \
	}                                                                      \
	static inline int atomic_testandclear_##suffix(                        \
	    volatile type *p, u_int v)                                         \
	{                                                                      \
		type bit = (type)1 << (v % (sizeof(type) * 8));                \
		return ((__atomic_fetch_and(p, (type)~bit, __ATOMIC_SEQ_CST) & \
			    bit) != 0);                                        \
	}

HF_ATOMIC_TYPE(char, u_char)
HF_ATOMIC_TYPE(short, u_short)
HF_ATOMIC_TYPE(int, u_int)
HF_ATOMIC_TYPE(long, u_long)
HF_ATOMIC_TYPE(8, uint8_t)
HF_ATOMIC_TYPE(16, uint16_t)
HF_ATOMIC_TYPE(32, uint32_t)
HF_ATOMIC_TYPE(64, uint64_t)
HF_ATOMIC_TYPE(ptr, uintptr_t)

/* TSan knows no fences; there one is a step of all who make one. */
#ifdef HF_TSAN
extern int hf_tsan_fence;
#define HF_FENCE(order) ((void)__atomic_fetch_add(&hf_tsan_fence, 0, (order)))
#else
#define HF_FENCE(order) __atomic_thread_fence(order)
#endif

/*
 * Over the model others may act just then, as the failpoint "fence" says: what
 * is stored before is there for them, what is read after it is what they have
 * stored.
 */
#ifdef HF_MODEL
extern volatile int hf_failpoints_armed;
int hf_failpoint_hit(const char *name);
#define HF_FENCE_POINT() \
	((void)(hf_failpoints_armed != 0 && hf_failpoint_hit("fence")))
#else
#define HF_FENCE_POINT() ((void)0)
#endif

static inline void
atomic_thread_fence_acq(void)
{
	HF_FENCE(__ATOMIC_ACQUIRE);
}

static inline void
atomic_thread_fence_rel(void)
{
	HF_FENCE(__ATOMIC_RELEASE);
}

static inline void
atomic_thread_fence_acq_rel(void)
{
	HF_FENCE(__ATOMIC_ACQ_REL);
}

static inline void
atomic_thread_fence_seq_cst(void)
{
	HF_FENCE(__ATOMIC_SEQ_CST);
	HF_FENCE_POINT();
}

#define atomic_load_bool(p) __atomic_load_n((p), __ATOMIC_RELAXED)

#endif
