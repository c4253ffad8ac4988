/* SPDX-License-Identifier: BSD-2-Clause */
/* oracle_moves.c: what the processes of an oracle's game do. */

#include <sys/mman.h>
#include <sys/proc.h>
#include <kern/failpoint.h>
#include <test/oracle_moves.h>
#include <test/probe.h>
#include <test/scenario.h>

struct hf_oracle_player hf_oracle_players[ORACLE_PROCS];

/* What a move is about: some of the current process's pages. */
struct move {
	struct hf_rng *rng;
	struct hf_oracle_player *me;
	vm_map_t map;
	u_long first, n;
	u_long detail; /* for the trace: a kind, rights, a process */
};

static uint64_t stamp; /* the next value to store */

#define START(mv) hf_oracle_at((mv)->first)
#define END(mv)	  hf_oracle_at((mv)->first + (mv)->n)
/* The cells of the move. */
#define FOREACH_CELL(c, mv)                    \
	for (c = &(mv)->me->cell[(mv)->first]; \
	     c < &(mv)->me->cell[(mv)->first + (mv)->n]; c++)

static bool
all_may(const struct move *mv, vm_prot_t prot)
{
	const struct hf_oracle_cell *c;

	FOREACH_CELL(c, mv)
	if (!hf_oracle_may(c, prot))
		return (false);
	return (true);
}

bool
hf_oracle_look(struct hf_oracle_player *me, u_long i)
{
	struct hf_oracle_cell *c = &me->cell[i];
	struct hf_probe p;
	int64_t got;

	if (c->page == NULL) {
		p = hf_probe_read(hf_oracle_at(i));
		return (!p.ok && p.code == SEGV_MAPERR);
	}
	if (!hf_oracle_may(c, VM_PROT_READ))
		return (true);
	if (fuword64((void *)hf_oracle_at(i), &got) != 0)
		return (false);
	if (hf_oracle_load(c, (uint64_t)got))
		return (true);
	hf_note("process %ld, page %lu: %#lx", (long)(me - hf_oracle_players),
	    i, (u_long)got);
	return (false);
}

static bool
move_fork(struct move *mv)
{
	struct hf_oracle_player *child;
	u_long i;

	for (child = hf_oracle_players; child->proc != NULL; child++)
		if (child == &hf_oracle_players[ORACLE_PROCS - 1])
			return (true);
	child->proc = hf_space_fork("heir");
	mv->detail = (u_long)(child - hf_oracle_players);
	for (i = 0; i < ORACLE_PAGES; i++)
		hf_oracle_fork(&mv->me->cell[i], &child->cell[i]);
	return (true);
}

void
hf_oracle_end(struct hf_oracle_player *pl)
{
	struct proc *here = curproc;
	u_long i;

	hf_space_run(pl->proc);
	for (i = 0; i < ORACLE_PAGES; i++) {
		while (pl->cell[i].system > 0) {
			hf_expect_eq(
			    vm_map_unwire(hf_space_map(), hf_oracle_at(i),
				hf_oracle_at(i + 1), VM_MAP_WIRE_SYSTEM),
			    KERN_SUCCESS);
			pl->cell[i].system--;
		}
		hf_oracle_unmap(&pl->cell[i]);
	}
	hf_space_run(here);
	hf_space_end(pl->proc);
	pl->proc = NULL;
}

static bool
move_exit(struct move *mv)
{
	struct hf_oracle_player *other;

	for (other = hf_oracle_players;
	     other < &hf_oracle_players[ORACLE_PROCS]; other++)
		if (other->proc != NULL && other != mv->me)
			break;
	if (other == &hf_oracle_players[ORACLE_PROCS] ||
	    hf_random_below(mv->rng, 2) != 0)
		return (true);
	hf_space_run(other->proc);
	hf_oracle_end(mv->me);
	return (true);
}

static bool
move_inherit(struct move *mv)
{
	static const vm_inherit_t kinds[] = { VM_INHERIT_SHARE,
		VM_INHERIT_SHARE, VM_INHERIT_COPY, VM_INHERIT_COPY,
		VM_INHERIT_ZERO, VM_INHERIT_NONE };
	struct hf_oracle_cell *c;
	vm_inherit_t kind;

	kind = kinds[hf_random_below(mv->rng, nitems(kinds))];
	mv->detail = (u_long)kind;
	FOREACH_CELL(c, mv)
	c->inherit = kind;
	return (
	    vm_map_inherit(mv->map, START(mv), END(mv), kind) == KERN_SUCCESS);
}

static bool
move_protect(struct move *mv)
{
	static const vm_prot_t prots[] = { VM_PROT_READ, VM_PROT_READ,
		VM_PROT_RW, VM_PROT_RW, VM_PROT_RW, VM_PROT_NONE };
	struct hf_oracle_cell *c;
	vm_prot_t prot;
	int rv;

	prot = prots[hf_random_below(mv->rng, nitems(prots))];
	mv->detail = prot;
	rv = vm_map_protect(
	    mv->map, START(mv), END(mv), prot, 0, VM_MAP_PROTECT_SET_PROT);
	FOREACH_CELL(c, mv)
	if (c->page != NULL)
		hf_oracle_protect(c, prot);
	return (rv == KERN_SUCCESS);
}

static bool
move_wire(struct move *mv)
{
	const bool user = hf_random_below(mv->rng, 3) != 0;
	const bool whole = all_may(mv, VM_PROT_READ);
	struct hf_oracle_cell *c;
	int rv;

	mv->detail = user;
	rv = vm_map_wire(mv->map, START(mv), END(mv),
	    user ? VM_MAP_WIRE_USER : VM_MAP_WIRE_SYSTEM);
	FOREACH_CELL(c, mv)
	{
		/* A failure may have copied on its way. */
		if (!hf_oracle_may(c, VM_PROT_READ))
			break;
		if (!hf_oracle_wired(c) && hf_oracle_may(c, VM_PROT_WRITE))
			hf_oracle_own(c);
		if (whole && user)
			c->user = true;
		else if (whole)
			c->system++;
	}
	return ((rv == KERN_SUCCESS) == whole);
}

static bool
move_unwire_user(struct move *mv)
{
	struct hf_oracle_cell *c;

	FOREACH_CELL(c, mv)
	c->user = false;
	return (vm_map_unwire(mv->map, START(mv), END(mv),
		    VM_MAP_WIRE_USER | VM_MAP_WIRE_HOLESOK) == KERN_SUCCESS);
}

static bool
move_unwire_system(struct move *mv)
{
	struct hf_oracle_cell *c;
	bool whole = true;

	FOREACH_CELL(c, mv)
	whole = whole && c->system > 0;
	if ((vm_map_unwire(mv->map, START(mv), END(mv), VM_MAP_WIRE_SYSTEM) ==
		KERN_SUCCESS) != whole)
		return (false);
	if (whole)
		FOREACH_CELL(c, mv)
	c->system--;
	return (true);
}

/* Unmaps anonymous pages, and sometimes maps new ones. */
static bool
move_map(struct move *mv)
{
	const bool again = hf_random_below(mv->rng, 2) != 0;
	struct hf_oracle_cell *c;

	if (mv->first >= ORACLE_ANON || hf_random_below(mv->rng, 3) != 0)
		return (true);
	mv->n = ulmin(mv->n, ORACLE_ANON - mv->first);
	FOREACH_CELL(c, mv)
	if (c->system > 0)
		return (true); /* would wait */
	vm_map_remove(mv->map, START(mv), END(mv));
	if (again)
		hf_space_anon_at(START(mv), mv->n);
	FOREACH_CELL(c, mv)
	{
		hf_oracle_unmap(c);
		c->inherit = VM_INHERIT_COPY;
		if (again)
			hf_oracle_map(c, NULL);
	}
	return (true);
}

/* Changes no contents. */
static bool
move_advise(struct move *mv)
{
	static const int advice[] = { MADV_DONTNEED, MADV_WILLNEED, MADV_RANDOM,
		MADV_NORMAL };

	return (vm_map_madvise(mv->map, START(mv), END(mv),
		    advice[hf_random_below(mv->rng, nitems(advice))]) == 0);
}

/* Nor does this: but mappings go. */
static bool
move_sync(struct move *mv)
{
	struct hf_oracle_cell *c;
	int want = KERN_SUCCESS;

	FOREACH_CELL(c, mv)
	if (c->page == NULL)
		want = KERN_INVALID_ADDRESS;
	else if (c->user && want == KERN_SUCCESS)
		want = KERN_INVALID_ARGUMENT;
	return ((vm_map_sync(mv->map, START(mv), END(mv), FALSE, TRUE) ==
		    KERN_SUCCESS) == (want == KERN_SUCCESS));
}

/* Stores into a held page; it has one wiring that is given back. */
static bool
store_held(struct move *mv, vm_page_t m)
{
	*(volatile uint64_t *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m)) = ++stamp;
	hf_oracle_store(&mv->me->cell[mv->first], stamp);
	vm_page_unwire(m, PQ_ACTIVE);
	return (hf_oracle_look(mv->me, mv->first));
}

static bool
move_hold(struct move *mv)
{
	const bool may = hf_oracle_may(&mv->me->cell[mv->first], VM_PROT_WRITE);
	vm_page_t m;

	if ((vm_fault_quick_hold_pages(mv->map, START(mv), PAGE_SIZE,
		 VM_PROT_WRITE, &m, 1) == 1) != may)
		return (false);
	return (!may || store_held(mv, m));
}

static bool
move_debug(struct move *mv)
{
	const bool may = hf_oracle_may(&mv->me->cell[mv->first], VM_PROT_READ);
	vm_page_t m;

	if ((vm_fault(mv->map, START(mv), VM_PROT_READ | VM_PROT_COPY,
		 VM_FAULT_DIRTY, &m) == KERN_SUCCESS) != may)
		return (false);
	return (!may || store_held(mv, m));
}

static bool
move_switch(struct move *mv)
{
	struct hf_oracle_player *pl;

	do
		pl = &hf_oracle_players[hf_random_below(mv->rng, ORACLE_PROCS)];
	while (pl->proc == NULL);
	hf_space_run(pl->proc);
	return (true);
}

static bool
move_load(struct move *mv)
{
	return (hf_oracle_look(mv->me, mv->first));
}

static bool
move_store(struct move *mv)
{
	struct hf_oracle_cell *c = &mv->me->cell[mv->first];
	const bool may = hf_oracle_may(c, VM_PROT_WRITE);

	stamp++;
	if ((suword64((void *)START(mv), (int64_t)stamp) == 0) != may)
		return (false);
	if (may)
		hf_oracle_store(c, stamp);
	return (hf_oracle_look(mv->me, mv->first));
}

static const struct {
	const char *name;
	bool (*make)(struct move *);
	u_long weight;
} moves[] = {
	{ "fork", move_fork, 2 },
	{ "exit", move_exit, 2 },
	{ "inherit", move_inherit, 2 },
	{ "protect", move_protect, 3 },
	{ "wire", move_wire, 3 },
	{ "unwire user", move_unwire_user, 1 },
	{ "unwire system", move_unwire_system, 2 },
	{ "map", move_map, 1 },
	{ "advise", move_advise, 1 },
	{ "sync", move_sync, 1 },
	{ "hold", move_hold, 1 },
	{ "debug", move_debug, 1 },
	{ "switch", move_switch, 4 },
	{ "load", move_load, 1 },
	{ "store", move_store, 4 },
};

/* Some allocation fails, or a few of them do. */
static void
starve(struct hf_rng *rng)
{
	static const char *const points[] = { "vm_page_alloc", "vm_page_alloc",
		"vm_slab", "pmap.table" };

	if (hf_random_below(rng, 2) != 0)
		hf_failpoint_arm(points[hf_random_below(rng, nitems(points))],
		    (int)hf_random_below(rng, 5), 1);
}

bool
hf_oracle_move(struct hf_rng *rng, u_long *fired, bool trace)
{
	struct move mv = { .rng = rng, .map = hf_space_map() };
	u_long pick, total;
	bool ok;
	u_int i;

	for (mv.me = hf_oracle_players; mv.me->proc != curproc; mv.me++)
		;
	mv.first = hf_random_below(rng, ORACLE_PAGES);
	mv.n = 1 + hf_random_below(rng, ORACLE_PAGES - mv.first);
	for (i = 0, total = 0; i < nitems(moves); i++)
		total += moves[i].weight;
	pick = hf_random_below(rng, total);
	for (i = 0; pick >= moves[i].weight; i++)
		pick -= moves[i].weight;
	if (fired != NULL)
		starve(rng);
	if (trace)
		printf("process %ld: %s %lu %lu",
		    (long)(mv.me - hf_oracle_players), moves[i].name, mv.first,
		    mv.n);
	ok = moves[i].make(&mv);
	if (trace)
		printf(" (%lu)\n", mv.detail);
	if (fired != NULL) {
		*fired += hf_failpoint_fired("vm_page_alloc") +
		    hf_failpoint_fired("vm_slab") +
		    hf_failpoint_fired("pmap.table");
		hf_failpoint_disarm_all();
	}
	if (!ok)
		hf_note("%s, pages %lu to %lu", moves[i].name, mv.first,
		    mv.first + mv.n - 1);
	return (ok);
}
