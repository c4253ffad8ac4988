/* SPDX-License-Identifier: BSD-2-Clause */
/* smp.c: starting the other CPUs. */

/*
 * Boot makes everything ready; the APs are started when somebody has a use for
 * them: the first thread that is created, or waited for CPUs.  The CPU that
 * does it sends INIT and SIPI to all and goes on; each AP takes the next
 * number, its stack with it, sets itself up and enters its idle loop.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/smp.h>
#include <kern/boot.h>
#include <kern/sched.h>
#include <kern/thread.h>
#include <machine/vmparam.h>
#include <vm/pmap.h>
#include "boot_asm.h"
#include "abi.h"
#include "cpu.h"

struct pcpu hf_pcpu[MAXCPU];

/* Read and advanced by start.S. */
u_int hf_ap_next, hf_ap_count;
vm_offset_t hf_ap_stacks[MAXCPU];
uint64_t hf_ap_cr3;

static struct thread *ap_idle[MAXCPU];
static struct amd64_cpu *ap_md[MAXCPU];
static u_int ap_apic_ids[MAXCPU];

/*
 * An AP that does not answer within this time gets a second SIPI; TSC ticks,
 * some 20 ms on today's machines (no clock is calibrated for this).
 */
#define AP_RETRY_TSC 50000000ull
#define AP_GIVE_UP   200

struct pcpu *
pcpu_find(u_int cpuid)
{
	return (&hf_pcpu[cpuid]);
}

void
hf_smp_start(int max_cpus)
{
	u_int self = hf_pcpu[0].pc_apic_id, n = 0;
	size_t pages = howmany(sizeof(struct amd64_cpu), PAGE_SIZE);
	struct thread *td;

	if (!hf_phys_is_ram(AP_TRAMPOLINE, PAGE_SIZE))
		return;
	for (int i = 0; i < hf_machine.cpus; i++) {
		if (hf_machine.apic_ids[i] == self ||
		    (max_cpus != 0 && n + 1 >= (u_int)max_cpus))
			continue;
		td = hf_idle_thread_create(n + 1);
		ap_idle[n] = td;
		ap_apic_ids[n] = hf_machine.apic_ids[i];
		hf_ap_stacks[n] = td->td_kstack + ptoa(td->td_kstack_pages);
		ap_md[n] = (void *)PHYS_TO_DMAP(hf_boot_alloc_pages(pages));
		n++;
	}
	hf_ap_count = n;
	hf_ap_cr3 = rcr3();
}

/* From then on until they run, mp_ncpus grows at any moment. */
void
hf_smp_launch(void)
{
	static volatile u_int launched;

	if (hf_ap_count == 0 || launched != 0 ||
	    !atomic_cmpset_int(&launched, 0, 1))
		return;
	memcpy((void *)PHYS_TO_DMAP(AP_TRAMPOLINE), hf_ap_trampoline,
	    hf_ap_trampoline_end - hf_ap_trampoline);
	outl(HF_PORT_CPUS, hf_ap_count);
	for (u_int i = 0; i < hf_ap_count; i++)
		hf_apic_init_sipi(
		    ap_apic_ids[i], AP_TRAMPOLINE >> PAGE_SHIFT, true);
}

int
hf_smp_wait(void)
{
	uint64_t until;
	u_int tries = 0;

	hf_smp_launch();
	while (atomic_load_acq_int((volatile u_int *)&mp_ncpus) !=
	    hf_ap_count + 1) {
		until = rdtsc() + AP_RETRY_TSC;
		while (atomic_load_acq_int((volatile u_int *)&mp_ncpus) !=
			hf_ap_count + 1 &&
		    rdtsc() < until)
			cpu_spinwait();
		if (tries++ == AP_GIVE_UP)
			panic("hf_smp_wait: %d of %u CPUs came up", mp_ncpus,
			    hf_ap_count + 1);
		if (tries == 1)
			for (u_int i = 0; i < hf_ap_count; i++)
				hf_apic_init_sipi(ap_apic_ids[i],
				    AP_TRAMPOLINE >> PAGE_SHIFT, false);
	}
	return (mp_ncpus);
}

/* On the AP, interrupts off; its stack is its idle thread's. */
void
hf_ap_init(u_int index)
{
	struct thread *td = ap_idle[index];
	struct pcpu *pc = &hf_pcpu[index + 1];

	pc->pc_cpuid = index + 1;
	pc->pc_curthread = td;
	pc->pc_idlethread = td;
	/*
	 * RAM may hold anything; cleared here, a CPU that is not used costs
	 * none.
	 */
	bzero(ap_md[index], offsetof(struct amd64_cpu, df_stack));
	hf_cpu_init_tables(pc, ap_md[index]);
	hf_idt_load();
	hf_pmap_cpu_init();
	hf_apic_init_cpu();
	pc->pc_apic_id = hf_apic_id();
	td->td_oncpu = td->td_lastcpu = index + 1;

	hf_tlb_join();
	/* all_cpus and pc_apic_id before the count that others wait for. */
	while ((u_int)mp_maxid < index + 1)
		atomic_cmpset_int((volatile u_int *)&mp_maxid, mp_maxid,
		    MAX((u_int)mp_maxid, index + 1));
	atomic_add_int((volatile u_int *)&mp_ncpus, 1);
	hf_idle_loop();
}
