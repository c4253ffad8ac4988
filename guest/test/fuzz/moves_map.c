/* SPDX-License-Identifier: BSD-2-Clause */
/* moves_map.c: processes come and go, and what their maps say changes. */

#include <sys/mman.h>
#include <sys/proc.h>
#include <test/fuzz/file.h>
#include <test/fuzz/moves.h>
#include <test/scenario.h>

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

/* What is wired by the system may not go: that would wait. */
static bool
may_go(const struct hf_fuzz_move *mv)
{
	const struct hf_oracle_cell *c;

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
hf_fuzz_do_map(struct hf_fuzz_move *mv)
{
	const enum hf_fuzz_memory what = mv->step->word;

	if (!may_go(mv))
		return;
	hf_expect_eq(vm_map_remove(mv->map, mv->start, mv->end), KERN_SUCCESS);
	unmap_cells(mv);
	hf_fuzz_map(mv->me, mv->step->first, mv->step->n, what);
}

void
hf_fuzz_do_inherit(struct hf_fuzz_move *mv)
{
	static const vm_inherit_t kinds[] = { VM_INHERIT_COPY, VM_INHERIT_SHARE,
		VM_INHERIT_ZERO, VM_INHERIT_NONE };
	const vm_inherit_t kind = kinds[mv->step->word];
	struct hf_oracle_cell *c;

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

	hf_expect_eq(vm_map_protect(mv->map, mv->start, mv->end, prot, 0,
			 VM_MAP_PROTECT_SET_PROT),
	    KERN_SUCCESS);
	HF_FUZZ_FOREACH(c, mv)
	if (c->page != NULL)
		hf_oracle_protect(c, prot);
}

/* Changes no contents. */
void
hf_fuzz_do_advise(struct hf_fuzz_move *mv)
{
	static const int advice[] = { MADV_DONTNEED, MADV_WILLNEED, MADV_RANDOM,
		MADV_NORMAL };

	hf_expect_eq(
	    vm_map_madvise(mv->map, mv->start, mv->end, advice[mv->step->word]),
	    0);
}

/*
 * Nor does this.  The words: flush invalidate.  What the user has locked is not thrown
 * away.
 */
void
hf_fuzz_do_sync(struct hf_fuzz_move *mv)
{
	const bool invalidate = mv->step->word == 1;
	const struct hf_oracle_cell *c;
	int want = KERN_SUCCESS;

	HF_FUZZ_FOREACH(c, mv)
	if (c->page == NULL)
		want = KERN_INVALID_ADDRESS;
	else if (c->user && invalidate && want == KERN_SUCCESS)
		want = KERN_INVALID_ARGUMENT;
	hf_expect_eq(vm_map_sync(mv->map, mv->start, mv->end, !invalidate,
			 invalidate) == KERN_SUCCESS,
	    want == KERN_SUCCESS);
}
