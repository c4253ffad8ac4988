/* SPDX-License-Identifier: BSD-2-Clause */
/* elf.c: fuzzes the loader of guest kernels, and the list of their scenarios. */

/*
 * The input is the file.  RAM begins at 0 as a guest's does, in three regions
 * of which two touch; each is memory of its own, so that a sanitizer sees a
 * byte beyond it.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "run/scenario_list.h"
#include "vm/elf_load.h"

#define MIB 0x100000u

static const struct {
	uint64_t base, bytes;
} areas[] = { { 0, 0xa0000 }, { MIB, 0x20000 }, { MIB + 0x20000, 0x10000 } };
#define NAREAS (sizeof(areas) / sizeof(areas[0]))

static struct guestmem_region regions[NAREAS];
static struct guestmem *ram;

static void
make_ram(void)
{
	for (size_t i = 0; i < NAREAS; i++) {
		regions[i].base = gpa_make(areas[i].base);
		regions[i].len_bytes = areas[i].bytes;
		regions[i].host = calloc(1, areas[i].bytes);
		fuzz_must(regions[i].host != NULL);
	}
	ram = guestmem_new(regions, NAREAS);
}

static bool
all_zero(const struct guestmem_region *r, uint64_t from, uint64_t to)
{
	const char *p = r->host;

	return (from >= to ||
	    (p[from] == 0 &&
		memcmp(p + from, p + from + 1, to - from - 1) == 0));
}

/* Nothing outside [start, end) was written; and RAM is zero again. */
static void
check_ram(uint64_t start, uint64_t end)
{
	for (size_t i = 0; i < NAREAS; i++) {
		struct guestmem_region *r = &regions[i];
		uint64_t base = r->base.v, from, to;

		from = start < base ? 0 : start - base;
		to = end < base ? 0 : end - base;
		from = from < r->len_bytes ? from : r->len_bytes;
		to = to < r->len_bytes ? to : r->len_bytes;
		fuzz_must(all_zero(r, 0, from));
		fuzz_must(all_zero(r, to, r->len_bytes));
		memset((char *)r->host + from, 0, to - from);
	}
}

static void
load(const uint8_t *bytes, size_t len_bytes)
{
	const struct vm_image image = {
		.bytes = bytes, .len_bytes = len_bytes, .name = "input"
	};
	struct elf_kernel kernel;
	struct hf_err err = { 0 };

	if (elf_load(ram, &image, &kernel, &err) != 0) {
		fuzz_must(err.status == EXITCODE_USAGE && err.text[0] != '\0');
		check_ram(0, 0);
		return;
	}
	fuzz_must(kernel.start.v >= MIB && kernel.start.v < kernel.end.v);
	fuzz_must(
	    kernel.entry >= kernel.start.v && kernel.entry < kernel.end.v);
	check_ram(kernel.start.v, kernel.end.v);
}

static void
list(const uint8_t *bytes, size_t len_bytes)
{
	struct scenario_list l;
	struct hf_err err = { 0 };

	if (scenario_list_read(&l, bytes, len_bytes, "input", &err) != 0) {
		fuzz_must(err.status == EXITCODE_USAGE && err.text[0] != '\0');
		return;
	}
	for (size_t i = 0; i < l.nscenarios; i++) {
		fuzz_must(scenario_list_find(&l, l.scenarios[i].id) ==
		    &l.scenarios[i]);
		fuzz_must(strlen(l.scenarios[i].title) < len_bytes &&
		    strlen(l.scenarios[i].requirements) < len_bytes);
	}
	(void)scenario_params_knows(&l, "effort");
	scenario_list_free(&l);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes)
{
	if (ram == NULL)
		make_ram();
	load(bytes, len_bytes);
	list(bytes, len_bytes);
	return (0);
}
