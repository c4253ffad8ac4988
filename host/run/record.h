/* SPDX-License-Identifier: BSD-2-Clause */
/* record.h: from console bytes to checked records (shared/report_abi.h). */

/*
 * Two layers, both pure:
 *
 *   record_parse	one line -> one record, or the reason why not.  Checks
 *			mark, length, nonce, number format, escapes, kind, and
 *			that exactly the keys of that kind are there, once each.
 *   record_stream	bytes cut anywhere -> lines; counts sequence numbers.
 *
 * Whether a record makes sense at that moment is verdict.h's business.
 */
#ifndef HF_RUN_RECORD_H
#define HF_RUN_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report_abi.h"

enum record_kind {
	RECORD_HELLO,
	RECORD_BEGIN,
	RECORD_EXPECT,
	RECORD_NOTE,
	RECORD_VALUE,
	RECORD_HIST,
	RECORD_RAW,
	RECORD_POINT,
	RECORD_LEFT,
	RECORD_PATHS,
	RECORD_SKIP,
	RECORD_END,
	RECORD_FRAME,
	RECORD_PANIC,
	RECORD_DONE
};

enum record_key {
	KEY_ABI,
	KEY_CPUS,
	KEY_MEM,
	KEY_BOOT_TSC,
	KEY_LOOP_TSC,
	KEY_ID,
	KEY_TSC,
	KEY_OK,
	KEY_FILE,
	KEY_LINE,
	KEY_TEXT,
	KEY_GOT,
	KEY_WANT,
	KEY_NAME,
	KEY_VALUE,
	KEY_UNIT,
	KEY_REASON,
	KEY_VERDICT,
	KEY_PASSED,
	KEY_FAILED,
	KEY_CPU,
	KEY_RIP,
	KEY_RSP,
	KEY_RBP,
	KEY_CR2,
	KEY_BT,
	KEY_RAN,
	KEY_CLASS,
	KEY_LAYER,
	KEY_OPS,
	KEY_COUNT,
	KEY_SUM,
	KEY_MIN,
	KEY_MAX,
	KEY_PART,
	KEY_BUCKETS,
	KEY_N,
	KEY_TICKS,
	KEY_APART,
	KEY_TRAP,
	KEY_ERR,
	KEY_REGS,
	RECORD_NKEYS
};

/*
 * text[k] is NULL when key k is absent, else the decoded value without NUL
 * bytes inside; number[k] is set for numeric keys.  All of it lives in the
 * record itself.
 */
struct record {
	enum record_kind kind;
	uint64_t seq;
	const char *text[RECORD_NKEYS];
	uint64_t number[RECORD_NKEYS];
	char storage[HF_RECORD_MAX + 1];
};

/*
 * Parses a line without its newline; line[0] is the mark.  NULL and *out filled
 * on success; else a constant sentence that says what is wrong, *out undefined.
 */
const char *record_parse(
    struct record *out, const char *line, size_t len_bytes, const char *nonce);

/* Whether s is an id: "area.behaviour" of [a-z0-9_.], short enough. */
bool record_id_valid(const char *s);

/* Console text is handed on in pieces of at most this many bytes. */
#define RECORD_TEXT_MAX HF_RECORD_MAX

struct record_sink {
	void *arg;
	/* A record, in sequence. */
	void (*record)(void *arg, const struct record *rec);
	/* A line that began with the mark but is not to be believed. */
	void (*violation)(void *arg, const char *why);
	/* Console text, no newline, not NUL-terminated, any bytes. */
	void (*text)(void *arg, const char *text, size_t len_bytes);
};

struct record_stream {
	struct record_sink sink;
	char nonce[HF_NONCE_DIGITS + 1];
	uint64_t next_seq;
	size_t used;
	bool continues; /* the piece in line[] does not start its line */
	bool overlong;	/* a record that is too long: drop up to newline */
	struct record rec;
	char line[HF_RECORD_MAX];
};

void record_stream_init(
    struct record_stream *s, const char *nonce, const struct record_sink *sink);

/* Takes bytes as they come; calls the sink for each completed line. */
void record_stream_feed(
    struct record_stream *s, const char *bytes, size_t len_bytes);

/*
 * The console is over: an unfinished line of text is handed on; an unfinished
 * record is not one, and is handed on as text.
 */
void record_stream_finish(struct record_stream *s);

#endif
