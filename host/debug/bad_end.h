/* SPDX-License-Identifier: BSD-2-Clause */
/* bad_end.h: the account of a guest that did not end as it should. */
#ifndef HF_DEBUG_BAD_END_H
#define HF_DEBUG_BAD_END_H

#include <stddef.h>
#include <stdint.h>

#include "vm/guestmem.h"
#include "vm/vm.h"

/* What the guest itself said in its panic record. */
struct bad_end_panic {
	const char *text;
	const uint64_t *frame; /* HF_FRAME_REGS of them, NULL: not told */
	bool trapped;	       /* at a trap; else at the call of panic(9) */
	uint64_t trap, err;
	uint64_t cpu, rip, rsp, rbp, cr2;
	const uint64_t *frames; /* return addresses, innermost first */
	size_t nframes;
};

struct bad_end {
	const struct vm_end *end;   /* NULL: only a log is known */
	const struct guestmem *mem; /* NULL likewise */
	const void *elf;	    /* the guest image, for names */
	size_t elf_bytes;
	const struct bad_end_panic *panic; /* NULL: none was recorded */
	const char *const *console;	   /* last lines, oldest first */
	size_t nconsole;
};

/*
 * The CPU that it is mainly about, and with what it died: the panic's frame, or
 * how the CPU stopped.  Requires b->end.
 */
unsigned int bad_end_chief(const struct bad_end *b);
struct vm_cpu_state bad_end_chief_state(const struct bad_end *b);

/*
 * Lines of text, to be freed: how it ended, registers at that moment, code
 * around RIP, backtrace with function, file and line, page-table walk of RIP
 * and CR2, the same of the other CPUs, last console lines.  What cannot be read
 * is said so.
 */
char *bad_end_describe(const struct bad_end *b);

#endif
