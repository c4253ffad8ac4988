/* SPDX-License-Identifier: BSD-2-Clause */
/* random.c: two threads fault, wire, hold, protect, unmap and fork at random. */

#include <sys/proc.h>
#include <kern/thread.h>
#include <test/crowd.h>
#include <test/scenario.h>
#include <test/space.h>

#define VA    HF_SPACE_BASE
#define PAGES 12

struct player {
	struct hf_rng rng;
	vm_map_t map;
	u_long rounds;
	volatile int bad_rv; /* a code that vm_fault() must not return */
	volatile int bad_hold;
	struct thread *td;
};

static bool
fault_code_ok(int rv)
{
	return (rv == KERN_SUCCESS || rv == KERN_INVALID_ADDRESS ||
	    rv == KERN_PROTECTION_FAILURE || rv == KERN_OUT_OF_BOUNDS ||
	    rv == KERN_FAILURE);
}

static void
fork_and_end(struct player *p)
{
	struct proc *child;
	vm_ooffset_t charge;

	charge = 0;
	child = hf_proc_create("child");
	child->p_vmspace = vmspace_fork(curproc->p_vmspace, &charge);
	vm_fault(&child->p_vmspace->vm_map,
	    VA + ptoa(hf_random_below(&p->rng, PAGES)), VM_PROT_WRITE,
	    VM_FAULT_NORMAL, NULL);
	hf_proc_destroy(child);
}

static void
hold_some(struct player *p, vm_offset_t va, u_long n)
{
	vm_page_t ma[4];
	int count, i;

	count = vm_fault_quick_hold_pages(
	    p->map, va, ptoa(n), VM_PROT_READ, ma, nitems(ma));
	if (count != -1 && count != (int)n)
		p->bad_hold++;
	for (i = 0; i < count; i++)
		if (vm_page_wire_count(ma[i]) == 0)
			p->bad_hold++;
	if (count > 0)
		vm_page_unhold_pages(ma, count);
}

static void
play(void *arg)
{
	static const vm_prot_t prots[] = { VM_PROT_READ, VM_PROT_RW,
		VM_PROT_NONE, VM_PROT_RW };
	struct player *p = arg;
	vm_offset_t va, end;
	u_long i, n;
	int rv, flags;

	for (i = 0; i < p->rounds; i++) {
		n = 1 + hf_random_below(&p->rng, 4);
		va = VA + ptoa(hf_random_below(&p->rng, PAGES - 4));
		end = va + ptoa(n);
		flags = hf_random_below(&p->rng, 2) != 0 ? VM_MAP_WIRE_HOLESOK
							 : VM_MAP_WIRE_NOHOLES;
		switch (hf_random_below(&p->rng, 12)) {
		case 0:
			vm_map_fixed(p->map, NULL, 0, va, ptoa(n), VM_PROT_RW,
			    VM_PROT_ALL, 0);
			break;
		case 1:
			vm_map_remove(p->map, va, end);
			break;
		case 2:
			vm_map_protect(p->map, va, end,
			    prots[hf_random_below(&p->rng, 4)], 0,
			    VM_MAP_PROTECT_SET_PROT);
			break;
		case 3:
			vm_map_wire(p->map, va, end, VM_MAP_WIRE_USER | flags);
			break;
		case 4:
			vm_map_unwire(
			    p->map, va, end, VM_MAP_WIRE_USER | flags);
			break;
		case 5:
			if (vm_map_wire(p->map, va, end, VM_MAP_WIRE_SYSTEM) ==
				KERN_SUCCESS &&
			    vm_map_unwire(p->map, va, end,
				VM_MAP_WIRE_SYSTEM) != KERN_SUCCESS)
				p->bad_hold++;
			break;
		case 6:
			fork_and_end(p);
			break;
		case 7:
			hold_some(p, va, n);
			break;
		default:
			rv = vm_fault(p->map, va,
			    hf_random_below(&p->rng, 2) != 0 ? VM_PROT_WRITE
							     : VM_PROT_READ,
			    VM_FAULT_NORMAL, NULL);
			if (!fault_code_ok(rv))
				p->bad_rv = rv;
			break;
		}
	}
}

HF_SCENARIO(fault_random, "fault.random",
    "FT-14 FT-28 WI-12 QH-23 CW-09 IF-1 IF-7 IW-4 IW-9",
    "all CPUs do everything at once; at rest all counts add up",
    .timeout_ms = 120000)
{
	static struct player p[HF_CROWD_MAX];
	const u_int n = hf_crowd(2);
	u_int i;

	hf_space_anon_at(VA, PAGES);
	for (i = 0; i < n; i++) {
		bzero(&p[i], sizeof(p[i]));
		hf_rng_seed(&p[i].rng, hf_random(hf_scenario_rng()));
		p[i].map = hf_space_map();
		p[i].rounds = hf_crowd_rounds(60, 2, n);
		if (i > 0)
			p[i].td = hf_space_thread(play, &p[i]);
	}
	play(&p[0]);
	for (i = 0; i < n; i++) {
		if (i > 0)
			hf_thread_join(p[i].td);
		hf_expect_eq(p[i].bad_rv, 0);
		hf_expect_eq(p[i].bad_hold, 0);
	}
	hf_space_check();
	/* Locked memory goes with its mapping. */
	hf_expect_eq(
	    vm_map_remove(hf_space_map(), VA, VA + ptoa(PAGES)), KERN_SUCCESS);
	hf_expect_eq(vm_user_wire_count, 0);
	hf_expect_eq(pmap_wired_count(hf_space_map()->pmap), 0);
}
