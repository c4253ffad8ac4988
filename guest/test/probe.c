/* SPDX-License-Identifier: BSD-2-Clause */
/* probe.c: one access to user memory, and what became of it. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <test/probe.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>

static struct hf_probe
failed(vm_offset_t va)
{
	return ((struct hf_probe){ .ok = false,
	    .signo = curthread->td_fault_signo,
	    .code = curthread->td_fault_code,
	    .addr = curthread->td_fault_addr });
}

static void
forget(void)
{
	curthread->td_fault_signo = 0;
	curthread->td_fault_code = 0;
	curthread->td_fault_addr = 0;
}

struct hf_probe
hf_probe_read(vm_offset_t va)
{
	int byte;

	forget();
	byte = fubyte((const void *)va);
	if (byte < 0)
		return (failed(va));
	return ((struct hf_probe){ .ok = true, .value = byte });
}

struct hf_probe
hf_probe_write(vm_offset_t va, int byte)
{
	forget();
	if (subyte((void *)va, byte) != 0)
		return (failed(va));
	return ((struct hf_probe){ .ok = true, .value = byte });
}

#ifdef HF_MODEL
struct hf_probe
hf_probe_exec(vm_offset_t va)
{
	forget();
	if (!hf_model_fetch(va))
		return (failed(va));
	return ((struct hf_probe){ .ok = true, .addr = va });
}
#else
/*
 * Ring 0 cannot fetch from a process's memory to find out, so the leaf is asked
 * and the handler called as the CPU would.
 */
struct hf_probe
hf_probe_exec(vm_offset_t va)
{
	struct hf_probe p;
	vm_map_t map;
	pt_entry_t pte;

	map = &curproc->p_vmspace->vm_map;
	p = (struct hf_probe){ .addr = va };
	do {
		pte = hf_pmap_leaf(map->pmap, trunc_page(va));
		p.ok = (pte & X86_PG_V) != 0 && (pte & X86_PG_NX) == 0;
	} while (!p.ok &&
	    vm_fault_trap(map, va, VM_PROT_EXECUTE, VM_FAULT_NORMAL, &p.signo,
		&p.code) == KERN_SUCCESS);
	return (p);
}
#endif
