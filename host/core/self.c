/* SPDX-License-Identifier: BSD-2-Clause */
/* self.c: the running program as a file. */
#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>

#include "core/self.h"

/*
 * The linker's name for the file's first byte.  Only its address is used:
 * nothing says that it is aligned as an ELF header.
 */
extern const char __ehdr_start[] __attribute__((visibility("hidden")));

/* Where the kernel says that they lie. */
static const ElfW(Phdr) * program_headers(unsigned int *n)
{
	*n = (unsigned int)getauxval(AT_PHNUM);
	return ((const void *)getauxval(AT_PHDR));
}

/* What a position-independent program was moved by; 0 for any other. */
static uintptr_t
load_base(const ElfW(Phdr) * ph, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (ph[i].p_type == PT_LOAD && ph[i].p_offset == 0)
			return ((uintptr_t)__ehdr_start - ph[i].p_vaddr);
	return (0);
}

bool
self_file_offset(const void *p, size_t len_bytes, uint64_t *offset)
{
	unsigned int n;
	const ElfW(Phdr) *ph = program_headers(&n);
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

static size_t
padded(size_t bytes)
{
	return ((bytes + 3) & ~(size_t)3);
}

/* In one PT_NOTE segment; NULL if it is not there. */
static const unsigned char *
find_build_id(const unsigned char *note, size_t len_bytes, size_t *id_bytes)
{
	ElfW(Nhdr) h;
	size_t all_bytes;

	while (len_bytes >= sizeof(h)) {
		memcpy(&h, note, sizeof(h));
		all_bytes = sizeof(h) + padded(h.n_namesz) + padded(h.n_descsz);
		if (all_bytes > len_bytes)
			break;
		if (h.n_type == NT_GNU_BUILD_ID && h.n_namesz == 4 &&
		    memcmp(note + sizeof(h), "GNU", 4) == 0) {
			*id_bytes = h.n_descsz;
			return (note + sizeof(h) + 4);
		}
		note += all_bytes;
		len_bytes -= all_bytes;
	}
	return (NULL);
}

const char *
self_build_id(char *buf)
{
	static const char digits[] = "0123456789abcdef";
	unsigned int n;
	const ElfW(Phdr) *ph = program_headers(&n);
	const unsigned char *id = NULL;
	size_t id_bytes = 0;

	snprintf(buf, SELF_BUILD_ID_BYTES, "unknown");
	for (unsigned int i = 0; i < n && id == NULL; i++)
		if (ph[i].p_type == PT_NOTE)
			id = find_build_id(
			    (const unsigned char *)(load_base(ph, n) +
				ph[i].p_vaddr),
			    ph[i].p_memsz, &id_bytes);
	if (id == NULL)
		return (buf);
	if (id_bytes > (SELF_BUILD_ID_BYTES - 1) / 2)
		id_bytes = (SELF_BUILD_ID_BYTES - 1) / 2;
	for (size_t i = 0; i < id_bytes; i++) {
		buf[2 * i] = digits[id[i] >> 4];
		buf[2 * i + 1] = digits[id[i] & 15];
	}
	buf[2 * id_bytes] = '\0';
	return (buf);
}
