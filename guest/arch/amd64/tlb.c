/* SPDX-License-Identifier: BSD-2-Clause */
/* tlb.c: no CPU uses a translation that has been taken away. */

/*
 * Each CPU has a slot for the one flush that it may have asked others for.  It
 * fills in the slot, stores the set of CPUs that are to act, interrupts them,
 * flushes itself and spins until the set is empty.  A CPU acts on every slot
 * that names it and then takes itself out of the set: what it acknowledges is
 * done.  An initiator has interrupts on and so serves the others while it
 * waits; there is no time limit, because a virtual CPU may be off its host CPU
 * for long.
 *
 * Who needs not be asked: a CPU sets its bit in pm_active, with a locked
 * operation, before it loads CR3 (hf_pmap_load()).  An initiator changes the
 * entry, then a full fence, then reads pm_active.  Either it sees the bit, or
 * the CPU's load comes after the change.
 */
#include <sys/smp.h>
#include <machine/specialreg.h>
#include "boot_asm.h"
#include "pmap_priv.h"

/* From here on one full flush is cheaper than single ones. */
#define FLUSH_ALL_PAGES 4096

struct tlb_slot {
	vm_offset_t ts_start; /* [start, end); 0, 0: everything */
	vm_offset_t ts_end;
	bool ts_kernel;		 /* global entries as well */
	volatile u_long ts_todo; /* (a) CPUs that have not flushed yet */
} __aligned(CACHE_LINE_SIZE);

static struct tlb_slot tlb_slots[MAXCPU];
static volatile u_long tlb_initiators; /* (a) CPUs whose slot is in use */
static volatile u_long tlb_ipis;       /* (a) */

static void
flush_all_local(bool kernel)
{
	register_t flags;

	if (!kernel) {
		load_cr3(rcr3());
		return;
	}
	flags = intr_disable();
	/* Not read first: KVM on SVM exits for that, too. */
	load_cr4(CR4_BOOT & ~(uint64_t)CR4_PGE);
	load_cr4(CR4_BOOT);
	intr_restore(flags);
}

static void
flush_local(vm_offset_t start, vm_offset_t end, bool kernel)
{
	if (end - start >= ptoa((vm_offset_t)FLUSH_ALL_PAGES) || end == 0) {
		flush_all_local(kernel);
		return;
	}
	for (; start < end; start += PAGE_SIZE)
		invlpg(start);
}

void
hf_tlb_ipi_handler(void)
{
	struct tlb_slot *ts;
	u_long me, who;
	bool any;

	me = 1ul << curcpu;
	do {
		any = false;
		for (who = atomic_load_acq_long(&tlb_initiators); who != 0;
		     who &= who - 1) {
			ts = &tlb_slots[__builtin_ctzl(who)];
			if ((atomic_load_acq_long(&ts->ts_todo) & me) == 0)
				continue;
			flush_local(ts->ts_start, ts->ts_end, ts->ts_kernel);
			atomic_clear_long(&ts->ts_todo, me);
			any = true;
		}
	} while (any);
}

bool
hf_tlb_awaited(u_int cpu)
{
	u_long who;

	for (who = atomic_load_acq_long(&tlb_initiators); who != 0;
	     who &= who - 1)
		if ((atomic_load_acq_long(
			 &tlb_slots[__builtin_ctzl(who)].ts_todo) &
			CPU_BIT(cpu)) != 0)
			return (true);
	return (false);
}

void
hf_tlb_join(void)
{
	CPU_SET_ATOMIC(curcpu, &all_cpus);
	flush_all_local(true);
}

/* Has "others" flush, and this CPU; in a critical section. */
static void
flush_remote(
    cpuset_t others, vm_offset_t start, vm_offset_t end, bool kernel, bool here)
{
	struct tlb_slot *ts = &tlb_slots[curcpu];

	ts->ts_start = start;
	ts->ts_end = end;
	ts->ts_kernel = kernel;
	atomic_store_rel_long(&ts->ts_todo, others.__bits);
	atomic_set_long(&tlb_initiators, 1ul << curcpu);
	atomic_add_long(&tlb_ipis, CPU_COUNT(&others));
	hf_ipi_send_mask(others, HF_IPI_TLB);
	if (here)
		flush_local(start, end, kernel);
	while (atomic_load_acq_long(&ts->ts_todo) != 0)
		cpu_spinwait();
	atomic_clear_long(&tlb_initiators, 1ul << curcpu);
}

static void
flush(pmap_t pmap, vm_offset_t start, vm_offset_t end)
{
	cpuset_t others;
	bool kernel, here;
	u_int cpu;

	kernel = pmap == kernel_pmap;
	KASSERT((read_rflags() & PSL_I) != 0 || CPU_COUNT(&all_cpus) == 1,
	    ("pmap: a flush with interrupts off"));
	/* The changed entry is visible before pm_active is read. */
	atomic_thread_fence_seq_cst();
	critical_enter();
	cpu = curcpu;
	others.__bits = atomic_load_acq_long(
	    kernel ? &all_cpus.__bits : &pmap->pm_active.__bits);
	here = kernel || CPU_ISSET(cpu, &others);
	CPU_CLR(cpu, &others);
	if (!CPU_EMPTY(&others))
		flush_remote(others, start, end, kernel, here);
	else if (here)
		flush_local(start, end, kernel);
	critical_exit();
}

void
pmap_invalidate_page(pmap_t pmap, vm_offset_t va)
{
	flush(pmap, va, va + PAGE_SIZE);
}

void
pmap_invalidate_range(pmap_t pmap, vm_offset_t sva, vm_offset_t eva)
{
	flush(pmap, sva, eva);
}

void
pmap_invalidate_all(pmap_t pmap)
{
	flush(pmap, 0, 0);
}

u_long
hf_tlb_ipi_count(void)
{
	return (atomic_load_long(&tlb_ipis));
}
