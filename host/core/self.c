/* SPDX-License-Identifier: BSD-2-Clause */
/* self.c: the running program as a file. */
#include <elf.h>
#include <link.h>

#include "core/self.h"

/* The linker's name for the ELF header, which lies at file offset 0. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

/* What a position-independent program was moved by; 0 for any other. */
static uintptr_t
load_base(const ElfW(Phdr) * ph, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (ph[i].p_type == PT_LOAD && ph[i].p_offset == 0)
			return ((uintptr_t)&__ehdr_start - ph[i].p_vaddr);
	return (0);
}

bool
self_file_offset(const void *p, size_t len_bytes, uint64_t *offset)
{
	const ElfW(Phdr) *ph =
	    (const void *)((const char *)&__ehdr_start + __ehdr_start.e_phoff);
	unsigned int n = __ehdr_start.e_phnum;
	uintptr_t at = (uintptr_t)p - load_base(ph, n);

	for (unsigned int i = 0; i < n; i++) {
		if (ph[i].p_type != PT_LOAD || at < ph[i].p_vaddr ||
		    at - ph[i].p_vaddr > ph[i].p_filesz ||
		    len_bytes > ph[i].p_filesz - (at - ph[i].p_vaddr))
			continue;
		*offset = ph[i].p_offset + (at - ph[i].p_vaddr);
		return (true);
	}
	return (false);
}
