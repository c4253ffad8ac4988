/* SPDX-License-Identifier: BSD-2-Clause */
/* mutex.h: mutex(9): mutexes that block and mutexes that spin. */

/*
 * MTX_DEF blocks the thread on a sleep queue while another thread holds it:
 * never in interrupt context, in a critical section or under a spin mutex.
 * MTX_SPIN turns interrupts off on the CPU while it is held.
 */
#ifndef HF_SYS_MUTEX_H
#define HF_SYS_MUTEX_H

#include <sys/lock.h>
#include <sys/cdefs.h>

#define MTX_DEF	      0x0
#define MTX_SPIN      0x1
#define MTX_RECURSE   0x4
#define MTX_NOWITNESS 0x8
#define MTX_DUPOK     0x10
#define MTX_NEW	      0x20

/* mtx_lock: 0 free, else the owner; bit 0: threads wait. */
struct mtx {
	struct lock_object lock_object;
	volatile uintptr_t mtx_lock;
	u_int mtx_recurse;
};
#define MTX_WAITERS 0x1ul

/* A static one that needs no mtx_init(); class is HF_LOCK_MTX or HF_LOCK_SPIN. */
#define HF_MTX_INITIALIZER(name, class)       \
	{                                     \
		.lock_object = {              \
			.lo_name = (name),    \
			.lo_class = (class),  \
			.lo_flags = LO_INITED \
		}                             \
	}

void hf_mtx_init(struct mtx *m, const char *name, int opts);
void hf_mtx_destroy(struct mtx *m);
void hf_mtx_lock(struct mtx *m);
void hf_mtx_unlock(struct mtx *m);
int hf_mtx_trylock(struct mtx *m);
void hf_mtx_lock_spin(struct mtx *m);
void hf_mtx_unlock_spin(struct mtx *m);
int hf_mtx_trylock_spin(struct mtx *m);
int hf_mtx_owned(const struct mtx *m);
void hf_mtx_assert(const struct mtx *m, int what, const char *file, int line);

/* Macros: the C library has functions of these names, which the model meets. */
#define mtx_init(m, name, type, opts) \
	hf_mtx_init((m), (name), (opts) | HF_LOCK_OWNER)
#define mtx_destroy(m)	    hf_mtx_destroy(m)
#define mtx_lock(m)	    hf_mtx_lock(m)
#define mtx_unlock(m)	    hf_mtx_unlock(m)
#define mtx_trylock(m)	    hf_mtx_trylock(m)
#define mtx_lock_spin(m)    hf_mtx_lock_spin(m)
#define mtx_unlock_spin(m)  hf_mtx_unlock_spin(m)
#define mtx_trylock_spin(m) hf_mtx_trylock_spin(m)
#define mtx_owned(m)	    hf_mtx_owned(m)
#define mtx_initialized(m)  (((m)->lock_object.lo_flags & LO_INITED) != 0)
#define mtx_name(m)	    ((m)->lock_object.lo_name)

#define MA_OWNED       LA_XLOCKED
#define MA_NOTOWNED    LA_UNLOCKED
#define MA_RECURSED    0x10
#define MA_NOTRECURSED LA_NOTRECURSED

#ifdef INVARIANTS
#define mtx_assert(m, what) hf_mtx_assert((m), (what), __FILE__, __LINE__)
#else
#define mtx_assert(m, what) ((void)0)
#endif

#endif
