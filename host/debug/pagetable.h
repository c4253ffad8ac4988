/* SPDX-License-Identifier: BSD-2-Clause */
/* pagetable.h: walk a guest's page tables from outside. */
#ifndef HF_DEBUG_PAGETABLE_H
#define HF_DEBUG_PAGETABLE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "gpa.h"
#include "vm/guestmem.h"
#include "vm/vm.h"

/*
 * Where virtual address va is, by the tables of this CPU (4-level or 5-level
 * long mode, or no paging).  False when it is not mapped.  Rights are not
 * checked.
 */
bool pagetable_translate(const struct guestmem *mem,
    const struct vm_cpu_state *cpu, uint64_t va, gpa_t *out);

/* Copies from va on; stops at what is not mapped.  False if it stopped. */
bool pagetable_read(const struct guestmem *mem, const struct vm_cpu_state *cpu,
    uint64_t va, void *buf, size_t len_bytes);

/*
 * Copies to va on, whatever the rights are.  False, and nothing is written, if
 * not all of it is mapped and RAM.
 */
bool pagetable_write(const struct guestmem *mem, const struct vm_cpu_state *cpu,
    uint64_t va, const void *buf, size_t len_bytes);

/* One line a level, with index, entry and named bits. */
void pagetable_print(FILE *f, const struct guestmem *mem,
    const struct vm_cpu_state *cpu, uint64_t va);

#endif
