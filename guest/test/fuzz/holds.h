/* SPDX-License-Identifier: BSD-2-Clause */
/* holds.h: the registry of who holds what. */
#ifndef HF_TEST_FUZZ_HOLDS_H
#define HF_TEST_FUZZ_HOLDS_H

#include <test/fuzz/game.h>
#include <vm/vm_page.h>

/* How often a page is held. */
u_int hf_fuzz_holds_of(vm_page_t m);

/*
 * A cell is mapped to that page: is that right, seen from those who hold it?  A
 * failed expectation, if not.
 */
void hf_fuzz_holds_see(const struct hf_oracle_cell *c, vm_page_t m);

/* The same for a page of the file, which need not be mapped. */
void hf_fuzz_holds_see_file(struct hf_oracle_page *page, vm_page_t m);

/* After all cells were seen: the held frames' contents and wirings. */
void hf_fuzz_holds_check(void);

/* The pages of the file from that one on are about to be cut away. */
void hf_fuzz_holds_cut(u_int first);

/* Lets them all go. */
void hf_fuzz_holds_end(void);

#endif
