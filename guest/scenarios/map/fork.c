/* SPDX-License-Identifier: BSD-2-Clause */
/* fork.c: what a child's address space holds. */

#include <sys/proc.h>
#include <kern/plan.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/space.h>
#include <test/whole.h>

static struct proc *
fork_with(vm_offset_t va, u_long npages, vm_inherit_t inh)
{
	hf_require_eq(
	    vm_map_inherit(hf_space_map(), va, va + ptoa(npages), inh),
	    KERN_SUCCESS);
	return (hf_space_fork("child"));
}

HF_SCENARIO(map_fork_copy, "map.fork_copy", "CW-01 CW-02",
    "whoever writes first, the other does not see it")
{
	struct proc *parent, *child;
	vm_offset_t va;
	int first;

	va = hf_space_anon(2);
	parent = curproc;
	for (first = 0; first < 2; first++) {
		hf_fill(va, 0x10);
		hf_fill(va + ptoa(1), 0x11);
		child = fork_with(va, 2, VM_INHERIT_COPY);
		hf_expect((hf_space_leaf(va) & X86_PG_RW) == 0);
		if (first == 0)
			hf_store(va, 0x20);
		hf_space_run(child);
		hf_expect((hf_space_leaf(va) & X86_PG_RW) == 0);
		hf_expect_eq(hf_load(va), 0x10);
		hf_store(va, 0x30);
		hf_expect_eq(hf_load(va + ptoa(1)), 0x11);
		hf_space_run(parent);
		hf_expect_eq(hf_load(va), first == 0 ? 0x20 : 0x10);
		hf_store(va, 0x40);
		hf_space_run(child);
		hf_expect_eq(hf_load(va), 0x30);
		hf_space_check();
		hf_space_run(parent);
		hf_space_end(child);
	}
	hf_space_check();
}

HF_SCENARIO(map_fork_share, "map.fork_share", "CW-03",
    "shared memory is one, also if it was unbacked or still to be copied")
{
	struct proc *parent, *child, *other;
	vm_offset_t va;

	va = hf_space_anon(2);
	parent = curproc;
	child = fork_with(va, 2, VM_INHERIT_SHARE);
	hf_fill(va, 0x1);
	hf_space_run(child);
	hf_expect_eq(hf_load(va), 0x1);
	hf_fill(va + ptoa(1), 0x2);
	hf_space_run(parent);
	hf_expect_eq(hf_load(va + ptoa(1)), 0x2);
	hf_space_end(child);
	/* Make it copy-on-write first, then share it. */
	child = fork_with(va, 2, VM_INHERIT_COPY);
	hf_expect((hf_space_entry(va)->eflags & MAP_ENTRY_NEEDS_COPY) != 0);
	other = fork_with(va, 2, VM_INHERIT_SHARE);
	hf_expect((hf_space_entry(va)->eflags & MAP_ENTRY_NEEDS_COPY) == 0);
	hf_store(va, 0x3);
	hf_space_run(other);
	hf_expect_eq(hf_load(va), 0x3);
	hf_expect_eq(hf_load(va + ptoa(1)), 0x2);
	hf_store(va + ptoa(1), 0x4);
	hf_space_run(child);
	hf_expect_eq(hf_load(va), 0x1);
	hf_expect_eq(hf_load(va + ptoa(1)), 0x2);
	hf_space_run(parent);
	hf_expect_eq(hf_load(va + ptoa(1)), 0x4);
	hf_space_check();
	hf_space_end(child);
	hf_space_end(other);
	hf_space_check();
}

HF_SCENARIO(map_fork_none, "map.fork_none", "CW-04 CW-05",
    "NONE leaves nothing, ZERO leaves zeros, for all generations")
{
	struct proc *parent, *child, *grandchild;
	vm_offset_t va;

	va = hf_space_anon(1);
	hf_space_anon_at(va + ptoa(2), 1);
	parent = curproc;
	hf_poke(va, 0x1);
	hf_poke(va + ptoa(2), 0x2);
	hf_require_eq(
	    vm_map_inherit(hf_space_map(), va, va + ptoa(1), VM_INHERIT_NONE),
	    KERN_SUCCESS);
	child = fork_with(va + ptoa(2), 1, VM_INHERIT_ZERO);
	hf_space_run(child);
	hf_expect_segv_map(hf_probe_read(va));
	hf_expect_eq(hf_peek(va + ptoa(2)), 0);
	hf_poke(va + ptoa(2), 0x3);
	grandchild = hf_space_fork("grandchild");
	hf_space_run(grandchild);
	hf_expect_eq(hf_peek(va + ptoa(2)), 0);
	hf_space_run(parent);
	hf_expect_eq(hf_peek(va), 0x1);
	hf_expect_eq(hf_peek(va + ptoa(2)), 0x2);
	hf_space_end(grandchild);
	hf_space_end(child);
	hf_space_check();
}

HF_SCENARIO(map_fork_shared_copy, "map.fork_shared_copy", "CW-12",
    "COPY on shared memory takes the parent out of the sharing, too")
{
	struct proc *parent, *sharer, *child;
	vm_offset_t va;

	va = hf_space_anon(1);
	parent = curproc;
	hf_fill(va, 0x1);
	sharer = fork_with(va, 1, VM_INHERIT_SHARE);
	child = fork_with(va, 1, VM_INHERIT_COPY);
	hf_store(va, 0x2);
	hf_space_run(sharer);
	hf_expect_eq(hf_load(va), 0x1);
	hf_space_run(child);
	hf_expect_eq(hf_load(va), 0x1);
	hf_space_run(parent);
	hf_space_end(sharer);
	hf_space_end(child);
	hf_expect_eq(hf_load(va), 0x2);
	hf_space_check();
}

HF_SCENARIO(map_fork_heir, "map.fork_heir", "CW-13",
    "the parent exits first: each page ends up with the child exactly once")
{
	struct proc *first, *parent, *child;
	vm_offset_t va;
	int i;

	va = hf_space_anon(4);
	first = curproc;
	parent = hf_space_fork("parent");
	hf_space_run(parent);
	for (i = 0; i < 4; i++)
		hf_fill(va + ptoa(i), 0x100 + i);
	child = hf_space_fork("child");
	hf_space_run(child);
	hf_store(va + ptoa(2), 0x200);
	hf_space_end(parent);
	for (i = 0; i < 4; i++)
		hf_expect_eq(hf_load(va + ptoa(i)), i == 2 ? 0x200 : 0x100 + i);
	hf_store(va, 0x300);
	hf_expect_eq(hf_load(va), 0x300);
	hf_space_check();
	hf_space_run(first);
	hf_space_end(child);
}

static int
chain_length(vm_object_t o)
{
	int n;

	for (n = 0; o != NULL; o = o->backing_object)
		n++;
	return (n);
}

HF_SCENARIO(map_fork_generations, "map.fork_generations", "CW-10",
    "generation after generation, the shadow chain stays short")
{
	struct proc *first, *p, *before;
	vm_offset_t va;
	u_long i, rounds;

	va = hf_space_anon(3);
	first = curproc;
	rounds = hf_plan_param_u64("effort", 1) * 12;
	hf_fill(va, 0);
	hf_fill(va + ptoa(1), 0);
	hf_fill(va + ptoa(2), 0xfeed);
	before = NULL;
	for (i = 1; i <= rounds; i++) {
		p = hf_space_fork("generation");
		hf_space_run(p);
		hf_expect_eq(hf_load(va), i - 1);
		hf_store(va, i);
		hf_store(va + ptoa(i % 2), i);
		if (before != NULL)
			hf_space_end(before);
		before = p;
		hf_expect_le(
		    chain_length(hf_space_entry(va)->object.vm_object), 4);
	}
	hf_expect_eq(hf_load(va + ptoa(2)), 0xfeed);
	hf_space_check();
	hf_space_run(first);
	hf_space_end(before);
}
