/* SPDX-License-Identifier: BSD-2-Clause */
/* widen.c: a CPU that has not heard of gained rights finds out by a fault. */

#include <test/space.h>
#include "race.h"

static vm_page_t widen_page;
static vm_offset_t widen_va;
static u_long widen_ipis;

/* Caches the read-only translation, waits, stores. */
static void
store_late(struct race *race)
{
	int64_t v;

	if (fuword64((const void *)widen_va, &v) != 0)
		race->failed++;
	atomic_store_rel_long(&race->seen, 1);
	while (atomic_load_acq_long(&race_first(race)->published) == 0)
		cpu_spinwait();
	if (suword64((void *)widen_va, 5) != 0)
		race->bad++;
	else
		race->count++;
}

static void
widen(struct race *race)
{
	pmap_t pmap = vmspace_pmap(curproc->p_vmspace);
	u_long before;

	race_wait_seen(race, 1);
	before = hf_tlb_ipi_count();
	if (pmap_enter(pmap, widen_va, widen_page, VM_PROT_RW, VM_PROT_READ,
		0) != KERN_SUCCESS)
		race->failed++;
	widen_ipis = hf_tlb_ipi_count() - before;
	/* The store's fault needs it. */
	vm_page_xunbusy_unchecked(widen_page);
	atomic_store_rel_long(&race->published, 1);
	while (atomic_load_acq_int(&race->stop) == 0)
		cpu_spinwait();
}

HF_SCENARIO(tlb_widened, "pmap.tlb_widened", "TL-12",
    "gained rights reach a CPU with the old translation by one fault",
    .flags = HF_NEEDS_SMP)
{
	struct race race = {
		.attack = widen, .victim = store_late, .all_cpus = true
	};

	(void)hf_space_enter();
	widen_va = hf_space_anon(1);
	hf_poke(widen_va, 4);
	widen_page = hf_space_page(widen_va);
	hf_require(widen_page != NULL);
	pmap_protect(vmspace_pmap(curproc->p_vmspace), widen_va,
	    widen_va + PAGE_SIZE, VM_PROT_READ);
	hf_require(vm_page_tryxbusy(widen_page));
	race_run(&race);
	hf_expect_eq(widen_ipis, 0);
	hf_expect_eq(race.count, hf_smp_wait() - 1);
	hf_expect_eq(hf_peek(widen_va), 5);
}
