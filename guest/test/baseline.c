/* SPDX-License-Identifier: BSD-2-Clause */
/* baseline.c: counters and invariants checked around every scenario. */

#include <sys/param.h>
#include <sys/systm.h>
#include <test/baseline.h>
#include <test/scenario.h>

#define BASELINE_MAX 32

static struct {
	const char *name;
	u_long (*read)(void);
	u_long before;
} counters[BASELINE_MAX];
static struct {
	const char *name;
	void (*settle)(void);
} settlers[BASELINE_MAX];
static struct {
	const char *name;
	const char *(*check)(void);
} invariants[BASELINE_MAX];
static int ncounters, nsettlers, ninvariants;
static void (*teller_mark)(void), (*teller_tell)(void);

void
hf_baseline_set_teller(void (*mark)(void), void (*tell)(void))
{
	teller_mark = mark;
	teller_tell = tell;
}

void
hf_baseline_register(const char *name, u_long (*read)(void))
{
	if (ncounters == BASELINE_MAX)
		panic("hf_baseline_register: too many");
	counters[ncounters].name = name;
	counters[ncounters++].read = read;
}

void
hf_settle_register(const char *name, void (*settle)(void))
{
	if (nsettlers == BASELINE_MAX)
		panic("hf_settle_register: too many");
	settlers[nsettlers].name = name;
	settlers[nsettlers++].settle = settle;
}

void
hf_invariant_register(const char *name, const char *(*check)(void))
{
	if (ninvariants == BASELINE_MAX)
		panic("hf_invariant_register: too many");
	invariants[ninvariants].name = name;
	invariants[ninvariants++].check = check;
}

static void
settle_all(void)
{
	for (int i = 0; i < nsettlers; i++)
		settlers[i].settle();
}

void
hf_baseline_take(void)
{
	settle_all();
	for (int i = 0; i < ncounters; i++)
		counters[i].before = counters[i].read();
	if (teller_mark != NULL)
		teller_mark();
}

bool
hf_baseline_check(void)
{
	const char *why;
	char text[128];
	bool ok = true;
	u_long now;

	settle_all();
	for (int i = 0; i < ncounters; i++) {
		now = counters[i].read();
		if (now == counters[i].before)
			continue;
		snprintf(text, sizeof(text), "%s as before", counters[i].name);
		hf_expect_cmp_at("baseline", 0, text,
		    HF_CMP_EQ | HF_FORM_UNSIGNED << HF_FORM_GOT |
			HF_FORM_UNSIGNED << HF_FORM_WANT,
		    now, counters[i].before);
		ok = false;
	}
	if (!ok && teller_tell != NULL)
		teller_tell();
	for (int i = 0; i < ninvariants; i++) {
		why = invariants[i].check();
		if (why == NULL)
			continue;
		snprintf(text, sizeof(text), "%s: %s", invariants[i].name, why);
		hf_expect_at("invariant", 0, text, false);
		ok = false;
	}
	return (ok);
}
