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
	/* HF_PARAM_SECTION, its last byte a NUL; NULL: the image has none */
	const char *params;
	size_t params_bytes;
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

enum scenario_view {
	SCENARIO_VIEW_RUN,  /* hidden ones and benches by their id only */
	SCENARIO_VIEW_ALL,  /* all alike */
	SCENARIO_VIEW_BENCH /* benches, named with or without the prefix */
};
#define SCENARIO_BENCH_PREFIX "bench."

/*
 * Chooses scenarios: chosen[i] (nscenarios of them) says whether any pattern
 * names scenario i.  A pattern is an id, a shell pattern (fnmatch), an area
 * ("fault": all that begin with "fault."), or the beginning of exactly one id.
 * No patterns: all that the view has.  0, or -1: *err naming the first pattern
 * that chooses nothing, or is the beginning of several.
 */
int scenario_list_choose(const struct scenario_list *l, enum scenario_view view,
    const char *const *patterns, size_t npatterns, bool *chosen,
    struct hf_err *err);

/*
 * The first of the chosen from i on, or nscenarios.  Mostly few of many are
 * chosen: they are not gone through one by one.
 */
size_t scenario_next_chosen(
    const struct scenario_list *l, const bool *chosen, size_t i);

/* Whether the image says that its code reads this parameter. */
bool scenario_params_knows(const struct scenario_list *l, const char *name);

/*
 * Whether texts[0..n) can be parameters of a run of this image: "name=value",
 * with a name that its code reads, given once, and a number where it reads one.
 * 0, or -1: *err.
 */
int scenario_params_check(const struct scenario_list *l,
    const char *const *texts, size_t n, struct hf_err *err);

/* "smp", "disk", ...: name of the lowest flag set; NULL if there is none. */
const char *scenario_flag_name(uint32_t flags);

#endif
