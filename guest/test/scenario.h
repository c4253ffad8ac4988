/* SPDX-License-Identifier: BSD-2-Clause */
/* scenario.h: how a scenario is written. */

/*
 * HF_SCENARIO(page_alloc_basic, "page.alloc_basic", "PA-1 PA-2",
 *     "a page is allocated busy, invalid and unqueued",
 *     .flags = 0, .timeout_ms = 0)
 * {
 *	hf_require(m != NULL);
 *	hf_expect_eq(m->ref_count, 0);
 * }
 *
 * A scenario runs in the main thread, in a fresh process without address space.
 * It passes when it returns with at least one expectation met and none failed,
 * when the counters of baseline.h are as before, and when all invariants hold.
 */
#ifndef HF_TEST_SCENARIO_H
#define HF_TEST_SCENARIO_H

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/lock.h>
#include <sys/proc.h>
#include <kern/panic.h>
#include <test/baseline.h>
#include "scenario_abi.h"
#include "rng.h"

/* What a scenario locks for itself needs no rank (kern/lock_order.h). */
#undef HF_LOCK_OWNER
#define HF_LOCK_OWNER HF_LOCK_OF_TEST

#define HF_SCENARIO(fn, sid, reqs, text, ...)                                \
	static void fn(void);                                                \
	static const char hf_scenario_id_##fn[]                              \
	    __attribute__((__section__(".rodata.hf_scenario_ids"))) = (sid); \
	static const struct hf_scenario hf_scenario_##fn                     \
	    __attribute__((__section__(HF_SCENARIO_SECTION), __used__,       \
		__aligned__(8))) = { .magic = HF_SCENARIO_MAGIC,             \
		    .id = hf_scenario_id_##fn,                               \
		    .title = (text),                                         \
		    .requirements = (reqs),                                  \
		    .run = (fn),                                             \
		    __VA_ARGS__ };                                           \
	static void fn(void)

/* Records a failure and goes on; true when it was met. */
#define hf_expect(e) hf_expect_at(__FILE__, __LINE__, #e, !!(e))

/* How a value is shown: as its type, before it became 64 bits. */
enum hf_form {
	HF_FORM_PLACE, /* pointers and what is not listed */
	HF_FORM_BOOL,
	HF_FORM_SIGNED,
	HF_FORM_UNSIGNED
};
#define HF_FORM_GOT  4
#define HF_FORM_WANT 8
/* clang-format off */
#define HF_FORM_OF(e)                                              \
	_Generic((e), bool: HF_FORM_BOOL, signed char: HF_FORM_SIGNED, \
	    char: HF_FORM_SIGNED, short: HF_FORM_SIGNED,               \
	    int: HF_FORM_SIGNED, long: HF_FORM_SIGNED,                 \
	    long long: HF_FORM_SIGNED, u_char: HF_FORM_UNSIGNED,       \
	    u_short: HF_FORM_UNSIGNED, u_int: HF_FORM_UNSIGNED,        \
	    u_long: HF_FORM_UNSIGNED,                                  \
	    unsigned long long: HF_FORM_UNSIGNED, default: HF_FORM_PLACE)
/* clang-format on */

/* In one number, for there are thousands of calls. */
#define HF_EXPECT_CMP(text, cmp, got, want)          \
	hf_expect_cmp_at(__FILE__, __LINE__, (text), \
	    (cmp) | HF_FORM_OF(got) << HF_FORM_GOT | \
		HF_FORM_OF(want) << HF_FORM_WANT,    \
	    (uint64_t)(got), (uint64_t)(want))

/*
 * Integers or pointers, compared as 64-bit numbers; both are shown, as their
 * types ask for.
 */
#define hf_expect_eq(got, want) \
	HF_EXPECT_CMP(#got " == " #want, HF_CMP_EQ, got, want)
#define hf_expect_ne(got, want) \
	HF_EXPECT_CMP(#got " != " #want, HF_CMP_NE, got, want)
#define hf_expect_le(got, want) \
	HF_EXPECT_CMP(#got " <= " #want, HF_CMP_LE, got, want)
#define hf_expect_lt(got, want) \
	HF_EXPECT_CMP(#got " < " #want, HF_CMP_LT, got, want)
#define hf_expect_str(got, want) \
	hf_expect_str_at(__FILE__, __LINE__, #got, (got), (want))

/*
 * fn(arg) must panic with a message that contains "part".  _trap is for what
 * the machine catches, _always for what panics in every kernel.  _panic is for
 * assertions; a kernel without INVARIANTS makes none, and fn is not called
 * there.  The last two want a panic(9): a kernel that stumbles has not checked
 * anything.
 *
 * The words of a message are nobody's contract: part is what a contract names,
 * as an address or a lock of the caller's, and "" where it only says that this
 * panics.
 */
#define hf_expect_trap(fn, arg, part) \
	hf_expect_panic_at(__FILE__, __LINE__, #fn, (fn), (arg), (part), true)
#define hf_expect_panic_always(fn, arg, part) \
	hf_expect_panic_at(__FILE__, __LINE__, #fn, (fn), (arg), (part), false)
#ifdef INVARIANTS
#define hf_expect_panic(fn, arg, part) hf_expect_panic_always(fn, arg, part)
#else
static inline bool
hf_expect_panic(void (*fn)(void *), void *arg, const char *part)
{
	return (true);
}
#endif

/* A failure ends the scenario; only in the scenario's own thread. */
#define hf_require(e)                                             \
	do {                                                      \
		if (!hf_expect_at(__FILE__, __LINE__, #e, !!(e))) \
			hf_scenario_leave();                      \
	} while (0)
#define hf_require_eq(got, want)                                             \
	do {                                                                 \
		if (!HF_EXPECT_CMP(#got " == " #want, HF_CMP_EQ, got, want)) \
			hf_scenario_leave();                                 \
	} while (0)

enum hf_cmp { HF_CMP_EQ, HF_CMP_NE, HF_CMP_LE, HF_CMP_LT };

bool hf_expect_at(const char *file, int line, const char *text, bool ok);
/* how: the comparison, and the forms of both sides above it. */
bool hf_expect_cmp_at(const char *file, int line, const char *text, u_int how,
    uint64_t got, uint64_t want);
bool hf_expect_str_at(const char *file, int line, const char *text,
    const char *got, const char *want);
bool hf_expect_panic_at(const char *file, int line, const char *text,
    void (*fn)(void *), void *arg, const char *part, bool may_trap);
void hf_scenario_leave(void) __dead2;

/* Shown beside the scenario. */
void hf_note(const char *fmt, ...) __printflike(1, 2);
/* A measured number; the unit is in its name too ("fault_ns", "ns"). */
void hf_value(const char *name, uint64_t value, const char *unit);
/* Ends the scenario as skipped; before its first expectation only. */
void hf_skip(const char *why) __dead2;

/* Randomness of this scenario: from the plan's seed and the scenario's id. */
struct hf_rng *hf_scenario_rng(void);

#endif
