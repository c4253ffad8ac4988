/* SPDX-License-Identifier: BSD-2-Clause */
/* every_cpu_kernel.c: kernel mappings, which are global, go on every CPU. */

#include <vm/vm_extern.h>
#include "crew.h"

#define PAGES 3

static vm_offset_t kva;
static struct proc *home;

static void
peek_all(struct crew *crew)
{
	uint64_t v;
	int i;

	for (i = 0; i < PAGES; i++)
		crew_expect(
		    crew, lab_peek(kva + ptoa(i), &v) && v == lab_pattern(i));
}

static void
peek_other(struct crew *crew)
{
	uint64_t v;
	int i;

	for (i = 0; i < PAGES; i++)
		crew_expect(crew,
		    lab_peek(kva + ptoa(i), &v) && v == lab_pattern(PAGES + i));
}

static void
peek_none(struct crew *crew)
{
	uint64_t v;
	int i;

	for (i = 0; i < PAGES; i++)
		crew_expect(crew, !lab_peek(kva + ptoa(i), &v));
}

/* Global entries outlive the switch, so a flush must find them there, too. */
static void
leave(struct crew *crew)
{
	hf_thread_setproc(&proc0);
}

static void
come_back(struct crew *crew)
{
	hf_thread_setproc(home);
}

static void
lead_qenter(struct crew *crew)
{
	home = curproc;
	pmap_qenter(kva, crew->lab->m, PAGES);
	crew_all(crew, peek_all);
	peek_all(crew);
	pmap_qenter(kva, crew->lab->m + PAGES, PAGES);
	crew_all(crew, peek_other);
	peek_other(crew);
	crew_all(crew, leave);
	crew_all(crew, peek_other);
	pmap_qremove(kva, PAGES);
	crew_all(crew, peek_none);
	peek_none(crew);
	crew_all(crew, come_back);
}

static void
in_lab(void (*lead)(struct crew *))
{
	kva = kva_alloc(ptoa(PAGES));
	hf_require(kva != 0);
	crew_in_lab(2 * PAGES, lead);
	kva_free(kva, ptoa(PAGES));
}

HF_SCENARIO(every_cpu_qenter, "pmap.every_cpu_qenter", "TL-13 PM-41",
    "kernel pages replaced and removed are lost by every CPU, in any space",
    .flags = HF_NEEDS_SMP)
{
	in_lab(lead_qenter);
}

static void
by_page(void)
{
	int i;

	for (i = 0; i < PAGES; i++)
		pmap_invalidate_page(kernel_pmap, kva + ptoa(i));
}

static void
by_range(void)
{
	pmap_invalidate_range(kernel_pmap, kva, kva + ptoa(PAGES));
}

/* Longer than what is flushed page by page. */
static void
by_long_range(void)
{
	pmap_invalidate_range(
	    kernel_pmap, kva, kva + ptoa((vm_offset_t)PAGES + 5000));
}

static void
by_all(void)
{
	pmap_invalidate_all(kernel_pmap);
}

/* pmap_kremove() leaves the flush to its caller. */
static void
flush_by(struct crew *crew, void (*flush)(void))
{
	int i;

	for (i = 0; i < PAGES; i++)
		pmap_kenter(kva + ptoa(i), VM_PAGE_TO_PHYS(crew->lab->m[i]));
	crew_all(crew, peek_all);
	peek_all(crew);
	for (i = 0; i < PAGES; i++)
		pmap_kremove(kva + ptoa(i));
	flush();
	crew_all(crew, peek_none);
	peek_none(crew);
}

static void
lead_flush(struct crew *crew)
{
	flush_by(crew, by_page);
	flush_by(crew, by_range);
	flush_by(crew, by_long_range);
	flush_by(crew, by_all);
}

HF_SCENARIO(every_cpu_kernel_flush, "pmap.every_cpu_kernel_flush",
    "TL-13 TL-15", "each way to flush kernel addresses reaches every CPU",
    .flags = HF_NEEDS_SMP)
{
	in_lab(lead_flush);
}
