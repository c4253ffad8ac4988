/* SPDX-License-Identifier: BSD-2-Clause */
/* check_debug.c: symbols of this very program, page-table walks, accounts. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "debug/backtrace.h"
#include "debug/bad_end.h"
#include "debug/mapped.h"
#include "debug/pagetable.h"
#include "debug/symbols.h"
#include "debug/types.h"
#include "unit.h"

/* Where the linker put the program's first byte; run time minus link time. */
extern const char __executable_start[];

/* Outside the tree's own build folder a path stands before it. */
#define THIS_FILE "tests/unit/check_debug.c"

static void *program;
static size_t program_bytes;
static unsigned int inner_line, outer_line;

static inline __attribute__((always_inline)) uintptr_t
inner_function(void)
{
	uintptr_t here;

	inner_line = __LINE__ + 1;
	__asm__ volatile("lea (%%rip), %0\n\tnop" : "=r"(here));
	return (here);
}

__attribute__((noinline)) static uint64_t
outer_function(void)
{
	uintptr_t here;

	outer_line = __LINE__ + 1;
	here = inner_function();
	return (here - (uintptr_t)__executable_start);
}

static void
map_program(void)
{
	struct stat st;
	int fd = open("/proc/self/exe", O_RDONLY);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fstat(fd, &st), 0);
	program_bytes = (size_t)st.st_size;
	program = mmap(NULL, program_bytes, PROT_READ, MAP_PRIVATE, fd, 0);
	ck_assert_ptr_ne(program, MAP_FAILED);
	close(fd);
}

START_TEST(an_address_has_function_file_and_line)
{
	struct symbol_frame frames[SYMBOL_FRAMES_MAX];
	uint64_t addr = outer_function();
	struct symbols *s;

	map_program();
	s = symbols_open(program, program_bytes);
	ck_assert_uint_eq(symbols_lookup(s, addr, frames), 2);
	ck_assert_str_eq(frames[0].function, "inner_function");
	ck_assert_ptr_nonnull(strstr(frames[0].file, THIS_FILE));
	ck_assert_uint_eq(frames[0].line, inner_line);
	ck_assert_str_eq(frames[1].function, "outer_function");
	ck_assert_ptr_nonnull(strstr(frames[1].file, THIS_FILE));
	ck_assert_uint_eq(frames[1].line, outer_line);
	symbols_close(s);
}
END_TEST

START_TEST(an_address_without_line_has_a_symbol)
{
	struct symbol_frame frames[SYMBOL_FRAMES_MAX];
	struct symbols *s;

	map_program();
	s = symbols_open(program, program_bytes);
	/* From the C library's start files, which have no debug information. */
	extern const char _start[];
	uint64_t addr = (uint64_t)(_start - __executable_start);

	ck_assert_uint_ge(symbols_lookup(s, addr + 4, frames), 1);
	ck_assert_str_eq(frames[0].function, "_start");
	ck_assert_uint_eq(symbols_lookup(s, 0xffffffff12345678ull, frames), 0);
	symbols_close(s);
	ck_assert_ptr_null(symbols_open("no elf", 6));
	ck_assert_uint_eq(symbols_lookup(NULL, addr, frames), 0);
}
END_TEST

/* Assembler code, which says neither what it is nor how long. */
extern const char first_label[], second_label[];
__asm__(".pushsection .text\n"
	".globl first_label\n"
	"first_label: nop; nop; nop; nop\n"
	".globl second_label\n"
	"second_label: nop; nop; nop; nop\n"
	".popsection");

START_TEST(a_label_without_a_size_reaches_to_the_next)
{
	const uint64_t at = (uint64_t)(first_label - __executable_start);
	struct symbols *s;
	uint64_t start;
	char name[32];

	map_program();
	s = symbols_open(program, program_bytes);
	ck_assert(symbols_function_at(s, at + 3, name, sizeof(name), &start));
	ck_assert_str_eq(name, "first_label");
	ck_assert_uint_eq(start, at);
	ck_assert(symbols_function_at(s, at + 4, name, sizeof(name), &start));
	ck_assert_str_eq(name, "second_label");
	ck_assert_uint_eq(start, at + 4);
	symbols_close(s);
}
END_TEST

#define RAM_BYTES 0x8000u
#define VA	  0xffffffff80201abcull
#define P_RW	  3ull

static uint64_t ram[RAM_BYTES / 8];
static struct guestmem *mem;
static struct vm_cpu_state cpu;

static void
set_entry(uint64_t table, unsigned int index, uint64_t value)
{
	ram[table / 8 + index] = value;
}

/* VA -> 0x5abc through tables at 0x1000, 0x2000, 0x3000, 0x4000. */
static void
set_up(void)
{
	struct guestmem_region region = {
		.base = gpa_make(0), .len_bytes = RAM_BYTES, .host = ram
	};

	memset(ram, 0, sizeof(ram));
	mem = guestmem_new(&region, 1);
	cpu = (struct vm_cpu_state){ .valid = true,
		.cr0 = 1ull << 31,
		.cr3 = 0x1000,
		.cr4 = 1 << 5,
		.efer = 1 << 10 };
	set_entry(0x1000, 511, 0x2000 | P_RW);
	set_entry(0x2000, 510, 0x3000 | P_RW);
	set_entry(0x3000, 1, 0x4000 | P_RW);
	set_entry(0x4000, 1, 0x5000 | P_RW | 1ull << 63 | 1 << 6 | 1 << 8);
}

static void
tear_down(void)
{
	guestmem_free(mem);
}

static char *
print_walk(uint64_t va)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	pagetable_print(f, mem, &cpu, va);
	fclose(f);
	return (text);
}

START_TEST(a_small_page_is_translated)
{
	char *text = print_walk(VA);
	gpa_t at;

	ck_assert(pagetable_translate(mem, &cpu, VA, &at));
	ck_assert_uint_eq(at.v, 0x5abc);
	ck_assert_str_eq(text,
	    "  PML4 [511] 0000000000002003 P RW\n"
	    "  PDPT [510] 0000000000003003 P RW\n"
	    "  PD   [  1] 0000000000004003 P RW\n"
	    "  PT   [  1] 8000000000005143 P RW D G NX\n"
	    "  at physical 0x5abc\n");
	free(text);
}
END_TEST

START_TEST(a_large_page_is_translated)
{
	gpa_t at;

	/* Bit 12 of a large page is PAT, no part of its address. */
	set_entry(0x3000, 1, 0x200000 | P_RW | 1 << 7 | 1 << 12);
	ck_assert(pagetable_translate(mem, &cpu, VA + 0x1000, &at));
	ck_assert_uint_eq(at.v, 0x202abc);
	set_entry(0x2000, 510, 0x40000000 | P_RW | 1 << 7);
	ck_assert(pagetable_translate(mem, &cpu, VA, &at));
	ck_assert_uint_eq(at.v, 0x40201abc);
}
END_TEST

START_TEST(what_is_not_mapped_is_said_so)
{
	gpa_t at;
	char *text;

	set_entry(0x4000, 1, 0x5000);
	ck_assert(!pagetable_translate(mem, &cpu, VA, &at));
	text = print_walk(VA);
	ck_assert_ptr_nonnull(strstr(text, "5000 not present\n  not mapped\n"));
	free(text);
	set_entry(0x3000, 1, 0x100000000 | P_RW);
	ck_assert(!pagetable_translate(mem, &cpu, VA, &at));
	text = print_walk(VA);
	ck_assert_ptr_nonnull(strstr(text, "table is not in RAM"));
	free(text);
}
END_TEST

START_TEST(memory_is_read_and_written_through_the_tables)
{
	char text[8] = "", kept[8];
	uint64_t end = (VA | 0xfff) - 2; /* the last three bytes of its page */

	set_entry(0x4000, (VA >> 12) & 0x1ff, 0x5000 | P_RW);
	set_entry(0x4000, ((VA >> 12) + 1) & 0x1ff, 0x6000 | P_RW);
	ck_assert(pagetable_write(mem, &cpu, end, "abcdef", 6));
	ck_assert(pagetable_read(mem, &cpu, end, text, 6));
	ck_assert_str_eq(text, "abcdef");
	ck_assert(guestmem_read(mem, gpa_make(0x5ffd), text, 3));
	ck_assert(guestmem_read(mem, gpa_make(0x6000), text + 3, 3));
	ck_assert_str_eq(text, "abcdef");
	/* All or nothing: not mapped, and mapped to what is no RAM. */
	for (uint64_t entry = 0; entry < 2; entry++) {
		set_entry(0x4000, ((VA >> 12) + 1) & 0x1ff,
		    entry * (0x7ff0000000 | P_RW));
		ck_assert(!pagetable_write(mem, &cpu, end, "ghijkl", 6));
		ck_assert(!pagetable_read(mem, &cpu, end, text, 6));
		ck_assert(guestmem_read(mem, gpa_make(0x5ffd), kept, 3));
		ck_assert_mem_eq(kept, "abc", 3);
	}
}
END_TEST

START_TEST(without_paging_addresses_are_physical)
{
	gpa_t at;

	cpu.cr0 = 0;
	ck_assert(pagetable_translate(mem, &cpu, 0x123, &at));
	ck_assert_uint_eq(at.v, 0x123);
}
END_TEST

static bool
is_page_6(void *arg, uint64_t pa)
{
	return (pa == 0x6000);
}

static void
check_run(const struct mapped_run *r, uint64_t va, uint64_t pa, uint64_t pages)
{
	ck_assert_uint_eq(r->va, va);
	ck_assert_uint_eq(r->pa, pa);
	ck_assert_uint_eq(r->pages, pages);
}

START_TEST(all_that_is_mapped_is_found)
{
	const uint64_t va = VA & ~0xfffull;
	struct mapped m;

	/* Two that follow, one to leave out, one that does not, no RAM. */
	set_entry(0x4000, 2, 0x6000 | P_RW);
	set_entry(0x4000, 3, 0x7000 | P_RW);
	set_entry(0x4000, 4, 0x8000 | P_RW);
	set_entry(0x4000, 5, 0x4000 | P_RW);
	set_entry(0x4000, 6, 0x5000 | P_RW);
	/* 2 MiB, of which 32 KiB are RAM; PAT is no address. */
	set_entry(0x3000, 2, P_RW | 1 << 7 | 1 << 12);
	mapped_walk(&m, mem, &cpu, 100, is_page_6, NULL);
	ck_assert(!m.cut);
	ck_assert_uint_eq(m.nruns, 5);
	check_run(&m.runs[0], va, 0x5000, 1);
	check_run(&m.runs[1], va + 0x2000, 0x7000, 1);
	check_run(&m.runs[2], va + 0x4000, 0x4000, 2);
	check_run(&m.runs[3], va + 0x1ff000, 0, 6);
	check_run(&m.runs[4], va + 0x206000, 0x7000, 1);
	mapped_free(&m);
	mapped_walk(&m, mem, &cpu, 4, is_page_6, NULL);
	ck_assert(m.cut);
	ck_assert_uint_eq(m.nruns, 4);
	mapped_free(&m);
	cpu.valid = false;
	mapped_walk(&m, mem, &cpu, 100, is_page_6, NULL);
	ck_assert_uint_eq(m.nruns, 0);
}
END_TEST

START_TEST(tables_that_point_at_each_other_end)
{
	struct mapped m;

	for (unsigned int i = 0; i < 512; i++)
		set_entry(0x1000, i, 0x1000 | P_RW);
	mapped_walk(&m, mem, &cpu, SIZE_MAX, is_page_6, NULL);
	ck_assert(m.cut);
	mapped_free(&m);
}
END_TEST

START_TEST(frame_pointers_are_followed_until_they_end)
{
	struct backtrace_frame frames[BACKTRACE_FRAMES_MAX];
	uint64_t page = VA & ~0xfffull;

	/* Two frames in the page at 0x5000. */
	ram[0x5100 / 8] = page + 0x200;
	ram[0x5108 / 8] = 0x1111;
	ram[0x5200 / 8] = 0;
	ram[0x5208 / 8] = 0x2222;
	cpu.rip = 0x3333;
	cpu.rbp = page + 0x100;
	ck_assert_uint_eq(backtrace_walk_cpu(mem, &cpu, NULL, frames), 3);
	ck_assert_uint_eq(frames[0].pc, 0x3333);
	ck_assert(frames[0].exact);
	ck_assert_uint_eq(frames[1].pc, 0x1111);
	ck_assert(!frames[1].exact);
	ck_assert_uint_eq(frames[2].pc, 0x2222);
	/* A loop, a misaligned and an unmapped frame pointer. */
	ram[0x5200 / 8] = page + 0x100;
	ck_assert_uint_eq(backtrace_walk_cpu(mem, &cpu, NULL, frames), 3);
	cpu.rbp = page + 0x101;
	ck_assert_uint_eq(backtrace_walk_cpu(mem, &cpu, NULL, frames), 1);
	cpu.rbp = 0xdead0000;
	ck_assert_uint_eq(backtrace_walk_cpu(mem, &cpu, NULL, frames), 1);
}
END_TEST

START_TEST(the_layout_of_a_structure_is_read)
{
	struct symbols *s;
	struct type_member m;
	uint64_t rest, value;

	map_program();
	s = symbols_open(program, program_bytes);
	ck_assert(types_member(s, "vm_end", "cpus", &m));
	ck_assert_uint_eq(m.offset, offsetof(struct vm_end, cpus));
	ck_assert_uint_eq(m.bytes, 8);
	ck_assert(types_member(s, "vm_cpu_state", "cs.dpl", &m));
	ck_assert_uint_eq(m.offset,
	    offsetof(struct vm_cpu_state, cs) +
		offsetof(struct vm_segment, dpl));
	ck_assert(!types_member(s, "vm_end", "nothing", &m));
	ck_assert(!types_member(s, "no_such_structure", "cpus", &m));
	ck_assert(!types_member(NULL, "vm_end", "cpus", &m));
	ck_assert_uint_eq(types_bytes(s, "vm_end"), sizeof(struct vm_end));
	ck_assert_str_eq(types_member_at(s, "vm_end",
			     offsetof(struct vm_end, text) + 5, &rest),
	    "text");
	ck_assert_uint_eq(rest, 5);
	ck_assert(types_constant(s, "VM_END_INTERNAL", &value));
	ck_assert_uint_eq(value, VM_END_INTERNAL);
	ck_assert_str_eq(
	    types_enumerator(s, "vm_end_reason", VM_END_RESET), "VM_END_RESET");
	ck_assert_ptr_null(types_enumerator(s, "vm_end_reason", 99));
	symbols_close(s);
}
END_TEST

START_TEST(a_bad_end_is_described)
{
	struct vm_cpu_state cpus[2] = { cpu, cpu };
	struct vm_end end = { .reason = VM_END_SHUTDOWN,
		.cpu = 1,
		.text = "triple fault",
		.ncpus = 2,
		.cpus = cpus };
	const char *console[] = { "hello", "world" };
	struct bad_end b = { .end = &end,
		.mem = mem,
		.elf = "no elf",
		.elf_bytes = 6,
		.console = console,
		.nconsole = 2 };
	char *text;

	cpus[0].waiting = true;
	cpus[1].rip = VA;
	cpus[1].cr2 = 0x10;
	text = bad_end_describe(&b);
	ck_assert_ptr_nonnull(strstr(text, " on CPU 1: triple fault\n"));
	ck_assert_ptr_nonnull(strstr(text, "registers of CPU 1:\n"));
	ck_assert_ptr_nonnull(strstr(text, " rip  ffffffff80201abc"));
	ck_assert_ptr_nonnull(strstr(
	    text, "page tables for rip ffffffff80201abc:\n  PML4 [511]"));
	ck_assert_ptr_nonnull(
	    strstr(text, "page tables for cr2 0000000000000010:\n"));
	ck_assert_ptr_nonnull(strstr(text, "CPU 0: never started\n"));
	ck_assert_ptr_nonnull(
	    strstr(text, "last console lines:\n  | hello\n  | world\n"));
	free(text);
}
END_TEST

int
main(void)
{
	TCase *t = tcase_create("all");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, an_address_has_function_file_and_line);
	tcase_add_test(t, an_address_without_line_has_a_symbol);
	tcase_add_test(t, a_label_without_a_size_reaches_to_the_next);
	tcase_add_test(t, a_small_page_is_translated);
	tcase_add_test(t, a_large_page_is_translated);
	tcase_add_test(t, what_is_not_mapped_is_said_so);
	tcase_add_test(t, memory_is_read_and_written_through_the_tables);
	tcase_add_test(t, without_paging_addresses_are_physical);
	tcase_add_test(t, all_that_is_mapped_is_found);
	tcase_add_test(t, tables_that_point_at_each_other_end);
	tcase_add_test(t, frame_pointers_are_followed_until_they_end);
	tcase_add_test(t, the_layout_of_a_structure_is_read);
	tcase_add_test(t, a_bad_end_is_described);
	return (unit_run("debug", t));
}
