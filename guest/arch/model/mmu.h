/* SPDX-License-Identifier: BSD-2-Clause */
/* mmu.h: one access through the software MMU, safe against other threads. */

#ifndef MODEL_MMU_H
#define MODEL_MMU_H

#include <vm/vm.h>

/*
 * Calls fn with the host address of va while no thread can take the mapping
 * away, resolving faults as needed; false after one that stays
 * (td_fault_* say why).  fn touches nothing beyond va's page, neither faults
 * nor locks.
 */
bool hf_model_with_byte(vm_offset_t va, vm_prot_t type,
    void (*fn)(void *byte, void *arg), void *arg);

#endif
