/* SPDX-License-Identifier: BSD-2-Clause */
/* static_probe.c: does a static program link with the libraries that are here? */
#include <elfutils/libdw.h>
#include <gelf.h>
#include <jansson.h>

int
main(void)
{
	Elf *elf;
	Dwarf *dwarf;

	(void)elf_version(EV_CURRENT);
	elf = elf_memory(NULL, 0);
	dwarf = dwarf_begin_elf(elf, DWARF_C_READ, NULL);
	json_decref(json_object());
	(void)dwarf_end(dwarf);
	(void)elf_end(elf);
	return (0);
}
