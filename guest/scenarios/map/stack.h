/* SPDX-License-Identifier: BSD-2-Clause */
/* stack.h: the stack that scenarios of stacks let grow. */

#ifndef HF_SCENARIOS_MAP_STACK_H
#define HF_SCENARIOS_MAP_STACK_H

#include <sys/proc.h>
#include <test/scenario.h>
#include <test/space.h>

#define BOTTOM HF_SPACE_BASE
#define BYTES  (512 * 1024ul)
#define GROW   (128 * 1024ul) /* live at first, and what it grows by */
#define TOP    (BOTTOM + BYTES)

static inline vm_map_t
stack(void)
{
	vm_map_t map;

	map = hf_space_enter();
	hf_require_eq(vm_map_stack(map, BOTTOM, BYTES, VM_PROT_RW, VM_PROT_ALL,
			  MAP_STACK_GROWS_DOWN),
	    KERN_SUCCESS);
	return (map);
}

/* The stack becomes the process's main one, which may be so large. */
static inline struct proc *
stack_limited(u_long bytes)
{
	struct proc *p = curproc;

	p->p_vmspace->vm_maxsaddr = BOTTOM;
	p->p_vmspace->vm_stacktop = TOP;
	p->p_vmspace->vm_ssize = atop(GROW);
	p->p_limits[RLIMIT_STACK].rlim_cur = bytes;
	return (p);
}

#endif
