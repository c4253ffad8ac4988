/* SPDX-License-Identifier: BSD-2-Clause */
/* exec.c: instruction fetches through the pmap's mappings. */

#include "race.h"

#define R   VM_PROT_READ
#define RX  (VM_PROT_READ | VM_PROT_EXECUTE)
#define BAD 0xdead

/*
 * Calls the code at a user address, as ring 0 may with SMEP off; *eax is what
 * it returns.  False if the fetch faulted.
 */
static bool
cpu_call(vm_offset_t va, uint32_t *eax)
{
	const void **onfault = &curthread->td_pcb->pcb_onfault;
	uint64_t sp;
	uint32_t ok, value;

	__asm__ __volatile__(
	    "	leaq	1f(%%rip), %%rax\n"
	    "	movq	%%rax, (%[onfault])\n"
	    "	movq	%%rsp, %[sp]\n"
	    "	xorl	%[ok], %[ok]\n"
	    "	call	*%[va]\n"
	    "	movl	$1, %[ok]\n"
	    /* A fault leaves the return address of the call behind. */
	    "1:	movq	%[sp], %%rsp\n"
	    "	movq	$0, (%[onfault])\n"
	    : "=&a"(value), [ok] "=&r"(ok), [sp] "=&r"(sp)
	    : [va] "r"(va), [onfault] "r"(onfault)
	    : "memory", "cc");
	*eax = value;
	return (ok != 0);
}

/* mov $value, %eax; ret */
static void
put_code(vm_page_t m, uint32_t value)
{
	*lab_words(m) = 0xb8ul | (uint64_t)value << 8 | 0xc3ul << 40;
}

HF_SCENARIO(pmap_execute, "pmap.execute", "PM-06 PM-26",
    "code runs where EXECUTE was granted, and only there",
    .flags = HF_NEEDS_MMU)
{
	struct lab lab;
	uint32_t v;

	lab_open(&lab, 2);
	put_code(lab.m[0], 42);
	put_code(lab.m[1], 43);
	lab_enter(&lab, lab_va(0), lab.m[0], RX, R);
	lab_enter(&lab, lab_va(1), lab.m[1], R, R);
	hf_expect(cpu_call(lab_va(0), &v));
	hf_expect_eq(v, 42);
	hf_expect(!cpu_call(lab_va(1), &v));
	/* Taken away by a narrower mapping, then by pmap_protect(). */
	lab_enter(&lab, lab_va(0), lab.m[0], R, R);
	hf_expect(!cpu_call(lab_va(0), &v));
	lab_enter(&lab, lab_va(0), lab.m[0], RX, R);
	hf_expect(cpu_call(lab_va(0), &v));
	pmap_protect(lab.pmap, lab_va(0), lab_va(1), VM_PROT_RW);
	hf_expect(!cpu_call(lab_va(0), &v));
	hf_expect(lab_can_load(lab_va(0)));
	lab_close(&lab);
}

static void
call_loop(struct race *race)
{
	uint32_t v;

	while (atomic_load_acq_int(&race->stop) == 0) {
		if (cpu_call(lab_va(0), &v)) {
			race->count++;
			if (v == BAD) {
				race->bad++;
				return;
			}
			atomic_store_rel_long(&race->seen, v);
		}
		race_tried(race);
	}
}

static void
revoke_execute_loop(struct race *race)
{
	vm_page_t m = race->lab->m[0];
	u_long i;

	for (i = 1; i <= race->rounds; i++) {
		put_code(m, i);
		race_enter(race, lab_va(0), m, RX);
		race_wait_seen(race, i);
		if (i % 2 == 0)
			pmap_protect(race->lab->pmap, lab_va(0), lab_va(1), R);
		else
			race_enter(race, lab_va(0), m, R);
		put_code(m, BAD);
		race_linger(race);
	}
}

HF_SCENARIO(tlb_execute_revoked, "pmap.tlb_execute_revoked", "TL-04",
    "after EXECUTE is revoked no CPU fetches from the page",
    .flags = HF_NEEDS_MMU | HF_NEEDS_SMP)
{
	struct race race = { .rounds = lab_rounds(8),
		.attack = revoke_execute_loop,
		.victim = call_loop,
		.all_cpus = true };

	race_in_lab(&race, 1);
}
