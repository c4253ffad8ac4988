/* SPDX-License-Identifier: BSD-2-Clause */
/* moves_map.c: processes come and go, and what their maps say changes. */

#include <sys/mman.h>
#include <sys/proc.h>
#include <test/fuzz/file.h>
#include <test/fuzz/moves.h>
#include <test/scenario.h>
#include <vm/vm_map_priv.h>

void
hf_fuzz_do_fork(struct hf_fuzz_move *mv)
{
	struct hf_fuzz_player *child = &hf_fuzz_players[mv->step->child];
	u_int i;

	if (child->proc != NULL)
		return;
	child->proc = hf_space_fork("heir");
	for (i = 0; i < HF_FUZZ_PAGES; i++)
		hf_oracle_fork(&mv->me->cell[i], &child->cell[i]);
}

void
hf_fuzz_end_player(struct hf_fuzz_player *pl)
{
	struct proc *here = curproc;
	u_int i;

	hf_space_run(pl->proc);
	for (i = 0; i < HF_FUZZ_PAGES; i++) {
		for (; pl->cell[i].system > 0; pl->cell[i].system--)
			hf_expect_eq(
			    vm_map_unwire(hf_space_map(), hf_fuzz_at(i),
				hf_fuzz_at(i + 1), VM_MAP_WIRE_SYSTEM),
			    KERN_SUCCESS);
		hf_oracle_unmap(&pl->cell[i]);
	}
	hf_space_run(here);
	hf_space_end(pl->proc);
	pl->proc = NULL;
	pl->future = false;
}

/* The last one stays. */
void
hf_fuzz_do_exit(struct hf_fuzz_move *mv)
{
	struct hf_fuzz_player *other;

	for (other = hf_fuzz_players; other < &hf_fuzz_players[HF_FUZZ_PROCS];
	     other++)
		if (other->proc != NULL && other != mv->me) {
			hf_space_run(other->proc);
			hf_fuzz_end_player(mv->me);
			return;
		}
}

/*
 * Does an end of the range cut a gap in two?  Then what the stack grows by is
 * not the model's to know.
 */
static bool
cuts_gap(const struct hf_fuzz_move *mv)
{
	const u_int first = mv->step->first, end = first + mv->step->n;
	const struct hf_oracle_cell *c = mv->me->cell;

	return ((first > 0 && c[first].gap != 0 &&
		    c[first].gap == c[first - 1].gap) ||
	    (end < HF_FUZZ_PAGES && c[end].gap != 0 &&
		c[end].gap == c[end - 1].gap));
}

static bool
has_gap(const struct hf_fuzz_move *mv)
{
	const struct hf_oracle_cell *c;

	HF_FUZZ_FOREACH(c, mv)
	if (c->gap != 0)
		return (true);
	return (false);
}

/* What is wired by the system may not go: that would wait. */
static bool
may_go(const struct hf_fuzz_move *mv)
{
	const struct hf_oracle_cell *c;

	if (cuts_gap(mv))
		return (false);
	HF_FUZZ_FOREACH(c, mv)
	if (c->system > 0)
		return (false);
	return (true);
}

static void
unmap_cells(struct hf_fuzz_move *mv)
{
	struct hf_oracle_cell *c;

	HF_FUZZ_FOREACH(c, mv)
	{
		hf_oracle_unmap(c);
		c->inherit = VM_INHERIT_COPY;
	}
}

void
hf_fuzz_do_unmap(struct hf_fuzz_move *mv)
{
	if (!may_go(mv))
		return;
	hf_expect_eq(vm_map_remove(mv->map, mv->start, mv->end), KERN_SUCCESS);
	unmap_cells(mv);
}

void
hf_fuzz_new_stack(struct hf_oracle_cell *c)
{
	c->gap = 0;
	c->stack = true;
	c->private = false;
	c->inherit = VM_INHERIT_COPY;
	hf_oracle_map(c, NULL);
}

/* One page that lives; below it the gap, whose lowest page is the guard. */
static void
map_stack(struct hf_fuzz_move *mv)
{
	const u_int n = mv->step->n;
	struct hf_oracle_cell *c = &mv->me->cell[mv->step->first];
	u_int i;
	int rv;

	vm_map_lock(mv->map);
	rv = vm_map_stack_locked(mv->map, mv->start, ptoa(n), PAGE_SIZE,
	    VM_PROT_RW, VM_PROT_ALL, MAP_STACK_GROWS_DOWN);
	vm_map_unlock(mv->map);
	hf_expect_eq(rv, n > 1 ? KERN_SUCCESS : KERN_INVALID_ARGUMENT);
	for (i = 0; i + 1 < n; i++)
		c[i].gap = mv->step->first + 1;
	if (n > 1)
		hf_fuzz_new_stack(&c[n - 1]);
}

void
hf_fuzz_do_map(struct hf_fuzz_move *mv)
{
	const enum hf_fuzz_memory what = mv->step->word;

	if (!may_go(mv))
		return;
	hf_expect_eq(vm_map_remove(mv->map, mv->start, mv->end), KERN_SUCCESS);
	unmap_cells(mv);
	if (what == HF_FUZZ_STACK)
		map_stack(mv);
	else
		hf_fuzz_map(mv->me, mv->step->first, mv->step->n, what);
}

void
hf_fuzz_do_inherit(struct hf_fuzz_move *mv)
{
	static const vm_inherit_t kinds[] = { VM_INHERIT_COPY, VM_INHERIT_SHARE,
		VM_INHERIT_ZERO, VM_INHERIT_NONE };
	const vm_inherit_t kind = kinds[mv->step->word];
	struct hf_oracle_cell *c;

	if (has_gap(mv))
		return;
	hf_expect_eq(
	    vm_map_inherit(mv->map, mv->start, mv->end, kind), KERN_SUCCESS);
	HF_FUZZ_FOREACH(c, mv)
	if (c->page != NULL)
		c->inherit = kind;
}

void
hf_fuzz_do_protect(struct hf_fuzz_move *mv)
{
	static const vm_prot_t prots[] = { VM_PROT_NONE, VM_PROT_READ,
		VM_PROT_RW };
	const vm_prot_t prot = prots[mv->step->word];
	struct hf_oracle_cell *c;

	if (has_gap(mv))
		return;
	hf_expect_eq(vm_map_protect(mv->map, mv->start, mv->end, prot, 0,
			 VM_MAP_PROTECT_SET_PROT),
	    KERN_SUCCESS);
	HF_FUZZ_FOREACH(c, mv)
	if (c->page != NULL)
		hf_oracle_protect(c, prot);
}

/* Only what is advised away may change. */
void
hf_fuzz_do_advise(struct hf_fuzz_move *mv)
{
	static const int kinds[] = { MADV_DONTNEED, MADV_WILLNEED, MADV_RANDOM,
		MADV_NORMAL, MADV_FREE };
	const int advice = kinds[mv->step->word];
	struct hf_oracle_cell *c;

	/* These stay with the entry, and would cut it. */
	if ((advice == MADV_RANDOM || advice == MADV_NORMAL) && has_gap(mv))
		return;
	hf_expect_eq(vm_map_madvise(mv->map, mv->start, mv->end, advice), 0);
	if (advice == MADV_FREE)
		HF_FUZZ_FOREACH(c, mv)
	hf_oracle_free(c);
}

/*
 * Nor does this.  The words: flush invalidate.  What the user has locked is not
 * thrown away.
 */
void
hf_fuzz_do_sync(struct hf_fuzz_move *mv)
{
	const bool invalidate = mv->step->word == 1;
	const struct hf_oracle_cell *c;
	int want = KERN_SUCCESS;

	HF_FUZZ_FOREACH(c, mv)
	if (c->page == NULL && c->gap == 0)
		want = KERN_INVALID_ADDRESS;
	else if (c->user && invalidate && want == KERN_SUCCESS)
		want = KERN_INVALID_ARGUMENT;
	hf_expect_eq(vm_map_sync(mv->map, mv->start, mv->end, !invalidate,
			 invalidate) == KERN_SUCCESS,
	    want == KERN_SUCCESS);
}
