/* SPDX-License-Identifier: BSD-2-Clause */
/* account.h: the dump of a bad end, from all that a run knows of it. */
#ifndef HF_RUN_ACCOUNT_H
#define HF_RUN_ACCOUNT_H

#include "core/err.h"
#include "run/guest_tail.h"
#include "run/verdict.h"
#include "vm/vm.h"

/* end and mem are NULL when only a log is known. */
struct account {
	const struct verdict *verdict;
	const struct guest_tail *tail;
	const struct vm_end *end;
	const struct guestmem *mem;
	const void *elf;
	size_t elf_bytes;
};

/* To be freed. */
char *account_of_bad_end(const struct account *a);

/* Of a machine that was stopped.  0, or -1: *err (debug/core_file.h). */
int account_write_core(
    const struct account *a, const char *path, struct hf_err *err);

#endif
