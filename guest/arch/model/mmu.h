/* SPDX-License-Identifier: BSD-2-Clause */
/* mmu.h: translation as a CPU does it, with all that it may have cached. */

#ifndef HF_MODEL_MMU_H
#define HF_MODEL_MMU_H

#include <vm/vm.h>
#include "tlb_cache.h"

/*
 * The TLB of a CPU.  With it locked no other CPU gets its flush acknowledged:
 * an instruction of this CPU is not over yet.
 */
struct hf_tlb *hf_mmu_lock(u_int cpu);
void hf_mmu_unlock(struct hf_tlb *t);

/*
 * One access to va by the CPU, which is locked: its host address, or NULL
 * for a page fault.  Sets A and, for a write, M as the CPU does.
 */
void *hf_mmu_translate(struct hf_tlb *t, vm_offset_t va, vm_prot_t type);

/* The CPU stops, or begins with nothing cached. */
void hf_mmu_reset(u_int cpu);

/*
 * Calls fn with the host address of va while no thread can take the mapping
 * away.  Faults are resolved as needed; false after one that stays (td_fault_*
 * say why).  fn touches nothing beyond va's page, neither faults nor locks.
 * May be called wherever a CPU may touch memory.
 */
bool hf_model_with_byte(vm_offset_t va, vm_prot_t type,
    void (*fn)(void *byte, void *arg), void *arg);

#endif
