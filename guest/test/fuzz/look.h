/* SPDX-License-Identifier: BSD-2-Clause */
/* look.h: everything that is there, compared with the model. */
#ifndef HF_TEST_FUZZ_LOOK_H
#define HF_TEST_FUZZ_LOOK_H

#include <test/fuzz/game.h>
#include <vm/vm_page.h>

/*
 * Every page of every process: its leaf in the page table, its frame's bytes,
 * wirings and rights; then those who hold pages, the counters and all
 * invariants.  No access of a process is made.  Failed expectations and notes
 * tell what is wrong.
 */
void hf_fuzz_look(void);

/* Those of maps, page tables and objects alone. */
void hf_fuzz_check_invariants(void);

/* What a frame has, part by part; the parts that have one value all over. */
u_int hf_fuzz_frame_value(vm_page_t m, struct hf_oracle_value *value);

/*
 * What a map has at an address: the topmost valid page, mapped or not; or NULL.
 * *empty: a wired one above it that has lost its contents, or NULL.
 */
vm_page_t hf_fuzz_find_page(vm_map_t map, vm_offset_t va, vm_page_t *empty);

#endif
