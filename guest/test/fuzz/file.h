/* SPDX-License-Identifier: BSD-2-Clause */
/* file.h: the file of a game, and mappings of it or of nothing. */
#ifndef HF_TEST_FUZZ_FILE_H
#define HF_TEST_FUZZ_FILE_H

#include <sys/uio.h>
#include <test/fuzz/game.h>

/* In the order of the words of the step "map". */
enum hf_fuzz_memory {
	HF_FUZZ_ANON,
	HF_FUZZ_PRIVATE,
	HF_FUZZ_SHARED,
	HF_FUZZ_STACK
};

void hf_fuzz_file_begin(void);
/* After the last process is gone. */
void hf_fuzz_file_end(void);

/*
 * Maps pages of the current process, where nothing is mapped: anonymous ones,
 * or as many as there are before the file begins again.
 */
void hf_fuzz_map(
    struct hf_fuzz_player *pl, u_int first, u_int n, enum hf_fuzz_memory what);

/* What is there of its page i, part by part; the model's page. */
u_int hf_fuzz_file_parts(u_int i);
struct hf_oracle_page *hf_fuzz_file_model(u_int i);

/* read(2) or write(2), into or from there. */
int hf_fuzz_file_transfer(enum uio_rw rw, void *at, enum uio_seg where,
    uint64_t offset, u_int bytes, ssize_t *resid);

/*
 * It has so many parts from now on, all pages' together.  As ftruncate(2) has
 * it: what is cut off is zeros on the disk, too.
 */
void hf_fuzz_file_resize(u_int parts);

/* Its page i, if it is resident; NULL: it is not. */
vm_page_t hf_fuzz_file_resident(u_int i);
/* Its size, and what is behind its end.  Failed expectations tell what is wrong. */
void hf_fuzz_file_check(void);

/* Is that a frame of the file?  Do the cell's stores go to the file? */
bool hf_fuzz_file_has(vm_page_t m);
bool hf_fuzz_file_shows(const struct hf_oracle_cell *c);

#endif
