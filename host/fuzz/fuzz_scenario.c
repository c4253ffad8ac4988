/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_scenario.c: a plan as the text of a scenario. */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz/fuzz_plan.h"
#include "fuzz_text.h"

/*
 * As clang-format leaves it.  The title is the author's to write; the requirements
 * are those that the model stands for.
 */
char *
fuzz_plan_scenario(
    const struct fuzz_plan *p, const char *name, const char *what)
{
	char step[HF_FUZZ_TEXT_BYTES], *text = NULL;
	size_t bytes;
	FILE *f = open_memstream(&text, &bytes);

	hf_check_memory(f != NULL);
	fprintf(f,
	    "/* SPDX-License-Identifier: BSD-2-Clause */\n"
	    "/* %s.c: %s. */\n\n"
	    "#include <test/fuzz/game.h>\n"
	    "#include <test/scenario.h>\n\n"
	    "static const char plan[] = ",
	    name, what);
	for (size_t i = 0; i < p->n; i++) {
		hf_fuzz_step_write(&p->steps[i], step);
		if (i > 0)
			fprintf(f, "\n\t\t\t   ");
		fprintf(f, "\"%s\\n\"", step);
	}
	fprintf(f,
	    ";\n\n"
	    "HF_SCENARIO(fuzz_%s, \"fuzz.%s\", \"IW-4 QH-23\",\n"
	    "    \"these steps do what a model says they do\",\n"
	    "    .flags = HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE)\n"
	    "{\n"
	    "\thf_fuzz_play_plan(plan);\n"
	    "}\n",
	    name, name);
	hf_check(fclose(f) == 0);
	return (text);
}
