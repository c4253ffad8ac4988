/* SPDX-License-Identifier: BSD-2-Clause */
/* scenario_list.h: the scenarios of a guest image, read without booting it. */
#ifndef HF_RUN_SCENARIO_LIST_H
#define HF_RUN_SCENARIO_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"
#include "scenario_abi.h"

/*
 * Strings lie in the image.  The id is of the form that records have; title and
 * requirements may hold any bytes, see core/text.h.
 */
struct scenario {
	const char *id;
	const char *title;
	const char *requirements;
	uint32_t flags;	     /* enum hf_scenario_flags */
	uint32_t timeout_ms; /* 0: the host's default */
};

struct scenario_list {
	const struct scenario *scenarios; /* sorted by id */
	size_t nscenarios;
	struct scenario *owned; /* scenarios, if made by scenario_list_read */
};

/* Longest per-scenario timeout that an image may ask for: an hour. */
#define SCENARIO_TIMEOUT_MAX_MS 3600000u

/*
 * Reads the list from a guest ELF, which must outlive it; name is for messages.
 * Checks each entry: magic, flags, strings NUL-terminated inside one segment,
 * id grammar, ids unique, code in an executable segment.  0, or -1: *err.
 */
int scenario_list_read(struct scenario_list *l, const void *elf,
    size_t elf_bytes, const char *name, struct hf_err *err);
void scenario_list_free(struct scenario_list *l);

/* The scenario of that id, or NULL. */
const struct scenario *scenario_list_find(
    const struct scenario_list *l, const char *id);

/*
 * Chooses scenarios: chosen[i] (nscenarios of them) says whether scenario i
 * matches any pattern (fnmatch).  A hidden scenario, and a benchmark, matches
 * only a pattern that is its id.  No patterns: everything else.  0, or -1:
 * *err naming the first pattern that chooses nothing.
 */
int scenario_list_choose(const struct scenario_list *l,
    const char *const *patterns, size_t npatterns, bool *chosen,
    struct hf_err *err);

/* "smp", "disk", ...: name of the lowest flag set; NULL if there is none. */
const char *scenario_flag_name(uint32_t flags);

#endif
