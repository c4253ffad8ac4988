/* SPDX-License-Identifier: BSD-2-Clause */
/* record.c: the grammar of one record. */
#include "run/record.h"

#include <string.h>

#include "core/units.h"
#include "scenario_abi.h"

enum value_type {
	TYPE_DEC,
	TYPE_HEX,
	TYPE_HEX_LIST,
	TYPE_BOOL,
	TYPE_ID,
	TYPE_TEXT
};

static const struct {
	const char *name;
	enum value_type type;
} keys[RECORD_NKEYS] = {
	[KEY_ABI] = { "abi", TYPE_DEC },
	[KEY_CPUS] = { "cpus", TYPE_DEC },
	[KEY_MEM] = { "mem", TYPE_DEC },
	[KEY_BOOT_TSC] = { "boot_tsc", TYPE_DEC },
	[KEY_LOOP_TSC] = { "loop_tsc", TYPE_DEC },
	[KEY_ID] = { "id", TYPE_ID },
	[KEY_TSC] = { "tsc", TYPE_DEC },
	[KEY_OK] = { "ok", TYPE_BOOL },
	[KEY_FILE] = { "file", TYPE_TEXT },
	[KEY_LINE] = { "line", TYPE_DEC },
	[KEY_TEXT] = { "text", TYPE_TEXT },
	[KEY_GOT] = { "got", TYPE_TEXT },
	[KEY_WANT] = { "want", TYPE_TEXT },
	[KEY_NAME] = { "name", TYPE_TEXT },
	[KEY_VALUE] = { "value", TYPE_DEC },
	[KEY_UNIT] = { "unit", TYPE_TEXT },
	[KEY_REASON] = { "reason", TYPE_TEXT },
	[KEY_VERDICT] = { "verdict", TYPE_TEXT },
	[KEY_PASSED] = { "passed", TYPE_DEC },
	[KEY_FAILED] = { "failed", TYPE_DEC },
	[KEY_CPU] = { "cpu", TYPE_DEC },
	[KEY_RIP] = { "rip", TYPE_HEX },
	[KEY_RSP] = { "rsp", TYPE_HEX },
	[KEY_RBP] = { "rbp", TYPE_HEX },
	[KEY_CR2] = { "cr2", TYPE_HEX },
	[KEY_BT] = { "bt", TYPE_HEX_LIST },
	[KEY_RAN] = { "ran", TYPE_DEC },
	[KEY_CLASS] = { "class", TYPE_TEXT },
	[KEY_LAYER] = { "layer", TYPE_TEXT },
	[KEY_OPS] = { "ops", TYPE_DEC },
	[KEY_COUNT] = { "count", TYPE_DEC },
	[KEY_SUM] = { "sum", TYPE_DEC },
	[KEY_MIN] = { "min", TYPE_DEC },
	[KEY_MAX] = { "max", TYPE_DEC },
	[KEY_PART] = { "part", TYPE_DEC },
	[KEY_BUCKETS] = { "b", TYPE_TEXT },
	[KEY_N] = { "n", TYPE_DEC },
	[KEY_TICKS] = { "ticks", TYPE_DEC },
	[KEY_APART] = { "apart", TYPE_BOOL },
	[KEY_TRAP] = { "trap", TYPE_DEC },
	[KEY_ERR] = { "err", TYPE_HEX },
	[KEY_REGS] = { "regs", TYPE_HEX_LIST },
};

#define BIT(k) (1ull << (k))

static const struct {
	const char *name;
	uint64_t required, optional;
} kinds[] = {
	[RECORD_HELLO] = { "hello",
	    BIT(KEY_ABI) | BIT(KEY_CPUS) | BIT(KEY_MEM) | BIT(KEY_BOOT_TSC),
	    BIT(KEY_LOOP_TSC) },
	[RECORD_BEGIN] = { "begin", BIT(KEY_ID) | BIT(KEY_TSC), 0 },
	[RECORD_EXPECT] = { "expect",
	    BIT(KEY_OK) | BIT(KEY_FILE) | BIT(KEY_LINE) | BIT(KEY_TEXT),
	    BIT(KEY_GOT) | BIT(KEY_WANT) },
	[RECORD_NOTE] = { "note", BIT(KEY_TEXT), 0 },
	[RECORD_VALUE] = { "value",
	    BIT(KEY_NAME) | BIT(KEY_VALUE) | BIT(KEY_UNIT), 0 },
	[RECORD_HIST] = { "hist",
	    BIT(KEY_CLASS) | BIT(KEY_LAYER) | BIT(KEY_OPS) | BIT(KEY_COUNT) |
		BIT(KEY_SUM) | BIT(KEY_MIN) | BIT(KEY_MAX) | BIT(KEY_PART) |
		BIT(KEY_BUCKETS),
	    0 },
	[RECORD_RAW] = { "raw",
	    BIT(KEY_CLASS) | BIT(KEY_N) | BIT(KEY_TICKS) | BIT(KEY_APART), 0 },
	[RECORD_POINT] = { "point",
	    BIT(KEY_CLASS) | BIT(KEY_N) | BIT(KEY_NAME) | BIT(KEY_FILE) |
		BIT(KEY_LINE) | BIT(KEY_BT),
	    0 },
	[RECORD_LEFT] = { "left", BIT(KEY_FILE) | BIT(KEY_LINE), 0 },
	[RECORD_PATHS] = { "paths", BIT(KEY_BUCKETS), 0 },
	[RECORD_SKIP] = { "skip", BIT(KEY_REASON), 0 },
	[RECORD_END] = { "end",
	    BIT(KEY_ID) | BIT(KEY_VERDICT) | BIT(KEY_PASSED) | BIT(KEY_FAILED) |
		BIT(KEY_TSC),
	    0 },
	[RECORD_FRAME] = { "frame", BIT(KEY_REGS),
	    BIT(KEY_TRAP) | BIT(KEY_ERR) },
	[RECORD_PANIC] = { "panic",
	    BIT(KEY_TEXT) | BIT(KEY_CPU) | BIT(KEY_RIP) | BIT(KEY_RSP) |
		BIT(KEY_RBP) | BIT(KEY_CR2) | BIT(KEY_BT),
	    0 },
	[RECORD_DONE] = { "done", BIT(KEY_RAN), 0 },
};

#define NKINDS (sizeof(kinds) / sizeof(kinds[0]))

_Static_assert(RECORD_NKEYS <= 64, "keys fit into a bit mask");

bool
record_id_valid(const char *s)
{
	bool dotted = false;
	size_t n;

	for (n = 0; s[n] != '\0'; n++) {
		if (s[n] == '.' && n > 0)
			dotted = true;
		else if (!(s[n] >= 'a' && s[n] <= 'z') &&
		    !(s[n] >= '0' && s[n] <= '9') && s[n] != '_')
			return (false);
	}
	return (dotted && n < HF_SCENARIO_ID_MAX && s[n - 1] != '.');
}

/* The next token of [*p, end) up to a space; *p moves behind that space. */
static const char *
next_token(const char **p, const char *end, size_t *len)
{
	const char *start = *p, *space;

	space = memchr(start, ' ', (size_t)(end - start));
	*len = (size_t)((space != NULL ? space : end) - start);
	*p = space != NULL ? space + 1 : end;
	return (start);
}

static bool
parse_dec(const char *s, size_t len, uint64_t *out)
{
	uint64_t v = 0;

	if (len == 0 || (len > 1 && s[0] == '0'))
		return (false);
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9' ||
		    __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(s[i] - '0'), &v))
			return (false);
	}
	*out = v;
	return (true);
}

/* Up to 16 digits, "0x" before them allowed. */
static bool
parse_hex(const char *s, size_t len, uint64_t *out)
{
	uint64_t v = 0;

	if (len > 2 && s[0] == '0' && s[1] == 'x') {
		s += 2;
		len -= 2;
	}
	if (len == 0 || len > 16)
		return (false);
	for (size_t i = 0; i < len; i++) {
		if (units_hex_digit(s[i]) < 0)
			return (false);
		v = v << 4 | (uint64_t)units_hex_digit(s[i]);
	}
	*out = v;
	return (true);
}

static bool
valid_hex_list(const char *s)
{
	uint64_t ignored;

	if (*s == '\0')
		return (true);
	for (;;) {
		size_t n = strcspn(s, ",");

		if (!parse_hex(s, n, &ignored))
			return (false);
		if (s[n] == '\0')
			return (true);
		s += n + 1;
	}
}

/* Decodes %XX to dst; the length without NUL, or -1. */
static int
decode_value(char *dst, const char *s, size_t len)
{
	int n = 0;

	for (size_t i = 0; i < len; i++) {
		int c = (unsigned char)s[i];

		if (c == '%') {
			if (len - i < 3 || units_hex_digit(s[i + 1]) < 0 ||
			    units_hex_digit(s[i + 2]) < 0)
				return (-1);
			c = units_hex_digit(s[i + 1]) << 4 |
			    units_hex_digit(s[i + 2]);
			i += 2;
		} else if (c <= ' ' || c > '~')
			return (-1);
		if (c == '\0')
			return (-1);
		dst[n++] = (char)c;
	}
	dst[n] = '\0';
	return (n);
}

/* Checks the decoded value of key k and stores its number. */
static const char *
check_value(struct record *r, enum record_key k, size_t len)
{
	const char *s = r->text[k];

	switch (keys[k].type) {
	case TYPE_DEC:
		return (parse_dec(s, len, &r->number[k])
			? NULL
			: "a value is not a decimal number");
	case TYPE_HEX:
		return (parse_hex(s, len, &r->number[k])
			? NULL
			: "a value is not a hexadecimal number");
	case TYPE_HEX_LIST:
		return (valid_hex_list(s)
			? NULL
			: "a value is not a list of addresses");
	case TYPE_BOOL:
		r->number[k] = s[0] == '1';
		return (strcmp(s, "0") == 0 || strcmp(s, "1") == 0
			? NULL
			: "a value is neither 0 nor 1");
	case TYPE_ID:
		return (record_id_valid(s) ? NULL : "not a scenario id");
	case TYPE_TEXT:
		break;
	}
	return (NULL);
}

/* One key=value; used is what storage holds so far, seen the keys so far. */
static const char *
parse_pair(
    struct record *r, const char *tok, size_t len, size_t *used, uint64_t *seen)
{
	const char *eq = memchr(tok, '=', len), *why;
	size_t name_len;
	int k, n;

	if (eq == NULL)
		return ("a key without a value");
	name_len = (size_t)(eq - tok);
	for (k = 0; k < RECORD_NKEYS; k++) {
		if (strlen(keys[k].name) == name_len &&
		    memcmp(keys[k].name, tok, name_len) == 0)
			break;
	}
	if (k == RECORD_NKEYS)
		return ("an unknown key");
	if ((*seen & BIT(k)) != 0)
		return ("a key given twice");
	n = decode_value(r->storage + *used, eq + 1, len - name_len - 1);
	if (n < 0)
		return ("a value that is not properly escaped");
	r->text[k] = r->storage + *used;
	*used += (size_t)n + 1;
	*seen |= BIT(k);
	why = check_value(r, (enum record_key)k, (size_t)n);
	return (why);
}

const char *
record_parse(
    struct record *out, const char *line, size_t len_bytes, const char *nonce)
{
	const char *p = line + 1, *end = line + len_bytes, *tok, *why;
	size_t len, used = 0;
	uint64_t seen = 0;
	unsigned int kind;

	if (len_bytes == 0 || line[0] != HF_RECORD_MARK)
		return ("no record mark");
	if (len_bytes >= HF_RECORD_MAX)
		return ("longer than a record may be");
	tok = next_token(&p, end, &len);
	if (len != HF_NONCE_DIGITS || memcmp(tok, nonce, len) != 0)
		return ("the nonce is not that of the run plan");
	tok = next_token(&p, end, &len);
	if (!parse_dec(tok, len, &out->seq))
		return ("no sequence number");
	tok = next_token(&p, end, &len);
	for (kind = 0; kind < NKINDS; kind++) {
		if (strlen(kinds[kind].name) == len &&
		    memcmp(kinds[kind].name, tok, len) == 0)
			break;
	}
	if (kind == NKINDS)
		return ("an unknown kind");
	out->kind = (enum record_kind)kind;
	memset(out->text, 0, sizeof(out->text));
	memset(out->number, 0, sizeof(out->number));
	if (end[-1] == ' ')
		return ("a space at the end");
	while (p < end) {
		tok = next_token(&p, end, &len);
		why = parse_pair(out, tok, len, &used, &seen);
		if (why != NULL)
			return (why);
	}
	if ((seen & kinds[kind].required) != kinds[kind].required)
		return ("a key is missing");
	if ((seen & ~(kinds[kind].required | kinds[kind].optional)) != 0)
		return ("a key that this kind does not have");
	return (NULL);
}
