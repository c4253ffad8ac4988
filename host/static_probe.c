/* SPDX-License-Identifier: BSD-2-Clause */
/* static_probe.c: does a static program link with the libraries that are here? */
#include <elfutils/libdw.h>
#include <gelf.h>
#include <jansson.h>
#include <sys/types.h>

#include <sha2.h>

int
main(void)
{
	Elf *elf;
	Dwarf *dwarf;
	char hash[SHA256_DIGEST_STRING_LENGTH];

	(void)elf_version(EV_CURRENT);
	elf = elf_memory(NULL, 0);
	dwarf = dwarf_begin_elf(elf, DWARF_C_READ, NULL);
	json_decref(json_object());
	(void)SHA256Data(NULL, 0, hash);
	(void)dwarf_end(dwarf);
	(void)elf_end(elf);
	return (0);
}
