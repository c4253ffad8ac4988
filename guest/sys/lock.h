/* SPDX-License-Identifier: BSD-2-Clause */
/* lock.h: what all locks have in common, and the lock order check. */

#ifndef HF_SYS_LOCK_H
#define HF_SYS_LOCK_H

#include <sys/types.h>

struct thread;

enum hf_lock_class {
	HF_LOCK_SPIN, /* struct mtx, MTX_SPIN */
	HF_LOCK_MTX,  /* struct mtx, MTX_DEF */
	HF_LOCK_RW,
	HF_LOCK_SX
};

#define LO_RECURSABLE	0x01
#define LO_DUPOK	0x02 /* two of the same rank may be held */
#define LO_QUIET	0x04 /* not in the order check */
#define LO_TEST		0x08 /* made by a test: needs no rank */
#define LO_INITED	0x80
#define HF_RANK_UNKNOWN 0

/*
 * An option of all lock initialisers here; test/scenario.h makes it
 * HF_LOCK_OF_TEST, so that the locks of a scenario need no place in the lock
 * order.
 */
#define HF_LOCK_OF_TEST 0x100
#ifndef HF_LOCK_OWNER
#define HF_LOCK_OWNER 0
#endif

struct lock_object {
	const char *lo_name;
	uint16_t lo_rank; /* 1 + rank of lo_name, 0: not looked up yet */
	uint8_t lo_class; /* enum hf_lock_class */
	uint8_t lo_flags;
};

/* How a thread holds a lock. */
enum hf_hold { HF_HOLD_SHARED = 1, HF_HOLD_EXCLUSIVE = 2 };

/*
 * One entry of a thread's list of held locks; kept with INVARIANTS.  A
 * blocking lock taken inside another is recorded in the order of taking.
 */
struct hf_held {
	const struct lock_object *h_lock;
	const void *h_pc;
	uint8_t h_how; /* enum hf_hold */
};
#define HF_HELD_MAX 24

/*
 * What threads hold and wait for without its being a lock; each has its place
 * among the ranks.  A check of these is made where the thread is about to
 * sleep.
 */
enum hf_node {
	HF_NODE_RANGE,	    /* bytes of a file (sys/rangelock.h) */
	HF_NODE_TRANSITION, /* map entries that are being wired */
	HF_NODE_PAGING,	    /* an object's paging_in_progress */
	HF_NODE_BUSY,	    /* pages exclusively busied */
	HF_NODES
};

/* The pages that a thread busied last; which of them still are, the pages say. */
#define HF_BUSY_NOTED 8

/* What of these a thread holds; kept with INVARIANTS. */
struct hf_nodes_held {
	u_int n_count[HF_NODE_BUSY];
	const void *n_pc[HF_NODE_BUSY]; /* where the latest was taken */
	const void *n_busy[HF_BUSY_NOTED];
	const void *n_busy_pc[HF_BUSY_NOTED];
	u_int n_busy_next;
};

/* The arguments of the lock assertion functions (mtx, rw, sx). */
#define LA_UNLOCKED    0x0
#define LA_LOCKED      0x1
#define LA_SLOCKED     0x2
#define LA_XLOCKED     0x4
#define LA_NOTRECURSED 0x8

void hf_lock_init(struct lock_object *lo, enum hf_lock_class class,
    const char *name, u_int flags);
void hf_lock_destroy(struct lock_object *lo);

/*
 * The order check, all no-ops without INVARIANTS.  "check" panics when taking
 * the lock now would break the order; "acquired" records it, "released"
 * forgets it, "upgraded"/"downgraded" change how it is held.
 */
void hf_lock_check(const struct lock_object *lo);
void hf_lock_acquired(const struct lock_object *lo, enum hf_hold how);
void hf_lock_released(const struct lock_object *lo);
void hf_lock_changed(const struct lock_object *lo, enum hf_hold how);

#ifdef INVARIANTS
/* "check" for a thread that is about to sleep for the lock. */
void hf_lock_check_sleep(const struct lock_object *lo);
/* Panics if curthread, about to sleep for lo, holds another lock of its rank. */
void hf_lock_check_alone(const struct lock_object *lo);
/* What to name as the place where curthread took the lock. */
void hf_lock_taken_at(const struct lock_object *lo, const void *pc);

/*
 * The same for nodes.  "check" is for a thread that is about to sleep for one,
 * having dropped, or being about to drop, the lock `dropped' (or NULL).
 * Another thread may release what this one has: the one that hands it over says
 * "released" then. Busy pages are noted by page instead.
 */
void hf_node_check(enum hf_node node, const struct lock_object *dropped);
void hf_node_acquired(enum hf_node node, u_int n);
void hf_node_released(enum hf_node node, u_int n);
void hf_node_busied(const void *page, const void *pc);
/* The page is an I/O's from now on, which will unbusy it. */
void hf_node_busy_handed_over(const void *page);
/* Calls fn with every page that curthread is known to have busied. */
void hf_node_busy_foreach(
    void (*fn)(const void *page, const void *pc, void *arg), void *arg);
/* Says whether curthread has the page exclusively busied; at boot. */
void hf_node_set_busy_probe(bool (*is_mine)(const void *page));
void hf_nodes_print(struct thread *td);
#else
#define hf_lock_check_sleep(lo)	       ((void)0)
#define hf_lock_check_alone(lo)	       ((void)0)
#define hf_lock_taken_at(lo, pc)       ((void)0)
#define hf_node_check(node, dropped)   ((void)0)
#define hf_node_acquired(node, n)      ((void)0)
#define hf_node_released(node, n)      ((void)0)
#define hf_node_busied(page, pc)       ((void)0)
#define hf_node_busy_handed_over(page) ((void)0)
#define hf_nodes_print(td)	       ((void)0)
#endif

/* How curthread holds the lock (enum hf_hold), 0: not. INVARIANTS only. */
int hf_lock_holding(const struct lock_object *lo);

/* Locks held by curthread; 0 without INVARIANTS. */
int hf_locks_held(void);
/* Those of them that no page fault may happen under: all but sx. */
int hf_locks_nonsleepable(void);
void hf_locks_print(struct thread *td);

/* Releases for a sleep; how it was held (HF_HOLD_*). */
int hf_lock_unlock_for_sleep(struct lock_object *lo);

#endif
