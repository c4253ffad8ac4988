/* SPDX-License-Identifier: BSD-2-Clause */
/* sx.h: sx(9): shared/exclusive locks that may be held across sleeps. */

#ifndef HF_SYS_SX_H
#define HF_SYS_SX_H

#include <sys/lock.h>
#include <sys/cdefs.h>

#define SX_DUPOK     0x01
#define SX_NOWITNESS 0x04
#define SX_QUIET     0x08
#define SX_NEW	     0x40

/* sx_lock: as rw_lock (sys/rwlock.h). */
struct sx {
	struct lock_object lock_object;
	volatile uintptr_t sx_lock;
};

void sx_init_flags(struct sx *sx, const char *name, int opts);
#define sx_init(sx, name) sx_init_flags((sx), (name), HF_LOCK_OWNER)
void sx_destroy(struct sx *sx);
void sx_slock(struct sx *sx);
void sx_sunlock(struct sx *sx);
void sx_xlock(struct sx *sx);
void sx_xunlock(struct sx *sx);
void sx_unlock(struct sx *sx);
int sx_try_slock(struct sx *sx);
int sx_try_xlock(struct sx *sx);
int sx_try_upgrade(struct sx *sx);
void sx_downgrade(struct sx *sx);
int sx_xlocked(const struct sx *sx); /* by curthread */
int hf_sx_locked(const struct sx *sx);

void hf_sx_assert(const struct sx *sx, int what, const char *file, int line);

#define SA_LOCKED   LA_LOCKED
#define SA_SLOCKED  LA_SLOCKED
#define SA_XLOCKED  LA_XLOCKED
#define SA_UNLOCKED LA_UNLOCKED
#define SX_LOCKED   LA_LOCKED
#define SX_SLOCKED  LA_SLOCKED
#define SX_XLOCKED  LA_XLOCKED
#define SX_UNLOCKED LA_UNLOCKED

#ifdef INVARIANTS
#define sx_assert(sx, what) hf_sx_assert((sx), (what), __FILE__, __LINE__)
#else
#define sx_assert(sx, what) ((void)0)
#endif

#endif
