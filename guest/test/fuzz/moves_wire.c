/* SPDX-License-Identifier: BSD-2-Clause */
/* moves_wire.c: wirings by user and system. */

#include <test/fuzz/moves.h>
#include <test/scenario.h>

static int
whose(const struct hf_fuzz_move *mv)
{
	static const int flags[] = { VM_MAP_WIRE_USER, VM_MAP_WIRE_SYSTEM };

	return (flags[mv->step->word]);
}

/* What is wired already needs no access. */
static bool
can_wire(const struct hf_oracle_cell *c)
{
	return (hf_oracle_may(c, VM_PROT_READ) &&
	    (hf_oracle_wired(c) || !hf_oracle_gone(c)));
}

/* The first page that cannot be wired says why. */
static int
wire_result(const struct hf_fuzz_move *mv)
{
	const struct hf_oracle_cell *c;

	HF_FUZZ_FOREACH(c, mv)
	if (!can_wire(c))
		return (hf_oracle_may(c, VM_PROT_READ) ? KERN_OUT_OF_BOUNDS
						       : KERN_INVALID_ADDRESS);
	return (KERN_SUCCESS);
}

void
hf_fuzz_do_wire(struct hf_fuzz_move *mv)
{
	const int want = wire_result(mv);
	struct hf_oracle_cell *c;
	int rv;

	rv = vm_map_wire(mv->map, mv->start, mv->end, whose(mv));
	hf_expect_eq(rv, want);
	HF_FUZZ_FOREACH(c, mv)
	{
		/* A failure may have copied on its way. */
		if (!can_wire(c))
			break;
		if (!hf_oracle_wired(c) && hf_oracle_may(c, VM_PROT_WRITE))
			hf_oracle_own(c);
		if (want != KERN_SUCCESS)
			continue;
		if (!hf_oracle_wired(c))
			c->emptied = false;
		if (whose(mv) == VM_MAP_WIRE_USER)
			c->user = true;
		else
			c->system++;
	}
}

/* The user's may be missing, the system's may not. */
static void
unwire_user(struct hf_fuzz_move *mv)
{
	struct hf_oracle_cell *c;
	bool mapped = true;

	HF_FUZZ_FOREACH(c, mv)
	mapped = mapped && c->page != NULL;
	hf_expect_eq(
	    vm_map_unwire(mv->map, mv->start, mv->end, VM_MAP_WIRE_USER),
	    mapped ? KERN_SUCCESS : KERN_INVALID_ADDRESS);
	if (mapped)
		HF_FUZZ_FOREACH(c, mv)
	c->user = false;
}

static void
unwire_system(struct hf_fuzz_move *mv)
{
	struct hf_oracle_cell *c;
	bool whole = true;

	HF_FUZZ_FOREACH(c, mv)
	whole = whole && c->system > 0;
	hf_expect_eq(vm_map_unwire(mv->map, mv->start, mv->end,
			 VM_MAP_WIRE_SYSTEM) == KERN_SUCCESS,
	    whole);
	if (whole)
		HF_FUZZ_FOREACH(c, mv)
	c->system--;
}

void
hf_fuzz_do_unwire(struct hf_fuzz_move *mv)
{
	if (whose(mv) == VM_MAP_WIRE_USER)
		unwire_user(mv);
	else
		unwire_system(mv);
}
