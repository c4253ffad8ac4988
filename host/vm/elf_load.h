/* SPDX-License-Identifier: BSD-2-Clause */
/* elf_load.h: a guest kernel from an ELF image into guest RAM. */
#ifndef HF_VM_ELF_LOAD_H
#define HF_VM_ELF_LOAD_H

#include "core/err.h"
#include "vm/guestmem.h"
#include "vm/vm.h"

struct elf_kernel {
	uint32_t entry; /* XEN_ELFNOTE_PHYS32_ENTRY */
	gpa_t start;	/* lowest byte loaded */
	gpa_t end;	/* first byte above the last segment, with its bss */
};

/*
 * Checks image (each check has a number, which starts its message) and, only
 * if all hold, places its segments in RAM, which must be zero there.
 * 0, or -1: *err, RAM untouched.
 */
int elf_load(const struct guestmem *, const struct vm_image *,
    struct elf_kernel *out, struct hf_err *err);

#endif
