/* SPDX-License-Identifier: BSD-2-Clause */
/* ends.c: flushes of a space whose threads come and go. */

#include <sys/proc.h>
#include <kern/plan.h>
#include <test/crowd.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/space.h>

#define VA	HF_SPACE_BASE
#define ROUNDS	8
#define FLUSHES 4

static void
protect(vm_prot_t prot)
{
	hf_expect_eq(vm_map_protect(hf_space_map(), VA, VA + ptoa(1), prot, 0,
			 VM_MAP_PROTECT_SET_PROT),
	    KERN_SUCCESS);
}

static void
touch(void *arg)
{
	(void)hf_probe_read(VA);
}

HF_SCENARIO(pmap_tlb_ends, "pmap.tlb_ends", "TL-17",
    "a flush comes to its end, whoever of the space's threads ends meanwhile")
{
	const u_long rounds = hf_plan_param_u64("effort", 1) * ROUNDS;
	const u_int others = hf_crowd(2) - 1;
	struct thread *td[HF_CROWD_MAX];
	uint64_t value = 0;
	u_long n;
	u_int i;

	hf_space_anon_at(VA, 1);
	for (n = 0; n < rounds; n++) {
		for (i = 0; i < others; i++)
			td[i] = hf_space_thread(touch, NULL);
		for (i = 0; i < FLUSHES; i++) {
			hf_poke(VA, ++value);
			protect(VM_PROT_READ);
			protect(VM_PROT_RW);
		}
		for (i = 0; i < others; i++)
			hf_thread_join(td[i]);
	}
	hf_expect_eq(hf_peek(VA), value);
	hf_space_check();
}
