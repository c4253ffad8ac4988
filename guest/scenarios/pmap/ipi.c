/* SPDX-License-Identifier: BSD-2-Clause */
/* ipi.c: who is interrupted for a flush, and who is not. */

#include <kern/failpoint.h>
#include <vm/vm_extern.h>
#include "race.h"

#define R   VM_PROT_READ
#define RW  VM_PROT_RW
#define SMP HF_NEEDS_SMP

HF_SCENARIO(tlb_no_ipi, "pmap.tlb_no_ipi", "TL-05",
    "a pmap that no other CPU runs on is flushed without interrupts",
    .flags = SMP)
{
	struct lab lab;
	pmap_t other;
	u_long before, after;

	(void)hf_smp_wait();
	lab_open(&lab, 1);
	other = lab_pmap();
	sched_pin();
	lab_enter(&lab, lab_va(0), lab.m[0], RW, RW);
	(void)pmap_enter(other, lab_va(0), lab.m[0], RW, RW, 0);
	before = hf_tlb_ipi_count();
	pmap_protect(lab.pmap, lab_va(0), lab_va(1), R);
	pmap_remove(lab.pmap, lab_va(0), lab_va(1));
	pmap_remove_all(lab.m[0]);
	after = hf_tlb_ipi_count();
	sched_unpin();
	hf_expect_eq(after, before);
	lab_pmap_free(other);
	lab_close(&lab);
}

/* Keeps CPU 1 in the address space, without touching it. */
static void
sit(struct race *race)
{
	atomic_store_rel_long(&race->seen, 1);
	while (atomic_load_acq_int(&race->stop) == 0)
		cpu_spinwait();
}

static u_long ipis_widen, ipis_remove, ipis_kernel, ipis_type;
static vm_offset_t ipi_kva;

static void
count_ipis(struct race *race)
{
	struct lab *lab = race->lab;
	u_long n;

	race_wait_seen(race, 1);
	n = hf_tlb_ipi_count();
	race_enter(race, lab_va(0), lab->m[0], R);
	race_enter(race, lab_va(0), lab->m[0], RW);
	if (pmap_enter(lab->pmap, lab_va(0), lab->m[0], RW,
		R | PMAP_ENTER_WIRED, 0) != KERN_SUCCESS)
		race->failed++;
	pmap_unwire(lab->pmap, lab_va(0), lab_va(1));
	ipis_widen = hf_tlb_ipi_count() - n;
	n = hf_tlb_ipi_count();
	pmap_remove(lab->pmap, lab_va(0), lab_va(1));
	ipis_remove = hf_tlb_ipi_count() - n;
	pmap_qenter(ipi_kva, &lab->m[0], 1);
	n = hf_tlb_ipi_count();
	pmap_qremove(ipi_kva, 1);
	ipis_kernel = hf_tlb_ipi_count() - n;
	n = hf_tlb_ipi_count();
	pmap_page_set_memattr(lab->m[0], VM_MEMATTR_UNCACHEABLE);
	ipis_type = hf_tlb_ipi_count() - n;
	pmap_page_set_memattr(lab->m[0], VM_MEMATTR_DEFAULT);
}

HF_SCENARIO(tlb_targets, "pmap.tlb_targets", "TL-06 TL-12",
    "user flushes go where the pmap runs, kernel flushes everywhere, "
    "gained rights nowhere",
    .flags = SMP)
{
	struct lab lab;
	struct race race = { .lab = &lab, .attack = count_ipis, .victim = sit };

	lab_open(&lab, 1);
	ipi_kva = kva_alloc(PAGE_SIZE);
	hf_require(ipi_kva != 0);
	race_run(&race);
	hf_expect_eq(ipis_widen, 0);
	/* Its table page goes, too: one flush for both, or one for each. */
	hf_expect_le(1, ipis_remove);
	/* And to the one CPU that is there, where that is fewer than all. */
	if (CPU_COUNT(&all_cpus) > 3)
		hf_expect_lt(ipis_remove, CPU_COUNT(&all_cpus) - 1);
	hf_expect_le(CPU_COUNT(&all_cpus) - 1, ipis_kernel);
#ifndef HF_MODEL /* which has no memory types */
	hf_expect_le(CPU_COUNT(&all_cpus) - 1, ipis_type);
#endif
	kva_free(ipi_kva, PAGE_SIZE);
	lab_close(&lab);
}

#ifdef HF_MODEL
/* The fence between a changed entry and the look at who uses the pmap. */
static void
join_other(void *pmap)
{
	CPU_SET_ATOMIC(curcpu ^ 1, &((pmap_t)pmap)->pm_active);
}

/*
 * Another CPU uses a pmap when a leaf of it goes; at the point "fn" comes
 * between.
 */
static void
remove_meanwhile(const char *point, void (*fn)(void *pmap), bool used_before)
{
	struct lab lab;
	pmap_t pmap;
	u_long n;

	if (hf_smp_wait() < 2)
		hf_skip("one CPU");
	lab_open(&lab, 1);
	pmap = lab_pmap();
	sched_pin();
	hf_expect_eq(
	    pmap_enter(pmap, lab_va(0), lab.m[0], R, R, 0), KERN_SUCCESS);
	if (used_before)
		join_other(pmap);
	n = hf_tlb_ipi_count();
	hf_failpoint_call(point, 0, fn, pmap);
	pmap_remove(pmap, lab_va(0), lab_va(1));
	hf_expect_eq(hf_failpoint_fired(point), 1);
	hf_failpoint_disarm_all();
	hf_expect_lt(n, hf_tlb_ipi_count());
	CPU_CLR_ATOMIC(curcpu ^ 1, &pmap->pm_active);
	sched_unpin();
	lab_pmap_free(pmap);
	lab_close(&lab);
}

HF_SCENARIO(tlb_joins_late, "pmap.tlb_joins_late", "TL-06",
    "a CPU that begins to use a pmap while an entry changes is flushed, too",
    .flags = SMP)
{
	remove_meanwhile("fence", join_other, false);
}

/* Between a flush's announcement and its interrupts. */
static void
ask_who_is_awaited(void *pmap)
{
	for (u_int cpu = 0; cpu < MAXCPU; cpu++)
		hf_expect_eq(hf_tlb_awaited(cpu), cpu == (curcpu ^ 1));
}

HF_SCENARIO(tlb_awaited, "pmap.tlb_awaited", "TL-06",
    "a flush waits for the CPUs that it asked and for no others", .flags = SMP)
{
	remove_meanwhile("ipi", ask_who_is_awaited, true);
}
#endif

static void
flush_with_interrupts_off(void *arg)
{
	disable_intr();
	pmap_invalidate_page(arg, lab_va(0));
}

HF_SCENARIO(tlb_interrupts_off, "pmap.tlb_interrupts_off", "TL-09",
    "asking others to flush with interrupts off is an assertion failure",
    .flags = SMP)
{
	struct lab lab;
	const char *text;

	lab_need_invariants();
	(void)hf_smp_wait();
	lab_open(&lab, 0);
	text = hf_panics(flush_with_interrupts_off, lab.pmap);
	enable_intr();
	hf_expect(text != NULL && !hf_panic_was_trap());
	lab_close(&lab);
}

/* Two pages, apart by less than or more than the full-flush threshold. */
static void
span_loop(struct race *race)
{
	struct lab *lab = race->lab;
	vm_offset_t far;
	u_long i;

	for (i = 1; i <= race->rounds; i++) {
		far = lab_va(i % 2 == 0 ? 5000 : 40);
		*lab_words(lab->m[0]) = i;
		race_enter(race, lab_va(0), lab->m[0], R);
		race_enter(race, far, lab->m[1], R);
		/* The second flush, for the tables, is at this address. */
		race_enter(race, lab_va(-3), lab->m[1], R);
		race_wait_seen(race, i);
		pmap_remove(lab->pmap, lab_va(-3), far + PAGE_SIZE);
		*lab_words(lab->m[0]) = POISON;
		race_linger(race);
	}
}

HF_SCENARIO(tlb_spans, "pmap.tlb_spans", "TL-15",
    "ranges flushed page by page and as a whole are equally coherent",
    .flags = SMP)
{
	struct race race = { .rounds = race_rounds(6),
		.attack = span_loop,
		.victim = race_reader,
		.all_cpus = true };

	race_in_lab(&race, 2);
}
