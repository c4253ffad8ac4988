/* SPDX-License-Identifier: BSD-2-Clause */
/* threads.c: threads at the locks, the rights and the mappings of one process. */

#include <sys/proc.h>
#include <kern/thread.h>
#include <test/crowd.h>
#include <test/scenario.h>
#include <test/space.h>

#define VA	 HF_SPACE_BASE
#define PAGES	 24
#define LOCK_ALL (VM_MAP_WIRE_USER | VM_MAP_WIRE_HOLESOK)

struct worker {
	void (*work)(struct worker *);
	struct hf_rng rng;
	vm_map_t map;
	u_long rounds;
	vm_offset_t start, end;
	struct thread *td;
};

static void
draw_range(struct worker *w)
{
	const u_long first = hf_random_below(&w->rng, PAGES);

	w->start = VA + ptoa(first);
	w->end = w->start + ptoa(1 + hf_random_below(&w->rng, PAGES - first));
}

static void
map(struct worker *w)
{
	vm_map_fixed(w->map, NULL, 0, w->start, w->end - w->start, VM_PROT_RW,
	    VM_PROT_ALL,
	    hf_random_below(&w->rng, 3) == 0 ? MAP_INHERIT_SHARE : 0);
	(void)vm_fault(w->map, w->start, VM_PROT_WRITE, 0, NULL);
	if (hf_random_below(&w->rng, 2) != 0) {
		draw_range(w);
		vm_map_remove(w->map, w->start, w->end);
	}
}

static void
lock(struct worker *w)
{
	(void)vm_map_wire(w->map, w->start, w->end, VM_MAP_WIRE_USER);
	if (hf_random_below(&w->rng, 2) != 0) {
		draw_range(w);
		(void)vm_map_unwire(w->map, w->start, w->end, VM_MAP_WIRE_USER);
	}
}

static void
protect(struct worker *w)
{
	(void)vm_map_protect(w->map, w->start, w->end,
	    (vm_prot_t)hf_random_below(&w->rng, 8), 0, VM_MAP_PROTECT_SET_PROT);
	if (hf_random_below(&w->rng, 4) == 0)
		(void)vm_map_inherit(w->map, w->start, w->end,
		    (vm_inherit_t)hf_random_below(&w->rng, 4));
	(void)vm_fault(w->map, w->start, VM_PROT_READ, 0, NULL);
}

static void
lock_all(struct worker *w)
{
	const vm_offset_t min = vm_map_min(w->map), max = vm_map_max(w->map);

	(void)vm_map_wire(w->map, min, max, LOCK_ALL);
	(void)vm_map_unwire(w->map, min, max, LOCK_ALL);
}

static void
invalidate(struct worker *w)
{
	(void)vm_map_sync(w->map, w->start, w->end, FALSE, TRUE);
	(void)vm_fault(w->map, w->start,
	    hf_random_below(&w->rng, 3) == 0 ? VM_PROT_WRITE : VM_PROT_READ, 0,
	    NULL);
}

static void
fork(struct worker *w)
{
	struct proc *child;
	vm_ooffset_t charge = 0;

	child = hf_proc_create("child");
	child->p_vmspace = vmspace_fork(curproc->p_vmspace, &charge);
	(void)vm_fault(
	    &child->p_vmspace->vm_map, w->start, VM_PROT_WRITE, 0, NULL);
	hf_proc_destroy(child);
}

static void
work(void *arg)
{
	struct worker *w = arg;

	for (; w->rounds > 0; w->rounds--) {
		draw_range(w);
		w->work(w);
		hf_yield();
	}
}

/* n threads; afterwards nothing is left of their locks. */
static void
all_work(struct worker *w, u_int n, u_long rounds)
{
	vm_map_t m = hf_space_map();
	u_int i;

	for (i = 0; i < n; i++) {
		hf_rng_seed(&w[i].rng, hf_random(hf_scenario_rng()));
		w[i].map = m;
		w[i].rounds = rounds;
		w[i].td = hf_space_thread(work, &w[i]);
	}
	for (i = 0; i < n; i++)
		hf_thread_join(w[i].td);
	hf_space_check();
	(void)vm_map_unwire(m, vm_map_min(m), vm_map_max(m), LOCK_ALL);
	hf_expect_eq(vm_user_wire_count, 0);
	hf_expect_eq(pmap_wired_count(m->pmap), 0);
	hf_space_check();
}

HF_SCENARIO(wire_lock_all, "wire.lock_all_threads", "WI-31 WI-12 WI-27",
    "many threads lock all and unlock all of one process", .timeout_ms = 300000)
{
	struct worker w[HF_CROWD_MAX];
	const u_int n = hf_crowd(8);
	u_int i;

	hf_space_anon_at(VA, 4);
	hf_space_map_at(VA + ptoa(4), 4, NULL, 0, VM_PROT_READ, 0);
	hf_space_map_at(VA + ptoa(8), 4, NULL, 0, VM_PROT_NONE, 0);
	hf_space_anon_at(VA + ptoa(14), 4);
	for (i = 0; i < n; i++)
		w[i].work = lock_all;
	all_work(w, n, hf_crowd_rounds(2, 8, n));
}

HF_SCENARIO(wire_threads, "wire.threads", "WI-12 WI-14 MP-28 IW-1",
    "threads map, lock, protect, fork and invalidate the same memory",
    .timeout_ms = 300000)
{
	static void (*const works[])(struct worker *) = { map, lock, lock,
		protect, lock_all, invalidate, fork };
	struct worker w[HF_CROWD_MAX];
	const u_int n = hf_crowd(nitems(works));
	u_int i;

	hf_space_anon_at(VA, PAGES);
	for (i = 0; i < n; i++)
		w[i].work = works[i % nitems(works)];
	all_work(w, n, hf_crowd_rounds(3, nitems(works), n));
}
