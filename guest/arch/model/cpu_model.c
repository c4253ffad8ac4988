/* SPDX-License-Identifier: BSD-2-Clause */
/* cpu_model.c: the CPUs of the model, one for each host thread. */

/*
 * A CPU comes with its thread and goes with it.  Nothing interrupts a host
 * thread: whoever sends an IPI runs the handler itself, in the other's name,
 * while that one has interrupts on.  What the handler does to a TLB takes that
 * TLB's lock, and so waits for the access that the other CPU is at.
 */
#include <sys/smp.h>
#include <kern/failpoint.h>
#include <kern/thread.h>
#include <machine/specialreg.h>
#include <arch/amd64/pmap_priv.h>
#include "cpu_model.h"
#include "mmu.h"

int mp_ncpus = 8; /* so many, and more if there are more threads */
int mp_maxid = MAXCPU - 1;
cpuset_t all_cpus; /* (a) */

static volatile u_long taken; /* (a) CPUs that have a thread, or will */

static struct pcpu cpus[MAXCPU];
static volatile u_int intr_locks[MAXCPU]; /* no IPI is handled for it */
_Thread_local struct pcpu *hf_model_pcpu;

/* The IPI that this thread handles for another CPU, and what was seen of it. */
static _Thread_local bool in_ipi, flushed_late;
/* This CPU has flushed while others need not have asked it to. */
static _Thread_local bool flushed_early;

struct pcpu *
pcpu_find(u_int cpuid)
{
	return (&cpus[cpuid]);
}

int
hf_smp_wait(void)
{
	/*
	 * Each thread that has been made is asked to flush, as CPUs that run
	 * are.
	 */
	while ((atomic_load_acq_long(&taken) &
		   ~atomic_load_acq_long(&all_cpus.__bits)) != 0)
		cpu_spinwait();
	return (mp_ncpus);
}

static u_int
own_cpu(void)
{
	return ((u_int)(hf_model_pcpu - cpus));
}

static void
intr_lock(u_int cpu)
{
	while (!atomic_cmpset_acq_int(&intr_locks[cpu], 0, 1))
		cpu_spinwait();
}

static void
intr_unlock(u_int cpu)
{
	atomic_store_rel_int(&intr_locks[cpu], 0);
}

register_t
read_rflags(void)
{
	return (in_ipi || PCPU_GET(intr_off) != 0 ? 0 : PSL_I);
}

register_t
intr_disable(void)
{
	register_t flags = read_rflags();

	if ((flags & PSL_I) != 0) {
		intr_lock(own_cpu());
		PCPU_SET(intr_off, 1);
	}
	return (flags);
}

void
intr_restore(register_t flags)
{
	if ((flags & PSL_I) != 0 && PCPU_GET(intr_off) != 0) {
		PCPU_SET(intr_off, 0);
		intr_unlock(own_cpu());
	}
}

void
disable_intr(void)
{
	(void)intr_disable();
}

void
enable_intr(void)
{
	intr_restore(PSL_I);
}

static void
end_ipi(void)
{
	PCPU_SET(cpuid, own_cpu());
	in_ipi = flushed_late = false;
}

/* fn in another CPU's name, as if it was interrupted for that. */
static void
act_for(u_int cpu, void (*fn)(void *), void *arg)
{
	bool late;

	if (cpu == own_cpu()) {
		fn(arg);
		return;
	}
	intr_lock(cpu);
	PCPU_SET(cpuid, cpu);
	in_ipi = true;
	fn(arg);
	late = flushed_late;
	end_ipi();
	intr_unlock(cpu);
	if (late)
		panic(
		    "tlb: CPU %u says that it has flushed before it does", cpu);
}

void
smp_rendezvous_cpus(cpuset_t set, void (*fn)(void *), void *arg)
{
	int cpu;

	CPU_AND(&set, &set, &all_cpus);
	CPU_FOREACH_ISSET(cpu, &set)
	act_for((u_int)cpu, fn, arg);
}

static void
flush_for_others(void *arg)
{
	hf_tlb_ipi_handler();
}

void
hf_ipi_send_mask(cpuset_t set, enum hf_ipi ipi)
{
	int cpu;

	KASSERT(ipi == HF_IPI_TLB, ("hf_ipi_send_mask: IPI %d", ipi));
	(void)HF_FAILPOINT("ipi");
	/*
	 * Also in the name of one whose thread has ended since the sender read
	 * who is active: machines lose no CPU, so its answer is waited for.
	 */
	CPU_FOREACH_ISSET(cpu, &set)
	act_for((u_int)cpu, flush_for_others, NULL);
}

void
hf_model_flushes(void)
{
	if (in_ipi && !hf_tlb_awaited(curcpu))
		flushed_late = true;
	flushed_early = !CPU_ISSET(curcpu, &all_cpus);
}

static void
must_be_active(vm_paddr_t cr3, const char *when)
{
	pmap_t pmap;
	bool bad;

	/* The list is no reason to wait here; another time it will be free. */
	if (cr3 == kernel_pmap->pm_cr3 || !mtx_trylock(&hf_pmap_all_mtx))
		return;
	bad = false;
	LIST_FOREACH (pmap, &hf_pmap_all, pm_all)
		bad |= pmap->pm_cr3 == cr3 &&
		    (atomic_load_acq_long(&pmap->pm_active.__bits) &
			CPU_BIT(curcpu)) == 0;
	mtx_unlock(&hf_pmap_all_mtx);
	if (bad)
		panic("tlb: CPU %u %s a pmap that is not active on it", curcpu,
		    when);
}

/* While CR3 is there, and a moment before and after, flushes have to come. */
void
hf_model_loads_cr3(vm_paddr_t old, vm_paddr_t new)
{
	hf_model_flushes();
	if (old == new)
		return;
	must_be_active(old, "leaves");
	must_be_active(new, "loads");
}

u_int
hf_model_cpu_take(void)
{
	u_long old;
	u_int cpu;

	do {
		old = atomic_load_acq_long(&taken);
		if (old == ~0ul)
			panic("model: more than %d threads", MAXCPU);
		cpu = (u_int)__builtin_ctzl(~old);
	} while (!atomic_cmpset_acq_long(&taken, old, old | CPU_BIT(cpu)));
	return (cpu);
}

void
hf_model_cpu_start(struct thread *td)
{
	const u_int cpu = td->td_md.md_cpu;

	hf_model_pcpu = &cpus[cpu];
	PCPU_SET(cpuid, cpu);
	PCPU_SET(curthread, td);
	hf_mmu_reset(cpu);
}

/*
 * Until it is asked to flush a CPU may have cached any entry of the kernel's;
 * this one has cached one that is there no more.  Nothing is ever at that
 * address.
 */
void
hf_model_cpu_join(void)
{
	const vm_offset_t va = PCPU_GET(qmap_addr);
	struct hf_tlb *t;
	register_t flags;
	bool stale;

	t = hf_mmu_lock(curcpu);
	hf_tlb_keep(t, va, 0, kernel_pmap->pm_cr3 | X86_PG_V | X86_PG_G);
	hf_mmu_unlock(t);
	flags = intr_disable();
	hf_tlb_join();
	intr_restore(flags);
	t = hf_mmu_lock(curcpu);
	stale = hf_tlb_find(t, va, 0) != NULL;
	hf_mmu_unlock(t);
	if (stale || flushed_early)
		panic("tlb: CPU %u keeps what it cached before it was asked",
		    curcpu);
}

void
hf_model_cpu_stop(void)
{
	const u_int cpu = own_cpu();

	if (hf_pmap_current() != kernel_pmap)
		hf_pmap_load(kernel_pmap);
	CPU_CLR_ATOMIC(cpu, &kernel_pmap->pm_active);
	hf_mmu_reset(cpu);
	CPU_CLR_ATOMIC(cpu, &all_cpus);
	atomic_clear_long(&taken, CPU_BIT(cpu));
}

void
hf_model_cpu_reset(void)
{
	end_ipi();
	enable_intr();
}
