/* SPDX-License-Identifier: BSD-2-Clause */
/* record_stream.c: cut console bytes into records and text. */
#include <string.h>

#include "core/err.h"
#include "run/record.h"

void
record_stream_init(
    struct record_stream *s, const char *nonce, const struct record_sink *sink)
{
	hf_check(strlen(nonce) == HF_NONCE_DIGITS);
	s->sink = *sink;
	memcpy(s->nonce, nonce, sizeof(s->nonce));
	s->next_seq = 1;
	s->used = 0;
	s->continues = false;
	s->overlong = false;
}

static bool
holds_record(const struct record_stream *s)
{
	return (!s->continues && s->used > 0 && s->line[0] == HF_RECORD_MARK);
}

static void
finish_record(struct record_stream *s)
{
	const char *why;

	why = record_parse(&s->rec, s->line, s->used, s->nonce);
	if (why == NULL && s->rec.seq != s->next_seq)
		why = "a sequence number is missing or repeated";
	if (why != NULL) {
		s->sink.violation(s->sink.arg, why);
		return;
	}
	s->next_seq++;
	s->sink.record(s->sink.arg, &s->rec);
}

static void
hand_on_text(struct record_stream *s)
{
	size_t n = s->used;

	if (n > 0 && s->line[n - 1] == '\r')
		n--;
	s->sink.text(s->sink.arg, s->line, n);
}

static void
finish_line(struct record_stream *s)
{
	if (s->overlong)
		s->sink.violation(s->sink.arg, "longer than a record may be");
	else if (holds_record(s))
		finish_record(s);
	else if (s->used > 0 || !s->continues)
		hand_on_text(s);
	s->used = 0;
	s->continues = false;
	s->overlong = false;
}

/*
 * line[] is full and the line goes on: text is handed on as it is, a record was
 * too long.  Not before the next byte is there: what a line of just that length
 * means does not depend on how the bytes came.
 */
static void
flush_full(struct record_stream *s)
{
	if (holds_record(s))
		s->overlong = true;
	else if (!s->overlong)
		s->sink.text(s->sink.arg, s->line, s->used);
	s->used = 0;
	s->continues = true;
}

void
record_stream_feed(struct record_stream *s, const char *bytes, size_t len_bytes)
{
	while (len_bytes > 0) {
		const char *nl = memchr(bytes, '\n', len_bytes);
		size_t want = nl != NULL ? (size_t)(nl - bytes) : len_bytes;
		size_t n;

		if (s->used == sizeof(s->line) && want > 0)
			flush_full(s);
		n = sizeof(s->line) - s->used;
		if (n > want)
			n = want;
		memcpy(s->line + s->used, bytes, n);
		s->used += n;
		bytes += n;
		len_bytes -= n;
		if (nl != NULL && n == want) {
			finish_line(s);
			bytes++;
			len_bytes--;
		}
	}
}

void
record_stream_finish(struct record_stream *s)
{
	if (s->used > 0 && !s->overlong)
		s->sink.text(s->sink.arg, s->line, s->used);
	s->used = 0;
	s->continues = false;
	s->overlong = false;
}
