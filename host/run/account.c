/* SPDX-License-Identifier: BSD-2-Clause */
/* account.c: hand records, console and machine to host/debug. */
#include "run/account.h"

#include "debug/bad_end.h"

char *
account_of_bad_end(const struct verdict *v, const struct guest_tail *tail,
    const struct vm_end *end, const struct guestmem *mem, const void *elf,
    size_t elf_bytes)
{
	const struct panic_report *p = &v->panic;
	const char *lines[GUEST_TAIL_LINES];
	struct bad_end_panic panic = { .text = p->text,
		.cpu = p->cpu,
		.frame = p->frame.known ? p->frame.regs : NULL,
		.trapped = p->frame.trapped,
		.trap = p->frame.trap,
		.err = p->frame.err,
		.rip = p->rip,
		.rsp = p->rsp,
		.rbp = p->rbp,
		.cr2 = p->cr2,
		.frames = p->frames,
		.nframes = p->nframes };
	struct bad_end b = { .end = end,
		.mem = mem,
		.elf = elf,
		.elf_bytes = elf_bytes,
		.panic = v->panicked ? &panic : NULL,
		.console = lines,
		.nconsole = tail_lines(tail, lines) };

	return (bad_end_describe(&b));
}
