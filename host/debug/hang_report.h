/* SPDX-License-Identifier: BSD-2-Clause */
/* hang_report.h: why a guest goes nowhere, read from outside. */
#ifndef HF_DEBUG_HANG_REPORT_H
#define HF_DEBUG_HANG_REPORT_H

#include <stdio.h>

#include "debug/symbols.h"
#include "vm/guestmem.h"
#include "vm/vm.h"

/*
 * Prints the threads of a guest that stands still: their state, their stack,
 * the locks that they hold and what they wait for.  Then it prints circles of
 * waiting, busy pages, objects with paging in progress, maps in transition and
 * requests in flight.  end: the vCPUs' registers, mem: its RAM, which nobody
 * changes meanwhile, syms: its image.  The guest is not believed: what is
 * broken is said so, it always ends, and what is too much to read or to print
 * is left out with a line that says so.
 */
#define HANG_REPORT_BYTES_MAX (1u << 20)
void hang_report(FILE *f, const struct vm_end *end, const struct guestmem *mem,
    struct symbols *syms);

#endif
