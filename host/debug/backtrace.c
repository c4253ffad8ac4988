/* SPDX-License-Identifier: BSD-2-Clause */
/* backtrace.c: frame-pointer walk, and its printing. */
#include "debug/backtrace.h"

#include <inttypes.h>

#include "debug/pagetable.h"

size_t
backtrace_walk(const struct guestmem *mem, const struct vm_cpu_state *cpu,
    uint64_t frames[BACKTRACE_FRAMES_MAX])
{
	uint64_t rbp = cpu->rbp, pair[2]; /* saved rbp, return address */
	size_t n = 0;

	/*
	 * A caller's frame is above its callee's, except where a thread left
	 * an interrupt stack; two such jumps do not make a loop of this.
	 */
	while (n < BACKTRACE_FRAMES_MAX && rbp != 0 && rbp % 8 == 0 &&
	    pagetable_read(mem, cpu, rbp, pair, sizeof(pair)) && pair[1] != 0) {
		frames[n++] = pair[1];
		rbp = pair[0];
	}
	return (n);
}

static void
print_function(FILE *f, const struct symbol_frame *s)
{
	fprintf(f, "%s", s->function[0] != '\0' ? s->function : "?");
	if (s->line != 0)
		fprintf(f, " %s:%u", s->file, s->line);
	else
		fprintf(f, "+%#" PRIx64, s->offset);
}

static void
print_frame(FILE *f, struct symbols *syms, unsigned int number, uint64_t addr,
    uint64_t lookup)
{
	struct symbol_frame frames[SYMBOL_FRAMES_MAX];
	size_t n = symbols_lookup(syms, lookup, frames);

	fprintf(f, "  #%-2u %016" PRIx64 " ", number, addr);
	if (n == 0)
		fputc('?', f);
	else
		print_function(f, &frames[0]);
	fputc('\n', f);
	for (size_t i = 1; i < n; i++) {
		fprintf(f, "      inlined into     ");
		print_function(f, &frames[i]);
		fputc('\n', f);
	}
}

void
backtrace_print(FILE *f, struct symbols *syms, uint64_t rip,
    const uint64_t *frames, size_t nframes)
{
	size_t first = nframes > 0 && frames[0] == rip ? 1 : 0;

	print_frame(f, syms, 0, rip, rip);
	for (size_t i = first; i < nframes; i++)
		print_frame(f, syms, (unsigned int)(i - first) + 1, frames[i],
		    frames[i] - 1);
}

void
backtrace_print_place(FILE *f, struct symbols *syms, uint64_t addr)
{
	struct symbol_frame frames[SYMBOL_FRAMES_MAX];

	if (symbols_lookup(syms, addr, frames) == 0)
		fputc('?', f);
	else
		print_function(f, &frames[0]);
}
