/* SPDX-License-Identifier: BSD-2-Clause */
/* expect.c: what a scenario says while it runs. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <kern/panic.h>
#include <kern/plan.h>
#include <kern/record.h>
#include <test/current.h>
#include <test/fail_nth.h>
#include <test/report.h>
#include <test/scenario.h>

struct hf_current hf_current;

/* Failed expectations that get a record; more are only counted. */
#define FAILURES_TOLD 32

static bool
passed(const char *file, int line)
{
	hf_fail_nth_at(file, line);
	atomic_add_int(&hf_current.passed, 1);
	return (true);
}

/*
 * A record for a failure, if it is to be told (else NULL).  The first one is
 * also kept in words, for who has no records (the model).
 */
static struct record *
failure_record(const char *file, int line, const char *text, const char *got,
    const char *want)
{
	struct record *r;
	u_int n;

	hf_fail_nth_at(file, line);
	if (hf_fail_nth_excuses(file, line))
		return (NULL);
	n = atomic_fetchadd_int(&hf_current.failed, 1);
	if (n == 0)
		snprintf(hf_current.why, sizeof(hf_current.why),
		    got == NULL ? "%s:%d: %s" : "%s:%d: %s: got %s, want %s",
		    file, line, text, got, want);
	if (n >= FAILURES_TOLD)
		return (NULL);
	r = hf_record_begin("expect");
	hf_record_u64(r, "ok", 0);
	hf_record_text(r, "file", file);
	hf_record_u64(r, "line", line);
	hf_record_text(r, "text", text);
	return (r);
}

static bool
failed(const char *file, int line, const char *text, const char *got,
    const char *want)
{
	struct record *r = failure_record(file, line, text, got, want);

	if (r == NULL)
		return (false);
	if (got != NULL) {
		hf_record_text(r, "got", got);
		hf_record_text(r, "want", want);
	}
	hf_record_end(r);
	return (false);
}

bool
hf_expect_at(const char *file, int line, const char *text, bool ok)
{
	return (ok ? passed(file, line) : failed(file, line, text, NULL, NULL));
}

#define VALUE_BYTES 24

/* Numbers as their type says; small ones are counts, large ones bits or places. */
static void
format_value(char *to, uint64_t v, enum hf_form form)
{
	if (form == HF_FORM_BOOL)
		strlcpy(to, v != 0 ? "true" : "false", VALUE_BYTES);
	else if (form == HF_FORM_SIGNED)
		snprintf(to, VALUE_BYTES, "%ld", (long)v);
	else if (form == HF_FORM_UNSIGNED && v < 4096)
		snprintf(to, VALUE_BYTES, "%lu", v);
	else
		snprintf(to, VALUE_BYTES, "0x%lx", v);
}

bool
hf_expect_cmp_at(const char *file, int line, const char *text, u_int how,
    uint64_t got, uint64_t want)
{
	char got_text[VALUE_BYTES], want_text[VALUE_BYTES];
	bool ok = false;

	switch ((enum hf_cmp)(how & 0xf)) {
	case HF_CMP_EQ:
		ok = got == want;
		break;
	case HF_CMP_NE:
		ok = got != want;
		break;
	case HF_CMP_LE:
		ok = got <= want;
		break;
	case HF_CMP_LT:
		ok = got < want;
		break;
	}
	if (ok)
		return (passed(file, line));
	format_value(got_text, got, how >> HF_FORM_GOT & 0xf);
	format_value(want_text, want, how >> HF_FORM_WANT & 0xf);
	return (failed(file, line, text, got_text, want_text));
}

bool
hf_expect_str_at(const char *file, int line, const char *text, const char *got,
    const char *want)
{
	if (got != NULL && want != NULL && strcmp(got, want) == 0)
		return (passed(file, line));
	return (failed(file, line, text, got != NULL ? got : "(null)",
	    want != NULL ? want : "(null)"));
}

bool
hf_expect_panic_at(const char *file, int line, const char *text,
    void (*fn)(void *), void *arg, const char *part, bool may_trap)
{
	const char *got = hf_panics(fn, arg);

	if (got != NULL && strstr(got, part) != NULL &&
	    (may_trap || !hf_panic_was_trap()))
		return (passed(file, line));
	return (failed(file, line, text, got != NULL ? got : "no panic",
	    part[0] != '\0' ? part : "panic(9), not a trap"));
}

void
hf_scenario_leave(void)
{
	hf_fail_nth_leaving();
	KASSERT(curthread == hf_current.td,
	    ("hf_require: not in the scenario's thread"));
	hf_catch_throw(&hf_current.leave, "left");
}

void
hf_skip(const char *why)
{
	KASSERT(hf_current.passed == 0 && hf_current.failed == 0,
	    ("hf_skip: after an expectation"));
	strlcpy(hf_current.why, why, sizeof(hf_current.why));
	hf_current.skipped = true;
	hf_scenario_leave();
}

void
hf_note(const char *fmt, ...)
{
	struct record *r;
	char text[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	r = hf_record_begin("note");
	hf_record_text(r, "text", text);
	hf_record_end(r);
}

void
hf_value(const char *name, uint64_t value, const char *unit)
{
	struct record *r = hf_record_begin("value");

	hf_record_text(r, "name", name);
	hf_record_u64(r, "value", value);
	hf_record_text(r, "unit", unit);
	hf_record_end(r);
}

struct hf_rng *
hf_scenario_rng(void)
{
	return (&hf_current.rng);
}
