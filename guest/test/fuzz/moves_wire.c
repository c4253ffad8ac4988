/* SPDX-License-Identifier: BSD-2-Clause */
/* moves_wire.c: wirings by user and system. */

#include <sys/proc.h>
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

/*
 * The first page that cannot be wired says why; *end is that one.  skip: those
 * that cannot be read are left out.
 */
static int
wire_result(
    const struct hf_fuzz_move *mv, bool skip, const struct hf_oracle_cell **end)
{
	const struct hf_oracle_cell *c;

	HF_FUZZ_FOREACH(c, mv)
	if (!can_wire(c) && !(skip && !hf_oracle_may(c, VM_PROT_READ)))
		break;
	*end = c;
	if (c == &mv->me->cell[mv->step->first + mv->step->n])
		return (KERN_SUCCESS);
	return (hf_oracle_may(c, VM_PROT_READ) ? KERN_OUT_OF_BOUNDS
					       : KERN_INVALID_ADDRESS);
}

/* As far as it went; a failure may have copied on its way. */
static void
wire_cells(const struct hf_fuzz_move *mv, const struct hf_oracle_cell *end,
    int rv, int flags)
{
	struct hf_oracle_cell *c;

	for (c = &mv->me->cell[mv->step->first]; c < end; c++) {
		if (!hf_oracle_may(c, VM_PROT_READ))
			continue;
		if (!hf_oracle_wired(c) && hf_oracle_may(c, VM_PROT_WRITE))
			hf_oracle_own(c);
		if (rv != KERN_SUCCESS)
			continue;
		if (!hf_oracle_wired(c))
			c->emptied = false;
		if ((flags & VM_MAP_WIRE_USER) != 0)
			c->user = true;
		else
			c->system++;
	}
}

static void
wire(struct hf_fuzz_move *mv, int flags)
{
	const struct hf_oracle_cell *end;
	const int want =
	    wire_result(mv, (flags & VM_MAP_WIRE_HOLESOK) != 0, &end);

	hf_expect_eq(vm_map_wire(mv->map, mv->start, mv->end, flags), want);
	wire_cells(mv, end, want, flags);
}

void
hf_fuzz_do_wire(struct hf_fuzz_move *mv)
{
	wire(mv, whose(mv));
}

/* The same for all that there is. */
static struct hf_fuzz_move
everything(const struct hf_fuzz_move *mv)
{
	static const struct hf_fuzz_step all = { .n = HF_FUZZ_PAGES };
	struct hf_fuzz_move big = *mv;

	big.step = &all;
	big.start = vm_map_min(mv->map);
	big.end = vm_map_max(mv->map);
	return (big);
}

/* mlockall(2): MCL_CURRENT. */
void
hf_fuzz_do_lockall(struct hf_fuzz_move *mv)
{
	struct hf_fuzz_move all = everything(mv);

	wire(&all, VM_MAP_WIRE_USER | VM_MAP_WIRE_HOLESOK);
}

/* munlockall(2). */
void
hf_fuzz_do_unlockall(struct hf_fuzz_move *mv)
{
	struct hf_fuzz_move all = everything(mv);
	struct hf_oracle_cell *c;

	vm_map_modflags(mv->map, 0, MAP_WIREFUTURE);
	mv->me->future = false;
	hf_expect_eq(vm_map_unwire(mv->map, all.start, all.end,
			 VM_MAP_WIRE_USER | VM_MAP_WIRE_HOLESOK),
	    KERN_SUCCESS);
	HF_FUZZ_FOREACH(c, &all)
	c->user = false;
}

/* mlockall(2): MCL_FUTURE, which stacks follow here.  The words: on off. */
void
hf_fuzz_do_future(struct hf_fuzz_move *mv)
{
	mv->me->future = mv->step->word == 0;
	vm_map_modflags(mv->map, mv->me->future ? MAP_WIREFUTURE : 0,
	    mv->me->future ? 0 : MAP_WIREFUTURE);
}

/* What was wired just now is accessed without a fault. */
static void
access_wired(struct hf_fuzz_move *mv, struct hf_oracle_cell *c)
{
	const uint64_t value = hf_fuzz_stamp();
	const bool may = hf_oracle_may(c, VM_PROT_WRITE);
	void *at = (void *)hf_fuzz_at((u_int)(c - mv->me->cell));
	uint64_t word = value;
	int error, save;

	save = vm_fault_disable_pagefaults();
	error = may ? copyout(&word, at, sizeof(word))
		    : copyin(at, &word, sizeof(word));
	vm_fault_enable_pagefaults(save);
	hf_expect_eq(error, 0);
	if (may)
		hf_oracle_store(c, value, 1);
}

/*
 * The cells, bit by bit, that have their mappings when all are wired.  Those
 * that were wired before are left out, and what another cell of the range
 * copies: a copy takes the mappings of the original away.
 */
static u_int
surely_mapped(const struct hf_fuzz_move *mv)
{
	const struct hf_oracle_cell *c, *o;
	u_int cells = 0, i = 0;
	bool sure;

	HF_FUZZ_FOREACH(c, mv)
	{
		sure = c->page != NULL && !hf_oracle_wired(c);
		HF_FUZZ_FOREACH(o, mv)
		if (sure && o != c && o->page != NULL)
			sure = hf_oracle_source(o) != hf_oracle_source(c);
		cells |= (u_int)sure << i++;
	}
	return (cells);
}

/* vslock(9), an access that may not fault, vsunlock(9). */
void
hf_fuzz_do_vslock(struct hf_fuzz_move *mv)
{
	const struct hf_oracle_cell *end;
	const int want = wire_result(mv, false, &end);
	const size_t bytes = mv->end - mv->start;
	const u_int mapped = surely_mapped(mv);
	struct hf_oracle_cell *c;
	u_int i = 0;

	if (!hf_expect_eq(vslock((void *)mv->start, bytes),
		want == KERN_SUCCESS ? 0 : EFAULT))
		return;
	wire_cells(mv, end, want, VM_MAP_WIRE_SYSTEM);
	if (want != KERN_SUCCESS)
		return;
	HF_FUZZ_FOREACH(c, mv)
	{
		/* Others get theirs with the next fault. */
		if ((mapped >> i++ & 1) != 0)
			access_wired(mv, c);
		c->system--;
	}
	vsunlock((void *)mv->start, bytes);
	hf_expect_eq(curthread->td_vslock_sz, 0);
}

/* The user's may be missing, the system's may not. */
static void
unwire_user(struct hf_fuzz_move *mv)
{
	struct hf_oracle_cell *c;
	bool mapped = true;

	HF_FUZZ_FOREACH(c, mv)
	mapped = mapped && (c->page != NULL || c->gap != 0);
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
