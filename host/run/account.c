/* SPDX-License-Identifier: BSD-2-Clause */
/* account.c: hand records, console and machine to host/debug. */
#include "run/account.h"

#include "debug/bad_end.h"
#include "debug/core_file.h"

/* What host/debug is told, and what that points to. */
struct told {
	struct bad_end bad_end;
	struct bad_end_panic panic;
	const char *lines[GUEST_TAIL_LINES];
};

static const struct bad_end *
tell(struct told *t, const struct account *a)
{
	const struct panic_report *p = &a->verdict->panic;

	t->panic = (struct bad_end_panic){ .text = p->text,
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
	t->bad_end = (struct bad_end){ .end = a->end,
		.mem = a->mem,
		.elf = a->elf,
		.elf_bytes = a->elf_bytes,
		.panic = a->verdict->panicked ? &t->panic : NULL,
		.console = t->lines,
		.nconsole = tail_lines(a->tail, t->lines) };
	return (&t->bad_end);
}

char *
account_of_bad_end(const struct account *a)
{
	struct told t;

	return (bad_end_describe(tell(&t, a)));
}

int
account_write_core(
    const struct account *a, const char *path, struct hf_err *err)
{
	struct told t;

	return (core_file_write(path, tell(&t, a), err));
}
