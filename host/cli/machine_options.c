/* SPDX-License-Identifier: BSD-2-Clause */
/* machine_options.c: options of the machine, the same in run and bench. */
#include "cli/machine_options.h"

const char *const machine_hugepage_names[] = { "off", "thp", "hugetlb", NULL };
const char *const machine_engine_names[] = { "auto", "sync", "uring", NULL };
