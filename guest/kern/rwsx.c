/* SPDX-License-Identifier: BSD-2-Clause */
/* rwsx.c: shared/exclusive locks: one engine for rwlock(9) and sx(9). */

/*
 * The word (sys/rwlock.h): in shared mode the number of readers, else the
 * owner. New readers wait behind a waiting writer, except those who hold a lock
 * of the kind already: they could be what the writer waits for.  On release all
 * waiters are woken and try again; the waiter bits are set only with the sleep
 * queue's chain locked, so that no wake-up is lost.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/rwlock.h>
#include <sys/sx.h>
#include <kern/explore.h>
#include <kern/sleepq.h>

typedef volatile uintptr_t word_t;

#define WAITERS (HF_LOCK_WAITERS | HF_WRITE_WAITERS)

_Static_assert(
    _Alignof(struct thread) > HF_LOCK_FLAGS, "an owner has room for the flags");

static inline uintptr_t
owner_of(uintptr_t v)
{
	return ((v & HF_SHARED_MODE) != 0 ? 0 : v & ~HF_LOCK_FLAGS);
}

static inline uintptr_t
readers_of(uintptr_t v)
{
	return ((v & HF_SHARED_MODE) != 0 ? v / HF_ONE_READER : 0);
}

static bool
try_shared(word_t *w, bool holds_one)
{
	uintptr_t v;

	HF_EXPLORE_POINT();
	v = *w;
	while (owner_of(v) == 0 && ((v & HF_WRITE_WAITERS) == 0 || holds_one))
		if (atomic_fcmpset_ptr(
			w, &v, (v | HF_SHARED_MODE) + HF_ONE_READER))
			return (true);
	return (false);
}

static bool
try_exclusive(word_t *w)
{
	uintptr_t v;

	HF_EXPLORE_POINT();
	v = *w;
	while (owner_of(v) == 0 && readers_of(v) == 0)
		if (atomic_fcmpset_ptr(
			w, &v, (v & WAITERS) | (uintptr_t)curthread))
			return (true);
	return (false);
}

/* The chain is locked, and the lock was seen held. */
static void
sleep_for(word_t *w, const struct lock_object *lo)
{
	curthread->td_blocked = lo;
	hf_sleepq_wait((const void *)w, lo->lo_name, 0);
	curthread->td_blocked = NULL;
}

static void
lock_shared(word_t *w, const struct lock_object *lo, bool holds_one)
{
	uintptr_t v;

	while (!try_shared(w, holds_one)) {
		hf_sleepq_lock((const void *)w);
		v = *w;
		/* A writer that waits for a free lock wakes when scheduled. */
		if ((owner_of(v) == 0 && readers_of(v) == 0) ||
		    (owner_of(v) == 0 &&
			((v & HF_WRITE_WAITERS) == 0 || holds_one)) ||
		    !atomic_cmpset_ptr(w, v, v | HF_LOCK_WAITERS)) {
			hf_sleepq_unlock((const void *)w);
			if (owner_of(v) == 0 && readers_of(v) == 0)
				atomic_clear_ptr(w, HF_WRITE_WAITERS);
			continue;
		}
		sleep_for(w, lo);
	}
}

static void
lock_exclusive(word_t *w, const struct lock_object *lo)
{
	uintptr_t v;

	while (!try_exclusive(w)) {
		hf_sleepq_lock((const void *)w);
		v = *w;
		if ((owner_of(v) == 0 && readers_of(v) == 0) ||
		    !atomic_cmpset_ptr(w, v, v | WAITERS)) {
			hf_sleepq_unlock((const void *)w);
			continue;
		}
		sleep_for(w, lo);
	}
}

/* The lock has become free for somebody: all waiters try again. */
static void
wake_waiters(word_t *w)
{
	hf_sleepq_lock((const void *)w);
	atomic_clear_ptr(w, WAITERS);
	hf_sleepq_wake((const void *)w, -1);
	hf_sleepq_unlock((const void *)w);
}

static void
unlock_shared(word_t *w)
{
	uintptr_t v = *w, new;

	do {
		new = v - HF_ONE_READER;
		if (readers_of(new) == 0)
			new &= ~HF_SHARED_MODE;
	} while (!atomic_fcmpset_ptr(w, &v, new));
	if (readers_of(new) == 0 && (new &WAITERS) != 0)
		wake_waiters(w);
	else
		HF_EXPLORE_POINT();
}

static void
unlock_exclusive(word_t *w)
{
	uintptr_t v = *w;

	while (!atomic_fcmpset_ptr(w, &v, v & WAITERS))
		continue;
	if ((v & WAITERS) != 0)
		wake_waiters(w);
	else
		HF_EXPLORE_POINT();
}

static bool
upgrade(word_t *w)
{
	uintptr_t v = *w;

	while (readers_of(v) == 1)
		if (atomic_fcmpset_ptr(
			w, &v, (v & WAITERS) | (uintptr_t)curthread))
			return (true);
	return (false);
}

static void
downgrade(word_t *w)
{
	uintptr_t v = *w;

	while (!atomic_fcmpset_ptr(
	    w, &v, HF_ONE_READER | HF_SHARED_MODE | (v & WAITERS)))
		continue;
	if ((v & WAITERS) != 0)
		wake_waiters(w);
}

/* Whether "what" (LA_) holds; without INVARIANTS readers are not known. */
static void
check_state(const struct lock_object *lo, uintptr_t v, int what,
    const char *file, int line)
{
	int how = hf_lock_holding(lo);
	bool owned = owner_of(v) == (uintptr_t)curthread, ok;

	switch (what & ~LA_NOTRECURSED) {
	case LA_XLOCKED:
		ok = owned;
		break;
	case LA_SLOCKED:
		ok = how == HF_HOLD_SHARED && readers_of(v) > 0;
		break;
	case LA_UNLOCKED:
		ok = !owned && how == 0;
		break;
	default:
		ok = owned || (how == HF_HOLD_SHARED && readers_of(v) > 0);
	}
	if (!ok)
		panic("lock %s %s, want %s at %s:%d", lo->lo_name,
		    owned	   ? "exclusively locked"
			: how != 0 ? "share locked"
				   : "not held",
		    what == LA_XLOCKED	      ? "exclusive"
			: what == LA_SLOCKED  ? "shared"
			: what == LA_UNLOCKED ? "unlocked"
					      : "locked",
		    file, line);
}

/*
 * The functions of one kind of lock: word is the member, count the thread's
 * number of shared locks of this kind.
 */
/* An sx may be kept across sleeps, so that waiting for one is a sleep. */
static inline void
may_take(enum hf_lock_class class, const char *name)
{
	if (class == HF_LOCK_SX)
		hf_assert_may_sleep(name);
	else
		hf_assert_may_block(name);
}

#define HF_SHARED_LOCK(kind, type, word, count, class, SL, SU, XL, XU)        \
	static u_int kind##_object_flags(int opts)                            \
	{                                                                     \
		return (((opts & 0x01) != 0 ? LO_DUPOK : 0) |                 \
		    ((opts & 0x04) != 0 ? LO_QUIET : 0) |                     \
		    ((opts & HF_LOCK_OF_TEST) != 0 ? LO_TEST : 0));           \
	}                                                                     \
	void kind##_init_flags(struct type *l, const char *name, int opts)    \
	{                                                                     \
		l->word = 0;                                                  \
		hf_lock_init(                                                 \
		    &l->lock_object, class, name, kind##_object_flags(opts)); \
	}                                                                     \
	void kind##_destroy(struct type *l)                                   \
	{                                                                     \
		KASSERT((l->word & ~HF_LOCK_FLAGS) == 0,                      \
		    ("destroy: %s is locked", l->lock_object.lo_name));       \
		hf_lock_destroy(&l->lock_object);                             \
	}                                                                     \
	void SL(struct type *l)                                               \
	{                                                                     \
		may_take(class, l->lock_object.lo_name);                      \
		KASSERT(owner_of(l->word) != (uintptr_t)curthread,            \
		    ("shared lock of %s, which we hold exclusively",          \
			l->lock_object.lo_name));                             \
		hf_lock_check(&l->lock_object);                               \
		if (!try_shared(&l->word, curthread->count > 0)) {            \
			hf_lock_check_sleep(&l->lock_object);                 \
			lock_shared(                                          \
			    &l->word, &l->lock_object, curthread->count > 0); \
		}                                                             \
		curthread->count++;                                           \
		hf_lock_acquired(&l->lock_object, HF_HOLD_SHARED);            \
	}                                                                     \
	void SU(struct type *l)                                               \
	{                                                                     \
		KASSERT(readers_of(l->word) > 0,                              \
		    ("%s is not locked shared", l->lock_object.lo_name));     \
		curthread->count--;                                           \
		hf_lock_released(&l->lock_object);                            \
		unlock_shared(&l->word);                                      \
	}                                                                     \
	void XL(struct type *l)                                               \
	{                                                                     \
		may_take(class, l->lock_object.lo_name);                      \
		KASSERT(owner_of(l->word) != (uintptr_t)curthread,            \
		    ("recursion on %s", l->lock_object.lo_name));             \
		hf_lock_check(&l->lock_object);                               \
		if (!try_exclusive(&l->word)) {                               \
			hf_lock_check_sleep(&l->lock_object);                 \
			lock_exclusive(&l->word, &l->lock_object);            \
		}                                                             \
		hf_lock_acquired(&l->lock_object, HF_HOLD_EXCLUSIVE);         \
	}                                                                     \
	void XU(struct type *l)                                               \
	{                                                                     \
		KASSERT(owner_of(l->word) == (uintptr_t)curthread,            \
		    ("%s is not exclusively ours", l->lock_object.lo_name));  \
		hf_lock_released(&l->lock_object);                            \
		unlock_exclusive(&l->word);                                   \
	}                                                                     \
	void kind##_unlock(struct type *l)                                    \
	{                                                                     \
		if (owner_of(l->word) == (uintptr_t)curthread)                \
			XU(l);                                                \
		else                                                          \
			SU(l);                                                \
	}                                                                     \
	int kind##_try_upgrade(struct type *l)                                \
	{                                                                     \
		if (!upgrade(&l->word))                                       \
			return (0);                                           \
		curthread->count--;                                           \
		hf_lock_changed(&l->lock_object, HF_HOLD_EXCLUSIVE);          \
		return (1);                                                   \
	}                                                                     \
	void kind##_downgrade(struct type *l)                                 \
	{                                                                     \
		KASSERT(owner_of(l->word) == (uintptr_t)curthread,            \
		    ("%s is not exclusively ours", l->lock_object.lo_name));  \
		curthread->count++;                                           \
		hf_lock_changed(&l->lock_object, HF_HOLD_SHARED);             \
		downgrade(&l->word);                                          \
	}                                                                     \
	void hf_##kind##_assert(                                              \
	    const struct type *l, int what, const char *file, int line)       \
	{                                                                     \
		check_state(&l->lock_object, l->word, what, file, line);      \
	}

HF_SHARED_LOCK(rw, rwlock, rw_lock, td_rw_rlocks, HF_LOCK_RW, rw_rlock,
    rw_runlock, rw_wlock, rw_wunlock)
HF_SHARED_LOCK(sx, sx, sx_lock, td_sx_slocks, HF_LOCK_SX, sx_slock, sx_sunlock,
    sx_xlock, sx_xunlock)

#define HF_SHARED_TRY(type, word, count, TS, TX)                      \
	int TS(struct type *l)                                        \
	{                                                             \
		if (!try_shared(&l->word, true))                      \
			return (0);                                   \
		curthread->count++;                                   \
		hf_lock_acquired(&l->lock_object, HF_HOLD_SHARED);    \
		return (1);                                           \
	}                                                             \
	int TX(struct type *l)                                        \
	{                                                             \
		if (!try_exclusive(&l->word))                         \
			return (0);                                   \
		hf_lock_acquired(&l->lock_object, HF_HOLD_EXCLUSIVE); \
		return (1);                                           \
	}

HF_SHARED_TRY(rwlock, rw_lock, td_rw_rlocks, rw_try_rlock, rw_try_wlock)
HF_SHARED_TRY(sx, sx_lock, td_sx_slocks, sx_try_slock, sx_try_xlock)

int
rw_wowned(const struct rwlock *rw)
{
	return (owner_of(rw->rw_lock) == (uintptr_t)curthread);
}

int
hf_sx_locked(const struct sx *sx)
{
	return ((sx->sx_lock & ~HF_LOCK_FLAGS) != 0);
}

int
sx_xlocked(const struct sx *sx)
{
	return (owner_of(sx->sx_lock) == (uintptr_t)curthread);
}
