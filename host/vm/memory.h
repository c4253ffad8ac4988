/* SPDX-License-Identifier: BSD-2-Clause */
/* memory.h: the host memory behind guest RAM. */

/*
 *	guest-physical			offset in the mapping
 *	0 .. min(bytes, 3 GiB)		0			region 0
 *	3 GiB .. 4 GiB			none: MMIO hole
 *	4 GiB .. 			3 GiB			region 1
 */
#ifndef HF_VM_MEMORY_H
#define HF_VM_MEMORY_H

#include "core/err.h"
#include "vm/guestmem.h"
#include "vm/vm.h"

struct memory {
	void *host;
	uint64_t len_bytes;
	struct guestmem *guestmem;
};

/* Refuses what --memory and --hugepages cannot be.  0, or -1: *err. */
int memory_check(const struct vm_config *, struct hf_err *err);

/* Zeroed, not touched unless prefault.  0, or -1: *err, nothing kept. */
int memory_init(struct memory *, const struct vm_config *, struct hf_err *err);
void memory_fini(struct memory *);

#endif
