/* SPDX-License-Identifier: BSD-2-Clause */
/* fault_plan.h: which op is to go wrong, and how; blk.h has the grammar. */
#ifndef HF_BLK_FAULT_PLAN_H
#define HF_BLK_FAULT_PLAN_H

#include <stdint.h>

#include "blk/backend.h"
#include "core/err.h"

#define FAULT_RULES_MAX 16
#define FAULT_KIND_ANY	(BLK_FLUSH + 1)
#define FAULT_KINDS	(FAULT_KIND_ANY + 1)

enum fault_action {
	FAULT_NONE,
	FAULT_FAIL,  /* error */
	FAULT_SHORT, /* amount: bytes that are moved */
	FAULT_DELAY  /* amount: milliseconds */
};

struct fault_rule {
	unsigned int kind; /* enum blk_kind or FAULT_KIND_ANY */
	uint64_t first;	   /* the first op it is meant for, and */
	uint64_t last;	   /* the last one */
	enum fault_action action;
	int error;
	uint64_t amount;
};

struct fault_plan {
	bool volatile_cache; /* the rule "volatile" */
	unsigned int nrules;
	struct fault_rule rules[FAULT_RULES_MAX];
};

/* 0, or -1: *err quotes the rule that makes no sense. */
int fault_plan_parse(
    const char *text, struct fault_plan *out, struct hf_err *err);

/*
 * The rule for an op, the first one that fits, or NULL.  counts[k] is the
 * op's number among those of kind k, from 1, for its own kind and ANY.
 */
const struct fault_rule *fault_plan_find(const struct fault_plan *,
    enum blk_kind kind, const uint64_t counts[FAULT_KINDS]);

#endif
