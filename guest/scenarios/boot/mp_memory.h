/* SPDX-License-Identifier: BSD-2-Clause */
/* mp_memory.h: low memory for tables of CPUs that no machine here has. */
#ifndef HF_SCENARIOS_BOOT_MP_MEMORY_H
#define HF_SCENARIOS_BOOT_MP_MEMORY_H

#include <arch/amd64/mpinfo.h>
#include <machine/vmparam.h>
#include <test/vm_util.h>

struct mp_memory {
	vm_page_t pages;
	uint8_t *bytes;
	uint32_t nbytes;
	struct hf_machine found;
};

static inline void
mp_memory_make(struct mp_memory *t, uint32_t nbytes)
{
	t->nbytes = nbytes;
	t->pages = vm_page_alloc_noobj_contig(VM_ALLOC_NORMAL | VM_ALLOC_ZERO,
	    atop(nbytes), 0, ~0ul, PAGE_SIZE, 0, VM_MEMATTR_DEFAULT);
	hf_require(t->pages != NULL);
	t->bytes = (uint8_t *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(t->pages));
}

static inline void
mp_memory_end(struct mp_memory *t)
{
	for (u_int i = 0; i < atop(t->nbytes); i++)
		vm_page_free(&t->pages[i]);
}

/* What is found there, the name of where. */
static inline const char *
mp_memory_read(struct mp_memory *t, uint64_t rsdp_pa)
{
	const struct hf_machine_memory mem = { .first = t->bytes,
		.bytes = t->nbytes };

	memset(&t->found, 0, sizeof(t->found));
	hf_machine_read(&t->found, &mem, rsdp_pa);
	return (t->found.source);
}

/* A little-endian number of so many bytes. */
static inline void
mp_put(struct mp_memory *t, uint32_t at, uint64_t v, u_int bytes)
{
	memcpy(t->bytes + at, &v, bytes);
}

/* Makes the sum of the bytes 0 by the one at "sum"; what follows may be zeros. */
static inline void
mp_seal(struct mp_memory *t, uint32_t at, uint32_t bytes, uint32_t sum)
{
	uint8_t total = 0;

	t->bytes[sum] = 0;
	for (uint32_t i = 0; i < bytes; i++)
		total += t->bytes[at + i];
	t->bytes[sum] = -total;
}

#endif
