/* SPDX-License-Identifier: BSD-2-Clause */
/* registers.c: a CPU's registers, and code bytes. */
#include "debug/registers.h"

#include <inttypes.h>
#include <string.h>

#include "debug/pagetable.h"
#include "report_abi.h"

#define CODE_BEFORE 16
#define CODE_BYTES  40

void
registers_set_frame(struct vm_cpu_state *s, const uint64_t *frame)
{
	uint64_t *const to[HF_FRAME_REGS] = { &s->rax, &s->rbx, &s->rcx,
		&s->rdx, &s->rsi, &s->rdi, &s->rbp, &s->rsp, &s->r8, &s->r9,
		&s->r10, &s->r11, &s->r12, &s->r13, &s->r14, &s->r15, &s->rip,
		&s->rflags };

	for (size_t i = 0; i < HF_FRAME_REGS - 2; i++)
		*to[i] = frame[i];
	s->cs.selector = (uint16_t)frame[HF_FRAME_REGS - 2];
	s->ss.selector = (uint16_t)frame[HF_FRAME_REGS - 1];
}

struct reg {
	const char *name;
	uint64_t value;
};

static void
print_table(FILE *f, const struct reg *regs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fprintf(f, "%s%-4s %016" PRIx64 "%s", i % 4 == 0 ? "  " : " ",
		    regs[i].name, regs[i].value,
		    i % 4 == 3 || i + 1 == n ? "\n" : "");
}

void
registers_print_general(FILE *f, const struct vm_cpu_state *s)
{
	const struct reg regs[] = {
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
		{ "cs", s->cs.selector },
		{ "ss", s->ss.selector },
	};

	print_table(f, regs, sizeof(regs) / sizeof(regs[0]));
}

void
registers_print(FILE *f, const struct vm_cpu_state *s)
{
	const struct reg control[] = {
		{ "cr0", s->cr0 },
		{ "cr2", s->cr2 },
		{ "cr3", s->cr3 },
		{ "cr4", s->cr4 },
		{ "cr8", s->cr8 },
		{ "efer", s->efer },
	};

	registers_print_general(f, s);
	print_table(f, control, sizeof(control) / sizeof(control[0]));
	fprintf(f,
	    "  ds %04x fs %04x/%" PRIx64 " gs %04x/%" PRIx64
	    " tr %04x\n  gdt %016" PRIx64 "/%x idt %016" PRIx64 "/%x\n",
	    s->ds.selector, s->fs.selector, s->fs.base, s->gs.selector,
	    s->gs.base, s->tr.selector, s->gdt_base, s->gdt_limit, s->idt_base,
	    s->idt_limit);
}

void
registers_print_code(FILE *f, const struct guestmem *mem,
    const struct vm_cpu_state *s, struct symbols *syms)
{
	bool in_memory = true, in_image = true, same = true;

	fprintf(f, "  code at rip:");
	for (uint64_t i = 0; i < CODE_BYTES; i++) {
		uint64_t va = s->rip - CODE_BEFORE + i;
		uint8_t now = 0, built = 0;
		bool have = mem != NULL && pagetable_read(mem, s, va, &now, 1);
		bool was = symbols_image_read(syms, va, &built, 1);

		in_memory = in_memory && have;
		in_image = in_image && was;
		same = same && now == built;
		if (have || was)
			fprintf(f, va == s->rip ? " <%02x>" : " %02x",
			    have ? now : built);
		else
			fprintf(f, va == s->rip ? " <?>" : " ?");
	}
	if (!in_memory && in_image)
		fprintf(f, " (of the image)");
	else if (in_memory && in_image && !same)
		fprintf(f, " (the image has other bytes there)");
	fputc('\n', f);
}
