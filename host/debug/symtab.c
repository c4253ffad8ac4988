/* SPDX-License-Identifier: BSD-2-Clause */
/* symtab.c: the image's symbol table: functions and variables by address and name. */
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "debug/symbols_priv.h"

#define FUNCTION_BYTES_MAX (1u << 20)

static bool
names_data(const GElf_Sym *sym)
{
	return (sym->st_shndx != SHN_UNDEF && sym->st_shndx != SHN_ABS &&
	    GELF_ST_TYPE(sym->st_info) == STT_OBJECT);
}

/*
 * From a symbol of code to the end of its section; 0: it is none.  A label of
 * assembler code says itself neither what it is nor how long.
 */
static uint64_t
code_room(struct symbols *s, const GElf_Sym *sym)
{
	int type = GELF_ST_TYPE(sym->st_info);
	GElf_Shdr sh;
	Elf_Scn *scn;

	if (sym->st_shndx == SHN_UNDEF || sym->st_shndx >= SHN_LORESERVE ||
	    (type != STT_FUNC && type != STT_NOTYPE))
		return (0);
	scn = elf_getscn(s->elf, sym->st_shndx);
	if (scn == NULL || gelf_getshdr(scn, &sh) == NULL ||
	    (sh.sh_flags & SHF_EXECINSTR) == 0 || sym->st_value < sh.sh_addr ||
	    sym->st_value - sh.sh_addr >= sh.sh_size)
		return (0);
	return (sh.sh_size - (sym->st_value - sh.sh_addr));
}

/* Where a walk over the symbol table is. */
struct sym_walk {
	Elf_Scn *scn;
	Elf_Data *data;
	GElf_Shdr sh;
	size_t next; /* entry of this section */
	GElf_Sym sym;
	size_t file; /* name of the source of the local symbols here, 0: none */
};

/* "" when the table is broken there. */
static const char *
name_at(struct symbols *s, const struct sym_walk *w, size_t at)
{
	const char *name = elf_strptr(s->elf, w->sh.sh_link, at);

	return (name != NULL ? name : "");
}

/* The next symbol that has a name and a value. */
static bool
next_symbol(struct symbols *s, struct sym_walk *w)
{
	for (;;) {
		if (w->data == NULL || w->sh.sh_entsize == 0 ||
		    w->next >= w->sh.sh_size / w->sh.sh_entsize) {
			w->scn = elf_nextscn(s->elf, w->scn);
			if (w->scn == NULL)
				return (false);
			w->data = NULL;
			w->next = 0;
			if (gelf_getshdr(w->scn, &w->sh) != NULL &&
			    w->sh.sh_type == SHT_SYMTAB)
				w->data = elf_getdata(w->scn, NULL);
			continue;
		}
		if (gelf_getsym(w->data, (int)w->next++, &w->sym) == NULL)
			continue;
		if (GELF_ST_TYPE(w->sym.st_info) == STT_FILE)
			w->file = w->sym.st_name;
		if (w->sym.st_value != 0 && w->sym.st_name != 0)
			return (true);
	}
}

static int
compare_code(const void *one, const void *other)
{
	const struct code_symbol *a = one, *b = other;

	if (a->addr != b->addr)
		return (a->addr < b->addr ? -1 : 1);
	return (a->order < b->order ? -1 : a->order > b->order);
}

/* Once: a stack of a hang has many addresses, and there are many stacks. */
static void
sort_code(struct symbols *s)
{
	struct sym_walk w = { 0 };
	size_t room = 0;
	uint64_t left;

	s->code_sorted = true;
	while (next_symbol(s, &w)) {
		left = code_room(s, &w.sym);
		if (left == 0)
			continue;
		if (s->ncode == room) {
			room = room * 2 + 1024;
			s->code = realloc(s->code, room * sizeof(*s->code));
			hf_check_memory(s->code != NULL);
		}
		s->code[s->ncode] =
		    (struct code_symbol){ .addr = w.sym.st_value,
			    .bytes = w.sym.st_size,
			    .room = left,
			    .name = name_at(s, &w, w.sym.st_name),
			    .order = s->ncode };
		s->ncode++;
	}
	if (s->ncode != 0)
		qsort(s->code, s->ncode, sizeof(*s->code), compare_code);
}

/* The symbol closest below addr, if it reaches that far. */
size_t
symtab_lookup(struct symbols *s, uint64_t addr, struct symbol_frame *f)
{
	size_t low = 0, high, middle;
	uint64_t nearest;

	if (!s->code_sorted)
		sort_code(s);
	/* Those below low start at addr or before. */
	for (high = s->ncode; low < high;) {
		middle = low + (high - low) / 2;
		if (s->code[middle].addr <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	nearest = low > 0 ? s->code[low - 1].addr : 0;
	for (; low > 0; low--) {
		const struct code_symbol *c = &s->code[low - 1];
		/* One without a size reaches to the next one. */
		const uint64_t reach = c->bytes != 0 ? c->bytes
		    : c->addr == nearest	     ? c->room
						     : 0;

		f->offset = addr - c->addr;
		/* Farther away than any function is long: chance. */
		if (f->offset >= FUNCTION_BYTES_MAX)
			break;
		if (f->offset >= reach)
			continue;
		snprintf(f->function, sizeof(f->function), "%s", c->name);
		return (1);
	}
	return (0);
}

bool
symbols_function_at(
    struct symbols *s, uint64_t addr, char *name, size_t room, uint64_t *start)
{
	struct symbol_frame f = { 0 };

	if (s == NULL || symtab_lookup(s, addr, &f) == 0)
		return (false);
	*start = addr - f.offset;
	if (name != NULL)
		snprintf(name, room, "%s", f.function);
	return (true);
}

/* Whether the symbol is called so: "name", or "file.c:name" for a static one. */
static bool
is_called(struct symbols *s, const struct sym_walk *w, const char *name)
{
	const char *colon = strchr(name, ':');
	size_t len = colon != NULL ? (size_t)(colon - name) : 0;
	const char *file;

	if (strcmp(name_at(s, w, w->sym.st_name),
		colon != NULL ? colon + 1 : name) != 0)
		return (false);
	if (colon == NULL)
		return (true);
	file = name_at(s, w, w->file);
	return (strlen(file) == len && memcmp(file, name, len) == 0);
}

static bool
search_object(
    struct symbols *s, const char *name, uint64_t *addr, uint64_t *bytes)
{
	struct sym_walk w = { 0 };

	while (next_symbol(s, &w)) {
		if (!is_called(s, &w, name) ||
		    (!names_data(&w.sym) && code_room(s, &w.sym) == 0))
			continue;
		*addr = w.sym.st_value;
		*bytes = w.sym.st_size;
		return (true);
	}
	return (false);
}

bool
symbols_object(
    struct symbols *s, const char *name, uint64_t *addr, uint64_t *bytes)
{
	unsigned int i;
	bool found;

	*addr = *bytes = 0;
	if (s == NULL)
		return (false);
	for (i = 0; i < s->nvariables; i++) {
		if (strcmp(s->variables[i].name, name) != 0)
			continue;
		*addr = s->variables[i].addr;
		*bytes = s->variables[i].bytes;
		return (s->variables[i].found);
	}
	found = search_object(s, name, addr, bytes);
	if (i < SYMBOLS_VARIABLES_MAX &&
	    strlen(name) < sizeof(s->variables[i].name)) {
		strcpy(s->variables[i].name, name);
		s->variables[i].found = found;
		s->variables[i].addr = *addr;
		s->variables[i].bytes = *bytes;
		s->nvariables++;
	}
	return (found);
}

bool
symbols_object_at(
    struct symbols *s, uint64_t addr, char *name, size_t room, uint64_t *offset)
{
	struct sym_walk w = { 0 };

	while (s != NULL && next_symbol(s, &w)) {
		if (!names_data(&w.sym) || addr < w.sym.st_value ||
		    addr - w.sym.st_value >= w.sym.st_size)
			continue;
		snprintf(name, room, "%s", name_at(s, &w, w.sym.st_name));
		*offset = addr - w.sym.st_value;
		return (true);
	}
	return (false);
}
