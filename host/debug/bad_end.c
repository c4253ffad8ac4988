/* SPDX-License-Identifier: BSD-2-Clause */
/* bad_end.c: put the account of a bad end together. */
#include "debug/bad_end.h"

#include <inttypes.h>
#include <stdlib.h>

#include "debug/backtrace.h"
#include "debug/pagetable.h"
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
print_registers(FILE *f, unsigned int cpu, const struct vm_cpu_state *s)
{
	const struct {
		const char *name;
		uint64_t value;
	} general[] = {
		{ "rax", s->rax },
		{ "rbx", s->rbx },
		{ "rcx", s->rcx },
		{ "rdx", s->rdx },
		{ "rsi", s->rsi },
		{ "rdi", s->rdi },
		{ "rbp", s->rbp },
		{ "rsp", s->rsp },
		{ "r8", s->r8 },
		{ "r9", s->r9 },
		{ "r10", s->r10 },
		{ "r11", s->r11 },
		{ "r12", s->r12 },
		{ "r13", s->r13 },
		{ "r14", s->r14 },
		{ "r15", s->r15 },
		{ "rip", s->rip },
		{ "rfl", s->rflags },
		{ "cr0", s->cr0 },
		{ "cr2", s->cr2 },
		{ "cr3", s->cr3 },
		{ "cr4", s->cr4 },
		{ "cr8", s->cr8 },
		{ "efer", s->efer },
	};

	fprintf(f, "registers of CPU %u:\n", cpu);
	for (size_t i = 0; i < sizeof(general) / sizeof(general[0]); i++)
		fprintf(f, "%s%-4s %016" PRIx64 "%s", i % 4 == 0 ? "  " : " ",
		    general[i].name, general[i].value, i % 4 == 3 ? "\n" : "");
	fprintf(f,
	    "  cs %04x ss %04x ds %04x fs %04x/%" PRIx64 " gs %04x/%" PRIx64
	    " tr %04x\n  gdt %016" PRIx64 "/%x idt %016" PRIx64 "/%x\n",
	    s->cs.selector, s->ss.selector, s->ds.selector, s->fs.selector,
	    s->fs.base, s->gs.selector, s->gs.base, s->tr.selector, s->gdt_base,
	    s->gdt_limit, s->idt_base, s->idt_limit);
}

static void
print_walk(FILE *f, const struct bad_end *b, const struct vm_cpu_state *cpu,
    const char *name, uint64_t va)
{
	fprintf(f, "page tables for %s %016" PRIx64 ":\n", name, va);
	pagetable_print(f, b->mem, cpu, va);
}

/* The CPU that the account is mainly about. */
static unsigned int
chief_cpu(const struct bad_end *b)
{
	if (b->panic != NULL && b->panic->cpu < b->end->ncpus)
		return ((unsigned int)b->panic->cpu);
	return (b->end->cpu < b->end->ncpus ? b->end->cpu : 0);
}

static void
print_chief(FILE *f, const struct bad_end *b, struct symbols *syms)
{
	unsigned int n = chief_cpu(b);
	const struct vm_cpu_state *cpu = &b->end->cpus[n];
	uint64_t frames[BACKTRACE_FRAMES_MAX];

	if (!cpu->valid) {
		fprintf(f, "CPU %u: its registers cannot be read\n", n);
		return;
	}
	print_registers(f, n, cpu);
	if (b->panic == NULL) {
		fprintf(f, "backtrace of CPU %u:\n", n);
		backtrace_print(f, syms, cpu->rip, frames,
		    backtrace_walk(b->mem, cpu, frames));
	}
	print_walk(
	    f, b, cpu, "rip", b->panic != NULL ? b->panic->rip : cpu->rip);
	print_walk(
	    f, b, cpu, "cr2", b->panic != NULL ? b->panic->cr2 : cpu->cr2);
}

/* The others: where they are, and how they got there. */
static void
print_others(FILE *f, const struct bad_end *b, struct symbols *syms)
{
	uint64_t frames[BACKTRACE_FRAMES_MAX];

	for (unsigned int i = 0; i < b->end->ncpus; i++) {
		const struct vm_cpu_state *cpu = &b->end->cpus[i];

		if (i == chief_cpu(b) || !cpu->valid)
			continue;
		if (cpu->waiting) {
			fprintf(f, "CPU %u: never started\n", i);
			continue;
		}
		fprintf(f, "backtrace of CPU %u:\n", i);
		backtrace_print(f, syms, cpu->rip, frames,
		    backtrace_walk(b->mem, cpu, frames));
	}
}

static void
print_panic(FILE *f, const struct bad_end_panic *p, struct symbols *syms)
{
	fprintf(f, "panic on CPU %" PRIu64 ": %s\n", p->cpu, p->text);
	fprintf(f,
	    "  rip %016" PRIx64 " rsp %016" PRIx64 " rbp %016" PRIx64
	    " cr2 %016" PRIx64 "\n",
	    p->rip, p->rsp, p->rbp, p->cr2);
	fprintf(f, "backtrace:\n");
	backtrace_print(f, syms, p->rip, p->frames, p->nframes);
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
		print_panic(f, b->panic, syms);
	if (b->end != NULL) {
		print_end(f, b->end);
		if (b->end->ncpus > 0) {
			print_chief(f, b, syms);
			print_others(f, b, syms);
		}
	}
	if (b->nconsole > 0)
		fprintf(f, "last console lines:\n");
	for (size_t i = 0; i < b->nconsole; i++)
		fprintf(f, "  | %s\n", b->console[i]);
	fclose(f);
	symbols_close(syms);
	return (text);
}
