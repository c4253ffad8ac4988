/* SPDX-License-Identifier: BSD-2-Clause */
/* core_file.h: a guest that ended badly, for a debugger (ELF, core(5)). */
#ifndef HF_DEBUG_CORE_FILE_H
#define HF_DEBUG_CORE_FILE_H

#include "core/err.h"
#include "debug/bad_end.h"

/*
 * Writes what the page tables of the CPU that b is about map to RAM, at its
 * virtual addresses, and the registers of each CPU as one thread, that CPU's
 * first.  Pages with PG_NODUMP are left out.  Zeroes are holes of the file.
 * Requires b->end and b->mem, of a stopped guest.  0, or -1: *err is the
 * host's (core/replace.h), or the guest's page tables lead nowhere.
 */
int core_file_write(
    const char *path, const struct bad_end *b, struct hf_err *err);

#endif
