/* SPDX-License-Identifier: BSD-2-Clause */
/* file.h: the file of a game, and mappings of it or of nothing. */
#ifndef HF_TEST_FUZZ_FILE_H
#define HF_TEST_FUZZ_FILE_H

#include <test/fuzz/game.h>

/* In the order of the words of the step "map". */
enum hf_fuzz_memory { HF_FUZZ_ANON, HF_FUZZ_PRIVATE, HF_FUZZ_SHARED };

void hf_fuzz_file_begin(void);
/* After the last process is gone. */
void hf_fuzz_file_end(void);

/*
 * Maps pages of the current process, where nothing is mapped: anonymous ones, or as
 * many as there are before the file begins again.
 */
void hf_fuzz_map(
    struct hf_fuzz_player *pl, u_int first, u_int n, enum hf_fuzz_memory what);

/* Is that a frame of the file?  Do the cell's stores go to the file? */
bool hf_fuzz_file_has(vm_page_t m);
bool hf_fuzz_file_shows(const struct hf_oracle_cell *c);

#endif
