/* SPDX-License-Identifier: BSD-2-Clause */
/* check_scenario_page.c: the formats are as holdfast-scenario(5) says, by its own text. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "holdfast-scenario.text.h"
#include "report/report.h"
#include "run/plan.h"
#include "run/scenario_list.h"
#include "run/verdict.h"
#include "unit.h"

struct item {
	const char *word;
	int number;
};
#define ITEM(word, number) { word, number },

#define NONCE "0123456789abcdef"

static struct hf_err err;

/* The page's flags are those that the host knows a name of. */
START_TEST(all_flags_are_listed)
{
#define FLAG(flag) flag,
	const uint32_t flags[] = { MAN_FLAGS(FLAG) };
	uint32_t listed = 0, known = 0;

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		ck_assert_uint_eq(listed & flags[i], 0);
		listed |= flags[i];
	}
	for (uint32_t bit = 1; bit != 0; bit <<= 1)
		if (scenario_flag_name(bit) != NULL)
			known |= bit;
	ck_assert_uint_eq(listed, known);
}
END_TEST

static int
parse_plan(struct plan *p, const char *text)
{
	return (plan_parse(p, text, strlen(text), "the page's plan", &err));
}

START_TEST(the_plan_is_one)
{
	struct plan p;
	size_t len;
	char *text;

	ck_assert_int_eq(parse_plan(&p, MAN_TEXT_PLAN), 0);
	ck_assert_str_eq(p.nonce, NONCE);
	ck_assert_uint_eq(p.nruns, 2);
	text = plan_format(&p, &len, &err);
	ck_assert_uint_eq(len, strlen(MAN_TEXT_PLAN));
	ck_assert_mem_eq(text, MAN_TEXT_PLAN, len);
	free(text);
	plan_free(&p);
}
END_TEST

/* The example has every setting that the page explains, and no other. */
START_TEST(the_plan_has_all_settings)
{
	static const struct item settings[] = { MAN_THE_PLAN(ITEM) };
	const size_t n = sizeof(settings) / sizeof(settings[0]);
	char text[] = MAN_TEXT_PLAN, *rest = text, *line;
	bool seen[sizeof(settings) / sizeof(settings[0])] = { false };
	size_t i;

	ck_assert_str_eq(strsep(&rest, "\n"), HF_PLAN_MAGIC);
	while ((line = strsep(&rest, "\n")) != NULL && line[0] != '\0') {
		line[strcspn(line, " ")] = '\0';
		for (i = 0; i < n && strcmp(settings[i].word, line) != 0; i++)
			;
		ck_assert_msg(i < n, "%s is not explained", line);
		seen[i] = true;
	}
	for (i = 0; i < n; i++)
		ck_assert_msg(seen[i], "%s is not shown", settings[i].word);
}
END_TEST

/* A value that any key takes; "ok" and "apart" want a bit, "id" wants an id. */
static const char *
value_of(const char *key)
{
	return (strcmp(key, "id") == 0 ? "a.b" : "1");
}

#define KEYS_MAX 16

struct kind {
	const char *name;
	const char *keys[KEYS_MAX];
	bool optional[KEYS_MAX];
	size_t nkeys;
};

/* A line of the page's table; its text is changed. */
static void
read_kind(struct kind *k, char *line)
{
	bool optional = false;
	char *word;

	memset(k, 0, sizeof(*k));
	while ((word = strsep(&line, " ")) != NULL) {
		if (*word == '\0')
			continue;
		if (*word == '[') {
			optional = true;
			word++;
		}
		word[strcspn(word, "]")] = '\0';
		if (k->name == NULL) {
			k->name = word;
			continue;
		}
		ck_assert_uint_lt(k->nkeys, KEYS_MAX);
		k->optional[k->nkeys] = optional;
		k->keys[k->nkeys++] = word;
	}
}

/* Says a record of the kind without the keys in the mask; the reason, or NULL. */
static const char *
say(const struct kind *k, unsigned int without, const char *more)
{
	static struct record rec;
	char line[HF_RECORD_MAX];
	int n;

	n = snprintf(line, sizeof(line), "\x1e" NONCE " 1 %s", k->name);
	for (size_t i = 0; i < k->nkeys; i++)
		if ((without & 1u << i) == 0)
			n += snprintf(line + n, sizeof(line) - (size_t)n,
			    " %s=%s", k->keys[i], value_of(k->keys[i]));
	n += snprintf(line + n, sizeof(line) - (size_t)n, "%s", more);
	return (record_parse(&rec, line, (size_t)n, NONCE));
}

static struct kind kinds[RECORD_DONE + 1];
static size_t nkinds;

static bool
has_key(const struct kind *k, const char *key)
{
	for (size_t i = 0; i < k->nkeys; i++)
		if (strcmp(k->keys[i], key) == 0)
			return (true);
	return (false);
}

/* No key of another kind may come. */
static void
check_others(const struct kind *k, const struct kind *other)
{
	char more[32];

	for (size_t i = 0; i < other->nkeys; i++) {
		if (has_key(k, other->keys[i]))
			continue;
		snprintf(more, sizeof(more), " %s=%s", other->keys[i],
		    value_of(other->keys[i]));
		ck_assert_msg(
		    say(k, 0, more) != NULL, "%s may have%s", k->name, more);
	}
}

/* Each key of the kind is needed or not, as the page says. */
static void
check_kind(const struct kind *k)
{
	unsigned int optional = 0;
	const char *why = say(k, 0, "");

	ck_assert_msg(why == NULL, "%s with all keys: %s", k->name, why);
	for (size_t i = 0; i < k->nkeys; i++) {
		if (k->optional[i])
			optional |= 1u << i;
		else
			ck_assert_msg(say(k, 1u << i, "") != NULL,
			    "%s may come without %s", k->name, k->keys[i]);
	}
	why = say(k, optional, "");
	ck_assert_msg(why == NULL, "%s with what must be: %s", k->name, why);
	for (size_t i = 0; i < nkinds; i++)
		check_others(k, &kinds[i]);
}

/* All kinds are there, with all keys that there are. */
START_TEST(the_records_have_these_keys)
{
	char text[] = MAN_TEXT_KINDS, *rest = text, *line;

	while ((line = strsep(&rest, "\n")) != NULL && line[0] != '\0') {
		ck_assert_uint_lt(nkinds, RECORD_DONE + 1);
		read_kind(&kinds[nkinds++], line);
	}
	ck_assert_uint_eq(nkinds, RECORD_DONE + 1);
	for (size_t i = 0; i < nkinds; i++)
		check_kind(&kinds[i]);
}
END_TEST

/* What the page's guest says, as the host takes it. */
struct taken {
	struct verdict verdict;
	unsigned int records, texts;
};

static void
take_record(void *arg, const struct record *rec)
{
	struct taken *t = arg;

	t->records++;
	(void)verdict_record(&t->verdict, rec, t->records);
	ck_assert_msg(!t->verdict.violated, "%s", t->verdict.violation);
}

static void
take_violation(void *arg, const char *why)
{
	(void)arg;
	ck_abort_msg("%s", why);
}

static void
take_text(void *arg, const char *text, size_t len_bytes)
{
	struct taken *t = arg;

	t->texts++;
	ck_assert_mem_eq(text, "booting", len_bytes);
}

START_TEST(the_log_answers_the_plan)
{
	struct scenario_result results[2] = { 0 };
	struct scenario_result *all[2] = { &results[0], &results[1] };
	struct taken t = { .records = 0 };
	const struct record_sink sink = { &t, take_record, take_violation,
		take_text };
	char text[] = MAN_TEXT_LOG, *rest = text, *line;
	struct record_stream stream;
	struct plan p;

	ck_assert_int_eq(parse_plan(&p, MAN_TEXT_PLAN), 0);
	ck_assert_uint_eq(p.nruns, 2);
	results[0].id = p.runs[0];
	results[1].id = p.runs[1];
	verdict_init(&t.verdict, all, 2);
	record_stream_init(&stream, p.nonce, &sink);
	while ((line = strsep(&rest, "\n")) != NULL && line[0] != '\0') {
		if (strncmp(line, "^^", 2) == 0)
			*++line = HF_RECORD_MARK;
		record_stream_feed(&stream, line, strlen(line));
		record_stream_feed(&stream, "\n", 1);
	}
	record_stream_finish(&stream);
	ck_assert_uint_eq(
	    verdict_finish(&t.verdict, GUEST_END_DONE, NULL, 99), 2);
	ck_assert_uint_eq(t.records, 8);
	ck_assert_uint_eq(t.texts, 1);
	ck_assert_int_eq(results[0].verdict, HF_VERDICT_PASS);
	ck_assert_uint_eq(results[0].passed, 2);
	ck_assert_str_eq(
	    results[0].notes[0], "parent and child have a page each");
	ck_assert_int_eq(results[1].verdict, HF_VERDICT_SKIP);
	ck_assert_str_eq(results[1].reason, "no disk");
	result_reset(&results[0]);
	result_reset(&results[1]);
	plan_free(&p);
}
END_TEST

/* The names and exit statuses of all verdicts, each once. */
START_TEST(the_verdicts_are_these)
{
	static const struct item verdicts[] = { MAN_VERDICTS(ITEM) };
	const size_t n = sizeof(verdicts) / sizeof(verdicts[0]);
	enum hf_verdict v;
	size_t i;

	for (v = HF_VERDICT_PASS; v <= HF_VERDICT_NOT_RUN; v++) {
		i = v - HF_VERDICT_PASS;
		ck_assert_uint_lt(i, n);
		ck_assert_str_eq(verdicts[i].word, verdict_name(v));
		ck_assert_int_eq(verdicts[i].number, (int)verdict_status(v));
	}
	ck_assert_uint_eq(n, HF_VERDICT_NOT_RUN - HF_VERDICT_PASS + 1);
}
END_TEST

START_TEST(the_formats_are_these)
{
	static const struct item formats[] = { MAN_REPORT_FORMATS(ITEM) };
	const size_t n = sizeof(formats) / sizeof(formats[0]);
	enum report_format f;
	unsigned int seen = 0;

	for (size_t i = 0; i < n; i++) {
		ck_assert(report_format_parse(formats[i].word, &f));
		ck_assert_uint_eq(seen & 1u << f, 0);
		seen |= 1u << f;
	}
	ck_assert_uint_eq(seen, (1u << (REPORT_JSON + 1)) - 1);
}
END_TEST

int
main(void)
{
	const TTest *tests[] = { all_flags_are_listed, the_plan_is_one,
		the_plan_has_all_settings, the_records_have_these_keys,
		the_log_answers_the_plan, the_verdicts_are_these,
		the_formats_are_these, NULL };

	return (unit_main("the page of formats", tests));
}
