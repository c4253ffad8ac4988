/* SPDX-License-Identifier: BSD-2-Clause */
/* pmap_check.c: the invariants of the pmap, checked from the tables up. */

/*
 * Numbers are those of the pmap's invariants (docs/spec/pmap.md 10): IP-1 leaf
 * and pv entry belong together; IP-3 table references; IP-4 statistics; IP-5
 * PGA_WRITEABLE; IP-7 rights; IP-9 pm_active.  Locks are taken in the order
 * pmap list, pm_mtx, pv-list lock.
 */
#include <sys/smp.h>
#include "pmap_priv.h"

/* What a walk over one address space counts. */
struct census {
	pmap_t pmap;
	long leaves;
	long managed;
	long wired;
	long tables;
	const char *broken; /* the first thing found wrong */
};

static char check_text[120]; /* hf_pmap_all_mtx */

static void
broken(struct census *c, vm_offset_t va, const char *what)
{
	if (c->broken != NULL)
		return;
	snprintf(check_text, sizeof(check_text), "%s at %#lx", what, va);
	c->broken = check_text;
}

/* The managed leaf e at va has exactly one entry on its page's list. */
static void
check_managed(struct census *c, vm_offset_t va, pt_entry_t e)
{
	struct mtx *lock;
	vm_page_t m;
	pv_entry_t pv;
	int found;

	m = PHYS_TO_VM_PAGE(e & PG_FRAME);
	if (m == NULL || !page_is_managed(m)) {
		broken(c, va, "IP-2 a managed leaf of a page that is not");
		return;
	}
	found = 0;
	lock = pv_lock(m);
	mtx_lock(lock);
	TAILQ_FOREACH (pv, &m->md.pv_list, pv_link)
		if (pv->pv_va == va && pv_pmap(pv) == c->pmap)
			found++;
	mtx_unlock(lock);
	if (found != 1)
		broken(c, va, "IP-1 a managed leaf without its one pv entry");
	if ((e & X86_PG_RW) != 0 && !pmap_page_is_write_mapped(m))
		broken(c, va, "IP-5 a writable leaf, PGA_WRITEABLE clear");
}

static void
check_leaf(struct census *c, vm_offset_t va, pt_entry_t e)
{
	vm_page_t m;

	c->leaves++;
	if ((e & PG_W) != 0)
		c->wired++;
	if ((e & X86_PG_G) != 0 || (e & X86_PG_U) == 0)
		broken(c, va, "IP-7 a user leaf with a kernel leaf's bits");
	if ((e & PG_MANAGED) != 0) {
		c->managed++;
		check_managed(c, va, e);
		return;
	}
	m = PHYS_TO_VM_PAGE(e & PG_FRAME);
	if (m != NULL && page_is_managed(m))
		broken(c, va, "IP-2 an unmanaged leaf of a managed page");
}

/* One table below the root and what hangs on it. */
static void
check_table(struct census *c, pt_entry_t up, int level, vm_offset_t va)
{
	pt_entry_t *table = pte_table(up), e;
	vm_page_t m;
	u_int valid;
	u_long i;

	c->tables++;
	valid = 0;
	for (i = 0; i < PG_ENTRIES; i++, va += PG_LEVEL_SIZE(level)) {
		e = pte_load(&table[i]);
		if (e == 0)
			continue;
		if ((e & X86_PG_V) == 0) {
			broken(c, va, "IP-3 rests in an invalid entry");
			continue;
		}
		valid++;
		if (level == 0)
			check_leaf(c, va, e);
		else
			check_table(c, e, level - 1, va);
	}
	m = PHYS_TO_VM_PAGE(up & PG_FRAME);
	if (valid == 0 || m == NULL || m->ref_count != valid)
		broken(c, va - PG_LEVEL_SIZE(level + 1),
		    "IP-3 a table whose references are not its entries");
}

/* Entries in use in the pmap's chunks: as many as managed leaves. */
static long
chunk_entries(pmap_t pmap)
{
	struct pv_chunk *pc;
	long n;
	int i;

	n = 0;
	TAILQ_FOREACH (pc, &pmap->pm_chunks, pc_list)
		for (i = 0; i < HF_PV_PER_CHUNK; i++)
			if ((pc->pc_free[i / 64] >> (i % 64) & 1) == 0)
				n++;
	return (n);
}

static const char *
check_user(pmap_t pmap)
{
	struct census c = { .pmap = pmap };
	pt_entry_t e;
	u_long i;

	PMAP_LOCK(pmap);
	if (memcmp(&pmap->pm_top[PG_ROOT_KERNEL],
		&kernel_pmap->pm_top[PG_ROOT_KERNEL],
		(PG_ENTRIES - PG_ROOT_KERNEL) * sizeof(e)) != 0)
		broken(&c, 0, "IP-3 a kernel half of its own");
	for (i = 0; i < PG_ROOT_KERNEL; i++) {
		e = pte_load(&pmap->pm_top[i]);
		if (e != 0)
			check_table(&c, e, PG_LEVELS - 2, i * PG_LEVEL_SIZE(3));
	}
	if (chunk_entries(pmap) != c.managed)
		broken(&c, 0, "IP-1 more or fewer pv entries than leaves");
	if (pmap->pm_stats.resident_count != c.leaves + c.tables + 1)
		broken(&c, 0, "IP-4 resident_count");
	if (pmap->pm_stats.wired_count != c.wired)
		broken(&c, 0, "IP-4 wired_count");
	if (c.broken == NULL)
		c.broken = hf_tlb_check(pmap);
	PMAP_UNLOCK(pmap);
	return (c.broken);
}

/* IP-9; another CPU may be between the two halves of a switch. */
static const char *
check_active(void)
{
	pmap_t pmap, cur;
	int cpu, tries;
	bool bit, runs;

	LIST_FOREACH (pmap, &hf_pmap_all, pm_all)
		CPU_FOREACH (cpu) {
			tries = 0;
			do {
				cur =
				    __atomic_load_n(&pcpu_find(cpu)->pc_curpmap,
					__ATOMIC_SEQ_CST);
				bit = CPU_ISSET(cpu, &pmap->pm_active);
				runs = cur == pmap;
				cpu_spinwait();
			} while (bit != runs && ++tries < 1000);
			if (bit != runs && pmap->pm_top != kernel_pmap->pm_top)
				return ("IP-9 pm_active is not where it runs");
		}
	return (NULL);
}

const char *
hf_pmap_check(void)
{
	const char *bad;
	pmap_t pmap;

	mtx_lock(&hf_pmap_all_mtx);
	bad = check_active();
	LIST_FOREACH (pmap, &hf_pmap_all, pm_all)
		if (bad == NULL && pmap->pm_top != kernel_pmap->pm_top)
			bad = check_user(pmap);
	mtx_unlock(&hf_pmap_all_mtx);
	return (bad);
}

/* The kernel's leaves in one table: never U, never writable and executable. */
static const char *
check_kernel_table(pt_entry_t *table, int level, u_long first)
{
	const char *bad;
	pt_entry_t e;
	u_long i;

	bad = NULL;
	for (i = first; i < PG_ENTRIES && bad == NULL; i++) {
		e = pte_load(&table[i]);
		if ((e & X86_PG_V) == 0)
			continue;
		if ((e & X86_PG_U) != 0)
			bad = "IP-7 a kernel entry with U";
		else if (level > 0 && (e & X86_PG_PS) == 0)
			bad = check_kernel_table(pte_table(e), level - 1, 0);
		else if ((e & (X86_PG_RW | X86_PG_NX)) == X86_PG_RW)
			bad = "IP-7 a kernel leaf writable and executable";
	}
	return (bad);
}

const char *
hf_pmap_check_kernel(void)
{
	return (check_kernel_table(
	    kernel_pmap->pm_top, PG_LEVELS - 1, PG_ROOT_KERNEL));
}
