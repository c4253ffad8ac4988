/* SPDX-License-Identifier: BSD-2-Clause */
/* init.c: from the boot stack to the first scenario. */

/*
 * The boot thread becomes the thread that runs the plan.  What is not needed
 * before the first scenario is done later: disk and file system at their first
 * use, page structures likewise; the APs come up beside us.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/smp.h>
#include <kern/start_info.h>
#include <kern/boot.h>
#include <kern/panic.h>
#include <kern/intr.h>
#include <kern/plan.h>
#include <kern/sched.h>
#include <kern/thread.h>
#include <machine/vmparam.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_extern.h>
#include <vm/vm_pageout.h>
#include <test/checkers.h>
#include <test/report.h>
#include <arch/amd64/cpu.h>
#include "abi.h"
#include "plan_abi.h"

extern char boot_stack[], boot_stack_top[];

void hf_init(uint64_t start_info_pa, uint64_t entry_tsc);

static struct amd64_cpu boot_cpu;
static struct hf_boot_info boot_info;

/* curthread and the exceptions work from here on. */
static void
init_cpu(void)
{
	struct thread *td = &thread0;
	struct pcpu *pc = &hf_pcpu[0];

	do_cpuid(1, 0, hf_cpuid_1);
	td->td_proc = &proc0;
	td->td_pcb = &td->td_pcb_store;
	td->td_kstack = (vm_offset_t)boot_stack;
	td->td_kstack_pages = atop(boot_stack_top - boot_stack);
	strlcpy(td->td_name, "main", sizeof(td->td_name));
	td->td_cpu_wanted = -1;
	td->td_state = TDS_RUNNING;
	pc->pc_curthread = td;
	hf_cpu_init_tables(pc, &boot_cpu);
	hf_idt_build();
	hf_idt_load();
}

static void
refuse(const char *what, const char *why, int value)
{
	printf("holdfast: %s: %s\n", what, why);
	hf_machine_exit(value);
}

/* The module's memory is kept; its text is parsed where it lies. */
static void
init_plan(void)
{
	const char *why;

	if (boot_info.plan_bytes == 0)
		refuse("plan", "there is no module", HF_EXIT_NO_PLAN);
	if (boot_info.plan_bytes > HF_PLAN_MAX)
		refuse("plan", "larger than 256 KiB", HF_EXIT_NO_PLAN);
	why = hf_plan_parse(
	    (char *)PHYS_TO_DMAP(boot_info.plan_paddr), boot_info.plan_bytes);
	if (why != NULL)
		refuse("plan", why, HF_EXIT_NO_PLAN);
}

/* The kernel's page tables, at the start of the first piece of RAM. */
static void
init_tables(void)
{
	vm_paddr_t first = phys_avail[0];

	pmap_bootstrap(&first);
	if (first > phys_avail[1])
		panic("pmap_bootstrap: the first piece of RAM is too small");
	phys_avail[0] = first;
}

void
hf_init(uint64_t start_info_pa, uint64_t entry_tsc)
{
	const char *why;
	int cpus;

	init_cpu();
	hf_clock_init(entry_tsc);
	hf_console_init();
	why = hf_start_info_read(start_info_pa, &boot_info);
	if (why != NULL)
		refuse("boot", why, HF_EXIT_BAD_BOOT);
	hf_boot_publish(&boot_info);
	hf_machine_find(boot_info.rsdp_paddr);
	init_tables();
	init_plan();
	hf_apic_init();
	hf_apic_init_cpu();
	hf_clock_start();
	hf_pcpu[0].pc_apic_id = hf_cpuid_1[1] >> 24;
	vm_mem_init();
	hf_thread_set_stacks(vm_thread_new, vm_thread_dispose);
	enable_intr();
	hf_thread_init();
	vm_pageout_init();
	hf_task_start();
	hf_checkers_init();
	hf_smp_start(hf_plan_cpus());
	cpus = hf_machine.cpus;
	if (hf_plan_cpus() != 0)
		cpus = MIN(cpus, hf_plan_cpus());
	hf_report_hello(cpus);
	hf_machine_exit(hf_plan_execute());
}
