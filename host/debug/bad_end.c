/* SPDX-License-Identifier: BSD-2-Clause */
/* bad_end.c: put the account of a bad end together. */
#include "debug/bad_end.h"

#include <inttypes.h>
#include <stdlib.h>

#include "debug/backtrace.h"
#include "debug/hang_report.h"
#include "debug/pagetable.h"
#include "debug/registers.h"
#include "debug/symbols.h"

static void
print_end(FILE *f, const struct vm_end *e)
{
	fprintf(f, "end: %s on CPU %u", vm_end_name(e->reason), e->cpu);
	if (e->text[0] != '\0')
		fprintf(f, ": %s", e->text);
	fputc('\n', f);
	for (unsigned int i = 0; i < e->ndata; i++)
		fprintf(f, "  data[%u] %#" PRIx64 "\n", i, e->data[i]);
}

static void
print_walk(FILE *f, const struct bad_end *b, const struct vm_cpu_state *cpu,
    const char *name, uint64_t va)
{
	fprintf(f, "page tables for %s %016" PRIx64 ":\n", name, va);
	pagetable_print(f, b->mem, cpu, va);
}

unsigned int
bad_end_chief(const struct bad_end *b)
{
	if (b->panic != NULL && b->panic->cpu < b->end->ncpus)
		return ((unsigned int)b->panic->cpu);
	return (b->end->cpu < b->end->ncpus ? b->end->cpu : 0);
}

struct vm_cpu_state
bad_end_chief_state(const struct bad_end *b)
{
	const struct bad_end_panic *p = b->panic;
	struct vm_cpu_state s = { 0 };

	if (b->end != NULL && b->end->ncpus > 0)
		s = b->end->cpus[bad_end_chief(b)];
	if (p == NULL)
		return (s);
	if (p->frame != NULL)
		registers_set_frame(&s, p->frame);
	else if (p->rip != 0) {
		s.rip = p->rip;
		s.rsp = p->rsp;
		s.rbp = p->rbp;
	}
	if (p->rip != 0)
		s.cr2 = p->cr2;
	return (s);
}

/* The record's own, for when memory is not there or damaged. */
static size_t
frames_of_record(const struct bad_end_panic *p, struct backtrace_frame *frames)
{
	size_t n = 0, first = p->nframes > 0 && p->frames[0] == p->rip ? 1 : 0;

	frames[n++] =
	    (struct backtrace_frame){ .pc = p->rip, .exact = p->trapped };
	for (size_t i = first; i < p->nframes && n < BACKTRACE_FRAMES_MAX; i++)
		frames[n++] = (struct backtrace_frame){ .pc = p->frames[i] };
	return (n);
}

static size_t
frames_of_chief(const struct bad_end *b, const struct vm_cpu_state *cpu,
    struct symbols *syms, struct backtrace_frame *frames)
{
	struct backtrace_start from = { .rip = cpu->rip,
		.rsp = cpu->rsp,
		.rbp = cpu->rbp,
		.called = b->panic != NULL && !b->panic->trapped };
	size_t n = 0;

	if (b->mem != NULL && cpu->valid)
		n = backtrace_walk(b->mem, cpu, syms, &from, frames);
	if (b->panic != NULL && n < b->panic->nframes &&
	    b->panic->nframes < BACKTRACE_FRAMES_MAX)
		n = frames_of_record(b->panic, frames);
	return (n);
}

static void
print_moment(FILE *f, const struct bad_end_panic *p)
{
	if (p == NULL || p->frame == NULL) {
		fprintf(f, ":\n");
		return;
	}
	if (!p->trapped) {
		fprintf(f, " at its call of panic:\n");
		return;
	}
	fprintf(f, " at the trap, ");
	backtrace_print_trap(f, p->trap);
	fprintf(f, ", error %#" PRIx64 ":\n", p->err);
}

/* Only the end has the registers that are not in a frame. */
static void
print_chief(FILE *f, const struct bad_end *b, struct symbols *syms)
{
	struct vm_cpu_state cpu = bad_end_chief_state(b);
	struct backtrace_frame frames[BACKTRACE_FRAMES_MAX];
	bool framed = b->panic != NULL && b->panic->frame != NULL;
	unsigned int n =
	    b->end != NULL ? bad_end_chief(b) : (unsigned int)b->panic->cpu;

	if (!cpu.valid && !framed && b->panic == NULL) {
		fprintf(f, "CPU %u: its registers cannot be read\n", n);
		return;
	}
	if (cpu.valid || framed) {
		fprintf(f, "registers of CPU %u", n);
		print_moment(f, b->panic);
		if (cpu.valid)
			registers_print(f, &cpu);
		else
			registers_print_general(f, &cpu);
		registers_print_code(f, cpu.valid ? b->mem : NULL, &cpu, syms);
	}
	fprintf(f, "backtrace of CPU %u:\n", n);
	backtrace_print(
	    f, syms, frames, frames_of_chief(b, &cpu, syms, frames));
	if (!cpu.valid)
		return;
	print_walk(f, b, &cpu, "rip", cpu.rip);
	print_walk(f, b, &cpu, "cr2", cpu.cr2);
}

/* The others: where they are, and how they got there. */
static void
print_others(FILE *f, const struct bad_end *b, struct symbols *syms)
{
	struct backtrace_frame frames[BACKTRACE_FRAMES_MAX];

	for (unsigned int i = 0; i < b->end->ncpus; i++) {
		const struct vm_cpu_state *cpu = &b->end->cpus[i];

		if (i == bad_end_chief(b))
			continue;
		if (!cpu->valid) {
			fprintf(f, "CPU %u: its registers cannot be read\n", i);
			continue;
		}
		if (cpu->waiting) {
			fprintf(f, "CPU %u: never started\n", i);
			continue;
		}
		fprintf(f, "registers of CPU %u:\n", i);
		registers_print(f, cpu);
		registers_print_code(f, b->mem, cpu, syms);
		fprintf(f, "backtrace of CPU %u:\n", i);
		backtrace_print(f, syms, frames,
		    backtrace_walk_cpu(b->mem, cpu, syms, frames));
	}
}

char *
bad_end_describe(const struct bad_end *b)
{
	struct symbols *syms = symbols_open(b->elf, b->elf_bytes);
	size_t len_bytes;
	char *text = NULL;
	FILE *f = open_memstream(&text, &len_bytes);

	hf_check_memory(f != NULL);
	if (b->panic != NULL)
		fprintf(f, "panic on CPU %" PRIu64 ": %s\n", b->panic->cpu,
		    b->panic->text);
	if (b->end != NULL)
		print_end(f, b->end);
	/* Stopped or paused by us: it went nowhere, or we were asked. */
	if (b->end != NULL && b->panic == NULL && b->end->ncpus > 0 &&
	    (b->end->reason == VM_END_STOPPED || b->end->reason == VM_END_NONE))
		hang_report(f, b->end, b->mem, syms);
	if (b->panic != NULL || (b->end != NULL && b->end->ncpus > 0))
		print_chief(f, b, syms);
	if (b->end != NULL)
		print_others(f, b, syms);
	if (b->nconsole > 0)
		fprintf(f, "last console lines:\n");
	for (size_t i = 0; i < b->nconsole; i++)
		fprintf(f, "  | %s\n", b->console[i]);
	fclose(f);
	symbols_close(syms);
	return (text);
}
