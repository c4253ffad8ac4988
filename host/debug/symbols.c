/* SPDX-License-Identifier: BSD-2-Clause */
/* symbols.c: DWARF by libdw, and what the image has in memory. */
#include "debug/symbols.h"

#include <dwarf.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/err.h"
#include "debug/symbols_priv.h"

/*
 * libdw does not survive a host that refuses it memory.  So there must be as
 * much as it could want, or there are names only.
 */
#define DWARF_ROOM_BYTES ((size_t)32 << 20)

static bool
have_room(void)
{
	void *room = mmap(NULL, DWARF_ROOM_BYTES, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (room == MAP_FAILED)
		return (false);
	munmap(room, DWARF_ROOM_BYTES);
	return (true);
}

struct symbols *
symbols_open(const void *elf, size_t elf_bytes)
{
	struct symbols *s = calloc(1, sizeof(*s));

	hf_check_memory(s != NULL);
	hf_check(elf_version(EV_CURRENT) != EV_NONE);
	/* libelf only reads; the prototype lacks the const. */
	s->elf = elf_memory((char *)(uintptr_t)elf, elf_bytes);
	if (s->elf == NULL || elf_kind(s->elf) != ELF_K_ELF) {
		symbols_close(s);
		return (NULL);
	}
	return (s);
}

void
symbols_close(struct symbols *s)
{
	if (s == NULL)
		return;
	free(s->code);
	dwarf_end(s->dwarf);
	elf_end(s->elf);
	free(s);
}

/*
 * "/build/dir/../guest/kern/panic.c" -> "guest/kern/panic.c": what the build
 * system adds in front ends with its last "../".
 */
static void
set_file(struct symbol_frame *f, const char *path)
{
	const char *up;

	if (path == NULL)
		return;
	while ((up = strstr(path, "../")) != NULL)
		path = up + 3;
	if (strncmp(path, "./", 2) == 0)
		path += 2;
	snprintf(f->file, sizeof(f->file), "%s", path);
}

/* The unit that holds addr; without .debug_aranges all are searched. */
static bool
find_unit(struct symbols *s, uint64_t addr, Dwarf_Die *unit)
{
	Dwarf_CU *cu = NULL;
	Dwarf_Die die;
	uint8_t type;

	if (dwarf_addrdie(s->dwarf, addr, unit) != NULL)
		return (true);
	while (
	    dwarf_get_units(s->dwarf, cu, &cu, NULL, &type, &die, NULL) == 0) {
		if (type == DW_UT_compile && dwarf_haspc(&die, addr) == 1) {
			*unit = die;
			return (true);
		}
	}
	return (false);
}

/* File and line of the call that was inlined: attributes of its DIE. */
static void
set_call_site(struct symbol_frame *f, Dwarf_Die *inlined, Dwarf_Files *files,
    size_t nfiles)
{
	Dwarf_Attribute attr;
	Dwarf_Word value;

	if (dwarf_formudata(
		dwarf_attr(inlined, DW_AT_call_file, &attr), &value) == 0 &&
	    files != NULL && value < nfiles)
		set_file(f, dwarf_filesrc(files, value, NULL, NULL));
	if (dwarf_formudata(
		dwarf_attr(inlined, DW_AT_call_line, &attr), &value) == 0)
		f->line = (unsigned int)value;
}

static size_t
lookup_dwarf(struct symbols *s, uint64_t addr, struct symbol_frame *frames)
{
	Dwarf_Die unit, *scopes = NULL, *chain = NULL;
	Dwarf_Files *files = NULL;
	Dwarf_Line *line;
	const char *name;
	size_t n = 0, nfiles = 0;
	int nchain = 0, lineno = 0;

	if (!find_unit(s, addr, &unit))
		return (0);
	line = dwarf_getsrc_die(&unit, addr);
	if (line != NULL) {
		set_file(&frames[0], dwarf_linesrc(line, NULL, NULL));
		dwarf_lineno(line, &lineno);
		frames[0].line = (unsigned int)lineno;
	}
	dwarf_getsrcfiles(&unit, &files, &nfiles);
	/* The scopes of the innermost DIE are the chain of real callers. */
	if (dwarf_getscopes(&unit, addr, &scopes) > 0)
		nchain = dwarf_getscopes_die(&scopes[0], &chain);
	for (int i = 0; i < nchain && n < SYMBOL_FRAMES_MAX; i++) {
		int tag = dwarf_tag(&chain[i]);

		if (tag != DW_TAG_subprogram &&
		    tag != DW_TAG_inlined_subroutine)
			continue;
		name = dwarf_diename(&chain[i]);
		snprintf(frames[n].function, sizeof(frames[n].function), "%s",
		    name != NULL ? name : "");
		n++;
		if (tag == DW_TAG_subprogram)
			break;
		if (n < SYMBOL_FRAMES_MAX)
			set_call_site(&frames[n], &chain[i], files, nfiles);
	}
	free(scopes);
	free(chain);
	return (n);
}

bool
symbols_image_read(
    struct symbols *s, uint64_t addr, void *buf, size_t len_bytes)
{
	GElf_Phdr ph;
	size_t n, file_bytes;
	const char *file = s != NULL ? elf_rawfile(s->elf, &file_bytes) : NULL;

	if (file == NULL || elf_getphdrnum(s->elf, &n) != 0)
		return (false);
	for (size_t i = 0; i < n; i++) {
		if (gelf_getphdr(s->elf, (int)i, &ph) == NULL ||
		    ph.p_type != PT_LOAD || addr < ph.p_vaddr ||
		    addr - ph.p_vaddr >= ph.p_filesz)
			continue;
		/* Where segments overlap it is the first one's, or nobody's. */
		if (len_bytes > ph.p_filesz - (addr - ph.p_vaddr) ||
		    ph.p_offset > file_bytes ||
		    ph.p_filesz > file_bytes - ph.p_offset)
			return (false);
		memcpy(
		    buf, file + ph.p_offset + (addr - ph.p_vaddr), len_bytes);
		return (true);
	}
	return (false);
}

Dwarf *
symbols_dwarf(struct symbols *s)
{
	if (!s->dwarf_tried) {
		s->dwarf_tried = true;
		if (have_room())
			s->dwarf = dwarf_begin_elf(s->elf, DWARF_C_READ, NULL);
	}
	return (s->dwarf);
}

size_t
symbols_lookup(struct symbols *s, uint64_t addr,
    struct symbol_frame frames[SYMBOL_FRAMES_MAX])
{
	size_t n = 0;

	memset(frames, 0, SYMBOL_FRAMES_MAX * sizeof(frames[0]));
	if (s == NULL)
		return (0);
	if (symbols_dwarf(s) != NULL)
		n = lookup_dwarf(s, addr, frames);
	if (n == 0)
		n = symtab_lookup(s, addr, &frames[0]);
	return (n);
}
