/* SPDX-License-Identifier: BSD-2-Clause */
/* backtrace.h: who called whom in a stopped guest. */
#ifndef HF_DEBUG_BACKTRACE_H
#define HF_DEBUG_BACKTRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "debug/symbols.h"
#include "vm/guestmem.h"
#include "vm/vm.h"

/* More than a full stack of 16 KiB has, as far as functions store anything. */
#define BACKTRACE_FRAMES_MAX 512

struct backtrace_frame {
	uint64_t pc;
	bool exact; /* it stood there; else pc is a return address */
	bool trap;  /* an exception or interrupt was taken there */
	uint64_t trapno, err;
};

/* Registers to begin with. */
struct backtrace_start {
	uint64_t rip, rsp, rbp;
	bool called; /* rip is a return address */
};

/*
 * Follows frame pointers through guest memory, by the page tables of this CPU,
 * and goes on with the interrupted registers where it meets a trap frame.
 * Where the innermost function has no frame of its own yet, or rip is no code
 * at all, its caller is found on top of the stack.  Returns how many, innermost
 * first, at least one.  Whatever the memory holds, it ends.
 */
size_t backtrace_walk(const struct guestmem *mem,
    const struct vm_cpu_state *cpu, struct symbols *syms,
    const struct backtrace_start *from,
    struct backtrace_frame frames[BACKTRACE_FRAMES_MAX]);

/* The same from the registers with which a CPU stopped. */
size_t backtrace_walk_cpu(const struct guestmem *mem,
    const struct vm_cpu_state *cpu, struct symbols *syms,
    struct backtrace_frame frames[BACKTRACE_FRAMES_MAX]);

/*
 * Prints them numbered, with function, file and line, inlined ones too.  A
 * return address stands for the call before it, so one less is looked up.
 */
void backtrace_print(FILE *f, struct symbols *syms,
    const struct backtrace_frame *frames, size_t nframes);

/* "function file:line" on one line without newline, for summaries. */
void backtrace_print_place(FILE *f, struct symbols *syms, uint64_t addr);

/* "page fault (14)" */
void backtrace_print_trap(FILE *f, uint64_t trapno);

#endif
