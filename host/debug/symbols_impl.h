/* SPDX-License-Identifier: BSD-2-Clause */
/* symbols_impl.h: between the files that read the guest image's names. */
#ifndef HF_DEBUG_SYMBOLS_IMPL_H
#define HF_DEBUG_SYMBOLS_IMPL_H

#include <elfutils/libdw.h>

#include "debug/symbols.h"

/* Types and constants that were looked up; more are looked up every time. */
#define SYMBOLS_TYPES_MAX 48

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
};

/* NULL: there is no debug information. */
Dwarf *symbols_dwarf(struct symbols *s);

#endif
