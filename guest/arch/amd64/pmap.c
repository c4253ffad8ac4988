/* SPDX-License-Identifier: BSD-2-Clause */
/* pmap.c: the life of a pmap, and which one a CPU runs on. */

#include <vm/vm_map.h>
#include "pmap_priv.h"

struct pmap kernel_pmap_store;
u_long pagesizes[MAXPAGESIZES] = { PAGE_SIZE };

struct hf_pmap_all hf_pmap_all; /* (g) */
struct mtx hf_pmap_all_mtx;

static void
pmap_enlist(pmap_t pmap)
{
	mtx_lock(&hf_pmap_all_mtx);
	LIST_INSERT_HEAD(&hf_pmap_all, pmap, pm_all);
	mtx_unlock(&hf_pmap_all_mtx);
}

void
pmap_init(void)
{
	mtx_init(&hf_pmap_all_mtx, "pmap list", NULL, MTX_DEF);
	mtx_init(&kernel_pmap->pm_mtx, "pmap", NULL, MTX_DEF | MTX_DUPOK);
	hf_pmap_pv_init();
	hf_pmap_md_init();
}

void
pmap_page_init(vm_page_t m)
{
	TAILQ_INIT(&m->md.pv_list);
	m->md.pv_gen = 0;
	m->md.pat_mode = VM_MEMATTR_WRITE_BACK;
}

int
pmap_pinit(pmap_t pmap)
{
	vm_page_t m;

	m = vm_page_alloc_noobj(
	    VM_ALLOC_WIRED | VM_ALLOC_ZERO | VM_ALLOC_WAITOK);
	pmap->pm_cr3 = VM_PAGE_TO_PHYS(m);
	pmap->pm_top = (pt_entry_t *)PHYS_TO_DMAP(pmap->pm_cr3);
	/* Constant since the bootstrap, so that a copy never goes stale. */
	memcpy(&pmap->pm_top[PG_ROOT_KERNEL],
	    &kernel_pmap->pm_top[PG_ROOT_KERNEL],
	    (PG_ENTRIES - PG_ROOT_KERNEL) * sizeof(pt_entry_t));
	mtx_init(&pmap->pm_mtx, "pmap", NULL, MTX_DEF | MTX_DUPOK);
	CPU_ZERO(&pmap->pm_active);
	TAILQ_INIT(&pmap->pm_chunks);
	pmap->pm_stats.resident_count = 1;
	pmap->pm_stats.wired_count = 0;
	pmap->pm_walkers = 0;
	pmap->pm_hint_ptp = NULL;
	pmap_enlist(pmap);
	return (1);
}

void
pmap_pinit0(pmap_t pmap)
{
	pmap->pm_cr3 = kernel_pmap->pm_cr3;
	pmap->pm_top = kernel_pmap->pm_top;
	mtx_init(&pmap->pm_mtx, "pmap", NULL, MTX_DEF | MTX_DUPOK);
	TAILQ_INIT(&pmap->pm_chunks);
	pmap->pm_stats.resident_count = 1;
	CPU_SETOF(0, &pmap->pm_active);
	pmap_enlist(pmap);
}

/* Waits for walks that found an entry of pmap just before it went. */
static void
pmap_wait_for_walkers(pmap_t pmap)
{
	PMAP_LOCK(pmap);
	while (atomic_load_int(&pmap->pm_walkers) != 0)
		msleep(&pmap->pm_walkers, &pmap->pm_mtx, 0, "pmwalk", 0);
	PMAP_UNLOCK(pmap);
}

void
pmap_release(pmap_t pmap)
{
	vm_page_t m;

	KASSERT(pmap->pm_cr3 != kernel_pmap->pm_cr3,
	    ("pmap_release: shares the kernel's root"));
	KASSERT(pmap->pm_stats.resident_count == 1 &&
		pmap->pm_stats.wired_count == 0,
	    ("pmap_release: resident %ld wired %ld",
		pmap->pm_stats.resident_count, pmap->pm_stats.wired_count));
	KASSERT(CPU_EMPTY(&pmap->pm_active),
	    ("pmap_release: active on CPUs %#lx", pmap->pm_active.__bits));
	pmap_wait_for_walkers(pmap);
	mtx_lock(&hf_pmap_all_mtx);
	LIST_REMOVE(pmap, pm_all);
	mtx_unlock(&hf_pmap_all_mtx);
	hf_pmap_pv_release(pmap);
	mtx_destroy(&pmap->pm_mtx);

	/* The user half is empty: with the kernel half cleared all is zero. */
	memset(&pmap->pm_top[PG_ROOT_KERNEL], 0,
	    (PG_ENTRIES - PG_ROOT_KERNEL) * sizeof(pt_entry_t));
	m = PHYS_TO_VM_PAGE(pmap->pm_cr3);
	if (vm_page_unwire_noq(m))
		vm_page_free_zero(m);
	pmap->pm_top = NULL;
	pmap->pm_cr3 = 0;
	pmap->pm_stats.resident_count = 0;
}

/*
 * CR0_BOOT, CR4_BOOT and EFER_BOOT have all that these tables need, and the
 * boot tables have no global entries.
 */
void
hf_pmap_cpu_init(void)
{
	u_int cpu = curcpu;

	CPU_SET_ATOMIC(cpu, &kernel_pmap->pm_active);
	PCPU_SET(curpmap, kernel_pmap);
	load_cr3(kernel_pmap->pm_cr3);
	/* Between two frames lies an address that is never mapped. */
	PCPU_SET(qmap_addr, HF_KVA_SPECIAL + (2 * cpu + 1) * PAGE_SIZE);
}

pmap_t
hf_pmap_current(void)
{
	pmap_t pmap = PCPU_GET(curpmap);

	return (pmap != NULL ? pmap : kernel_pmap);
}

void
hf_pmap_load(pmap_t pmap)
{
	pmap_t old = hf_pmap_current();
	u_int cpu = curcpu;

	/*
	 * A flush of pmap that does not see the bit has changed its entries
	 * before: then the load below cannot cache the old ones.  A flush of
	 * "old" is needed until its entries are out, which is after the load.
	 */
	CPU_SET_ATOMIC(cpu, &pmap->pm_active);
	load_cr3(pmap->pm_cr3);
	PCPU_SET(curpmap, pmap);
	CPU_CLR_ATOMIC(cpu, &old->pm_active);
}

void
pmap_activate(struct thread *td)
{
	struct vmspace *vm;
	register_t flags;
	pmap_t pmap;

	vm = td->td_proc->p_vmspace;
	pmap = vm != NULL ? vmspace_pmap(vm) : kernel_pmap;
	if (hf_pmap_current() == pmap)
		return;
	flags = intr_disable();
	hf_pmap_load(pmap);
	intr_restore(flags);
}
