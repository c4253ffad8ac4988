/* SPDX-License-Identifier: BSD-2-Clause */
/* mapped.c: go down every page table of a guest, once. */
#include "debug/mapped.h"

#include <stdlib.h>

#include "core/err.h"
#include "debug/pagetable_priv.h"

#define TABLE_SLOTS 512u

struct walk {
	struct mapped *out;
	const struct guestmem *mem;
	size_t room, max_runs;
	uint64_t tables_left;
	mapped_leave_out *leave_out;
	void *arg;
};

static void
add_page(struct walk *w, uint64_t va, uint64_t pa)
{
	struct mapped *m = w->out;
	struct mapped_run *last = m->nruns > 0 ? &m->runs[m->nruns - 1] : NULL;

	if (!guestmem_valid(w->mem, gpa_make(pa), MAPPED_PAGE_BYTES) ||
	    w->leave_out(w->arg, pa))
		return;
	if (last != NULL && last->va + last->pages * MAPPED_PAGE_BYTES == va &&
	    last->pa + last->pages * MAPPED_PAGE_BYTES == pa) {
		last->pages++;
		return;
	}
	if (m->nruns == w->max_runs) {
		m->cut = true;
		return;
	}
	if (m->nruns == w->room) {
		w->room = w->room == 0 ? 64 : w->room * 2;
		m->runs = reallocarray(m->runs, w->room, sizeof(*m->runs));
		hf_check_memory(m->runs != NULL);
	}
	m->runs[m->nruns++] = (struct mapped_run){ va, pa, 1 };
}

/* A leaf of 4 KiB, 2 MiB or 1 GiB; one that ends beyond RAM counts in part. */
static void
add_leaf(struct walk *w, uint64_t va, uint64_t entry, int level)
{
	uint64_t bytes = (uint64_t)MAPPED_PAGE_BYTES << (9 * (level - 1));
	uint64_t pa = entry & ADDR_MASK & ~(bytes - 1);

	for (uint64_t off = 0; off < bytes && !w->out->cut;
	     off += MAPPED_PAGE_BYTES)
		add_page(w, va + off, pa + off);
}

static void
walk_table(struct walk *w, uint64_t table, int level, uint64_t va)
{
	uint64_t entries[TABLE_SLOTS];

	if (w->tables_left == 0) {
		w->out->cut = true;
		return;
	}
	w->tables_left--;
	if (!guestmem_read(w->mem, gpa_make(table), entries, sizeof(entries)))
		return;
	for (unsigned int i = 0; i < TABLE_SLOTS && !w->out->cut; i++) {
		uint64_t at = va | (uint64_t)i << (12 + 9 * (level - 1));

		/* Canonical: bit 47 goes on to the top. */
		if (level == 4 && i >= TABLE_SLOTS / 2)
			at |= 0xffffull << 48;
		if ((entries[i] & PTE_P) == 0)
			continue;
		if (level == 1 || (level <= 3 && (entries[i] & PTE_PS) != 0))
			add_leaf(w, at, entries[i], level);
		else
			walk_table(w, entries[i] & ADDR_MASK, level - 1, at);
	}
}

void
mapped_walk(struct mapped *m, const struct guestmem *mem,
    const struct vm_cpu_state *cpu, size_t max_runs,
    mapped_leave_out *leave_out, void *arg)
{
	struct walk w = { .out = m,
		.mem = mem,
		.max_runs = max_runs,
		.tables_left = guestmem_bytes(mem) / MAPPED_PAGE_BYTES,
		.leave_out = leave_out,
		.arg = arg };

	*m = (struct mapped){ 0 };
	if (!cpu->valid || (cpu->cr0 & CR0_PG) == 0 ||
	    (cpu->efer & EFER_LMA) == 0 || (cpu->cr4 & CR4_LA57) != 0)
		return;
	walk_table(&w, cpu->cr3 & ADDR_MASK, 4, 0);
}

void
mapped_free(struct mapped *m)
{
	free(m->runs);
	*m = (struct mapped){ 0 };
}
