/* SPDX-License-Identifier: BSD-2-Clause */
/* template.c: what a process stores after fork(2) is its own. */
#include <test/scenario.h>
#include <test/space.h>

/*
 * The id, the requirements that it shows (their ids; here none), and what it
 * says in reports.  More scenarios may follow, and more files.
 */
HF_SCENARIO(template_fork, "template.fork", "",
    "fork copies memory: neither side sees what the other stores then")
{
	struct proc *parent = curproc, *child;
	vm_offset_t va;

	hf_space_enter();
	va = hf_space_anon(1);
	hf_expect_eq(hf_peek(va), 0);
	hf_poke(va, 42);

	child = hf_space_fork("child");
	hf_poke(va, 43);
	hf_space_run(child);
	hf_expect_eq(hf_peek(va), 42);
	hf_poke(va, 44);
	hf_space_run(parent);
	hf_expect_eq(hf_peek(va), 43);
	hf_space_end(child);
}
