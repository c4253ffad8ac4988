/* SPDX-License-Identifier: BSD-2-Clause */
/* check_record.c: the record parser and the line splitter. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/record.h"
#include "unit.h"

#define NONCE "0123456789abcdef"
#define R     "\x1e" NONCE " "

static struct record rec;

static const char *
parse(const char *line)
{
	return (record_parse(&rec, line, strlen(line), NONCE));
}

START_TEST(each_kind_with_its_keys_is_accepted)
{
	static const char *const good[] = {
		R "1 hello abi=3 cpus=2 mem=67108864 boot_tsc=99",
		R "2 begin id=page.alloc_basic tsc=5",
		R "3 expect ok=0 file=a.c line=12 text=x%20==%20y",
		R "3 expect ok=0 file=a.c line=12 text=x got=1 want=2",
		R "4 note text=hello",
		R "5 value name=n value=7 unit=ns",
		R "6 skip reason=none",
		R "7 end id=a.b verdict=pass passed=1 failed=0 tsc=9",
		R "8 panic text=p cpu=0 rip=ffffffff80000000 rsp=0x1 rbp=0 "
		  "cr2=0 bt=1,2,ffffffff80200000",
		R "8 panic text=p cpu=0 rip=0 rsp=0 rbp=0 cr2=0 bt=",
		R "9 done ran=1",
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ck_assert_ptr_null(parse(good[i]));
}
END_TEST

START_TEST(a_bad_line_is_refused)
{
	static const char *const bad[] = {
		R "1 hello abi=3 cpus=2 mem=1",		  /* key missing */
		R "1 hello abi=3 cpus=2 mem=1 boot_tsc=", /* no number */
		R "1 done ran=1 ran=1",			  /* twice */
		R "1 done ran=1 x=1",			  /* unknown key */
		R "1 done ran=1 id=a.b",		  /* not of this kind */
		R "1 done ran=01",
		R "1 done ran=+1",
		R "1 done ran=0x1",
		R "1 done ran=18446744073709551616", /* 2^64 */
		R "1 done  ran=1",
		R "1 done ran=1 ",
		R "1 done ran",
		R "1 gone ran=1",
		R " done ran=1",
		R "x done ran=1",
		R "1",
		R "",
		R "1 note text=%",
		R "1 note text=%4",
		R "1 note text=%zz",
		R "1 note text=%00",
		R "1 note text=a\tb",
		R "1 note text=\x80",
		R "1 begin id=noarea tsc=1",
		R "1 begin id=A.b tsc=1",
		R "1 begin id=a. tsc=1",
		R "1 begin id=.a tsc=1",
		R "1 expect ok=2 file=a line=1 text=x",
		R "1 panic text=p cpu=0 rip=0 rsp=0 rbp=0 cr2=0 bt=1,",
		R "1 panic text=p cpu=0 rip=g rsp=0 rbp=0 cr2=0 bt=1",
		R "1 panic text=p cpu=0 rip=10000000000000000 rsp=0 rbp=0 "
		  "cr2=0 bt=1",
		"\x1e"
		"0123456789abcdee 1 done ran=1", /* another nonce */
		"\x1e"
		"0123456789ABCDEF 1 done ran=1",
		"\x1e" NONCE,
		"\x1e",
		"",
		"x" NONCE " 1 done ran=1",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(parse(bad[i]) != NULL, "accepted: %s", bad[i]);
}
END_TEST

START_TEST(values_are_decoded)
{
	ck_assert_ptr_null(
	    parse(R "17 expect ok=0 file=d/a.c line=12 text=%25%20%0a%ff"));
	ck_assert_int_eq(rec.kind, RECORD_EXPECT);
	ck_assert_uint_eq(rec.seq, 17);
	ck_assert_str_eq(rec.text[KEY_FILE], "d/a.c");
	ck_assert_uint_eq(rec.number[KEY_LINE], 12);
	ck_assert_str_eq(rec.text[KEY_TEXT], "% \n\xff");
	ck_assert_ptr_null(rec.text[KEY_GOT]);
	ck_assert_ptr_null(parse(R "1 done ran=18446744073709551615"));
	ck_assert_uint_eq(rec.number[KEY_RAN], UINT64_MAX);
}
END_TEST

START_TEST(the_longest_record_fits_and_one_more_byte_does_not)
{
	char line[HF_RECORD_MAX + 1];
	int n = sprintf(line, R "1 note text=");

	memset(line + n, 'x', sizeof(line) - (size_t)n);
	ck_assert_ptr_null(record_parse(&rec, line, HF_RECORD_MAX - 1, NONCE));
	ck_assert_uint_eq(
	    strlen(rec.text[KEY_TEXT]), (size_t)(HF_RECORD_MAX - 1 - n));
	ck_assert_ptr_nonnull(record_parse(&rec, line, HF_RECORD_MAX, NONCE));
}
END_TEST

/* What the stream handed on, one letter an event and the texts joined. */
static char events[64], texts[8192];

static void
on_record(void *arg, const struct record *r)
{
	strcat(events, "r");
}

static void
on_violation(void *arg, const char *why)
{
	strcat(events, "v");
}

static void
on_text(void *arg, const char *text, size_t len)
{
	strcat(events, "t");
	strncat(texts, text, len);
	strcat(texts, "|");
}

static struct record_stream stream;

static void
stream_new(void)
{
	struct record_sink sink = {
		.record = on_record, .violation = on_violation, .text = on_text
	};

	events[0] = texts[0] = '\0';
	record_stream_init(&stream, NONCE, &sink);
}

static void
feed(const char *s)
{
	record_stream_feed(&stream, s, strlen(s));
}

START_TEST(bytes_cut_anywhere_give_the_same_lines)
{
	static const char all[] = "boot\n" R "1 done ran=0\r"
				  "\n\nhi\r\n" R "1 done ran=1\n"
				  "a \x1e mark inside\ntail";

	for (size_t step = 1; step < sizeof(all); step++) {
		stream_new();
		for (size_t i = 0; i < sizeof(all) - 1; i += step)
			record_stream_feed(&stream, all + i,
			    step < sizeof(all) - 1 - i ? step
						       : sizeof(all) - 1 - i);
		record_stream_finish(&stream);
		ck_assert_str_eq(events, "tvttrtt");
		ck_assert_str_eq(texts, "boot||hi|a \x1e mark inside|tail|");
	}
}
END_TEST

START_TEST(a_gap_or_repeat_in_the_sequence_is_a_violation)
{
	stream_new();
	feed(R "1 note text=a\n" R "1 note text=a\n" R "3 note text=a\n" R
	       "2 note text=a\n");
	ck_assert_str_eq(events, "rvvr");
	stream_new();
	feed(R "2 note text=a\n");
	ck_assert_str_eq(events, "v");
}
END_TEST

START_TEST(a_record_that_is_too_long_is_one_violation)
{
	stream_new();
	feed(R "1 note text=");
	for (int i = 0; i < 5000; i++)
		feed("x");
	feed("\nok\n");
	ck_assert_str_eq(events, "vt");
	ck_assert_str_eq(texts, "ok|");
}
END_TEST

START_TEST(a_long_line_of_text_comes_in_pieces_that_hold_no_record)
{
	char line[RECORD_TEXT_MAX];

	memset(line, 'y', sizeof(line));
	stream_new();
	record_stream_feed(&stream, line, sizeof(line));
	feed(R "1 done ran=0\n");
	feed(R "1 done ran=0\n");
	ck_assert_str_eq(events, "ttr");
}
END_TEST

START_TEST(a_line_that_just_fits_does_not_depend_on_how_it_came)
{
	char line[RECORD_TEXT_MAX + 1];

	memset(line, 'y', sizeof(line));
	memcpy(line + RECORD_TEXT_MAX - 1, "\r\n", 2);
	for (size_t cut = 0; cut <= sizeof(line); cut++) {
		stream_new();
		record_stream_feed(&stream, line, cut);
		record_stream_feed(&stream, line + cut, sizeof(line) - cut);
		ck_assert_str_eq(events, "t");
		ck_assert_uint_eq(strlen(texts), RECORD_TEXT_MAX);
		ck_assert_ptr_null(strchr(texts, '\r'));
	}
}
END_TEST

START_TEST(a_record_without_its_newline_is_none)
{
	stream_new();
	feed(R "1 done ran=0");
	record_stream_finish(&stream);
	ck_assert_str_eq(events, "t");
}
END_TEST

int
main(void)
{
	TCase *t = tcase_create("all");

	tcase_add_test(t, each_kind_with_its_keys_is_accepted);
	tcase_add_test(t, a_bad_line_is_refused);
	tcase_add_test(t, values_are_decoded);
	tcase_add_test(t, the_longest_record_fits_and_one_more_byte_does_not);
	tcase_add_test(t, bytes_cut_anywhere_give_the_same_lines);
	tcase_add_test(t, a_gap_or_repeat_in_the_sequence_is_a_violation);
	tcase_add_test(t, a_record_that_is_too_long_is_one_violation);
	tcase_add_test(
	    t, a_long_line_of_text_comes_in_pieces_that_hold_no_record);
	tcase_add_test(t, a_line_that_just_fits_does_not_depend_on_how_it_came);
	tcase_add_test(t, a_record_without_its_newline_is_none);
	return (unit_run("record", t));
}
