/* SPDX-License-Identifier: BSD-2-Clause */
/* lock_order.c: ranks of the lock classes, and who holds what. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/lock.h>
#include <kern/lock_order.h>
#include <kern/lock_ranks.h>

void
hf_lock_init(struct lock_object *lo, enum hf_lock_class class, const char *name,
    u_int flags)
{
	lo->lo_name = name;
	lo->lo_class = class;
	lo->lo_flags = flags | LO_INITED;
	lo->lo_rank = HF_RANK_UNKNOWN;
}

void
hf_lock_destroy(struct lock_object *lo)
{
	lo->lo_flags &= ~LO_INITED;
}

#ifdef INVARIANTS
#define RANK(rank, kind, name, two) { name, rank, HF_LOCK_##kind },
#define HF_LOCK_NODE		    0xff
static const struct row {
	const char *name;
	uint16_t rank;
	uint8_t class; /* enum hf_lock_class; HF_LOCK_NODE: no lock */
} ranks[] = { HF_LOCK_RANKS(RANK) };

/* NULL: there is none of that name. */
static const struct row *
row_of(const char *name)
{
	for (u_int i = 0; i < nitems(ranks); i++)
		if (strcmp(ranks[i].name, name) == 0)
			return (&ranks[i]);
	return (NULL);
}

static void __dead2
no_rank(const char *name)
{
	panic("lock order: %s has no rank (kern/lock_ranks.h)", name);
}

uint16_t
hf_lock_rank(const char *name)
{
	const struct row *row = row_of(name);

	if (row == NULL)
		no_rank(name);
	return (row->rank);
}

/* 0: a lock that a test has made for itself, and that has no place in the order. */
static uint16_t
look_up(const struct lock_object *lo)
{
	const struct row *row = row_of(lo->lo_name);

	if (row == NULL && (lo->lo_flags & LO_TEST) != 0)
		return (0);
	if (row == NULL)
		no_rank(lo->lo_name);
	if (row->class != lo->lo_class)
		panic("lock order: %s is of another kind in kern/lock_ranks.h",
		    lo->lo_name);
	return (row->rank);
}

/*
 * Looked up at the first use beside another lock, and not when the lock is
 * made: thousands are made at boot and never taken.
 */
uint16_t
hf_lock_rank_of(const struct lock_object *lo)
{
	struct lock_object *l = __DECONST(struct lock_object *, lo);
	uint16_t rank;

	if ((lo->lo_flags & LO_QUIET) != 0)
		return (0);
	rank = atomic_load_16(&l->lo_rank);
	if (rank == HF_RANK_UNKNOWN) {
		rank = look_up(lo) + 1;
		atomic_store_16(&l->lo_rank, rank);
	}
	return (rank - 1);
}

void
hf_lock_out_of_order(const char *wanted, const char *held, const void *pc)
{
	panic("lock order: %s is taken with %s held (taken at %p)", wanted,
	    held, pc);
}

void
hf_lock_check(const struct lock_object *lo)
{
	struct thread *td = curthread;
	const struct lock_object *held;
	uint16_t rank, other;

	if ((lo->lo_flags & LO_INITED) == 0)
		panic("lock %p is not initialised", lo);
	if (td->td_nheld == 0 || (rank = hf_lock_rank_of(lo)) == 0)
		return;
	for (int i = 0; i < td->td_nheld; i++) {
		held = td->td_held[i].h_lock;
		other = hf_lock_rank_of(held);
		if (other < rank)
			continue;
		if (other == rank && (lo->lo_flags & LO_DUPOK) != 0)
			continue;
		hf_lock_out_of_order(
		    lo->lo_name, held->lo_name, td->td_held[i].h_pc);
	}
}

/* The last entry for lo, -1 when there is none. */
static int
held_index(const struct thread *td, const struct lock_object *lo)
{
	int i;

	for (i = td->td_nheld - 1; i >= 0; i--)
		if (td->td_held[i].h_lock == lo)
			break;
	return (i);
}

void
hf_lock_acquired(const struct lock_object *lo, enum hf_hold how)
{
	struct thread *td = curthread;
	struct hf_held *h;
	register_t flags;

	if (td->td_nheld == HF_HELD_MAX)
		panic("%s: more than %d locks held", lo->lo_name, HF_HELD_MAX);
	/* An interrupt that takes a lock would write to the same entry. */
	flags = intr_disable();
	h = &td->td_held[td->td_nheld++];
	h->h_lock = lo;
	h->h_pc = __builtin_return_address(0);
	h->h_how = how;
	intr_restore(flags);
}

void
hf_lock_taken_at(const struct lock_object *lo, const void *pc)
{
	struct thread *td = curthread;
	int i = held_index(td, lo);

	if (i >= 0)
		td->td_held[i].h_pc = pc;
}

void
hf_lock_released(const struct lock_object *lo)
{
	struct thread *td = curthread;
	int i = held_index(td, lo);

	/* A thread may release what another took shared (busy hand-over). */
	if (i < 0)
		return;
	for (; i + 1 < td->td_nheld; i++)
		td->td_held[i] = td->td_held[i + 1];
	td->td_nheld--;
}

void
hf_lock_changed(const struct lock_object *lo, enum hf_hold how)
{
	struct thread *td = curthread;
	int i = held_index(td, lo);

	if (i >= 0)
		td->td_held[i].h_how = how;
}

int
hf_lock_holding(const struct lock_object *lo)
{
	struct thread *td = curthread;
	int i = held_index(td, lo);

	return (i < 0 ? 0 : td->td_held[i].h_how);
}

int
hf_locks_held(void)
{
	return (curthread->td_nheld);
}

int
hf_locks_nonsleepable(void)
{
	struct thread *td = curthread;
	int n = 0;

	for (int i = 0; i < td->td_nheld; i++)
		if (td->td_held[i].h_lock->lo_class != HF_LOCK_SX)
			n++;
	return (n);
}

void
hf_locks_print(struct thread *td)
{
	for (int i = 0; i < td->td_nheld; i++)
		printf("  %s %s, taken at %p\n",
		    td->td_held[i].h_how == HF_HOLD_SHARED ? "shared"
							   : "exclusive",
		    td->td_held[i].h_lock->lo_name, td->td_held[i].h_pc);
	hf_nodes_print(td);
}

#else

void
hf_lock_check(const struct lock_object *lo)
{
}

void
hf_lock_acquired(const struct lock_object *lo, enum hf_hold how)
{
}

void
hf_lock_released(const struct lock_object *lo)
{
}

void
hf_lock_changed(const struct lock_object *lo, enum hf_hold how)
{
}

int
hf_lock_holding(const struct lock_object *lo)
{
	return (0);
}

int
hf_locks_held(void)
{
	return (0);
}

int
hf_locks_nonsleepable(void)
{
	return (0);
}

void
hf_locks_print(struct thread *td)
{
}
#endif
