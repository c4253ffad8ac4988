/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_glue.c: where the kernel's services meet the VM. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <arch/amd64/cpu.h>
#include <boot/boot.h>
#include <kern/boot.h>
#include <kern/fail_nth.h>
#include <kern/fault.h>
#include <kern/kalloc.h>
#include <kern/sched.h>
#include <kern/thread.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_extern.h>
#include <vm/vm_kern.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pageout.h>
#include <vm/vm_pager.h>

_Static_assert(HF_FAULT_READ == VM_PROT_READ &&
	HF_FAULT_WRITE == VM_PROT_WRITE && HF_FAULT_EXECUTE == VM_PROT_EXECUTE,
    "kern/fault.h");

static bool vm_ready;

volatile void *
hf_mapdev(vm_paddr_t pa, vm_size_t bytes)
{
	return (pmap_mapdev(pa, bytes));
}

void
hf_vm_ap_init(void)
{
	hf_pmap_cpu_init();
}

void
hf_vm_activate(struct thread *td)
{
	pmap_activate(td);
}

int
hf_fault_resolve(bool kernel, vm_offset_t va, int type, int *signo, int *code)
{
	vm_map_t map;
	struct proc *p = curproc;

	if (kernel)
		map = kernel_map;
	else if (p->p_vmspace != NULL)
		map = &p->p_vmspace->vm_map;
	else
		return (EFAULT);
	return (vm_fault_trap(map, va, (vm_prot_t)type, VM_FAULT_NORMAL, signo,
		    code) == KERN_SUCCESS
		? 0
		: EFAULT);
}

/* A second: what holds kernel addresses, or what maps them, lets go by then. */
#define KSTACK_TRIES 100

/* A stack of so many pages with an unmapped page below it.  Sleeps for it. */
vm_offset_t
hf_kstack_alloc(u_int pages)
{
	vm_offset_t va;
	vm_page_t m;
	int tries = 0;

	if (!vm_ready)
		return (PHYS_TO_DMAP(hf_boot_alloc_pages(pages)));
	while ((va = kva_alloc(ptoa(pages + 1))) == 0) {
		if (++tries > KSTACK_TRIES)
			panic("hf_kstack_alloc: kernel map is full");
		if (!HF_FAIL_NTH(HF_FAIL_SLEEP))
			(void)hf_pause("kstack", 1);
	}
	va += PAGE_SIZE;
	for (u_int i = 0; i < pages; i++) {
		m = vm_page_alloc_noobj(VM_ALLOC_WIRED | VM_ALLOC_WAITOK);
		pmap_qenter(va + ptoa(i), &m, 1);
	}
	return (va);
}

void
hf_kstack_free(vm_offset_t va, u_int pages)
{
	vm_page_t m[KSTACK_PAGES];

	if (!vm_ready)
		return;
	KASSERT(pages <= nitems(m), ("hf_kstack_free: %u pages", pages));
	for (u_int i = 0; i < pages; i++)
		m[i] = PHYS_TO_VM_PAGE(pmap_kextract(va + ptoa(i)));
	pmap_qremove(va, pages);
	for (u_int i = 0; i < pages; i++) {
		vm_page_unwire_noq(m[i]);
		vm_page_free(m[i]);
	}
	kva_free(va - PAGE_SIZE, ptoa(pages + 1));
}

void
hf_boot_tables(void)
{
	vm_paddr_t first = phys_avail[0];

	pmap_bootstrap(&first);
	if (first > phys_avail[1])
		panic("pmap_bootstrap: the first piece of RAM is too small");
	phys_avail[0] = first;
}

void
hf_boot_vm(void)
{
	vm_page_startup(0);
	vm_object_init();
	pmap_init();
	vm_map_startup();
	kmem_init(VM_MIN_KERNEL_ADDRESS, VM_MAX_KERNEL_ADDRESS);
	vm_pager_init();
	vm_ready = true;
}
