/* SPDX-License-Identifier: BSD-2-Clause */
/* boot.h: what the guest finds in its memory when it starts. */

/*
 * Guest RAM at the start (defaults; nothing else is touched):
 *
 *	0x006000  start info, module list, memory map, command line, and the
 *		  module if it is small: one page
 *	0x09f000  MP floating pointer and table; reserved up to 1 MiB
 *	0x100000  and above: the kernel's segments
 *	after it  on the next page: a large module, then free RAM
 */
#ifndef HF_VM_BOOT_H
#define HF_VM_BOOT_H

#include "core/err.h"
#include "pvh_abi.h"
#include "vm/elf_load.h"
#include "vm/guestmem.h"

#define BOOT_INFO_GPA	    0x6000ull
#define BOOT_INFO_BYTES	    4096u
#define BOOT_RESERVED_START 0x9f000ull
#define BOOT_RESERVED_END   0x100000ull

struct boot_config {
	gpa_t info;	 /* BOOT_INFO_BYTES of RAM for the tables */
	gpa_t module_at; /* 0: with info, or on the page after the kernel */
	unsigned int ncpus;
	bool ioapic; /* the MP table has one */
	const void *module;
	size_t module_bytes;
	const char *cmdline;
};

/*
 * Writes everything but the kernel.  The structures must lie in RAM clear of
 * the kernel and of each other; what the user cannot cause is hf_check.
 * 0, or -1: *err (command line too long, module does not fit).
 */
int boot_write(const struct guestmem *, const struct elf_kernel *,
    const struct boot_config *, struct hf_err *err);

#endif
