/* SPDX-License-Identifier: BSD-2-Clause */
/* mapped.h: all that a guest's page tables map to RAM, as runs of pages. */
#ifndef HF_DEBUG_MAPPED_H
#define HF_DEBUG_MAPPED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vm/guestmem.h"
#include "vm/vm.h"

#define MAPPED_PAGE_BYTES 4096u

/* Pages whose virtual and physical addresses both follow one another. */
struct mapped_run {
	uint64_t va, pa;
	uint64_t pages;
};

struct mapped {
	struct mapped_run *runs; /* by rising va; canonical addresses */
	size_t nruns;
	bool cut; /* the tables never ended: the rest is left out */
};

/* Whether a page of RAM is to be left out. */
typedef bool mapped_leave_out(void *arg, uint64_t pa);

/*
 * Walks the tables of a CPU in 4-level long mode.  What is not RAM is left out.
 * A guest can point its tables at each other: no more tables are read than could
 * be told apart in its RAM, and no more runs made than max_runs.
 */
void mapped_walk(struct mapped *m, const struct guestmem *mem,
    const struct vm_cpu_state *cpu, size_t max_runs,
    mapped_leave_out *leave_out, void *arg);
void mapped_free(struct mapped *m);

#endif
