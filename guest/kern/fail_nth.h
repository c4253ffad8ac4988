/* SPDX-License-Identifier: BSD-2-Clause */
/* fail_nth.h: every place that may fail, counted, and one of them made to fail. */

/*
 * A place where the kernel may fail by its contract asks HF_FAIL_NTH(kind): it
 * is counted, and the one that the run plan names (param fail_nth=N) is told to
 * fail, once.  HF_FAIL_WAIT is a place that may not fail but sleeps for what it
 * lacks: it has slept when the answer is true, and tries again.  Without
 * INVARIANTS there is nothing of all this.
 */
#ifndef HF_KERN_FAIL_NTH_H
#define HF_KERN_FAIL_NTH_H

#include <sys/types.h>
#include <sys/cdefs.h>

enum hf_fail_kind {
	HF_FAIL_ALLOC,
	HF_FAIL_WAIT,
	HF_FAIL_PAGEIN,
	HF_FAIL_PAGEOUT,
	HF_FAIL_SUBMIT,
	HF_FAIL_SLEEP,
	HF_FAIL_KINDS
};

#define HF_FAIL_BT_MAX 16

/* The place that was made to fail. */
struct hf_fail_point {
	u_int n; /* from 1 on, in the order of coming there */
	enum hf_fail_kind kind;
	const char *file, *function;
	int line;
	int nbt;
	uint64_t bt[HF_FAIL_BT_MAX]; /* return addresses, innermost first */
};

#ifdef INVARIANTS
extern bool hf_fail_nth_on;

#define HF_FAIL_NTH_IS_ON() \
	__predict_false(__atomic_load_n(&hf_fail_nth_on, __ATOMIC_RELAXED))
#define HF_FAIL_NTH(kind)       \
	(HF_FAIL_NTH_IS_ON() && \
	    hf_fail_nth_hit((kind), __FILE__, __LINE__, __func__))

bool hf_fail_nth_hit(
    enum hf_fail_kind kind, const char *file, int line, const char *function);

/*
 * In loops that wait for something which a failure may have prevented: whoever
 * started the counting gives the scenario up after a while.
 */
#define HF_FAIL_NTH_PATIENCE()                  \
	do {                                    \
		if (HF_FAIL_NTH_IS_ON())        \
			hf_fail_nth_patience(); \
	} while (0)
void hf_fail_nth_patience(void);

/*
 * Before a panic that a contract asks for where something has failed: gives the
 * scenario up, if something was made to.
 */
#define HF_FAIL_NTH_GIVE_UP(why)                  \
	do {                                      \
		if (HF_FAIL_NTH_IS_ON())          \
			hf_fail_nth_give_up(why); \
	} while (0)
void hf_fail_nth_give_up(const char *why);
#else
#define HF_FAIL_NTH_IS_ON()    (false)
#define HF_FAIL_NTH(kind)      ((void)(kind), false)
#define HF_FAIL_NTH_PATIENCE() ((void)0)
#define HF_FAIL_NTH_GIVE_UP(w) ((void)(w))
#endif

/* What who started the counting does (test/fail_nth.c). */
struct hf_fail_nth_judge {
	void (*patience)(void);		  /* HF_FAIL_NTH_PATIENCE() */
	void (*give_up)(const char *why); /* HF_FAIL_NTH_GIVE_UP() */
};

/*
 * Counts from now on; the n-th (0: none) fails, or, if it only marks the place,
 * does not.  The end of counting.
 */
void hf_fail_nth_start(
    u_int n, bool marks_only, const struct hf_fail_nth_judge *judge);
void hf_fail_nth_stop(void);

/* Places passed since the start; of one kind. */
u_int hf_fail_nth_count(void);
u_int hf_fail_nth_count_of(enum hf_fail_kind kind);
const char *hf_fail_kind_name(enum hf_fail_kind kind);

/*
 * Where nothing is to fail: the first places of each way to come to one, by
 * stack, as far as there is room for them; how many.
 */
#define HF_FAIL_PATHS_MAX 1024
u_int hf_fail_nth_paths(u_int n[HF_FAIL_PATHS_MAX]);

/* The place that has failed, or is marked; NULL: it was not come to. */
const struct hf_fail_point *hf_fail_nth_point(void);

/*
 * Writes the place's record, once.  Where it failed, unless that is no
 * context for it: then at the scenario's end, or before a panic's record.
 */
#ifdef INVARIANTS
void hf_fail_nth_report(void);
#else
#define hf_fail_nth_report() ((void)0)
#endif

/* Machine: return addresses of the callers, innermost first; how many. */
int hf_backtrace(uint64_t *bt, int max);

#endif
