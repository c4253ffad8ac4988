/* SPDX-License-Identifier: BSD-2-Clause */
/* check_progress.c: when an idle guest is a dead one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/guest_tail.h"
#include "run/progress.h"
#include "unit.h"

#define MS(n) ((n)*1000000ull)

static struct progress p;
static struct activity a = { .known = true, .all_halted = true, .events = 7 };

static void
set_up(void)
{
	p = (struct progress){ 0 };
	/* The first look has nothing to compare with. */
	ck_assert(!progress_stalled(&p, &a, 10, MS(1000)));
	ck_assert(!progress_stalled(&p, &a, 10, MS(1500)));
}

START_TEST(idle_for_the_whole_window_is_a_stall)
{
	ck_assert(
	    !progress_stalled(&p, &a, 10, MS(1500 + PROGRESS_WINDOW_MS) - 1));
	ck_assert(progress_stalled(&p, &a, 10, MS(1500 + PROGRESS_WINDOW_MS)));
}
END_TEST

START_TEST(any_sign_of_life_starts_the_window_again)
{
	const uint64_t late = MS(1500 + PROGRESS_WINDOW_MS);
	struct activity busy = a;

	busy.events++;
	ck_assert(!progress_stalled(&p, &busy, 10, late));
	ck_assert(!progress_stalled(&p, &busy, 11, late + 1));
	busy.all_halted = false;
	ck_assert(!progress_stalled(&p, &busy, 11, late + 2));
	busy.all_halted = true;
	ck_assert(!progress_stalled(&p, &busy, 11, late + 3));
	ck_assert(!progress_stalled(
	    &p, &busy, 11, late + 2 + MS(PROGRESS_WINDOW_MS)));
	ck_assert(
	    progress_stalled(&p, &busy, 11, late + 3 + MS(PROGRESS_WINDOW_MS)));
}
END_TEST

START_TEST(what_is_not_known_is_no_stall)
{
	struct activity unknown = { .known = false, .all_halted = true };

	for (uint64_t now = MS(2000); now < MS(100000); now += MS(500))
		ck_assert(!progress_stalled(&p, &unknown, 10, now));
}
END_TEST

START_TEST(the_last_lines_are_kept_in_order)
{
	static struct guest_tail t;
	const char *lines[GUEST_TAIL_LINES];
	char text[GUEST_TAIL_BYTES + 10];

	ck_assert_uint_eq(tail_lines(&t, lines), 0);
	tail_add(&t, "only", 4);
	ck_assert_uint_eq(tail_lines(&t, lines), 1);
	ck_assert_str_eq(lines[0], "only");
	for (int i = 0; i < 100; i++) {
		char number[12];
		int n = snprintf(number, sizeof(number), "%d", i);

		tail_add(&t, number, (size_t)n);
	}
	ck_assert_uint_eq(tail_lines(&t, lines), GUEST_TAIL_LINES);
	ck_assert_int_eq(atoi(lines[0]), 100 - GUEST_TAIL_LINES);
	ck_assert_str_eq(lines[GUEST_TAIL_LINES - 1], "99");
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = 'x';
	tail_add(&t, text, sizeof(text));
	tail_lines(&t, lines);
	ck_assert_uint_eq(
	    strlen(lines[GUEST_TAIL_LINES - 1]), GUEST_TAIL_BYTES - 1);
}
END_TEST

int
main(void)
{
	TCase *t = tcase_create("all");

	tcase_add_checked_fixture(t, set_up, NULL);
	tcase_add_test(t, idle_for_the_whole_window_is_a_stall);
	tcase_add_test(t, any_sign_of_life_starts_the_window_again);
	tcase_add_test(t, what_is_not_known_is_no_stall);
	tcase_add_test(t, the_last_lines_are_kept_in_order);
	return (unit_run("progress", t));
}
