/* SPDX-License-Identifier: BSD-2-Clause */
/* clock.c: the TSC as the clock, and the one-shot timer. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/proc.h>
#include <kern/clock.h>
#include <kern/sched.h>
#include "cpu.h"

#define NS_PER_S 1000000000ull

#define CPUID_1_ECX_HYPERVISOR (1u << 31)

/*
 * How long at least the TSC is compared with the APIC timer when nobody knows
 * its rate: the two are read some 2 us apart where ring 0 is emulated.
 */
#define MEASURE_NS 100000

int hz = 100;

static uint64_t boot_tsc, tsc_hz;
/* ns = ticks * mult >> 32, ticks = ns * inverse >> 32. */
static uint64_t mult, inverse;

void
hf_clock_init(uint64_t entry_tsc)
{
	boot_tsc = entry_tsc;
}

/* From CPUID (SDM leaf 0x15; hypervisor leaf 0x40000010), 0 if it is silent. */
static uint64_t
hz_from_cpuid(void)
{
	uint32_t r[4], top;

	do_cpuid(0, 0, r);
	if (r[0] >= 0x15) {
		do_cpuid(0x15, 0, r);
		if (r[0] != 0 && r[1] != 0 && r[2] != 0)
			return ((uint64_t)r[2] * r[1] / r[0]);
	}
	if ((hf_cpuid_1[2] & CPUID_1_ECX_HYPERVISOR) == 0)
		return (0);
	do_cpuid(0x40000000, 0, r);
	top = r[0];
	if (top < 0x40000010 || top > 0x400000ff)
		return (0);
	do_cpuid(0x40000010, 0, r);
	return ((uint64_t)r[0] * 1000);
}

static void
clock_set(uint64_t found)
{
	inverse = ((found / 1000) << 32) / (NS_PER_S / 1000);
	mult = ((NS_PER_S << 32) / found);
	__atomic_store_n(&tsc_hz, found, __ATOMIC_RELEASE);
}

void
hf_clock_start(void)
{
	uint64_t found = hz_from_cpuid();

	if (found != 0)
		clock_set(found);
	else
		hf_apic_ref_start();
}

/*
 * At the first use, since a run that needs no clock pays nothing then.  Two
 * CPUs that come here together get nearly the same answer; the last one stays.
 */
static void
clock_calibrate(void)
{
	register_t flags = intr_disable();
	uint64_t found = hf_apic_ref_measure(MEASURE_NS);

	PCPU_GET(md)->timer_ready = 0;
	PCPU_GET(md)->timer_armed_tsc = 0;
	intr_restore(flags);
	clock_set(found);
}

uint64_t
hf_tsc(void)
{
	return (rdtsc());
}

static void
need_tsc_hz(void)
{
	if (__atomic_load_n(&tsc_hz, __ATOMIC_ACQUIRE) == 0)
		clock_calibrate();
}

uint64_t
hf_boot_tsc(void)
{
	return (boot_tsc);
}

uint64_t
hf_ns_from_tsc(uint64_t ticks)
{
	need_tsc_hz();
	return ((uint64_t)((unsigned __int128)ticks * mult >> 32));
}

uint64_t
hf_tsc_from_ns(uint64_t ns)
{
	need_tsc_hz();
	return ((uint64_t)((unsigned __int128)ns * inverse >> 32));
}

uint64_t
hf_uptime_ns(void)
{
	return (hf_ns_from_tsc(rdtsc() - boot_tsc));
}

uint64_t
hf_tsc_from_ticks(int ticks)
{
	return (hf_tsc_from_ns((uint64_t)ticks * (NS_PER_S / hz)));
}

/* Interrupts off.  A timer armed earlier than that stays. */
void
hf_timer_arm(uint64_t deadline_tsc)
{
	struct amd64_cpu *md = PCPU_GET(md);

	if (md->timer_armed_tsc != 0 && md->timer_armed_tsc <= deadline_tsc)
		return;
	if (md->timer_ready == 0) {
		hf_apic_timer_mode();
		md->timer_ready = 1;
	}
	md->timer_armed_tsc = deadline_tsc;
	hf_apic_timer_arm(deadline_tsc, rdtsc());
}

/* The timer of this CPU is not armed any more. */
void
hf_timer_fired(void)
{
	PCPU_GET(md)->timer_armed_tsc = 0;
}

uint32_t
hf_host_count(uint16_t port)
{
	return (inl(port));
}
