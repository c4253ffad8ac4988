/* SPDX-License-Identifier: BSD-2-Clause */
/* wait.c: waiting for free memory. */
#include <kern/clock.h>
#include <test/vm_util.h>
#include <vm/vm_pageout_priv.h>

HF_SCENARIO(
    page_wait_not, "page.wait_not", "VW-1", "with enough memory nobody waits")
{
	THREAD_NO_SLEEPING();
	/* Would panic if it came to sleeping. */
	hf_expect(vm_free_count() >= vm_cnt.v_free_min);
	THREAD_SLEEPING_OK();
	vm_wait(NULL);
	vm_wait_min();
	vm_wait_severe();
	vm_waitpfault(NULL, 1);
	hf_expect_eq(vm_dom[0].vmd_waiting, 0);
}

static volatile u_int go;
static volatile u_int awake;

static void
wait_once(void)
{
	vm_wait(NULL);
}

static void
wait_for_enough(void)
{
	while (vm_page_count_min())
		vm_wait(NULL);
}

/* What a waiter does when it may. */
struct waiter {
	void (*wait)(void);
};
static struct waiter once = { wait_once };
static struct waiter enough = { wait_for_enough };
static struct waiter at_min = { vm_wait_min };
static struct waiter at_severe = { vm_wait_severe };

static void
waiter_main(void *arg)
{
	const struct waiter *w = arg;

	while (!atomic_load_acq_int(&go))
		hf_yield();
	w->wait();
	atomic_add_int(&awake, 1);
}

/* A thread of p that waits once all are let go. */
static struct thread *
waiter_of(struct proc *p, struct waiter *w)
{
	return (hf_thread_create_in(p, waiter_main, w, "waiter", -1));
}

static void
hold_waiters(void)
{
	go = 0;
	awake = 0;
}

static void
let_waiters_go(void)
{
	atomic_store_rel_int(&go, 1);
}

/* Threads asleep for memory; their channels are vm_page_wait.c's own. */
static void
await_waiting(u_int bits)
{
	while ((vm_dom[0].vmd_waiting & bits) != bits)
		hf_yield();
}

HF_SCENARIO(page_wait_wakes_all, "page.wait_wakes_all", "VW-2",
    "sleepers wake at v_free_min, all of them, and not before")
{
	struct vm_domain *vmd = &vm_dom[0];
	struct thread *td[3];
	int i;

	hold_waiters();
	for (i = 0; i < 3; i++)
		td[i] = waiter_of(&proc0, &once);
	hf_test_free_set(vmd->vmd_free_min - 3);
	let_waiters_go();
	await_waiting(VMD_WAIT_MIN);
	while (hf_test_vm_waiters() < 3)
		hf_yield();
	/* One by one up to the mark, less one. */
	vm_domain_freecnt_inc(vmd, 1);
	vm_domain_freecnt_inc(vmd, 1);
	hf_expect_eq(vmd->vmd_free_count, vmd->vmd_free_min - 1);
	hf_expect_eq(hf_test_vm_waiters(), 3);
	hf_expect_eq(awake, 0);
	vm_domain_freecnt_inc(vmd, 1);
	for (i = 0; i < 3; i++)
		hf_thread_join(td[i]);
	hf_expect_eq(awake, 3);
	atomic_subtract_int(&vmd->vmd_free_count, 3);
	hf_test_free_restore();
}

HF_SCENARIO(page_wait_pager, "page.wait_pager", "VW-3",
    "the pager process wakes at its own, lower mark")
{
	struct vm_domain *vmd = &vm_dom[0];
	struct thread *pager, *td;

	hold_waiters();
	td = waiter_of(&proc0, &once);
	pager = waiter_of(pageproc, &once);
	hf_test_free_set(vmd->vmd_pageout_free_min - 1);
	let_waiters_go();
	await_waiting(VMD_WAIT_MIN | VMD_WAIT_PAGER);
	while (hf_test_vm_waiters() < 1)
		hf_yield();
	vm_domain_freecnt_inc(vmd, 1);
	hf_thread_join(pager);
	hf_expect_eq(awake, 1);
	hf_expect_eq(hf_test_vm_waiters(), 1);
	atomic_subtract_int(&vmd->vmd_free_count, 1);
	hf_test_free_restore();
	hf_thread_join(td);
	hf_expect_eq(awake, 2);
}

HF_SCENARIO(page_wait_exhausted, "page.wait_exhausted", "VW-7",
    "who waits when memory is found exhausted wakes when there is some at last")
{
	struct vm_domain *vmd = &vm_dom[0];
	struct thread *td;

	hold_waiters();
	td = waiter_of(&proc0, &once);
	hf_test_free_set(vmd->vmd_free_min - 1);
	let_waiters_go();
	hf_test_await_sleepers(hf_vm_wait_channel(VMD_WAIT_MIN), 1);
	hf_vm_set_exhausted(vmd);
	hf_expect(hf_vm_exhausted());
	hf_vm_clear_exhausted(vmd);
	hf_test_free_restore();
	hf_thread_join(td);
	hf_expect_eq(awake, 1);
	/* Frames have come before it was said. */
	hf_vm_set_exhausted(vmd);
	hf_expect(!hf_vm_exhausted());
	hf_expect_eq(vmd->vmd_waiting, 0);
}

/* The waiter sleeps below that mark and wakes at it; give_two_back() then. */
static void
expect_wakes_at(u_int mark, u_int kind, struct waiter *w)
{
	struct vm_domain *vmd = &vm_dom[0];
	const void *chan = hf_vm_wait_channel(kind);
	struct thread *td;

	hold_waiters();
	td = waiter_of(&proc0, w);
	hf_test_free_set(mark - 2);
	let_waiters_go();
	hf_test_await_sleepers(chan, 1);
	vm_domain_freecnt_inc(vmd, 1);
	hf_expect_eq(hf_test_sleepers(chan), 1);
	hf_expect_eq(vmd->vmd_waiting & kind, kind);
	vm_domain_freecnt_inc(vmd, 1);
	hf_thread_join(td);
	hf_expect_eq(awake, 1);
}

static void
give_two_back(void)
{
	atomic_subtract_int(&vm_dom[0].vmd_free_count, 2);
	hf_test_free_restore();
}

HF_SCENARIO(page_wait_severe, "page.wait_severe", "VW-8",
    "who waits for v_free_severe wakes at that mark, and not before")
{
	expect_wakes_at(vm_dom[0].vmd_free_severe, VMD_WAIT_SEVERE, &at_severe);
	give_two_back();
}

HF_SCENARIO(page_wait_min, "page.wait_min", "VW-2",
    "who waits for v_free_min wakes at that mark, and not before")
{
	expect_wakes_at(vm_dom[0].vmd_free_min, VMD_WAIT_MIN, &at_min);
	/* There is enough: nobody waits. */
	vm_wait_min();
	give_two_back();
}

HF_SCENARIO(page_wait_daemon_held, "page.wait_daemon_held", "VW-5",
    "who began to wait while the daemon was held off is served by it",
    .timeout_ms = 60000)
{
	struct thread *td;

	hold_waiters();
	td = waiter_of(&proc0, &enough);
	hf_pageout_hold();
	hf_test_memory_small(30);
	hf_require(vm_page_count_min());
	let_waiters_go();
	while (hf_test_vm_waiters() == 0)
		hf_yield();
	hf_expect(!hf_vm_exhausted());
	hf_pageout_unhold();
	/* It looks until it has found that there is nothing. */
	while (!hf_vm_exhausted())
		hf_yield();
	hf_expect_eq(awake, 0);
	hf_test_memory_restore();
	hf_thread_join(td);
	hf_expect_eq(awake, 1);
}

HF_SCENARIO(page_waitpfault, "page.waitpfault", "VW-4",
    "a fault's wait ends after its time in a lasting shortage")
{
	uint64_t start;

	hf_test_free_set(vm_cnt.v_free_min - 1);
	start = hf_uptime_ns();
	vm_waitpfault(NULL, 2);
	/* Ticks are 10 ms; the first may be nearly over. */
	hf_expect_le(10 * 1000 * 1000, hf_uptime_ns() - start);
	hf_expect(vm_free_count() < vm_cnt.v_free_min);
	hf_test_free_restore();
}

static void
wait_for_memory(void *arg)
{
	vm_wait(NULL);
}

HF_SCENARIO(page_wait_locked, "page.wait_locked", "VW-6",
    "nobody waits for memory with an object locked")
{
	vm_object_t object;

	object = hf_test_object(1);
	hf_test_free_set(vm_cnt.v_free_min - 1);
	hf_expect_panic(wait_for_memory, NULL, "");
	hf_test_free_restore();
	hf_test_object_end(object);
}

HF_SCENARIO(page_wait_reaches_daemon, "page.wait_reaches_daemon", "VW-5",
    "whenever somebody begins to wait, the daemon runs")
{
	struct thread *td;
	u_long wakeups;
	int round;

	for (round = 0; round < 8; round++) {
		hold_waiters();
		td = waiter_of(&proc0, &once);
		hf_test_free_set(vm_cnt.v_free_min - 1);
		wakeups = VM_CNT_FETCH(v_pdwakeups);
		let_waiters_go();
		while (VM_CNT_FETCH(v_pdwakeups) == wakeups)
			hf_yield();
		hf_test_free_restore();
		hf_thread_join(td);
		hf_expect(VM_CNT_FETCH(v_pdwakeups) > wakeups);
	}
}
