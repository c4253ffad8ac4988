/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_checker.c: hands the VM's counters and invariants to the runner. */
#include <sys/param.h>
#include <sys/vmmeter.h>
#include <kern/kalloc.h>
#include <kern/plan.h>
#include <vm/uma.h>
#include <vm/vm_check.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pageout.h>
#include <vm/vm_radix.h>
#include <test/baseline.h>
#include <test/checkers.h>
#include <test/space.h>

/*
 * Frames that belong to the kernel for good, or whose contents are counted one
 * by one below: they come and go without being lost.
 */
static u_long
kept_pages(void)
{
	return (hf_uma_pages() + hf_pmap_kernel_tables());
}

static u_long
free_pages(void)
{
	return (vm_free_count() + kept_pages());
}

static u_long
wired_pages(void)
{
	return (vm_wire_count() - kept_pages());
}

static const char *
check_pages(void)
{
#ifdef HF_MODEL
	return (hf_vm_page_check_all());
#else
	/* Every struct: some 200,000 instructions with 64 MiB. */
	return (hf_plan_param("check") != NULL ? hf_vm_page_check_all()
					       : hf_vm_page_check());
#endif
}

static void
vm_init_checker(void)
{
	hf_baseline_register("free pages", free_pages);
	hf_baseline_register("wired pages", wired_pages);
	hf_baseline_register("objects", hf_vm_object_live);
	hf_baseline_register("index nodes", hf_vm_radix_nodes);
	hf_baseline_register("bytes of kernel memory", hf_kalloc_in_use);
	hf_leaks_init();
	hf_invariant_register("pages", check_pages);
	hf_invariant_register("objects", hf_vm_object_check);
}

void
hf_checkers_init(void)
{
	vm_init_checker();
	hf_pmap_init_checker();
	hf_map_init_checker();
}
