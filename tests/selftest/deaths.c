/* SPDX-License-Identifier: BSD-2-Clause */
/* deaths.c: scenarios that take the guest with them. */
#include <sys/param.h>
#include <sys/systm.h>
#include <machine/cpufunc.h>
#include <kern/plan.h>
#include <kern/thread.h>
#include <test/report.h>
#include <test/scenario.h>
#include "abi.h"

/* The empty asm keeps each call from becoming a jump: the backtrace shows it. */
static __noinline void
panic_innermost(int depth)
{
	if (depth == 2)
		panic("selftest: on purpose, %d levels down", depth);
	__asm__ volatile("");
}

static __noinline void
panic_outer(int depth)
{
	panic_innermost(depth + 1);
	__asm__ volatile("");
}

HF_SCENARIO(selftest_panic, "selftest.panic", "", "panics")
{
	hf_expect(true);
	printf("selftest: about to panic\n");
	panic_outer(1);
}

/* By the time the panic comes the other CPU is as far as delay (in TSC) says. */
HF_SCENARIO(selftest_panic_early, "selftest.panic_early", "",
    "panics while the other CPUs start")
{
	uint64_t until = rdtsc() + hf_plan_param_u64("delay", 0);

	hf_smp_launch();
	while (rdtsc() < until)
		cpu_spinwait();
	panic("selftest: early, delay %lu", hf_plan_param_u64("delay", 0));
}

/*
 * start.S: how many have come; those beyond hf_ap_count halt there, without an
 * IDT.
 */
extern volatile uint32_t hf_ap_next, hf_ap_count;

HF_SCENARIO(selftest_panic_no_idt, "selftest.panic_no_idt", "",
    "panics while the other CPUs have no IDT")
{
	uint32_t n = hf_ap_count;

	hf_require(n != 0 && hf_ap_next == 0);
	hf_ap_next = n;
	hf_smp_launch();
	while (hf_ap_next != 2 * n)
		cpu_spinwait();
	panic("selftest: %u CPUs have no IDT", n);
}

HF_SCENARIO(selftest_fault, "selftest.fault", "", "reads a wild address")
{
	hf_expect(*(volatile uint64_t *)0xfffffeee00001230ul == 0);
}

HF_SCENARIO(selftest_kassert, "selftest.kassert", "", "fails an assertion")
{
	KASSERT(curthread == NULL, ("selftest: assertion %d", 7));
	hf_expect(false);
}

HF_SCENARIO(selftest_triple, "selftest.triple", "", "triple-faults")
{
	struct {
		uint16_t limit;
		uint64_t base;
	} __packed none = { 0, 0 };

	hf_expect(true);
	__asm__ volatile("lidt %0; ud2" : : "m"(none));
}

HF_SCENARIO(
    selftest_silent, "selftest.silent", "", "stops the machine without a word")
{
	hf_expect(true);
	outl(HF_PORT_EXIT, HF_EXIT_DONE);
	for (;;)
		;
}

HF_SCENARIO(selftest_odd_exit, "selftest.odd_exit", "",
    "stops the machine with a value that means nothing")
{
	outl(HF_PORT_EXIT, 99);
	for (;;)
		;
}

HF_SCENARIO(selftest_claim, "selftest.claim", "",
    "claims success and then panics", .flags = HF_ENDS_GUEST)
{
	static const struct hf_result claim = { .outcome = HF_OUTCOME_PASS,
		.passed = 1 };

	hf_report_end(hf_scenario_find("selftest.claim"), &claim);
	panic("selftest: after the claim");
}

HF_SCENARIO(selftest_claim_silent, "selftest.claim_silent", "",
    "claims success and stops the machine at once")
{
	static const struct hf_result claim = { .outcome = HF_OUTCOME_PASS,
		.passed = 1 };

	hf_report_end(hf_scenario_find("selftest.claim_silent"), &claim);
	outl(HF_PORT_EXIT, HF_EXIT_DONE);
	for (;;)
		;
}
