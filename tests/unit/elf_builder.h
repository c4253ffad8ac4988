/* SPDX-License-Identifier: BSD-2-Clause */
/* elf_builder.h: small ELF images, good or broken in one place. */

/*
 * elf_builder_default gives a loadable PVH kernel: segment 0 code at 2 MiB,
 * with the Xen note at its end; segment 1 data with a bss at 2 MiB + 64 KiB;
 * segment 2 the PT_NOTE.  A test changes what it is about and calls
 * elf_builder_image.
 */
#ifndef HF_TESTS_UNIT_ELF_BUILDER_H
#define HF_TESTS_UNIT_ELF_BUILDER_H

#include <elf.h>
#include <stdint.h>
#include <string.h>

#include "vm/vm.h"

#define BUILDER_CODE_GPA   0x200000u
#define BUILDER_DATA_GPA   0x210000u
#define BUILDER_CODE_OFF   0x1000u
#define BUILDER_CODE_BYTES 0x200u
#define BUILDER_DATA_OFF   0x2000u
#define BUILDER_DATA_BYTES 0x20u
#define BUILDER_BSS_BYTES  0x1000u
#define BUILDER_NOTE_OFF   (BUILDER_CODE_OFF + 0x180)
#define BUILDER_FILE_BYTES 0x3000u

struct builder_note {
	Elf64_Nhdr header;
	char name[4];
	uint64_t entry;
};

struct elf_builder {
	Elf64_Ehdr ehdr;
	Elf64_Phdr phdrs[40];
	struct builder_note note;
	unsigned char code[0x180];
	size_t file_bytes;
	unsigned char file[BUILDER_FILE_BYTES];
};

static inline void
elf_builder_default(struct elf_builder *b)
{
	memset(b, 0, sizeof(*b));
	memcpy(b->ehdr.e_ident, ELFMAG, SELFMAG);
	b->ehdr.e_ident[EI_CLASS] = ELFCLASS64;
	b->ehdr.e_ident[EI_DATA] = ELFDATA2LSB;
	b->ehdr.e_ident[EI_VERSION] = EV_CURRENT;
	b->ehdr.e_type = ET_EXEC;
	b->ehdr.e_machine = EM_X86_64;
	b->ehdr.e_version = EV_CURRENT;
	b->ehdr.e_entry = BUILDER_CODE_GPA;
	b->ehdr.e_ehsize = sizeof(Elf64_Ehdr);
	b->ehdr.e_phoff = sizeof(Elf64_Ehdr);
	b->ehdr.e_phentsize = sizeof(Elf64_Phdr);
	b->ehdr.e_phnum = 3;
	b->ehdr.e_shentsize = sizeof(Elf64_Shdr);
	b->phdrs[0] = (Elf64_Phdr){ .p_type = PT_LOAD,
		.p_flags = PF_R | PF_X,
		.p_offset = BUILDER_CODE_OFF,
		.p_vaddr = BUILDER_CODE_GPA,
		.p_paddr = BUILDER_CODE_GPA,
		.p_filesz = BUILDER_CODE_BYTES,
		.p_memsz = BUILDER_CODE_BYTES,
		.p_align = 4096 };
	b->phdrs[1] = (Elf64_Phdr){ .p_type = PT_LOAD,
		.p_flags = PF_R | PF_W,
		.p_offset = BUILDER_DATA_OFF,
		.p_vaddr = BUILDER_DATA_GPA,
		.p_paddr = BUILDER_DATA_GPA,
		.p_filesz = BUILDER_DATA_BYTES,
		.p_memsz = BUILDER_DATA_BYTES + BUILDER_BSS_BYTES,
		.p_align = 4096 };
	b->phdrs[2] = (Elf64_Phdr){ .p_type = PT_NOTE,
		.p_flags = PF_R,
		.p_offset = BUILDER_NOTE_OFF,
		.p_filesz = sizeof(struct builder_note),
		.p_memsz = sizeof(struct builder_note),
		.p_align = 4 };
	b->note.header =
	    (Elf64_Nhdr){ .n_namesz = 4, .n_descsz = 8, .n_type = 18 };
	memcpy(b->note.name, "Xen", 4);
	b->note.entry = BUILDER_CODE_GPA;
	memset(b->code, 0xf4, sizeof(b->code)); /* HLT */
	b->file_bytes = sizeof(b->file);
}

/* The file as the headers say; points into the builder. */
static inline struct vm_image
elf_builder_image(struct elf_builder *b)
{
	memset(b->file, 0, sizeof(b->file));
	memcpy(b->file, &b->ehdr, sizeof(b->ehdr));
	memcpy(b->file + sizeof(b->ehdr), b->phdrs, sizeof(b->phdrs));
	memcpy(b->file + BUILDER_CODE_OFF, b->code, sizeof(b->code));
	memcpy(b->file + BUILDER_NOTE_OFF, &b->note, sizeof(b->note));
	memset(b->file + BUILDER_DATA_OFF, 'd', BUILDER_DATA_BYTES);
	return ((struct vm_image){
	    .bytes = b->file, .len_bytes = b->file_bytes, .name = "crafted" });
}

#endif
