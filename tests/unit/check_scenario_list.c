/* SPDX-License-Identifier: BSD-2-Clause */
/* check_scenario_list.c: scenario metadata in good and damaged images. */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "run/scenario_list.h"
#include "unit.h"

/* A guest image just big enough: one segment, one section of scenarios. */
#define BASE	   0xffffffff80200000ull
#define NSCENARIOS 3

struct image {
	Elf64_Ehdr eh;
	Elf64_Phdr ph;
	struct hf_scenario entries[NSCENARIOS];
	char strings[256];
	char names[64];
	Elf64_Shdr sh[3];
};

static struct image img;
static struct scenario_list list;
static struct hf_err err;

static uint64_t
va_of(const void *p)
{
	return (BASE + (uint64_t)((const char *)p - (const char *)&img));
}

static void
add(int i, size_t at, const char *id, const char *title, uint32_t flags)
{
	char *s = img.strings + at;

	strcpy(s, id);
	strcpy(s + 20, title);
	img.entries[i] = (struct hf_scenario){ .magic = HF_SCENARIO_MAGIC,
		.flags = flags,
		.timeout_ms = 5,
		.id = va_of(s),
		.title = va_of(s + 20),
		.requirements = va_of(s + 40),
		.run = BASE };
}

static void
set_up(void)
{
	memset(&img, 0, sizeof(img));
	memset(&err, 0, sizeof(err));
	memcpy(img.eh.e_ident, ELFMAG, SELFMAG);
	img.eh.e_ident[EI_CLASS] = ELFCLASS64;
	img.eh.e_ident[EI_DATA] = ELFDATA2LSB;
	img.eh.e_ident[EI_VERSION] = EV_CURRENT;
	img.eh.e_type = ET_EXEC;
	img.eh.e_machine = EM_X86_64;
	img.eh.e_version = EV_CURRENT;
	img.eh.e_ehsize = sizeof(img.eh);
	img.eh.e_phoff = offsetof(struct image, ph);
	img.eh.e_phentsize = sizeof(img.ph);
	img.eh.e_phnum = 1;
	img.eh.e_shoff = offsetof(struct image, sh);
	img.eh.e_shentsize = sizeof(img.sh[0]);
	img.eh.e_shnum = 3;
	img.eh.e_shstrndx = 2;
	img.ph = (Elf64_Phdr){ .p_type = PT_LOAD,
		.p_flags = PF_R | PF_X,
		.p_vaddr = BASE,
		.p_filesz = sizeof(img),
		.p_memsz = sizeof(img) };
	memcpy(img.names, "\0hf_scenarios\0.shstrtab", 24);
	img.sh[1] = (Elf64_Shdr){ .sh_name = 1,
		.sh_type = SHT_PROGBITS,
		.sh_offset = offsetof(struct image, entries),
		.sh_size = sizeof(img.entries),
		.sh_addralign = 8 };
	img.sh[2] = (Elf64_Shdr){ .sh_name = 14,
		.sh_type = SHT_STRTAB,
		.sh_offset = offsetof(struct image, names),
		.sh_size = sizeof(img.names),
		.sh_addralign = 1 };
	add(0, 0, "page.one", "first", 0);
	add(1, 60, "page.two", "second", HF_IS_HIDDEN);
	add(2, 120, "map.one", "third", HF_NEEDS_SMP | HF_ENDS_GUEST);
}

static int
read_list(void)
{
	return (scenario_list_read(&list, &img, sizeof(img), "img", &err));
}

START_TEST(a_good_image_gives_its_scenarios_by_id)
{
	ck_assert_int_eq(read_list(), 0);
	ck_assert_uint_eq(list.nscenarios, 3);
	ck_assert_str_eq(list.scenarios[0].title, "third");
	ck_assert_str_eq(list.scenarios[1].id, "page.one");
	ck_assert_str_eq(list.scenarios[2].id, "page.two");
	ck_assert_uint_eq(list.scenarios[0].timeout_ms, 5);
	ck_assert_ptr_eq(
	    scenario_list_find(&list, "map.one"), &list.scenarios[0]);
	ck_assert_ptr_null(scenario_list_find(&list, "map.on"));
	scenario_list_free(&list);
}
END_TEST

/* One damage each. */
static void
damage_magic(void)
{
	img.entries[1].magic++;
}
static void
damage_flag(void)
{
	img.entries[1].flags = 1u << 30;
}
static void
damage_reserved(void)
{
	img.entries[1].reserved = 1;
}
static void
damage_timeout(void)
{
	img.entries[1].timeout_ms = 3600001;
}
static void
damage_id(void)
{
	img.entries[1].id = BASE - 1;
}
static void
damage_id_end(void)
{
	img.entries[1].id = BASE + sizeof(img);
}
static void
damage_title(void)
{
	img.entries[1].title = 0;
}
static void
damage_grammar(void)
{
	img.strings[60] = 'P';
}
static void
damage_code(void)
{
	img.ph.p_flags = PF_R;
}
static void
damage_code_end(void)
{
	img.entries[0].run = BASE + sizeof(img);
}

static void
damage_size(void)
{
	img.sh[1].sh_size--;
}
static void
damage_empty(void)
{
	img.sh[1].sh_size = 0;
}
static void
damage_offset(void)
{
	img.sh[1].sh_offset = 1ull << 40;
}
static void
damage_nobits(void)
{
	img.sh[1].sh_type = SHT_NOBITS;
}
static void
damage_twice(void)
{
	strcpy(img.strings + 60, "page.one");
}
static void
damage_name(void)
{
	img.names[1] = 'x';
}
static void
damage_machine(void)
{
	img.eh.e_machine = EM_AARCH64;
}
static void
damage_class(void)
{
	img.eh.e_ident[EI_CLASS] = ELFCLASS32;
}
static void
damage_elf(void)
{
	img.eh.e_ident[0] = 0;
}
static void
damage_unterminated(void)
{
	/* The title runs to the end of its segment. */
	img.ph.p_filesz = offsetof(struct image, strings) + 124;
	img.entries[2].title = va_of(img.strings + 122);
	img.entries[2].id = img.entries[0].id;
	img.entries[2].requirements = img.entries[0].requirements;
}

static const struct {
	void (*damage)(void);
	const char *message;
} damages[] = {
	{ damage_magic, "img: scenario 1: bad magic" },
	{ damage_flag, "img: scenario 1: a flag" },
	{ damage_reserved, "img: scenario 1: a flag" },
	{ damage_timeout, "img: scenario 1: a timeout" },
	{ damage_id, "img: scenario 1: a string outside" },
	{ damage_id_end, "img: scenario 1: a string outside" },
	{ damage_title, "img: scenario 1: a string outside" },
	{ damage_unterminated, "img: scenario 2: a string outside" },
	{ damage_grammar, "img: scenario 1: the id" },
	{ damage_code, "img: scenario 0: its code" },
	{ damage_code_end, "img: scenario 0: its code" },
	{ damage_size, "no multiple of 48" },
	{ damage_empty, "no multiple of 48" },
	{ damage_offset, "lies outside the file" },
	{ damage_nobits, "lies outside the file" },
	{ damage_twice, "two scenarios are called page.one" },
	{ damage_name, "no section hf_scenarios" },
	{ damage_machine, "an ELF file for another machine" },
	{ damage_class, "an ELF file for another machine" },
	{ damage_elf, "img: not an ELF file" },
};

START_TEST(a_damaged_image_is_refused)
{
	damages[_i].damage();
	ck_assert_int_eq(read_list(), -1);
	ck_assert_int_eq(err.status, EXITCODE_USAGE);
	ck_assert_msg(strstr(err.text, damages[_i].message) != NULL,
	    "message: %s", err.text);
}
END_TEST

/* Its section may end where the file does. */
START_TEST(the_list_may_be_the_end_of_the_image)
{
	struct {
		struct image img;
		struct hf_scenario entries[NSCENARIOS];
	} whole;

	memcpy(whole.entries, img.entries, sizeof(whole.entries));
	img.sh[1].sh_offset = sizeof(img);
	memcpy(&whole.img, &img, sizeof(img));
	ck_assert_int_eq(
	    scenario_list_read(&list, &whole, sizeof(whole), "img", &err), 0);
	ck_assert_uint_eq(list.nscenarios, NSCENARIOS);
	scenario_list_free(&list);
	ck_assert_int_eq(
	    scenario_list_read(&list, &whole, sizeof(whole) - 1, "img", &err),
	    -1);
}
END_TEST

START_TEST(a_truncated_image_is_refused_at_every_length)
{
	for (size_t n = 1; n < sizeof(img); n++) {
		char *part = malloc(n);

		memcpy(part, &img, n);
		ck_assert_int_eq(
		    scenario_list_read(&list, part, n, "img", &err), -1);
		free(part);
	}
}
END_TEST

static const struct {
	const char *patterns[3];
	const char *chosen; /* one letter a scenario; NULL: error */
	enum scenario_view view;
	const char *message; /* part of it */
} choices[] = {
	{ { NULL }, "yy-" },
	{ { "page.*" }, "-y-" },
	{ { "page.*", "page.two" }, "-yy" },
	{ { "*.one" }, "yy-" },
	{ { "page.[ot]*" }, "-y-" },
	{ { "page.one", "page.one" }, "-y-" },
	{ { "page" }, "-y-" },
	{ { "pa" }, "-y-" },
	{ { "map" }, "y--" },
	{ { "map.o" }, "y--" },
	{ { "page.t" }, NULL, .message = "no scenario matches" },
	{ { "page.t" }, "--y", SCENARIO_VIEW_ALL },
	{ { "page." }, NULL, SCENARIO_VIEW_ALL,
	    "beginning of 2 scenarios (page.one, page.two); 'page.*' means "
	    "them all" },
	{ { "page" }, "-yy", SCENARIO_VIEW_ALL },
	{ { NULL }, "yyy", SCENARIO_VIEW_ALL },
	{ { "map.two" }, NULL, .message = "did you mean 'map.one'?" },
	{ { "mpa" }, NULL, .message = "did you mean 'map'?" },
	{ { NULL }, "---", SCENARIO_VIEW_BENCH },
	{ { "map.one" }, NULL, SCENARIO_VIEW_BENCH, "no bench matches" },
	{ { "*.two" }, NULL },
	{ { "page.one", "wire.*" }, NULL },
};

START_TEST(patterns_choose_scenarios)
{
	bool chosen[NSCENARIOS];
	size_t n = 0;
	int rc;

	while (n < 3 && choices[_i].patterns[n] != NULL)
		n++;
	ck_assert_int_eq(read_list(), 0);
	rc = scenario_list_choose(
	    &list, choices[_i].view, choices[_i].patterns, n, chosen, &err);
	ck_assert_int_eq(rc, choices[_i].chosen != NULL ? 0 : -1);
	for (int i = 0; rc == 0 && i < NSCENARIOS; i++)
		ck_assert_int_eq(chosen[i], choices[_i].chosen[i] == 'y');
	for (size_t i = 0; rc == 0 && i <= NSCENARIOS; i++) {
		size_t next = i;

		while (next < NSCENARIOS && !chosen[next])
			next++;
		ck_assert_uint_eq(scenario_next_chosen(&list, chosen, i), next);
	}
	if (rc != 0)
		ck_assert_ptr_nonnull(
		    strstr(err.text, choices[_i].patterns[n - 1]));
	if (choices[_i].message != NULL)
		ck_assert_ptr_nonnull(strstr(err.text, choices[_i].message));
	scenario_list_free(&list);
}
END_TEST

/* What lies behind the last one is nobody's. */
START_TEST(no_list_is_read_beyond_its_end)
{
	static const char *const unknown[] = { "map.two" };
	struct scenario all[NSCENARIOS + 1];
	struct scenario_list l = { .scenarios = all, .nscenarios = NSCENARIOS };
	bool chosen[NSCENARIOS + 1] = { false };

	ck_assert_int_eq(read_list(), 0);
	memcpy(all, list.scenarios, NSCENARIOS * sizeof(all[0]));
	all[NSCENARIOS] = (struct scenario){ .id = "map.twoo" };
	ck_assert_int_eq(scenario_list_choose(
			     &l, SCENARIO_VIEW_RUN, unknown, 1, chosen, &err),
	    -1);
	ck_assert_ptr_nonnull(strstr(err.text, "'map.one'"));
	ck_assert_ptr_null(scenario_list_find(&l, "map.twoo"));
	ck_assert_int_eq(
	    scenario_list_choose(&l, SCENARIO_VIEW_RUN, NULL, 0, chosen, &err),
	    0);
	ck_assert(!chosen[NSCENARIOS]);
	chosen[NSCENARIOS] = true;
	ck_assert_uint_eq(
	    scenario_next_chosen(&l, chosen, NSCENARIOS), NSCENARIOS);
	scenario_list_free(&list);
}
END_TEST

static const char noted[] = "effort=number\0\0file=text\0effort=number\0"
			    "rounds=number\0rounds=text";

static const struct {
	const char *texts[3];
	const char *message; /* part of it; NULL: taken */
} params[] = {
	{ { "effort=3" }, NULL },
	{ { "file=" }, NULL },
	{ { "file=a=b", "effort=0" }, NULL },
	{ { "rounds=ten" }, NULL },
	{ { "effort" }, "'effort' is not NAME=VALUE" },
	{ { "=3" }, "'=3' is not NAME=VALUE" },
	{ { "efort=3" }, "reads 'efort' (did you mean 'effort'?)" },
	{ { "effor=3" }, "reads 'effor' (did you mean 'effort'?)" },
	{ { "xyzzy=3" }, "nothing in this guest reads 'xyzzy'" },
	{ { "effort=many" }, "'effort=many': the value is not a number" },
	{ { "effort=0x3" }, "the value is not a number" },
	{ { "effort=" }, "the value is not a number" },
	{ { "effort=3", "effort=4" }, "'effort' is given twice" },
	{ { "file=a\nrun x.y" }, "a line break in the value of 'file'" },
};

START_TEST(parameters_are_those_that_the_image_reads)
{
	struct scenario_list l = { .params = noted,
		.params_bytes = sizeof(noted) };
	size_t n = params[_i].texts[1] != NULL ? 2 : 1;
	int rc = scenario_params_check(&l, params[_i].texts, n, &err);

	ck_assert_int_eq(rc, params[_i].message != NULL ? -1 : 0);
	if (params[_i].message != NULL)
		ck_assert_ptr_nonnull(strstr(err.text, params[_i].message));
}
END_TEST

int
main(void)
{
	TCase *t = tcase_create("all");

	tcase_add_checked_fixture(t, set_up, NULL);
	tcase_add_test(t, a_good_image_gives_its_scenarios_by_id);
	tcase_add_loop_test(t, a_damaged_image_is_refused, 0,
	    sizeof(damages) / sizeof(damages[0]));
	tcase_add_test(t, the_list_may_be_the_end_of_the_image);
	tcase_add_test(t, a_truncated_image_is_refused_at_every_length);
	tcase_add_loop_test(t, patterns_choose_scenarios, 0,
	    sizeof(choices) / sizeof(choices[0]));
	tcase_add_test(t, no_list_is_read_beyond_its_end);
	tcase_add_loop_test(t, parameters_are_those_that_the_image_reads, 0,
	    sizeof(params) / sizeof(params[0]));
	return (unit_run("scenario_list", t));
}
