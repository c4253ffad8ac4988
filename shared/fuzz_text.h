/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_text.h: steps of "holdfast fuzz" as text (fuzz_step.h). */

/*
 * A plan is steps with ';' or a line's end between them; '#' begins a comment
 * only at a step's beginning.  It is foreign input to both halves: nothing of
 * it is believed, and a message says what is wrong.
 */
#ifndef HF_SHARED_FUZZ_TEXT_H
#define HF_SHARED_FUZZ_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "fuzz_step.h"

#define HF_FUZZ_TEXT_BYTES 48 /* of one step, with its NUL */

struct hf_fuzz_cursor {
	const char *at, *end;
	enum hf_fuzz_game game;
};

static inline bool
hf_fuzz_is_end(char c)
{
	return (c == ';' || c == '\n' || c == '\r' || c == '\0');
}

static inline void
hf_fuzz_skip_blanks(struct hf_fuzz_cursor *c)
{
	while (c->at < c->end && (*c->at == ' ' || *c->at == '\t'))
		c->at++;
}

/* The next word of the step; its length, 0: there is none. */
static inline size_t
hf_fuzz_take_word(struct hf_fuzz_cursor *c, const char **word)
{
	hf_fuzz_skip_blanks(c);
	*word = c->at;
	while (c->at < c->end && *c->at != ' ' && *c->at != '\t' &&
	    !hf_fuzz_is_end(*c->at))
		c->at++;
	return ((size_t)(c->at - *word));
}

/* A number below a bound, of nothing but digits from *s on. */
static inline bool
hf_fuzz_take_number(const char **s, const char *end, unsigned below, uint8_t *v)
{
	const char *from = *s;
	unsigned n = 0;

	while (*s < end && **s >= '0' && **s <= '9' && n < below)
		n = n * 10 + (unsigned)(*(*s)++ - '0');
	*v = (uint8_t)n;
	return (*s > from && n < below);
}

/* Is [s, s + len) the text that the list goes on with? */
static inline bool
hf_fuzz_word_is(const char *list, const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (list[i] == '\0' || list[i] != s[i])
			return (false);
	return (list[len] == '\0' || list[len] == ' ');
}

static inline bool
hf_fuzz_find_word(const char *words, const char *s, size_t len, uint8_t *word)
{
	for (*word = 0; *words != '\0'; ++*word) {
		if (hf_fuzz_word_is(words, s, len))
			return (true);
		while (*words != ' ' && *words != '\0')
			words++;
		if (*words == ' ')
			words++;
	}
	return (false);
}

/* A whole word that is a letter and a number. */
static inline bool
hf_fuzz_take_lettered(
    struct hf_fuzz_cursor *c, char letter, unsigned below, uint8_t *v)
{
	const char *s;
	size_t len = hf_fuzz_take_word(c, &s);

	if (len < 2 || *s++ != letter)
		return (false);
	return (hf_fuzz_take_number(&s, c->at, below, v) && s == c->at);
}

static inline const char *
hf_fuzz_take_pages(struct hf_fuzz_cursor *c, struct hf_fuzz_step *step)
{
	const bool range =
	    (hf_fuzz_kinds[step->kind].args & HF_FUZZ_RANGE) != 0;
	const char *s;

	step->n = 1;
	if (hf_fuzz_take_word(c, &s) == 0 ||
	    !hf_fuzz_take_number(&s, c->at, HF_FUZZ_PAGES, &step->first))
		return ("a page is a number from 0 to 11");
	if (range && s < c->at && *s == '+') {
		s++;
		if (!hf_fuzz_take_number(
			&s, c->at, HF_FUZZ_PAGES + 1, &step->n) ||
		    step->n == 0 || step->first + step->n > HF_FUZZ_PAGES)
			return ("pages are FIRST+COUNT, twelve at the most");
	}
	return (s == c->at ? NULL : "pages are FIRST or FIRST+COUNT");
}

static inline const char *
hf_fuzz_take_kind(struct hf_fuzz_cursor *c, struct hf_fuzz_step *step)
{
	const struct hf_fuzz_rules *rules = &hf_fuzz_rules[c->game];
	const char *s;
	size_t len = hf_fuzz_take_word(c, &s);

	for (step->kind = rules->kinds; step->kind < rules->end; step->kind++)
		if (hf_fuzz_word_is(hf_fuzz_kinds[step->kind].name, s, len))
			return (NULL);
	return ("there is no such step");
}

static inline const char *
hf_fuzz_take_arguments(struct hf_fuzz_cursor *c, struct hf_fuzz_step *step)
{
	const struct hf_fuzz_kind *kind = &hf_fuzz_kinds[step->kind];
	const char *s, *why = NULL;
	size_t len;

	if ((kind->args & HF_FUZZ_CHILD) != 0 &&
	    !hf_fuzz_take_lettered(c, 'p', HF_FUZZ_PROCS, &step->child))
		return ("who comes to be is missing: p1 to p4");
	if ((kind->args & (HF_FUZZ_PAGE | HF_FUZZ_RANGE)) != 0)
		why = hf_fuzz_take_pages(c, step);
	if (why == NULL && (kind->args & HF_FUZZ_WORD) != 0) {
		len = hf_fuzz_take_word(c, &s);
		if (!hf_fuzz_find_word(kind->words, s, len, &step->word))
			return ("its word is none of those it has");
	}
	if (why == NULL && (kind->args & HF_FUZZ_NUMBER) != 0 &&
	    !hf_fuzz_take_lettered(c, '#', kind->below, &step->number))
		return ("its number is missing or too large (#0, #1, ...)");
	return (why);
}

/* One step, up to its end.  NULL, or why it is none. */
static inline const char *
hf_fuzz_step_read(struct hf_fuzz_cursor *c, struct hf_fuzz_step *step)
{
	struct hf_fuzz_cursor before;
	const char *why, *s;
	bool who;

	*step = (struct hf_fuzz_step){ 0 };
	hf_fuzz_skip_blanks(c);
	before = *c;
	who = hf_fuzz_take_lettered(
	    c, 'p', hf_fuzz_rules[c->game].players, &step->who);
	if (!who)
		*c = before;
	why = hf_fuzz_take_kind(c, step);
	if (why != NULL)
		return (why);
	if (who != ((hf_fuzz_kinds[step->kind].args & HF_FUZZ_WHO) != 0))
		return (who			  ? "no process does that"
			: c->game == HF_FUZZ_CREW ? "who does that: p0 to p7"
						  : "who does that: p0 to p4");
	why = hf_fuzz_take_arguments(c, step);
	if (why == NULL && hf_fuzz_take_word(c, &s) != 0)
		why = "there is more than the step has arguments";
	return (why);
}

/* Goes to the next step that has a text; false: there is none. */
static inline bool
hf_fuzz_plan_next(struct hf_fuzz_cursor *c)
{
	while (c->at < c->end) {
		hf_fuzz_skip_blanks(c);
		if (c->at == c->end)
			break;
		if (*c->at == '#')
			while (c->at < c->end && *c->at != '\n')
				c->at++;
		else if (hf_fuzz_is_end(*c->at))
			c->at++;
		else
			return (true);
	}
	return (false);
}

static inline char *
hf_fuzz_put_text(char *to, const char *s)
{
	while (*s != '\0' && *s != ' ')
		*to++ = *s++;
	*to = '\0';
	return (to);
}

static inline char *
hf_fuzz_put_number(char *to, char letter, unsigned n)
{
	if (letter != '\0')
		*to++ = letter;
	if (n >= 10)
		*to++ = (char)('0' + n / 10);
	*to++ = (char)('0' + n % 10);
	*to = '\0';
	return (to);
}

static inline const char *
hf_fuzz_word_of(const struct hf_fuzz_step *step)
{
	const char *words = hf_fuzz_kinds[step->kind].words;
	unsigned i;

	for (i = 0; i < step->word; words++)
		i += *words == ' ';
	return (words);
}

/* The text of a step, in buf; its length. */
static inline size_t
hf_fuzz_step_write(
    const struct hf_fuzz_step *step, char buf[HF_FUZZ_TEXT_BYTES])
{
	const struct hf_fuzz_kind *kind = &hf_fuzz_kinds[step->kind];
	char *at = buf;

	if ((kind->args & HF_FUZZ_WHO) != 0) {
		at = hf_fuzz_put_number(at, 'p', step->who);
		*at++ = ' ';
	}
	at = hf_fuzz_put_text(at, kind->name);
	if ((kind->args & HF_FUZZ_CHILD) != 0) {
		*at++ = ' ';
		at = hf_fuzz_put_number(at, 'p', step->child);
	}
	if ((kind->args & (HF_FUZZ_PAGE | HF_FUZZ_RANGE)) != 0) {
		*at++ = ' ';
		at = hf_fuzz_put_number(at, '\0', step->first);
		if (step->n > 1)
			at = hf_fuzz_put_number(at, '+', step->n);
	}
	if ((kind->args & HF_FUZZ_WORD) != 0) {
		*at++ = ' ';
		at = hf_fuzz_put_text(at, hf_fuzz_word_of(step));
	}
	if ((kind->args & HF_FUZZ_NUMBER) != 0) {
		*at++ = ' ';
		at = hf_fuzz_put_number(at, '#', step->number);
	}
	return ((size_t)(at - buf));
}

#endif
