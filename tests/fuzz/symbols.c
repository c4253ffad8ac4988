/* SPDX-License-Identifier: BSD-2-Clause */
/* symbols.c: fuzzes what reads the names and the types in a guest kernel's file. */

/*
 * The input is the file.  Addresses are asked for that its last 32 bytes name,
 * and those around 1 MiB, where the corpus has its code.
 */
#include <stdlib.h>
#include <string.h>

#include "debug/symbols.h"
#include "debug/types.h"
#include "fuzz.h"

#define CODE	0x100000u
#define FAR	(1u << 20) /* no function is as long */
#define NAMED	4
#define CLOSELY 24

static bool
ends(const char *text, size_t room)
{
	return (memchr(text, '\0', room) != NULL);
}

static void
look_for_function(struct symbols *s, uint64_t addr)
{
	uint64_t start, again;
	char name[16];

	memset(name, 'x', sizeof(name));
	if (!symbols_function_at(s, addr, name, sizeof(name), &start))
		return;
	fuzz_must(ends(name, sizeof(name)));
	fuzz_must(start <= addr && addr - start < FAR);
	/* It begins where it is said to begin. */
	fuzz_must(symbols_function_at(s, start, NULL, 0, &again));
	fuzz_must(again == start);
}

static void
look_for_object(struct symbols *s, uint64_t addr)
{
	uint64_t offset;
	char name[16];

	memset(name, 'x', sizeof(name));
	if (symbols_object_at(s, addr, name, sizeof(name), &offset)) {
		fuzz_must(ends(name, sizeof(name)));
		fuzz_must(offset <= addr);
	}
}

static void
look_at_frames(struct symbols *s, uint64_t addr)
{
	struct symbol_frame frames[SYMBOL_FRAMES_MAX];
	size_t n;

	memset(frames, 'x', sizeof(frames));
	n = symbols_lookup(s, addr, frames);
	fuzz_must(n <= SYMBOL_FRAMES_MAX);
	for (size_t i = 0; i < n; i++) {
		fuzz_must(ends(frames[i].function, sizeof(frames[i].function)));
		fuzz_must(ends(frames[i].file, sizeof(frames[i].file)));
	}
}

/* No more than the file has; and the same in pieces. */
static void
look_at_bytes(struct symbols *s, uint64_t addr, size_t len_bytes)
{
	const size_t asked[] = { 1, 16, len_bytes, len_bytes + 1 };
	uint8_t *all = malloc(len_bytes + 1), one;

	fuzz_must(all != NULL);
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		if (asked[i] > len_bytes + 1 ||
		    !symbols_image_read(s, addr, all, asked[i]))
			continue;
		fuzz_must(asked[i] <= len_bytes);
		if (asked[i] > 0) {
			fuzz_must(symbols_image_read(s, addr, &one, 1));
			fuzz_must(one == all[0]);
		}
	}
	free(all);
}

static void
look_at(struct symbols *s, uint64_t addr, size_t len_bytes)
{
	look_for_function(s, addr);
	look_for_object(s, addr);
	look_at_frames(s, addr);
	look_at_bytes(s, addr, len_bytes);
}

static void
look_for_names(struct symbols *s)
{
	static const char *const names[] = { "start", "table", "a.c:own",
		"b.c:own", ":", "", "a.c:" };
	uint64_t addr, bytes, again;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (symbols_object(s, names[i], &addr, &bytes)) {
			fuzz_must(symbols_object(s, names[i], &again, &bytes));
			fuzz_must(addr == again && addr != 0);
		} else
			fuzz_must(addr == 0 && bytes == 0);
}

static void
look_for_types(struct symbols *s)
{
	struct type_member m, again;
	uint64_t value, rest;
	const char *name;

	(void)types_bytes(s, "thread");
	if (types_member(s, "thread", "td_name", &m)) {
		fuzz_must(types_member(s, "thread", "td_name", &again));
		fuzz_must(m.offset == again.offset && m.bytes == again.bytes);
	}
	(void)types_member(s, "thread", "td_frame.tf_rip", &m);
	name = types_member_at(s, "thread", 8, &rest);
	fuzz_must(name == NULL || rest <= 8);
	(void)types_constant(s, "TDS_RUNNING", &value);
	(void)types_enumerator(s, "state", 1);
}

/*
 * libdw leaks some of what it has read when the rest is broken; a dying run's
 * report.
 */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
	return ("leak:libdw");
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes)
{
	struct symbols *s = symbols_open(bytes, len_bytes);
	uint64_t named[NAMED] = { 0 };

	if (s == NULL)
		return (0);
	if (len_bytes >= sizeof(named))
		memcpy(named, bytes + len_bytes - sizeof(named), sizeof(named));
	for (size_t i = 0; i < NAMED; i++)
		look_at(s, named[i], len_bytes);
	for (uint64_t at = 0; at < CLOSELY; at++)
		look_at(s, CODE - 8 + 4 * at, len_bytes);
	look_at(s, UINT64_MAX, len_bytes);
	look_for_names(s);
	look_for_types(s);
	symbols_close(s);
	return (0);
}
