/* SPDX-License-Identifier: BSD-2-Clause */
/* ext2_files.h: between the two halves of the ext2 target. */
#ifndef HF_TESTS_FUZZ_EXT2_FILES_H
#define HF_TESTS_FUZZ_EXT2_FILES_H

#include "fuzz.h"

/* What the scenario fuzz.ext2 takes its disk and its operations from. */
extern struct fuzz_input fuzz_ext2_input;

#endif
