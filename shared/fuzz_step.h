/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_step.h: the steps that plans of "holdfast fuzz" are made of. */

/*
 * A step is what one process does with its memory, or what happens to all of
 * them.  Every step may be left out of a plan.  If what it is about is gone, it
 * does nothing.  A new operation is one row of HF_FUZZ_STEPS and one function
 * hf_fuzz_do_NAME() (guest/test/fuzz/moves.h).
 *
 * As text: process, name, and the arguments that the row has, in this order.
 *
 *	p0 fork p1		who comes to be
 *	p1 store 5		a page
 *	p0 wire 5+2 user	so many pages from one on, and a word of the row's
 *	unhold #3		a number
 *	truncate c #3		a part of a page, which is that number
 *	p0 map 3+5 stack	the lowest page is its guard
 *
 * fuzz_text.h reads and writes it, fuzz_draw.h makes steps at random.
 */
#ifndef HF_SHARED_FUZZ_STEP_H
#define HF_SHARED_FUZZ_STEP_H

#include <stdint.h>

#define HF_FUZZ_PROCS	  5  /* the first is there from the beginning */
#define HF_FUZZ_PAGES	  12 /* that each of them may map */
#define HF_FUZZ_FILE	  6  /* of a file; page i shows i % 6 */
#define HF_FUZZ_HOLDS	  4
#define HF_FUZZ_SKIPS	  5 /* allocations before the one that fails */
#define HF_FUZZ_STEPS_MAX 4000

/* Which arguments a step has. */
enum {
	HF_FUZZ_WHO = 1 << 0,
	HF_FUZZ_CHILD = 1 << 1, /* a process that is not there yet */
	HF_FUZZ_PAGE = 1 << 2,
	HF_FUZZ_RANGE = 1 << 3,
	HF_FUZZ_WORD = 1 << 4,
	HF_FUZZ_NUMBER = 1 << 5
};

/*
 * name, how often it is drawn, arguments, number's bound, words.  What a word
 * means stands in the order of the words beside the function.
 */
#define HF_FUZZ_PARTS "a b c d e f" /* of a page; guest/test/oracle.h */
#define HF_FUZZ_WHOLE (HF_FUZZ_WHO | HF_FUZZ_RANGE)
#define HF_FUZZ_STEPS(X)                                                       \
	X(fork, 3, HF_FUZZ_WHO | HF_FUZZ_CHILD, 0, "")                         \
	X(exit, 1, HF_FUZZ_WHO, 0, "")                                         \
	X(map, 3, HF_FUZZ_WHOLE | HF_FUZZ_WORD, 0,                             \
	    "anon private shared stack")                                       \
	X(unmap, 1, HF_FUZZ_WHOLE, 0, "")                                      \
	X(inherit, 3, HF_FUZZ_WHOLE | HF_FUZZ_WORD, 0, "copy share zero none") \
	X(protect, 4, HF_FUZZ_WHOLE | HF_FUZZ_WORD, 0, "none r rw")            \
	X(wire, 4, HF_FUZZ_WHOLE | HF_FUZZ_WORD, 0, "user system")             \
	X(unwire, 3, HF_FUZZ_WHOLE | HF_FUZZ_WORD, 0, "user system")           \
	X(lockall, 1, HF_FUZZ_WHO, 0, "")                                      \
	X(unlockall, 1, HF_FUZZ_WHO, 0, "")                                    \
	X(future, 1, HF_FUZZ_WHO | HF_FUZZ_WORD, 0, "on off")                  \
	X(vslock, 1, HF_FUZZ_WHOLE, 0, "")                                     \
	X(advise, 3, HF_FUZZ_WHOLE | HF_FUZZ_WORD, 0,                          \
	    "dontneed willneed random normal free")                            \
	X(sync, 2, HF_FUZZ_WHOLE | HF_FUZZ_WORD, 0, "flush invalidate")        \
	X(hold, 3, HF_FUZZ_WHOLE | HF_FUZZ_WORD | HF_FUZZ_NUMBER,              \
	    HF_FUZZ_HOLDS, "r w")                                              \
	X(unhold, 1, HF_FUZZ_NUMBER, HF_FUZZ_HOLDS, "")                        \
	X(put, 2, HF_FUZZ_NUMBER, HF_FUZZ_HOLDS, "")                           \
	X(debug, 1, HF_FUZZ_WHO | HF_FUZZ_PAGE, 0, "")                         \
	X(load, 3, HF_FUZZ_WHO | HF_FUZZ_PAGE, 0, "")                          \
	X(store, 7, HF_FUZZ_WHO | HF_FUZZ_PAGE, 0, "")                         \
	X(poke, 3, HF_FUZZ_WHO | HF_FUZZ_PAGE | HF_FUZZ_WORD, 0,               \
	    HF_FUZZ_PARTS)                                                     \
	X(straddle, 1, HF_FUZZ_WHO | HF_FUZZ_PAGE, 0, "")                      \
	X(read, 1, HF_FUZZ_WHO | HF_FUZZ_PAGE | HF_FUZZ_NUMBER, HF_FUZZ_FILE,  \
	    "")                                                                \
	X(write, 1, HF_FUZZ_WHO | HF_FUZZ_PAGE | HF_FUZZ_NUMBER, HF_FUZZ_FILE, \
	    "")                                                                \
	X(readpart, 1,                                                         \
	    HF_FUZZ_WHO | HF_FUZZ_PAGE | HF_FUZZ_WORD | HF_FUZZ_NUMBER,        \
	    HF_FUZZ_FILE, HF_FUZZ_PARTS)                                       \
	X(writepart, 1,                                                        \
	    HF_FUZZ_WHO | HF_FUZZ_PAGE | HF_FUZZ_WORD | HF_FUZZ_NUMBER,        \
	    HF_FUZZ_FILE, HF_FUZZ_PARTS)                                       \
	X(truncate, 3, HF_FUZZ_WORD | HF_FUZZ_NUMBER, HF_FUZZ_FILE + 1,        \
	    HF_FUZZ_PARTS)                                                     \
	X(pageout, 1, 0, 0, "")                                                \
	X(starve, 2, HF_FUZZ_WORD | HF_FUZZ_NUMBER, HF_FUZZ_SKIPS,             \
	    "page slab table")

enum {
#define X(name, weight, args, below, words) HF_FUZZ_##name,
	HF_FUZZ_STEPS(X)
#undef X
	    HF_FUZZ_KINDS
};

/*
 * Threads at once have steps of their own (guest/test/fuzz/crew.h).  pN is a thread,
 * each in a process of its own; all of them meet at a "meet", where all is looked at.
 *
 *	p1 truncate b #2	the shared file ends there
 *	p0 child 3		a child of a moment loads and stores
 *	p0 renew 1		new memory in place of old
 */
#define HF_CREW_MAX   8	 /* threads */
#define HF_CREW_FILE  3	 /* pages of the shared file */
#define HF_CREW_ROUND 10 /* steps of a thread before all meet, when drawn */
#define HF_CREW_STEPS(X)                                                   \
	X(store, 3, HF_FUZZ_WHO | HF_FUZZ_PAGE, 0, "")                     \
	X(load, 3, HF_FUZZ_WHO | HF_FUZZ_PAGE, 0, "")                      \
	X(protect, 1, HF_FUZZ_WHOLE | HF_FUZZ_WORD, 0, "none r rw")        \
	X(wire, 1, HF_FUZZ_WHOLE, 0, "")                                   \
	X(unwire, 1, HF_FUZZ_WHOLE, 0, "")                                 \
	X(hold, 2, HF_FUZZ_WHOLE | HF_FUZZ_WORD, 0, "r w")                 \
	X(child, 1, HF_FUZZ_WHO | HF_FUZZ_PAGE, 0, "")                     \
	X(advise, 1, HF_FUZZ_WHOLE | HF_FUZZ_WORD, 0, "dontneed willneed") \
	X(sync, 1, HF_FUZZ_WHOLE | HF_FUZZ_WORD, 0, "flush invalidate")    \
	X(renew, 1, HF_FUZZ_WHO | HF_FUZZ_PAGE, 0, "")                     \
	X(read, 1, HF_FUZZ_WHO | HF_FUZZ_NUMBER, HF_CREW_FILE, "")         \
	X(write, 1, HF_FUZZ_WHO | HF_FUZZ_NUMBER, HF_CREW_FILE, "")        \
	X(truncate, 2, HF_FUZZ_WHO | HF_FUZZ_WORD | HF_FUZZ_NUMBER,        \
	    HF_CREW_FILE + 1, "a b")                                       \
	X(meet, 0, 0, 0, "")

/* Kinds of the same table, behind those of one thread. */
enum {
	HF_CREW_BEFORE_KINDS = HF_FUZZ_KINDS - 1,
#define X(name, weight, args, below, words) HF_CREW_##name,
	HF_CREW_STEPS(X)
#undef X
	    HF_CREW_KINDS
};

struct hf_fuzz_kind {
	const char *name, *words; /* words: with one blank in between */
	uint8_t weight, args, below;
};

static const struct hf_fuzz_kind hf_fuzz_kinds[HF_CREW_KINDS] = {
#define X(n, w, a, b, t) { #n, t, w, a, b },
	HF_FUZZ_STEPS(X) HF_CREW_STEPS(X)
#undef X
};

/* What a plan is of: one thread, or several at once. */
enum hf_fuzz_game { HF_FUZZ_ALONE, HF_FUZZ_CREW };

struct hf_fuzz_rules {
	uint8_t kinds, end; /* [kinds, end) of the table */
	uint8_t players;
};

static const struct hf_fuzz_rules hf_fuzz_rules[] = {
	[HF_FUZZ_ALONE] = { 0, HF_FUZZ_KINDS, HF_FUZZ_PROCS },
	[HF_FUZZ_CREW] = { HF_FUZZ_KINDS, HF_CREW_KINDS, HF_CREW_MAX },
};

/* What its kind does not have is 0. */
struct hf_fuzz_step {
	uint8_t kind, who, child;
	uint8_t first, n; /* pages */
	uint8_t word, number;
};

#endif
