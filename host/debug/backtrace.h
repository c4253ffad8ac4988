/* SPDX-License-Identifier: BSD-2-Clause */
/* backtrace.h: who called whom in a stopped guest. */
#ifndef HF_DEBUG_BACKTRACE_H
#define HF_DEBUG_BACKTRACE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "debug/symbols.h"
#include "vm/guestmem.h"
#include "vm/vm.h"

#define BACKTRACE_FRAMES_MAX 48

/*
 * Follows the frame pointers of a CPU through guest memory.  Returns how many
 * return addresses were found, innermost first, without rip itself.
 */
size_t backtrace_walk(const struct guestmem *mem,
    const struct vm_cpu_state *cpu, uint64_t frames[BACKTRACE_FRAMES_MAX]);

/*
 * Prints rip, then the return addresses, numbered, with function, file and
 * line, inlined ones too.  A return address stands for the call before it, so
 * one less is looked up.  A first one that is rip itself is left out.
 */
void backtrace_print(FILE *f, struct symbols *syms, uint64_t rip,
    const uint64_t *frames, size_t nframes);

/* "function file:line" on one line without newline, for summaries. */
void backtrace_print_place(FILE *f, struct symbols *syms, uint64_t addr);

#endif
