/* SPDX-License-Identifier: BSD-2-Clause */
/* fail_totals.h: runs in which something was made to fail, by its kind. */
#ifndef HF_REPORT_FAIL_TOTALS_H
#define HF_REPORT_FAIL_TOTALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAIL_KINDS_MAX	8
#define FAIL_KIND_BYTES 16

struct fail_kind {
	char name[FAIL_KIND_BYTES]; /* as the guest calls it: "alloc" */
	uint64_t runs, bad;
};

struct fail_totals {
	uint64_t runs, bad; /* also those in which nothing came to fail */
	size_t nkinds;
	struct fail_kind kinds[FAIL_KINDS_MAX]; /* by name */
};

/* One run more.  kind NULL: the place was not come to. */
void fail_totals_count(struct fail_totals *t, const char *kind, bool bad);

void fail_totals_add(struct fail_totals *t, const struct fail_totals *more);

/*
 * "12 runs, 1 bad: alloc 9 (1 bad), sleep 2": how many places of each kind
 * failed.  To be freed; NULL: there were no runs.
 */
char *fail_totals_text(const struct fail_totals *t);

#endif
