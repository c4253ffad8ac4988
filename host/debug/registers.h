/* SPDX-License-Identifier: BSD-2-Clause */
/* registers.h: print a CPU's registers and the code that it was at. */
#ifndef HF_DEBUG_REGISTERS_H
#define HF_DEBUG_REGISTERS_H

#include <stdio.h>

#include "debug/symbols.h"
#include "vm/guestmem.h"
#include "vm/vm.h"

/* The general ones of s become those of a frame record (report_abi.h). */
void registers_set_frame(struct vm_cpu_state *s, const uint64_t *frame);

/* All; the general ones alone when only a log is known. */
void registers_print(FILE *f, const struct vm_cpu_state *s);
void registers_print_general(FILE *f, const struct vm_cpu_state *s);

/*
 * One line: the bytes around rip, the first one of the instruction in <>, and
 * whether memory and image differ.  Where memory cannot be read they are the
 * image's.  mem may be NULL.
 */
void registers_print_code(FILE *f, const struct guestmem *mem,
    const struct vm_cpu_state *s, struct symbols *syms);

#endif
