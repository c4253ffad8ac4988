/* SPDX-License-Identifier: BSD-2-Clause */
/* lab.h: an address space whose page tables a scenario fills itself. */

#ifndef HF_SCENARIOS_PMAP_LAB_H
#define HF_SCENARIOS_PMAP_LAB_H

#include <test/scenario.h>
#include <sys/mutex.h>
#include <sys/smp.h>
#include <kern/failpoint.h>
#include <kern/plan.h>
#include <kern/thread.h>
#include <vm/vm.h>
#include <vm/vm_param.h>
#include <vm/pmap.h>
#include <vm/vm_map.h>
#include <vm/vm_page.h>
#include <vm/vm_object.h>

#define LAB_PAGES_MAX 16

/*
 * The current process has a map without entries: an access succeeds if and only
 * if the pmap has a leaf that allows it.  The pages are managed, valid, filled
 * with their number (lab_pattern()) and busied by the scenario's thread
 * until lab_close().
 */
struct lab {
	pmap_t pmap;
	vm_object_t object;
	vm_page_t m[LAB_PAGES_MAX];
	int pages;
};

/* Far from each other's leaf tables: lab_va(i) and lab_va(i + 512). */
#define LAB_BASE  0x0000000040000000ul
#define lab_va(i) (LAB_BASE + ptoa((vm_offset_t)(i)))

void lab_open(struct lab *lab, int pages);
/* Takes all mappings away and frees the pages. */
void lab_close(struct lab *lab);

/* pmap_enter() that must succeed; flags as for pmap_enter(). */
void lab_enter(
    struct lab *lab, vm_offset_t va, vm_page_t m, vm_prot_t prot, u_int flags);

/* Another pmap (up to four), never activated; freed by lab_pmap_free(). */
pmap_t lab_pmap(void);
void lab_pmap_free(pmap_t pmap);

/* One load by the CPU at a kernel address; false if nothing is mapped. */
bool lab_peek(vm_offset_t kva, uint64_t *v);

/* The first word of page i after lab_open(). */
#define lab_pattern(i) (0x1100000000000000ul + (uint64_t)(i))

/* The words of a page, seen through the direct map. */
static inline volatile uint64_t *
lab_words(vm_page_t m)
{
	return ((volatile uint64_t *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m)));
}

/* One load or store by the CPU at a user address; false if it faulted. */
static inline bool
lab_load(vm_offset_t va, uint64_t *v)
{
	return (fuword64((const void *)va, (int64_t *)v) == 0);
}

static inline bool
lab_can_load(vm_offset_t va)
{
	uint64_t v;

	return (lab_load(va, &v));
}

static inline bool
lab_store(vm_offset_t va, uint64_t v)
{
	return (suword64((void *)va, (int64_t)v) == 0);
}

/* Leaf bits that are set at va. */
static inline pt_entry_t
lab_bits(struct lab *lab, vm_offset_t va, pt_entry_t bits)
{
	return (hf_pmap_leaf(lab->pmap, va) & bits);
}

/* For scenarios whose expectation is a failed KASSERT. */
static inline void
lab_need_invariants(void)
{
#ifndef INVARIANTS
	hf_skip("built without INVARIANTS");
#endif
}

/* How often race loops go round: "param effort=N" multiplies. */
static inline u_long
lab_rounds(u_long n)
{
	return (n * hf_plan_param_u64("effort", 1));
}

#endif
