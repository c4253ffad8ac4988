/* SPDX-License-Identifier: BSD-2-Clause */
/* pagetable.c: the walk of SDM volume 3, 4.5, done by hand. */
#include "debug/pagetable.h"

#include <inttypes.h>

#include "debug/pagetable_priv.h"

static const struct {
	uint64_t bit;
	const char *name;
} bit_names[] = {
	{ PTE_P, "P" },
	{ 1ull << 1, "RW" },
	{ 1ull << 2, "US" },
	{ 1ull << 3, "PWT" },
	{ 1ull << 4, "PCD" },
	{ 1ull << 5, "A" },
	{ 1ull << 6, "D" },
	{ 1ull << 8, "G" },
	{ 1ull << 9, "AVL9" },
	{ 1ull << 10, "AVL10" },
	{ 1ull << 11, "AVL11" },
	{ 1ull << 63, "NX" },
};

static const char *const level_names[] = { "", "PT", "PD", "PDPT", "PML4",
	"PML5" };

/* One step of a walk. */
struct step {
	int level;
	unsigned int index;
	bool readable; /* the table lies in RAM */
	uint64_t entry;
};

struct walk {
	struct step steps[5];
	int nsteps;
	bool mapped;
	uint64_t phys;
};

static void
walk(struct walk *w, const struct guestmem *mem, const struct vm_cpu_state *cpu,
    uint64_t va)
{
	uint64_t table = cpu->cr3 & ADDR_MASK, page_mask;
	int level = (cpu->cr4 & CR4_LA57) != 0 ? 5 : 4;

	*w = (struct walk){ .phys = va };
	if ((cpu->cr0 & CR0_PG) == 0) {
		w->mapped = true;
		return;
	}
	if ((cpu->efer & EFER_LMA) == 0)
		return;
	for (; level >= 1; level--) {
		struct step *s = &w->steps[w->nsteps++];

		s->level = level;
		s->index = (va >> (12 + 9 * (level - 1))) & 0x1ff;
		s->readable = guestmem_read(mem,
		    gpa_make(table + s->index * sizeof(s->entry)), &s->entry,
		    sizeof(s->entry));
		if (!s->readable || (s->entry & PTE_P) == 0)
			return;
		table = s->entry & ADDR_MASK;
		if (level == 1 || (level <= 3 && (s->entry & PTE_PS) != 0))
			break;
	}
	page_mask = (1ull << (12 + 9 * (level - 1))) - 1;
	w->mapped = true;
	w->phys = (table & ~page_mask) | (va & page_mask);
}

bool
pagetable_translate(const struct guestmem *mem, const struct vm_cpu_state *cpu,
    uint64_t va, gpa_t *out)
{
	struct walk w;

	walk(&w, mem, cpu, va);
	*out = gpa_make(w.phys);
	return (w.mapped);
}

/* How much of [va, va + len) lies in va's page of 4 KiB. */
static size_t
in_page(uint64_t va, size_t len_bytes)
{
	size_t n = 4096 - (va & 4095);

	return (n < len_bytes ? n : len_bytes);
}

bool
pagetable_read(const struct guestmem *mem, const struct vm_cpu_state *cpu,
    uint64_t va, void *buf, size_t len_bytes)
{
	char *to = buf;
	gpa_t from;

	for (size_t n; len_bytes > 0; va += n, to += n, len_bytes -= n) {
		n = in_page(va, len_bytes);
		if (!pagetable_translate(mem, cpu, va, &from) ||
		    !guestmem_read(mem, from, to, n))
			return (false);
	}
	return (true);
}

bool
pagetable_write(const struct guestmem *mem, const struct vm_cpu_state *cpu,
    uint64_t va, const void *buf, size_t len_bytes)
{
	const char *from = buf;
	gpa_t to;
	size_t n;

	for (size_t at = 0; at < len_bytes; at += n) {
		n = in_page(va + at, len_bytes - at);
		if (!pagetable_translate(mem, cpu, va + at, &to) ||
		    !guestmem_valid(mem, to, n))
			return (false);
	}
	for (size_t at = 0; at < len_bytes; at += n) {
		n = in_page(va + at, len_bytes - at);
		/* The tables themselves may be what is written. */
		if (!pagetable_translate(mem, cpu, va + at, &to) ||
		    !guestmem_write(mem, to, from + at, n))
			return (false);
	}
	return (true);
}

static void
print_step(FILE *f, const struct step *s)
{
	fprintf(f, "  %-4s [%3u] ", level_names[s->level], s->index);
	if (!s->readable) {
		fprintf(f, "table is not in RAM\n");
		return;
	}
	fprintf(f, "%016" PRIx64, s->entry);
	for (size_t i = 0; i < sizeof(bit_names) / sizeof(bit_names[0]); i++) {
		if ((s->entry & bit_names[i].bit) != 0)
			fprintf(f, " %s", bit_names[i].name);
	}
	if ((s->entry & PTE_PS) != 0)
		fprintf(f, " %s", s->level == 1 ? "PAT" : "PS");
	if ((s->entry & PTE_P) == 0)
		fprintf(f, " not present");
	fputc('\n', f);
}

void
pagetable_print(FILE *f, const struct guestmem *mem,
    const struct vm_cpu_state *cpu, uint64_t va)
{
	struct walk w;

	walk(&w, mem, cpu, va);
	for (int i = 0; i < w.nsteps; i++)
		print_step(f, &w.steps[i]);
	if (w.mapped)
		fprintf(f, "  at physical %#" PRIx64 "%s\n", w.phys,
		    guestmem_valid(mem, gpa_make(w.phys), 1) ? ""
							     : ", not RAM");
	else if (w.nsteps == 0)
		fprintf(f, "  paging without long mode: not walked\n");
	else
		fprintf(f, "  not mapped\n");
}
