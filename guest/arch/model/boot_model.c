/* SPDX-License-Identifier: BSD-2-Clause */
/* boot_model.c: from a host process to a kernel ready for scenarios. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <kern/boot.h>
#include <kern/intr.h>
#include <kern/panic.h>
#include <kern/plan.h>
#include <kern/sched.h>
#include <kern/thread.h>
#include <dev/bdev.h>
#include <machine/vmparam.h>
#include <test/checkers.h>
#include <test/report.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_extern.h>
#include <vm/vm_kern.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pageout.h>
#include <vm/vm_pager.h>
#include "boot_model.h"
#include "bdev_model.h"
#include "explore_priv.h"
#include "abi.h"
#include "host.h"
#include "plan_abi.h"

#define MIB (1ul << 20)

/* As a PC: RAM below 640 KiB, a hole up to 1 MiB, one more hole half way. */
#define LOW_END 0x9f000ul
#define HOLE	MIB
#define JUNK	0xa5

vm_paddr_t phys_avail[HF_PHYS_AVAIL_MAX + 2];
vm_paddr_t dump_avail[HF_PHYS_AVAIL_MAX + 2];
long realmem;
vm_paddr_t Maxmem;
char hf_cmdline[HF_CMDLINE_MAX];

static void
set_range(int i, vm_paddr_t start, vm_paddr_t end)
{
	phys_avail[2 * i] = dump_avail[2 * i] = start;
	phys_avail[2 * i + 1] = dump_avail[2 * i + 1] = end;
	realmem += atop(end - start);
	Maxmem = atop(end);
}

void
hf_model_prepare(size_t ram_bytes)
{
	if (hf_model_dmap_base != 0)
		return;
	hf_model_ram_bytes = ram_bytes + HOLE;
	hf_model_dmap_base = (vm_offset_t)hf_host_ram(hf_model_ram_bytes);
	memset((void *)hf_model_dmap_base, JUNK, hf_model_ram_bytes);
	hf_model_disks_load();
}

static void
boot_memory(size_t ram_bytes)
{
	const vm_paddr_t half = round_page(ram_bytes / 2);
	vm_paddr_t first;

	hf_model_prepare(ram_bytes);
	set_range(0, PAGE_SIZE, LOW_END);
	set_range(1, MIB, half);
	set_range(2, half + HOLE, ram_bytes + HOLE);
	first = phys_avail[2];
	pmap_bootstrap(&first);
	phys_avail[2] = first;
}

bool
hf_phys_is_ram(vm_paddr_t pa, vm_size_t bytes)
{
	int i;

	for (i = 0; dump_avail[i + 1] != 0; i += 2)
		if (pa < dump_avail[i + 1] && pa + bytes > dump_avail[i])
			return (true);
	return (false);
}

/*
 * HF_EFFORT in the environment scales the scenarios that can take more;
 * HF_PARAMS has more lines of the plan.
 */
static void
boot_plan(uint64_t seed)
{
	static char text[HF_PLAN_MAX];
	const char *effort, *params, *why;

	effort = hf_host_getenv("HF_EFFORT");
	params = hf_host_getenv("HF_PARAMS");
	snprintf(text, sizeof(text),
	    "holdfast-plan 1\nnonce 0123456789abcdef\nseed %lu\n"
	    "param junk=1\nparam effort=%.20s\n%s",
	    seed, effort != NULL ? effort : "1", params != NULL ? params : "");
	why = hf_plan_parse(text, strlen(text));
	if (why != NULL)
		panic("model: plan: %s", why);
}

void
hf_model_boot(size_t ram_bytes, uint64_t seed)
{
	hf_thread_init();
	boot_plan(seed);
	boot_memory(ram_bytes);
	vm_mem_init();
	vm_pageout_init();
	hf_task_start();
	hf_checkers_init();
}

static void
tell_fault(uint64_t pc)
{
	static const uint64_t regs[20];

	hf_report_panic(&(struct hf_death){ .text = "access to nowhere",
	    .trap = 14,
	    .regs = regs,
	    .nregs = nitems(regs),
	    .rip = pc,
	    .bt = &pc,
	    .nbt = 1 });
	hf_machine_exit(HF_EXIT_PANIC);
}

void
hf_model_tell_faults(void)
{
	hf_host_on_fault(tell_fault);
}

/* Nothing but the scenario itself lets a disk go on that it holds back. */
#define HELD_S 10

static unsigned int seconds_left;

static void
tell_stuck(void)
{
	const unsigned int left = seconds_left;

	seconds_left = 0;
	if (hf_bdevs_held != 0)
		hf_host_say("held back by hf_bdev_hold()\n");
	else if (left != 0) {
		hf_host_alarm(left, tell_stuck);
		return;
	}
	hf_host_exit(HF_MODEL_STUCK);
}

void
hf_model_end_after(unsigned int seconds)
{
	seconds_left = seconds > HELD_S ? seconds - HELD_S : 0;
	hf_host_alarm(seconds - seconds_left, tell_stuck);
}

const char *
hf_model_scenario_id(unsigned int i, uint32_t *flags)
{
	const struct hf_scenario *sc = hf_scenario_at(i);

	if (sc == NULL)
		return (NULL);
	*flags = sc->flags;
	return (sc->id);
}

enum hf_model_verdict
hf_model_scenario_run(const char *id, const char **why)
{
	static struct hf_result result;

	hf_scenario_run(hf_scenario_find(id), &result);
	*why = result.why;
	switch (result.outcome) {
	case HF_OUTCOME_PASS:
		return (HF_MODEL_PASS);
	case HF_OUTCOME_SKIP:
		return (HF_MODEL_SKIP);
	default:
		return (HF_MODEL_FAIL);
	}
}
