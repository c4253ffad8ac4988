/* SPDX-License-Identifier: BSD-2-Clause */
/* format.c: snprintf, number parsing, and the run plan's syntax. */

#include <kern/plan.h>
#include <test/scenario.h>

#define CHECK(want, ...)                                 \
	do {                                             \
		snprintf(buf, sizeof(buf), __VA_ARGS__); \
		hf_expect_str(buf, want);                \
	} while (0)

HF_SCENARIO(kern_format, "kern.format", "",
    "snprintf formats each directive and cuts at the buffer's end")
{
	static const char *const volatile cut[] = { "%d%", "%d%-5", "%d%#l" };
	char buf[40];

	CHECK("-1 2 3", "%d %u %ld", -1, 2u, 3l);
	CHECK("ff FF 0x10 0", "%x %X %#x %#x", 255, 255, 16, 0);
	CHECK("  7|7  |007", "%3d|%-3d|%03d", 7, 7, 7);
	CHECK("ab|  ab|ab  |abc", "%s|%4s|%-4s|%.3s", "ab", "ab", "ab", "abcd");
	CHECK("+5 -0003", "%+d %05d", 5, -3);
	CHECK(" 5 -5|", "% d % d|", 5, -5);
	CHECK("18446744073709551615", "%lu", UINT64_MAX);
	CHECK("-9223372036854775808", "%ld", INT64_MIN);
	CHECK("x%0xbeef", "%c%%%p", 'x', (void *)0xbeef);
	CHECK("255 -1", "%hhu %hd", (unsigned char)255, (short)-1);
	CHECK("  12", "%*d", 4, 12);
	/* A directive that the text ends in is none; compilers know it is wrong. */
	for (u_int i = 0; i < nitems(cut); i++)
		CHECK("50", cut[i], 50);
	hf_expect_eq(snprintf(buf, 4, "%s", "abcdef"), 6);
	hf_expect_str(buf, "abc");
	hf_expect_eq(snprintf(NULL, 0, "%d", 12345), 5);
}

HF_SCENARIO(kern_strtou64, "kern.strtou64", "",
    "numbers are read in their base, to their end, and saturate")
{
	static const struct {
		const char *text;
		int base;
		uint64_t value;
		char stop;
		bool overflow;
	} t[] = {
		{ "0", 0, 0, '\0', false },
		{ "0x10", 0, 16, '\0', false },
		{ "010", 0, 8, '\0', false },
		{ "42k", 0, 42, 'k', false },
		{ "0x", 0, 0, 'x', false },
		{ "18446744073709551615", 10, UINT64_MAX, '\0', false },
		{ "18446744073709551616", 10, UINT64_MAX, '\0', true },
		{ "ffFF", 16, 0xffff, '\0', false },
	};
	const char *end;
	bool overflow;

	for (u_int i = 0; i < nitems(t); i++) {
		hf_expect_eq(hf_strtou64(t[i].text, &end, t[i].base, &overflow),
		    t[i].value);
		hf_expect_eq(*end, t[i].stop);
		hf_expect_eq(overflow, t[i].overflow);
	}
	hf_strtou64("x1", &end, 0, NULL);
	hf_expect_str(end, "x1");
}

HF_SCENARIO(kern_plan, "kern.plan", "",
    "a plan is taken as written, and refused when anything in it is unknown")
{
	static const struct {
		const char *text;
		const char *why; /* part of the refusal */
	} bad[] = {
		{ "", "size" },
		{ "holdfast-plan 2\n", "first line" },
		{ "holdfast-plan 1", "newline" },
		{ "holdfast-plan 1\nnonce 12\n", "nonce" },
		{ "holdfast-plan 1\nnonce 0123456789ABCDEF\n", "nonce" },
		{ "holdfast-plan 1\nseed 1x\n", "seed" },
		{ "holdfast-plan 1\ncpus 0\n", "cpus" },
		{ "holdfast-plan 1\nparam x\n", "param" },
		{ "holdfast-plan 1\nparam =1\n", "param" },
		{ "holdfast-plan 1\nwalk a.b\n", "unknown" },
		{ "holdfast-plan 1\nrun\n", "unknown" },
	};
	static struct hf_plan plan;
	char text[160];
	const char *why, *id;

	for (u_int i = 0; i < nitems(bad); i++) {
		strlcpy(text, bad[i].text, sizeof(text));
		why = hf_plan_read(&plan, text, strlen(text));
		hf_expect(why != NULL && strstr(why, bad[i].why) != NULL);
	}
	strlcpy(text,
	    "holdfast-plan 1\n# a comment\nnonce 00112233445566ff\nseed 7\n"
	    "run a.b\nparam x=run y\nparam long=\ncpus 3\n\nrun c.d\n",
	    sizeof(text));
	hf_require(hf_plan_read(&plan, text, strlen(text)) == NULL);
	hf_expect_str(plan.nonce, "00112233445566ff");
	hf_expect_eq(plan.seed, 7);
	hf_expect_eq(plan.cpus, 3);
	hf_expect_str(hf_plan_value(&plan, "x"), "run y");
	hf_expect_str(hf_plan_value(&plan, "long"), "");
	hf_expect(hf_plan_value(&plan, "lon") == NULL);
	id = hf_plan_next(&plan, NULL);
	hf_expect_str(id, "a.b");
	id = hf_plan_next(&plan, id);
	hf_expect_str(id, "c.d");
	hf_expect(hf_plan_next(&plan, id) == NULL);
}
