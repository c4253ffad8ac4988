/* SPDX-License-Identifier: BSD-2-Clause */
/* common_options.c: the words that options of several commands take. */
#include "cli/common_options.h"

const char *const machine_hugepage_names[] = { "off", "thp", "hugetlb", NULL };
const char *const machine_engine_names[] = { "auto", "sync", "uring", NULL };
