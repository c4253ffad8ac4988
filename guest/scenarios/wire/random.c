/* SPDX-License-Identifier: BSD-2-Clause */
/* random.c: three threads of one process do everything at once. */

#include <sys/mman.h>
#include <sys/proc.h>
#include <kern/thread.h>
#include <test/crowd.h>
#include <test/scenario.h>
#include <test/script_pager.h>
#include <test/space.h>

#define VA	HF_SPACE_BASE
#define PAGES	16
#define PLAYERS 3
#define ROUNDS	20 /* for each effort */
#define KEEP	6  /* holds of a player at a time */

struct held {
	vm_page_t ma[4];
	int n;
};

struct player {
	struct hf_rng rng;
	vm_map_t map;
	u_long rounds;
	struct held held[KEEP];
	u_long bad;
	/* This move's range, and a choice of flags. */
	vm_offset_t start, end;
	int holes;
};

static struct hf_script script;
static vm_object_t shm; /* no file, but shared and truncated like one */
static bool sharing, truncating;

static u_long
draw(struct player *p, u_long below)
{
	return (hf_random_below(&p->rng, below));
}

static void
map_object(struct player *p, vm_object_t object, int cow)
{
	vm_object_reference(object);
	if (vm_map_fixed(p->map, object, 0, p->start, p->end - p->start,
		VM_PROT_RW, VM_PROT_ALL, cow) != KERN_SUCCESS)
		vm_object_deallocate(object);
}

static void
map(struct player *p)
{
	switch (draw(p, 4)) {
	case 0:
		map_object(p, shm, MAP_INHERIT_SHARE);
		break;
	case 1:
		map_object(
		    p, script.object, draw(p, 2) != 0 ? MAP_COPY_ON_WRITE : 0);
		/* A page-in error now and then. */
		if (draw(p, 4) == 0) {
			script.fail_index = draw(p, 4);
			script.fail_times = 1;
		}
		break;
	case 2:
		vm_map_remove(p->map, p->start, p->end);
		break;
	default:
		vm_map_fixed(p->map, NULL, 0, p->start, p->end - p->start,
		    VM_PROT_RW, VM_PROT_ALL, 0);
		break;
	}
}

static void
protect(struct player *p)
{
	static const vm_prot_t prots[] = { VM_PROT_READ, VM_PROT_RW,
		VM_PROT_NONE, VM_PROT_RW };

	vm_map_protect(p->map, p->start, p->end, prots[draw(p, nitems(prots))],
	    0, VM_MAP_PROTECT_SET_PROT);
}

static void
wire_user(struct player *p)
{
	const bool all = draw(p, 4) == 0;
	const vm_offset_t start = all ? 0 : p->start;
	const vm_offset_t end = all ? vm_map_max(p->map) : p->end;

	if (draw(p, 2) != 0)
		vm_map_wire(p->map, start, end, VM_MAP_WIRE_USER | p->holes);
	else
		vm_map_unwire(p->map, start, end, VM_MAP_WIRE_USER | p->holes);
}

/* What the system wired stays until it lets go. */
static void
wire_system(struct player *p)
{
	if (vm_map_wire(p->map, p->start, p->end, VM_MAP_WIRE_SYSTEM) !=
	    KERN_SUCCESS)
		return;
	if (draw(p, 2) != 0)
		vm_map_inherit(
		    p->map, p->start, p->start + PAGE_SIZE, VM_INHERIT_COPY);
	if (vm_map_unwire(p->map, p->start, p->end, VM_MAP_WIRE_SYSTEM) !=
	    KERN_SUCCESS)
		p->bad++;
}

/* A child that faults, holds and locks, and ends. */
static void
fork(struct player *p)
{
	struct proc *child;
	vm_ooffset_t charge = 0;
	vm_page_t ma[2];
	vm_map_t m;
	int n;

	child = hf_proc_create("child");
	child->p_vmspace = vmspace_fork(curproc->p_vmspace, &charge);
	m = &child->p_vmspace->vm_map;
	vm_fault(m, p->start, VM_PROT_WRITE, VM_FAULT_NORMAL, NULL);
	n = vm_fault_quick_hold_pages(
	    m, p->start, ptoa(2), VM_PROT_RW, ma, nitems(ma));
	vm_map_wire(m, p->start, p->start + ptoa(2),
	    VM_MAP_WIRE_USER | VM_MAP_WIRE_HOLESOK);
	hf_proc_destroy(child);
	if (n > 0)
		vm_page_unhold_pages(ma, n);
}

static void
inherit(struct player *p)
{
	static const vm_inherit_t kinds[] = { VM_INHERIT_COPY, VM_INHERIT_NONE,
		VM_INHERIT_ZERO, VM_INHERIT_SHARE };

	vm_map_inherit(p->map, p->start, p->end,
	    kinds[draw(p, sharing ? nitems(kinds) : nitems(kinds) - 1)]);
}

static void
advise(struct player *p)
{
	static const int advice[] = { MADV_NORMAL, MADV_RANDOM, MADV_WILLNEED,
		MADV_DONTNEED, MADV_FREE, MADV_NOSYNC };

	vm_map_madvise(
	    p->map, p->start, p->end, advice[draw(p, nitems(advice))]);
}

static void
sync(struct player *p)
{
	vm_map_sync(p->map, p->start, p->end, TRUE, draw(p, 2) != 0);
}

static void
truncate(struct player *p)
{
	if (!truncating)
		return;
	VM_OBJECT_WLOCK(shm);
	vm_object_page_remove(shm, 0, 4, 0);
	VM_OBJECT_WUNLOCK(shm);
}

static void
unhold(struct held *h)
{
	if (h->n > 0)
		vm_page_unhold_pages(h->ma, h->n);
	h->n = 0;
}

/* All of the range or nothing; each page with a wiring of ours. */
static void
hold(struct player *p)
{
	struct held *h = &p->held[draw(p, KEEP)];
	const int pages = (int)atop(p->end - p->start);
	int i;

	unhold(h);
	h->n = vm_fault_quick_hold_pages(p->map, p->start + draw(p, 100),
	    ptoa(pages) - 200, draw(p, 2) != 0 ? VM_PROT_RW : VM_PROT_READ,
	    h->ma, nitems(h->ma));
	if (h->n != -1 && h->n != pages)
		p->bad++;
	for (i = 0; i < h->n; i++)
		if (vm_page_wire_count(h->ma[i]) == 0)
			p->bad++;
}

static void
touch(struct player *p)
{
	(void)vm_fault(p->map, p->start,
	    draw(p, 2) != 0 ? VM_PROT_WRITE : VM_PROT_READ, VM_FAULT_NORMAL,
	    NULL);
}

static void (*const moves[])(struct player *) = { map, map, map, protect,
	wire_user, wire_user, wire_user, wire_system, fork, inherit, advise,
	sync, truncate, hold, hold, hold, touch, touch };

static void
play(void *arg)
{
	struct player *p = arg;
	u_long i;

	for (i = 0; i < p->rounds; i++) {
		p->start = VA + ptoa(draw(p, PAGES - 4));
		p->end = p->start + ptoa(1 + draw(p, 4));
		p->holes =
		    draw(p, 2) != 0 ? VM_MAP_WIRE_HOLESOK : VM_MAP_WIRE_NOHOLES;
		moves[draw(p, nitems(moves))](p);
	}
}

static void
all_play(void)
{
	static struct player players[HF_CROWD_MAX];
	struct thread *td[HF_CROWD_MAX];
	const int n = (int)hf_crowd(PLAYERS);
	struct player *p;
	vm_map_t m;
	int i, k;

	hf_space_anon_at(VA, PAGES);
	m = hf_space_map();
	hf_script_begin(&script, 8);
	shm = vm_object_allocate(OBJT_SWAP, 4);
	for (i = 0; i < n; i++) {
		p = &players[i];
		bzero(p, sizeof(*p));
		hf_rng_seed(&p->rng, hf_random(hf_scenario_rng()));
		p->map = m;
		p->rounds = hf_crowd_rounds(ROUNDS, PLAYERS, (u_int)n);
		if (i > 0)
			td[i] = hf_space_thread(play, p);
	}
	play(&players[0]);
	for (i = 1; i < n; i++)
		hf_thread_join(td[i]);
	hf_space_check();
	hf_expect_eq(vm_map_remove(m, VA, VA + ptoa(PAGES)), KERN_SUCCESS);
	hf_expect_eq(vm_user_wire_count, 0);
	hf_expect_eq(pmap_wired_count(m->pmap), 0);
	for (i = 0; i < n; i++) {
		hf_expect_eq(players[i].bad, 0);
		for (k = 0; k < KEEP; k++)
			unhold(&players[i].held[k]);
	}
	vm_object_deallocate(shm);
	vm_object_deallocate(script.object);
	hf_script_end(&script);
}

HF_SCENARIO(wire_random, "wire.random", "WI-12 QH-23 IW-1",
    "all CPUs wire, hold, map, advise, fork and sync at random",
    .timeout_ms = 300000)
{
	sharing = truncating = false;
	all_play();
}

HF_SCENARIO(wire_random_share, "wire.random_share", "WI-12 QH-23 IW-1 CW-25",
    "the same, and children share some of the memory", .timeout_ms = 300000)
{
	sharing = true;
	truncating = false;
	all_play();
}

HF_SCENARIO(wire_random_truncate, "wire.random_truncate", "WI-12 WI-19 QH-21",
    "the same, and shared memory is truncated under locks and holds",
    .timeout_ms = 300000)
{
	sharing = truncating = true;
	all_play();
}
