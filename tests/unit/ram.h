/* SPDX-License-Identifier: BSD-2-Clause */
/* ram.h: a guest's memory, one region at address 0, for unit tests. */
#ifndef HF_TESTS_UNIT_RAM_H
#define HF_TESTS_UNIT_RAM_H

#include <check.h>
#include <sys/mman.h>

#include "vm/guestmem.h"

/* Zeroed, with its *mem; of its own pages: they may be mapped over. */
static inline void *
ram_new(size_t len_bytes, struct guestmem **mem)
{
	struct guestmem_region region = { .len_bytes = len_bytes };

	region.host = mmap(NULL, len_bytes, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(region.host, MAP_FAILED);
	*mem = guestmem_new(&region, 1);
	return (region.host);
}

static inline void
ram_free(void *ram, size_t len_bytes, struct guestmem *mem)
{
	guestmem_free(mem);
	munmap(ram, len_bytes);
}

#endif
