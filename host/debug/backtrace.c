/* SPDX-License-Identifier: BSD-2-Clause */
/* backtrace.c: frame pointers, trap frames, and their printing. */
#include "debug/backtrace.h"

#include <inttypes.h>
#include <string.h>

#include "debug/pagetable.h"
#include "debug/types.h"

#define PUSH_RBP \
	0x55 /* SDM volume 2, PUSH: how a function with a frame begins */

struct walk {
	const struct guestmem *mem;
	const struct vm_cpu_state *cpu;
	struct symbols *syms;
	struct backtrace_frame *frames;
	size_t n;
};

static void
add(struct walk *w, uint64_t pc, bool exact)
{
	if (w->n < BACKTRACE_FRAMES_MAX)
		w->frames[w->n++] =
		    (struct backtrace_frame){ .pc = pc, .exact = exact };
}

static bool
read_words(const struct walk *w, uint64_t va, uint64_t *words, size_t n)
{
	return (va % 8 == 0 &&
	    pagetable_read(w->mem, w->cpu, va, words, n * sizeof(*words)));
}

/* A return address that is not code is chance. */
static bool
add_if_code(struct walk *w, uint64_t at)
{
	uint64_t ret, start;

	if (!read_words(w, at, &ret, 1) ||
	    !symbols_function_at(w->syms, ret - 1, NULL, 0, &start))
		return (false);
	add(w, ret, false);
	return (true);
}

/* True: found the caller of a function that has no frame yet, or never. */
static bool
add_frameless(struct walk *w, const struct backtrace_start *r)
{
	uint64_t start;
	uint8_t first = PUSH_RBP;

	if (r->called)
		return (false);
	if (!symbols_function_at(w->syms, r->rip, NULL, 0, &start))
		return (add_if_code(w, r->rsp));
	symbols_image_read(w->syms, start, &first, 1);
	if (r->rip == start || first != PUSH_RBP)
		return (add_if_code(w, r->rsp));
	return (r->rip == start + 1 && add_if_code(w, r->rsp + 8));
}

/* Whether ret is where hf_trap() returns to: the trap frame lies above. */
static bool
is_trap_entry(const struct walk *w, uint64_t ret)
{
	char name[32];
	uint64_t start;

	return (
	    symbols_function_at(w->syms, ret - 1, name, sizeof(name), &start) &&
	    (strcmp(name, "entry_common") == 0 ||
		strcmp(name, "entry_paranoid") == 0));
}

static bool
trap_field(const struct walk *w, uint64_t frame, const char *name, uint64_t *v)
{
	struct type_member m;

	return (types_member(w->syms, "trapframe", name, &m) && m.bytes == 8 &&
	    read_words(w, frame + m.offset, v, 1));
}

/* Goes on where the trap came; false when that cannot be. */
static bool
enter_trap(struct walk *w, uint64_t frame, struct backtrace_start *next)
{
	struct backtrace_frame *f;
	uint64_t trapno, err, cs;

	if (!trap_field(w, frame, "tf_rip", &next->rip) ||
	    !trap_field(w, frame, "tf_rsp", &next->rsp) ||
	    !trap_field(w, frame, "tf_rbp", &next->rbp) ||
	    !trap_field(w, frame, "tf_cs", &cs) ||
	    !trap_field(w, frame, "tf_trapno", &trapno) ||
	    !trap_field(w, frame, "tf_err", &err) ||
	    w->n == BACKTRACE_FRAMES_MAX)
		return (false);
	add(w, next->rip, true);
	f = &w->frames[w->n - 1];
	f->trap = true;
	f->trapno = trapno;
	f->err = err;
	/* Ring 3 has a stack of its own, which says nothing of the kernel. */
	return ((cs & 3) == 0);
}

size_t
backtrace_walk(const struct guestmem *mem, const struct vm_cpu_state *cpu,
    struct symbols *syms, const struct backtrace_start *from,
    struct backtrace_frame frames[BACKTRACE_FRAMES_MAX])
{
	struct walk w = { mem, cpu, syms, frames, 0 };
	struct backtrace_start at = *from;
	uint64_t pair[2]; /* saved rbp, return address */
	bool found;

	add(&w, at.rip, !at.called);
	found = add_frameless(&w, &at);
	while (w.n < BACKTRACE_FRAMES_MAX && at.rbp != 0 &&
	    read_words(&w, at.rbp, pair, 2) && pair[1] != 0) {
		/* add_frameless may have found it already. */
		if (!found || w.frames[w.n - 1].pc != pair[1])
			add(&w, pair[1], false);
		found = false;
		if (is_trap_entry(&w, pair[1])) {
			if (!enter_trap(&w, at.rbp + 16, &at))
				break;
			found = add_frameless(&w, &at);
			continue;
		}
		/* A caller's frame is above its callee's. */
		if (pair[0] <= at.rbp)
			break;
		at.rbp = pair[0];
	}
	return (w.n);
}

size_t
backtrace_walk_cpu(const struct guestmem *mem, const struct vm_cpu_state *cpu,
    struct symbols *syms, struct backtrace_frame frames[BACKTRACE_FRAMES_MAX])
{
	struct backtrace_start from = {
		.rip = cpu->rip, .rsp = cpu->rsp, .rbp = cpu->rbp
	};

	return (backtrace_walk(mem, cpu, syms, &from, frames));
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

/* A jump to data goes to a variable. */
static void
print_no_code(FILE *f, struct symbols *syms, uint64_t pc)
{
	char name[64];
	uint64_t offset;

	if (symbols_object_at(syms, pc, name, sizeof(name), &offset))
		fprintf(f, "data %s+%#" PRIx64, name, offset);
	else
		fputc('?', f);
}

static void
print_frame(FILE *f, struct symbols *syms, unsigned int number,
    const struct backtrace_frame *frame)
{
	struct symbol_frame frames[SYMBOL_FRAMES_MAX];
	size_t n = symbols_lookup(
	    syms, frame->exact ? frame->pc : frame->pc - 1, frames);

	fprintf(f, "  #%-2u %016" PRIx64 " ", number, frame->pc);
	if (n == 0)
		print_no_code(f, syms, frame->pc);
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
backtrace_print_trap(FILE *f, uint64_t trapno)
{
	/* SDM volume 3A, table 6-1. */
	static const char *const names[] = { "divide error", "debug exception",
		"NMI", "breakpoint", "overflow", "bound range exceeded",
		"invalid opcode", "device not available", "double fault",
		"coprocessor overrun", "invalid TSS", "segment not present",
		"stack fault", "general protection fault", "page fault" };

	fprintf(f, "%s (%" PRIu64 ")",
	    trapno < sizeof(names) / sizeof(names[0]) ? names[trapno]
		: trapno < 32			      ? "exception"
						      : "interrupt",
	    trapno);
}

void
backtrace_print(FILE *f, struct symbols *syms,
    const struct backtrace_frame *frames, size_t nframes)
{
	size_t same;

	for (size_t i = 0; i < nframes; i++) {
		/* A recursion: its first and last call, and what called it. */
		for (same = 0; i > 0 && i + same + 1 < nframes &&
		     !frames[i + same].trap &&
		     frames[i + same].pc == frames[i - 1].pc &&
		     frames[i + same].pc == frames[i + same + 1].pc;
		     same++)
			continue;
		if (same != 0) {
			fprintf(f, "      ... and %zu of the same\n", same);
			i += same;
		}
		if (frames[i].trap) {
			fprintf(f, "      --- ");
			backtrace_print_trap(f, frames[i].trapno);
			fprintf(f, ", error %#" PRIx64 " ---\n", frames[i].err);
		}
		print_frame(f, syms, (unsigned int)i, &frames[i]);
	}
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
