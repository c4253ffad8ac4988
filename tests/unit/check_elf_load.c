/* SPDX-License-Identifier: BSD-2-Clause */
/* check_elf_load.c: each numbered check of the ELF loader (BT-02). */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "elf_builder.h"
#include "ram.h"
#include "unit.h"
#include "vm/elf_load.h"

#define RAM_BYTES (4u << 20)

static struct elf_builder b;
static struct hf_err err;
static struct elf_kernel kernel;
static struct guestmem *gm;
static char *ram;

static void
setup(void)
{
	ram = ram_new(RAM_BYTES, &gm);
	memset(&err, 0, sizeof(err));
	elf_builder_default(&b);
}

static void
teardown(void)
{
	ram_free(ram, RAM_BYTES, gm);
}

/* The image is refused by check number, and RAM is untouched. */
static void
refused_by(int number)
{
	struct vm_image image = elf_builder_image(&b);
	char prefix[64];

	ck_assert_int_eq(elf_load(gm, &image, &kernel, &err), -1);
	ck_assert_int_eq(err.status, EXITCODE_USAGE);
	snprintf(prefix, sizeof(prefix), "crafted: ELF check %d: ", number);
	ck_assert_msg(strncmp(err.text, prefix, strlen(prefix)) == 0,
	    "want check %d, got: %s", number, err.text);
	/* All zero: the first byte is, and each is as the one before. */
	ck_assert_int_eq(ram[0], 0);
	ck_assert(memcmp(ram, ram + 1, RAM_BYTES - 1) == 0);
}

static void
accepted(void)
{
	struct vm_image image = elf_builder_image(&b);

	ck_assert_msg(elf_load(gm, &image, &kernel, &err) == 0, "%s", err.text);
}

START_TEST(good_image_is_loaded_with_its_bounds_and_entry)
{
	accepted();
	ck_assert_uint_eq(kernel.entry, BUILDER_CODE_GPA);
	ck_assert_uint_eq(kernel.start.v, BUILDER_CODE_GPA);
	ck_assert_uint_eq(kernel.end.v,
	    BUILDER_DATA_GPA + BUILDER_DATA_BYTES + BUILDER_BSS_BYTES);
	ck_assert_mem_eq(ram + BUILDER_CODE_GPA, b.code, sizeof(b.code));
	ck_assert_int_eq(ram[BUILDER_DATA_GPA + BUILDER_DATA_BYTES - 1], 'd');
	ck_assert_int_eq(ram[BUILDER_DATA_GPA + BUILDER_DATA_BYTES], 0);
}
END_TEST

START_TEST(check_1_not_an_elf_file)
{
	b.ehdr.e_ident[0] = 'X';
	refused_by(1);
	elf_builder_default(&b);
	b.file_bytes = 3;
	refused_by(1);
	elf_builder_default(&b);
	b.file_bytes = sizeof(Elf64_Ehdr) - 1;
	refused_by(1);
}
END_TEST

START_TEST(check_2_class_and_byte_order)
{
	b.ehdr.e_ident[EI_CLASS] = ELFCLASS32;
	refused_by(2);
	elf_builder_default(&b);
	b.ehdr.e_ident[EI_DATA] = ELFDATA2MSB;
	refused_by(2);
}
END_TEST

START_TEST(check_3_machine)
{
	b.ehdr.e_machine = EM_AARCH64;
	refused_by(3);
}
END_TEST

START_TEST(check_4_type)
{
	b.ehdr.e_type = ET_DYN;
	refused_by(4);
	b.ehdr.e_type = ET_REL;
	refused_by(4);
}
END_TEST

START_TEST(check_5_program_headers)
{
	b.ehdr.e_phnum = 0;
	refused_by(5);
	b.ehdr.e_phnum = 33;
	refused_by(5);
	elf_builder_default(&b);
	b.ehdr.e_phoff = BUILDER_FILE_BYTES - 16;
	refused_by(5);
	elf_builder_default(&b);
	b.phdrs[0].p_type = PT_NULL;
	b.phdrs[1].p_type = PT_NULL;
	refused_by(5);
}
END_TEST

START_TEST(check_6_bytes_outside_the_file)
{
	b.phdrs[1].p_offset = BUILDER_FILE_BYTES - BUILDER_DATA_BYTES;
	accepted();
	memset(ram, 0, RAM_BYTES);
	b.phdrs[1].p_offset++;
	refused_by(6);
	b.phdrs[1].p_offset = UINT64_MAX - 4;
	refused_by(6);
	elf_builder_default(&b);
	b.phdrs[2].p_filesz = BUILDER_FILE_BYTES;
	refused_by(6);
	elf_builder_default(&b);
	b.file_bytes = BUILDER_DATA_OFF + 1;
	refused_by(6);
}
END_TEST

START_TEST(check_6_more_bytes_in_the_file_than_in_memory)
{
	b.phdrs[1].p_memsz = BUILDER_DATA_BYTES - 1;
	refused_by(6);
}
END_TEST

START_TEST(check_6_below_1_mib)
{
	/* BT-02 */
	b.phdrs[1].p_paddr = (1u << 20) - 1;
	refused_by(6);
	b.phdrs[1].p_paddr++;
	accepted();
	ck_assert_uint_eq(kernel.start.v, 1u << 20);
}
END_TEST

START_TEST(check_6_outside_ram)
{
	b.phdrs[1].p_paddr = RAM_BYTES - b.phdrs[1].p_memsz + 1;
	refused_by(6);
	b.phdrs[1].p_paddr = UINT64_MAX - 0x100;
	refused_by(6);
	b.phdrs[1].p_paddr = RAM_BYTES - b.phdrs[1].p_memsz;
	accepted();
	ck_assert_uint_eq(kernel.end.v, RAM_BYTES);
}
END_TEST

START_TEST(check_7_overlap)
{
	b.phdrs[1].p_paddr = BUILDER_CODE_GPA + BUILDER_CODE_BYTES - 1;
	refused_by(7);
	b.phdrs[1].p_paddr =
	    BUILDER_CODE_GPA - (BUILDER_DATA_BYTES + BUILDER_BSS_BYTES) + 1;
	refused_by(7);
	b.phdrs[1].p_paddr--;
	accepted();
	memset(ram, 0, RAM_BYTES);
	b.phdrs[1].p_paddr = BUILDER_CODE_GPA + BUILDER_CODE_BYTES;
	accepted();
}
END_TEST

START_TEST(check_8_writable_and_executable)
{
	b.phdrs[0].p_flags |= PF_W;
	refused_by(8);
	elf_builder_default(&b);
	b.phdrs[1].p_flags |= PF_X;
	refused_by(8);
}
END_TEST

START_TEST(check_9_exactly_one_xen_note)
{
	b.note.header.n_type = 17;
	refused_by(9);
	elf_builder_default(&b);
	memcpy(b.note.name, "GNU", 4);
	refused_by(9);
	elf_builder_default(&b);
	b.ehdr.e_phnum = 2;
	refused_by(9);
	elf_builder_default(&b);
	b.ehdr.e_phnum = 4;
	b.phdrs[3] = b.phdrs[2];
	refused_by(9);
	/* A note that says to be longer than its segment is no note. */
	elf_builder_default(&b);
	b.note.header.n_descsz = 0x7fffffff;
	refused_by(9);
}
END_TEST

START_TEST(check_10_note_contents)
{
	b.note.header.n_descsz = 4;
	accepted();
	ck_assert_uint_eq(kernel.entry, BUILDER_CODE_GPA);
	memset(ram, 0, RAM_BYTES);
	b.note.header.n_descsz = 3;
	refused_by(10);
	elf_builder_default(&b);
	b.note.entry |= 1ull << 32;
	refused_by(10);
}
END_TEST

START_TEST(check_11_note_not_loaded)
{
	b.phdrs[0].p_filesz = BUILDER_NOTE_OFF - BUILDER_CODE_OFF;
	refused_by(11);
	b.phdrs[0].p_filesz =
	    BUILDER_NOTE_OFF - BUILDER_CODE_OFF + sizeof(struct builder_note);
	accepted();
	memset(ram, 0, RAM_BYTES);
	b.phdrs[0].p_filesz--;
	refused_by(11);
}
END_TEST

START_TEST(check_12_entry_not_in_code)
{
	b.note.entry = BUILDER_DATA_GPA;
	refused_by(12);
	b.note.entry = BUILDER_CODE_GPA + BUILDER_CODE_BYTES;
	refused_by(12);
	b.note.entry--;
	accepted();
}
END_TEST

/*
 * Two adjacent segments of a page and of a page and a bit; the file has
 * image_at bytes of something else before them.  The descriptor of the file.
 */
static int
load_from_file(uint64_t image_at, const char *path)
{
	struct vm_image image;
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	b.phdrs[0].p_filesz = b.phdrs[0].p_memsz = 0x1000;
	b.phdrs[1].p_vaddr = b.phdrs[1].p_paddr = BUILDER_CODE_GPA + 0x1000;
	b.phdrs[1].p_filesz = 0x1000 - 0x10;
	b.phdrs[1].p_memsz = 0x2000;
	image = elf_builder_image(&b);
	memset(b.file + BUILDER_DATA_OFF, 'd', 0x1000);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, b.file, sizeof(b.file), (off_t)image_at),
	    sizeof(b.file));
	image.file = path;
	image.file_offset = image_at;
	ck_assert_msg(elf_load(gm, &image, &kernel, &err) == 0, "%s", err.text);
	ck_assert_mem_eq(ram + BUILDER_CODE_GPA, b.file + BUILDER_CODE_OFF,
	    0x1000 + 0x1000 - 0x10);
	/* What lies behind the segment in the file is not in RAM. */
	ck_assert_int_eq(ram[BUILDER_CODE_GPA + 0x2000 - 0x10], 0);
	ck_assert_int_eq(ram[BUILDER_CODE_GPA + 0x2000 - 0x01], 0);
	return (fd);
}

/* A page that nobody touched yet follows the file iff it is mapped from it. */
static char
byte_after_change(int fd, uint64_t at, const char *byte)
{
	ck_assert_int_eq(pwrite(fd, "!", 1, (off_t)at), 1);
	return (*byte);
}

START_TEST(whole_pages_are_mapped_from_the_file_and_private)
{
	const char *path = "check_elf_load.tmp";
	char *code = ram + BUILDER_CODE_GPA;
	char c;
	int fd = load_from_file(8 * 4096, path);

	ck_assert_int_eq(
	    byte_after_change(fd, 8 * 4096 + BUILDER_CODE_OFF, code), '!');
	code[1] = 'G';
	ck_assert_int_eq(pread(fd, &c, 1, 8 * 4096 + BUILDER_CODE_OFF + 1), 1);
	ck_assert_int_ne(c, 'G');
	/* The page of the second segment's end was copied. */
	ck_assert_int_eq(
	    byte_after_change(fd, 8 * 4096 + BUILDER_DATA_OFF, code + 0x1000),
	    'd');
	close(fd);
	unlink(path);
}
END_TEST

START_TEST(what_cannot_be_mapped_is_copied)
{
	const char *path = "check_elf_load.tmp";
	int fd = load_from_file(8 * 4096 + 16, path);

	ck_assert_int_ne(byte_after_change(fd, 8 * 4096 + 16 + BUILDER_CODE_OFF,
			     ram + BUILDER_CODE_GPA),
	    '!');
	close(fd);
	unlink(path);
}
END_TEST

/* BT-17: each changed byte of the headers is accepted or refused, never more. */
START_TEST(corrupted_headers_never_hurt)
{
	struct vm_image image;
	unsigned int flips[] = { 0x01, 0x80, 0xff };
	size_t i, j;

	for (i = 0; i < sizeof(b.ehdr) + 3 * sizeof(b.phdrs[0]); i++)
		for (j = 0; j < 3; j++) {
			image = elf_builder_image(&b);
			b.file[i] ^= flips[j];
			err.text[0] = '\0';
			if (elf_load(gm, &image, &kernel, &err) != 0)
				ck_assert_str_ne(err.text, "");
		}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		good_image_is_loaded_with_its_bounds_and_entry,
		check_1_not_an_elf_file, check_2_class_and_byte_order,
		check_3_machine, check_4_type, check_5_program_headers,
		check_6_bytes_outside_the_file,
		check_6_more_bytes_in_the_file_than_in_memory,
		check_6_below_1_mib, check_6_outside_ram, check_7_overlap,
		check_8_writable_and_executable, check_9_exactly_one_xen_note,
		check_10_note_contents, check_11_note_not_loaded,
		check_12_entry_not_in_code,
		whole_pages_are_mapped_from_the_file_and_private,
		what_cannot_be_mapped_is_copied, corrupted_headers_never_hurt,
		NULL
	};

	return (unit_main_fixture("elf_load", tests, setup, teardown));
}
