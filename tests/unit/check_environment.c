/* SPDX-License-Identifier: BSD-2-Clause */
/* check_environment.c: names of processors that are not this one. */
#include <stdio.h>
#include <string.h>

#include "run/environment.h"
#include "unit.h"

static unsigned int last_leaf;
static char brand[49];

static void
answer(unsigned int leaf, unsigned int regs[4])
{
	memset(regs, 0, 4 * sizeof(*regs));
	if (leaf == 0x80000000u) {
		regs[0] = last_leaf;
		return;
	}
	ck_assert(leaf >= 0x80000002u && leaf <= 0x80000004u);
	memcpy(regs, brand + (leaf - 0x80000002u) * 16, 16);
}

static const struct {
	unsigned int last_leaf;
	const char *brand, *name;
} cpus[] = {
	/* With and without an end. */
	{ 0x80000008u, "A processor with a name of forty-seven letters ",
	    "A processor with a name of forty-seven letters" },
	{ 0x80000004u, "A processor with a name of forty-eight letters..",
	    "A processor with a name of forty-eight letters.." },
	{ 0x80000004u, "   in the middle   ", "in the middle" },
	{ 0x80000004u, "one two", "one two" },
	{ 0x80000004u, "", "unknown CPU" },
	{ 0x80000004u, "                    ", "unknown CPU" },
	{ 0x80000003u, "too old to have one", "unknown CPU" },
};

START_TEST(the_name_is_all_that_the_processor_says)
{
	char out[64], little[8];

	last_leaf = cpus[_i].last_leaf;
	memset(brand, 0, sizeof(brand));
	memcpy(brand, cpus[_i].brand, strlen(cpus[_i].brand));
	environment_brand(answer, out, sizeof(out));
	ck_assert_str_eq(out, cpus[_i].name);
	/* As much as there is room for. */
	environment_brand(answer, little, sizeof(little));
	ck_assert_mem_eq(little, cpus[_i].name, 3);
	ck_assert_uint_lt(strlen(little), sizeof(little));
}
END_TEST

int
main(void)
{
	TCase *t = tcase_create("all");

	tcase_add_loop_test(t, the_name_is_all_that_the_processor_says, 0,
	    sizeof(cpus) / sizeof(cpus[0]));
	return (unit_run("environment", t));
}
