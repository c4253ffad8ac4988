/* SPDX-License-Identifier: BSD-2-Clause */
/* apic.c: the local APIC (SDM volume 3A, chapter 11), x2APIC or xAPIC. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/smp.h>
#include <kern/clock.h>
#include <machine/specialreg.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include "cpu.h"

#define APICBASE_X2APIC 0x400
#define APICBASE_ENABLE 0x800

/* Register numbers: MMIO offset / 16 = x2APIC MSR - 0x800. */
#define REG_ID		  0x02
#define REG_EOI		  0x0b
#define REG_SVR		  0x0f
#define REG_ICR_LOW	  0x30
#define REG_ICR_HIGH	  0x31
#define REG_LVT_TIMER	  0x32
#define REG_LVT_LINT0	  0x35
#define REG_TIMER_INITIAL 0x38
#define REG_TIMER_CURRENT 0x39
#define REG_TIMER_DIVIDE  0x3e

#define SVR_ENABLE   0x100
#define LVT_MASKED   0x10000
#define LVT_DEADLINE 0x40000
#define DIVIDE_BY_1  0xb
#define ICR_INIT     0x500
#define ICR_STARTUP  0x600
#define ICR_ASSERT   0x4000
#define ICR_PENDING  0x1000

#define MSR_X2APIC	 0x800
#define MSR_TSC_DEADLINE 0x6e0

static bool x2apic, tsc_deadline;
static volatile uint32_t *xapic;

/* The clock's reference: when the timer of which CPU began to count. */
static uint64_t ref_tsc; /* 0: none has */
static int ref_cpu;

static uint32_t
apic_read(u_int reg)
{
	return (x2apic ? (uint32_t)rdmsr(MSR_X2APIC + reg) : xapic[reg * 4]);
}

static void
apic_write(u_int reg, uint32_t v)
{
	if (x2apic)
		wrmsr(MSR_X2APIC + reg, v);
	else
		xapic[reg * 4] = v;
}

/* Interrupts off: the two halves of the xAPIC's register belong together. */
static void
icr_write(u_int apic_id, uint32_t low)
{
	if (x2apic) {
		/* MSR writes here are not serializing: order our stores first. */
		mb();
		wrmsr(MSR_X2APIC + REG_ICR_LOW, (uint64_t)apic_id << 32 | low);
		return;
	}
	while ((xapic[REG_ICR_LOW * 4] & ICR_PENDING) != 0)
		cpu_spinwait();
	xapic[REG_ICR_HIGH * 4] = apic_id << 24;
	xapic[REG_ICR_LOW * 4] = low;
}

void
hf_apic_init(void)
{
	x2apic = (hf_cpuid_1[2] & (1u << 21)) != 0;
	tsc_deadline = (hf_cpuid_1[2] & (1u << 24)) != 0;
	if (!x2apic)
		xapic = pmap_mapdev(hf_machine.lapic_pa, PAGE_SIZE);
}

/* The timer interrupts from now on; it is not armed. */
void
hf_apic_timer_mode(void)
{
	if (ref_tsc != 0)
		apic_write(REG_TIMER_INITIAL, 0);
	if (tsc_deadline)
		apic_write(REG_LVT_TIMER, VEC_TIMER | LVT_DEADLINE);
	else {
		apic_write(REG_TIMER_DIVIDE, DIVIDE_BY_1);
		apic_write(REG_LVT_TIMER, VEC_TIMER);
	}
}

/* Interrupts off. */
void
hf_apic_init_cpu(void)
{
	if (x2apic)
		wrmsr(MSR_APICBASE,
		    rdmsr(MSR_APICBASE) | APICBASE_X2APIC | APICBASE_ENABLE);
	apic_write(REG_SVR, SVR_ENABLE | VEC_SPURIOUS);
	/* KVM leaves LINT0 open to the 8259, whose vectors nobody has set. */
	apic_write(REG_LVT_LINT0, LVT_MASKED);
}

u_int
hf_apic_id(void)
{
	return (x2apic ? apic_read(REG_ID) : apic_read(REG_ID) >> 24);
}

void
hf_apic_eoi(void)
{
	apic_write(REG_EOI, 0);
}

void
hf_apic_ipi(u_int apic_id, u_int vector)
{
	register_t flags = intr_disable();

	icr_write(apic_id, ICR_ASSERT | vector);
	intr_restore(flags);
}

void
hf_apic_init_sipi(u_int apic_id, u_int page, bool send_init)
{
	register_t flags = intr_disable();

	if (send_init)
		icr_write(apic_id, ICR_ASSERT | ICR_INIT);
	icr_write(apic_id, ICR_ASSERT | ICR_STARTUP | page);
	intr_restore(flags);
}

/* One interrupt at deadline_tsc or a little later; replaces the last one. */
void
hf_apic_timer_arm(uint64_t deadline_tsc, uint64_t now_tsc)
{
	uint64_t ns;

	if (tsc_deadline) {
		wrmsr(MSR_TSC_DEADLINE, deadline_tsc);
		return;
	}
	ns = deadline_tsc > now_tsc ? hf_ns_from_tsc(deadline_tsc - now_tsc) + 1
				    : 1;
	apic_write(REG_TIMER_INITIAL, ns < UINT32_MAX ? ns : UINT32_MAX);
}

/*
 * KVM and QEMU clock the APIC timer at 1 GHz (KVM_CAP_X86_APIC_BUS_CYCLES_NS
 * defaults to 1 ns; QEMU's APIC counts nanoseconds).  The boot CPU's counts,
 * masked, from the start until the clock is first needed: by then it has mostly
 * counted for long enough.
 */
void
hf_apic_ref_start(void)
{
	apic_write(REG_LVT_TIMER, LVT_MASKED | VEC_TIMER);
	apic_write(REG_TIMER_DIVIDE, DIVIDE_BY_1);
	apic_write(REG_TIMER_INITIAL, UINT32_MAX);
	ref_tsc = rdtsc();
	ref_cpu = curcpu;
}

/*
 * TSC ticks a second, measured over at least min_ns.  Interrupts off; a timer
 * that was armed is lost.
 */
uint64_t
hf_apic_ref_measure(uint32_t min_ns)
{
	uint64_t ticks;
	uint32_t left;

	/* A count that has run out says nothing: 4.3 s have passed. */
	if (ref_cpu != (int)curcpu || apic_read(REG_TIMER_CURRENT) == 0)
		hf_apic_ref_start();
	do
		left = apic_read(REG_TIMER_CURRENT);
	while (UINT32_MAX - left < min_ns);
	ticks = rdtsc() - ref_tsc;
	return (ticks * 1000000 / (UINT32_MAX - left) * 1000);
}
