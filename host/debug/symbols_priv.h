/* SPDX-License-Identifier: BSD-2-Clause */
/* symbols_priv.h: between the files that read the guest image's names. */
#ifndef HF_DEBUG_SYMBOLS_PRIV_H
#define HF_DEBUG_SYMBOLS_PRIV_H

#include <elfutils/libdw.h>

#include "debug/symbols.h"

/* What was looked up of each kind; more is looked up every time. */
#define SYMBOLS_TYPES_MAX     48
#define SYMBOLS_MEMBERS_MAX   96
#define SYMBOLS_VARIABLES_MAX 24

/* A function, or a label of assembler code, which reaches to its section's end. */
struct code_symbol {
	uint64_t addr, bytes;
	uint64_t room; /* to its section's end */
	const char *name;
	size_t
	    order; /* in the table: of two at one address the later is taken */
};

struct symbols {
	Elf *elf;
	Dwarf *dwarf; /* NULL: no debug information */
	bool dwarf_tried;
	struct {
		char name[48];
		int tag;
		bool found;
		Dwarf_Die die;
	} types[SYMBOLS_TYPES_MAX];
	unsigned int ntypes;
	struct {
		char name[48];
		bool found;
		uint64_t value;
	} constants[SYMBOLS_TYPES_MAX];
	unsigned int nconstants;
	struct {
		char type[24], path[32];
		bool found;
		uint64_t offset, bytes;
	} members[SYMBOLS_MEMBERS_MAX];
	unsigned int nmembers;
	struct {
		char name[48];
		bool found;
		uint64_t addr, bytes;
	} variables[SYMBOLS_VARIABLES_MAX];
	unsigned int nvariables;
	struct code_symbol *code; /* by address */
	size_t ncode;
	bool code_sorted;
};

/* NULL: there is no debug information. */
Dwarf *symbols_dwarf(struct symbols *s);

/* The function that holds addr, and how far into it: 1, or 0. */
size_t symtab_lookup(struct symbols *s, uint64_t addr, struct symbol_frame *f);

#endif
