/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_scenario.c: a plan as the text of a scenario. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz_plan.h"
#include "fuzz_text.h"

/*
 * The requirements that the model stands for, and the steps that they are
 * about: not all of a plan's were broken by it, but none that is about other
 * steps.
 */
#define STEP(name)   (1ull << HF_FUZZ_##name)
#define CREW(name)   (1ull << HF_CREW_##name)
#define BOTH(name)   (STEP(name) | CREW(name))
#define ADVISED_FREE (1ull << 62)
#define ON_STACKS    (1ull << 63)
#define WIRINGS                                                        \
	(BOTH(wire) | BOTH(unwire) | STEP(lockall) | STEP(unlockall) | \
	    STEP(future) | STEP(vslock))
#define FILES                                                          \
	(BOTH(read) | BOTH(write) | STEP(readpart) | STEP(writepart) | \
	    BOTH(truncate))

static const struct {
	const char *id;
	uint64_t steps;
} requirements[] = {
	/* Mappings are those of the entry's chain, with its rights: always. */
	{ "IM-8", ~0ull },
	{ "CW-01", STEP(fork) | CREW(child) },
	{ "CW-03", STEP(fork) | CREW(child) },
	{ "CW-05", STEP(fork) },
	{ "CW-12", STEP(inherit) },
	{ "CW-27", STEP(debug) },
	{ "FT-03", BOTH(load) | BOTH(store) | STEP(poke) | STEP(straddle) },
	{ "FT-60", STEP(starve) },
	{ "FT-80", BOTH(protect) },
	{ "IW-1", WIRINGS },
	{ "IW-4", WIRINGS | BOTH(hold) | STEP(unhold) },
	{ "IW-5", WIRINGS },
	{ "IW-10", STEP(vslock) },
	{ "MP-14", STEP(map) },
	{ "MP-20", STEP(unmap) },
	{ "MP-25", BOTH(protect) },
	{ "MP-32", ADVISED_FREE },
	{ "MP-34", BOTH(sync) },
	{ "MP-36", ON_STACKS },
	{ "QH-13", STEP(put) },
	{ "QH-21", BOTH(truncate) },
	{ "QH-23", BOTH(hold) },
	{ "VN-05", BOTH(truncate) },
	{ "VN-06", BOTH(truncate) },
	{ "VN-10", BOTH(truncate) },
	{ "VN-17", FILES },
	{ "WI-04", WIRINGS },
	{ "WI-29", STEP(vslock) },
};

static uint64_t
about(const struct hf_fuzz_step *step)
{
	char text[HF_FUZZ_TEXT_BYTES];
	uint64_t steps = 1ull << step->kind;

	hf_fuzz_step_write(step, text);
	if (step->kind == HF_FUZZ_advise && strstr(text, " free") != NULL)
		steps |= ADVISED_FREE;
	if (step->kind == HF_FUZZ_map && strstr(text, " stack") != NULL)
		steps |= ON_STACKS;
	return (steps);
}

/* The inside of a C string; it goes on in another line where this one is full. */
static void
print_requirements(FILE *f, const struct fuzz_plan *p)
{
	const size_t n = sizeof(requirements) / sizeof(requirements[0]);
	const char *between = "";
	uint64_t steps = 0;
	int column = 0;

	for (size_t i = 0; i < p->n; i++)
		steps |= about(&p->steps[i]);
	for (size_t i = 0; i < n; i++) {
		if ((requirements[i].steps & steps) == 0)
			continue;
		column += fprintf(f, "%s%s", between, requirements[i].id);
		between = " ";
		if (column > 66) {
			between = " \"\n    \"";
			column = 0;
		}
	}
}

/* As clang-format leaves it.  The title is the author's to write. */
char *
fuzz_plan_scenario(
    const struct fuzz_plan *p, const char *name, const char *what)
{
	char step[HF_FUZZ_TEXT_BYTES], *text = NULL;
	size_t bytes;
	FILE *f = open_memstream(&text, &bytes);
	const bool crew = p->game == HF_FUZZ_CREW;

	hf_check_memory(f != NULL);
	fprintf(f,
	    "/* SPDX-License-Identifier: BSD-2-Clause */\n"
	    "/* %s.c: %s. */\n\n"
	    "#include <test/fuzz/%s.h>\n"
	    "#include <test/scenario.h>\n\n"
	    "static const char plan[] = ",
	    name, what, crew ? "crew" : "game");
	for (size_t i = 0; i < p->n; i++) {
		hf_fuzz_step_write(&p->steps[i], step);
		if (i > 0)
			fprintf(f, "\n\t\t\t   ");
		fprintf(f, "\"%s\\n\"", step);
	}
	fprintf(f,
	    ";\n\n"
	    "HF_SCENARIO(fuzz_%s, \"fuzz.%s\",\n    \"",
	    name, name);
	print_requirements(f, p);
	fprintf(f,
	    "\",\n"
	    "    \"%s\",\n"
	    "    .flags = HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE)\n"
	    "{\n",
	    crew ? "these threads at once see what they may see"
		 : "these steps do what a model says they do");
	if (crew)
		fprintf(f, "\thf_crew_play_plan(plan, %u);\n}\n",
		    fuzz_plan_threads(p));
	else
		fprintf(f, "\thf_fuzz_play_plan(plan);\n}\n");
	hf_check(fclose(f) == 0);
	return (text);
}
