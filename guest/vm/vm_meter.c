/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_meter.c: counts of pages by state. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/vmmeter.h>
#include <vm/vm.h>
#include <vm/vm_page.h>
#include <vm/vm_pagequeue.h>

u_int
vm_free_count(void)
{
	return (atomic_load_int(&vm_dom[0].vmd_free_count));
}

/* Linked pages, those that are wired meanwhile included; racy. */
static u_int
queue_count(int queue)
{
	return (atomic_load_int(&vm_dom[0].vmd_pagequeues[queue].pq_cnt));
}

u_int
vm_active_count(void)
{
	return (queue_count(PQ_ACTIVE));
}

u_int
vm_inactive_count(void)
{
	return (queue_count(PQ_INACTIVE));
}

u_int
vm_laundry_count(void)
{
	return (queue_count(PQ_LAUNDRY));
}

bool
vm_page_count_min(void)
{
	return (vm_free_count() < vm_cnt.v_free_min);
}

bool
vm_page_count_severe(void)
{
	return (vm_free_count() < vm_cnt.v_free_severe);
}
