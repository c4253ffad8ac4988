/* SPDX-License-Identifier: BSD-2-Clause */
/* fail_nth_symbols.c: what the image says of a failure point and of a death. */
#include <stdio.h>
#include <string.h>

#include "debug/backtrace.h"
#include "debug/symbols.h"
#include "run/fail_nth.h"

static bool
is_in_scenario(struct symbols *s, uint64_t addr)
{
	static const char *const folders[] = { "guest/scenarios/",
		"guest/test/", "tests/" };
	struct symbol_frame frames[SYMBOL_FRAMES_MAX];
	size_t n = symbols_lookup(s, addr, frames);

	/* The last is the function that the others are inlined into. */
	for (size_t i = 0; n > 0 && i < sizeof(folders) / sizeof(folders[0]);
	     i++)
		if (strncmp(frames[n - 1].file, folders[i],
			strlen(folders[i])) == 0)
			return (true);
	return (false);
}

bool
fail_nth_in_scenario(const void *elf, size_t elf_bytes, uint64_t addr)
{
	struct symbols *syms;
	bool in;

	syms = symbols_open(elf, elf_bytes);
	in = is_in_scenario(syms, addr);
	symbols_close(syms);
	return (in);
}

char *
fail_nth_stack(const void *elf, size_t elf_bytes, uint64_t base,
    const struct result_point *p)
{
	struct backtrace_frame frames[RESULT_POINT_FRAMES] = { 0 };
	struct symbols *syms;
	size_t len_bytes;
	char *text;
	FILE *f;

	f = open_memstream(&text, &len_bytes);
	hf_check_memory(f != NULL);
	syms = symbols_open(elf, elf_bytes);
	for (unsigned int i = 0; i < p->nframes; i++)
		frames[i].pc = p->frames[i] - base;
	backtrace_print(f, syms, frames, p->nframes);
	symbols_close(syms);
	fclose(f);
	hf_check_memory(text != NULL);
	return (text);
}
