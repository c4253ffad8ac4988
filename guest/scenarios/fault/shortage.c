/* SPDX-License-Identifier: BSD-2-Clause */
/* shortage.c: a fault waits for memory, with nothing held. */

#include <sys/vmmeter.h>
#include <test/job.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <vm/vm_pageout.h>
#include <vm/vm_pagequeue.h>

#define VA HF_SPACE_BASE

static volatile int oom_calls;

static void
count_oom(void)
{
	oom_calls++;
}

/*
 * Memory is short while the marks are above what is free: quicker than taking
 * all pages.  The page daemon is held, or it would look for some.
 */
static u_int old_severe, old_min;
static vm_page_t spare;

static void
set_marks(u_int severe, u_int min_free)
{
	vm_cnt.v_free_severe = vm_dom[0].vmd_free_severe = severe;
	vm_cnt.v_free_min = vm_dom[0].vmd_free_min = min_free;
}

static void
shortage_begin(void)
{
	spare = vm_page_alloc_noobj(VM_ALLOC_NORMAL);
	hf_require(spare != NULL);
	hf_pageout_hold();
	old_severe = vm_cnt.v_free_severe;
	old_min = vm_cnt.v_free_min;
	set_marks(vm_free_count() + 1000, vm_free_count() + 1000);
}

static void
shortage_end(void)
{
	set_marks(old_severe, old_min);
	/* A page that becomes free wakes those who wait. */
	vm_page_free(spare);
	hf_pageout_unhold();
}

HF_SCENARIO(fault_shortage, "fault.shortage", "FT-60",
    "without free pages a fault sleeps, and ends when there are some",
    .timeout_ms = 60000)
{
	struct hf_job j = HF_JOB(hf_job_fault, VA, 1, .prot = VM_PROT_WRITE);

	hf_space_anon_at(VA, 1);
	hf_space_anon_at(VA + ptoa(8), 1);
	hf_poke(VA + ptoa(8), 1); /* the page tables exist */
	shortage_begin();
	hf_expect(vm_page_count_severe());
	hf_job_start_asleep(&j, "pfault");
	hf_expect_eq(j.rv, -1);
	hf_expect_eq(j.td->td_nheld, 0);
	hf_expect(vm_map_trylock(j.map) != 0);
	vm_map_unlock(j.map);
	shortage_end();
	hf_expect_eq(hf_job_join(&j), KERN_SUCCESS);
	hf_expect_read(VA, 0);
	hf_space_check();
}

HF_SCENARIO(fault_shortage_oom, "fault.shortage_oom", "FT-61 FT-83",
    "a long shortage calls for help once a period; the killed get a reserve",
    .timeout_ms = 60000)
{
	struct hf_job j = HF_JOB(hf_job_fault, VA, 1, .prot = VM_PROT_WRITE);
	int attempts, wait;

	hf_space_anon_at(VA, 2);
	hf_space_anon_at(VA + ptoa(8), 1);
	hf_poke(VA + ptoa(8), 1);
	attempts = vm_pfault_oom_attempts;
	wait = vm_pfault_oom_wait;
	vm_pfault_oom_attempts = 0;
	vm_pfault_oom_wait = 1;
	hf_fault_oom_hook = count_oom;
	oom_calls = 0;
	shortage_begin();
	hf_job_start_asleep(&j, "pfault");
	hf_expect_eq(oom_calls, 0);
	/* One second without memory, and the time is up. */
	hf_await(&oom_calls, 1);
	hf_await_sleep(j.td, "pfault");
	hf_expect_eq(oom_calls, 1);
	hf_expect_eq(j.rv, -1);
	/* A process that is being killed may go below the mark. */
	curproc->p_flag |= P_KILLED;
	hf_expect_eq(
	    vm_fault(j.map, VA + ptoa(1), VM_PROT_WRITE, VM_FAULT_NORMAL, NULL),
	    KERN_SUCCESS);
	curproc->p_flag &= ~P_KILLED;
	shortage_end();
	hf_expect_eq(hf_job_join(&j), KERN_SUCCESS);
	hf_fault_oom_hook = NULL;
	vm_pfault_oom_attempts = attempts;
	vm_pfault_oom_wait = wait;
	hf_space_check();
}
