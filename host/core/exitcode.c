/* SPDX-License-Identifier: BSD-2-Clause */
/* exitcode.c: which of two statuses is the worse. */
#include "core/err.h"
#include "core/exitcode.h"

static int
exitcode_rank(enum exitcode code)
{
	switch (code) {
	case EXITCODE_OK:
		return (0);
	case EXITCODE_SKIPPED:
		return (1);
	case EXITCODE_USAGE:
		return (2);
	case EXITCODE_FAILED:
		return (3);
	case EXITCODE_TIMEOUT:
		return (4);
	case EXITCODE_DIED:
		return (5);
	case EXITCODE_HARNESS:
		return (6);
	}
	hf_check(!"a status that exitcode.h does not list");
	return (6);
}

enum exitcode
exitcode_worst(enum exitcode a, enum exitcode b)
{
	return (exitcode_rank(a) >= exitcode_rank(b) ? a : b);
}
