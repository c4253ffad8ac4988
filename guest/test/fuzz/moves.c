/* SPDX-License-Identifier: BSD-2-Clause */
/* moves.c: loads and stores, and what moves have in common. */

#include <test/fuzz/moves.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/vm_util.h>

#define WORDS (PAGE_SIZE / sizeof(uint64_t))

static uint64_t page[WORDS];
static uint64_t stamp;

void
hf_fuzz_stamp_begin(void)
{
	stamp = 0;
}

uint64_t
hf_fuzz_stamp(void)
{
	return (++stamp);
}

const void *
hf_fuzz_page_of(uint64_t value)
{
	u_int i;

	for (i = 0; i < WORDS; i++)
		page[i] = value;
	return (page);
}

u_int
hf_fuzz_value_of(const uint64_t *w, struct hf_oracle_value *v)
{
	uint64_t differ;
	u_int end, i, k, uniform = 0;

	for (i = 0; i < HF_ORACLE_PARTS; i++) {
		k = hf_oracle_bound[i] / sizeof(*w);
		end = hf_oracle_bound[i + 1] / sizeof(*w);
		v->part[i] = w[k];
		differ = 0;
#pragma GCC unroll 8
		for (; k < end; k++)
			differ |= w[k] ^ v->part[i];
		uniform |= (u_int)(differ == 0) << i;
	}
	return (uniform);
}

void
hf_fuzz_note_value(const char *what, const struct hf_oracle_value *v)
{
	hf_note("%s %#lx %#lx %#lx %#lx %#lx %#lx", what, (u_long)v->part[0],
	    (u_long)v->part[1], (u_long)v->part[2], (u_long)v->part[3],
	    (u_long)v->part[4], (u_long)v->part[5]);
}

/*
 * The stack above the gap comes down to its lowest page, the guard: the room
 * here is less than what a stack grows by.
 */
static void
grow(struct hf_fuzz_player *pl, u_int i)
{
	const u_int gap = pl->cell[i].gap;
	struct hf_oracle_cell *c = &pl->cell[i];

	/* The guard's number is the gap's. */
	if (gap == 0 || i + 1 == gap)
		return;
	while (c < &pl->cell[HF_FUZZ_PAGES] && c->gap == gap)
		c++;
	if (c == &pl->cell[HF_FUZZ_PAGES] || !c->stack)
		return;
	for (c--; c >= &pl->cell[gap]; c--) {
		hf_fuzz_new_stack(c);
		c->user = pl->future;
	}
}

bool
hf_fuzz_can(const struct hf_fuzz_move *mv, u_int i, vm_prot_t prot)
{
	grow(mv->me, i);
	return (hf_oracle_can(&mv->me->cell[i], prot));
}

bool
hf_fuzz_all_can(const struct hf_fuzz_move *mv, vm_prot_t prot)
{
	u_int i;

	for (i = 0; i < mv->step->n; i++)
		if (!hf_fuzz_can(mv, mv->step->first + i, prot))
			return (false);
	return (true);
}

/* The right signal, too. */
static void
expect_refused(
    const struct hf_oracle_cell *c, vm_prot_t prot, struct hf_probe p)
{
	if (hf_oracle_may(c, prot))
		hf_expect_bus(p);
	else
		hf_expect_fault(p, SIGSEGV,
		    c->page == NULL && c->gap == 0 ? SEGV_MAPERR : SEGV_ACCERR);
}

void
hf_fuzz_do_load(struct hf_fuzz_move *mv)
{
	struct hf_oracle_cell *c = &mv->me->cell[mv->step->first];
	struct hf_oracle_value v;
	struct hf_probe p;

	if (!hf_fuzz_can(mv, mv->step->first, VM_PROT_READ)) {
		p = hf_probe_read(mv->start);
		expect_refused(c, VM_PROT_READ, p);
		hf_expect_eq(p.addr, mv->start);
		return;
	}
	if (!hf_expect_eq(copyin((void *)mv->start, page, sizeof(page)), 0))
		return;
	hf_expect_eq(hf_fuzz_value_of(page, &v), HF_ORACLE_WHOLE);
	if (!hf_expect(hf_oracle_load(c, &v, HF_ORACLE_WHOLE)))
		hf_fuzz_note_value("a load gave", &v);
}

static void
store(struct hf_fuzz_move *mv, u_int from, u_int bytes, u_int parts)
{
	struct hf_oracle_cell *c = &mv->me->cell[mv->step->first];
	const uint64_t value = hf_fuzz_stamp();
	const vm_offset_t at = mv->start + from;
	struct hf_probe p;

	if (!hf_fuzz_can(mv, mv->step->first, VM_PROT_WRITE)) {
		p = hf_probe_write(at, 1);
		expect_refused(c, VM_PROT_WRITE, p);
		hf_expect_eq(p.addr, at);
		return;
	}
	hf_expect_eq(copyout(hf_fuzz_page_of(value), (void *)at, bytes), 0);
	hf_oracle_store(c, value, parts);
}

void
hf_fuzz_do_store(struct hf_fuzz_move *mv)
{
	store(mv, 0, PAGE_SIZE, HF_ORACLE_WHOLE);
}

/* A store into a part of the page. */
void
hf_fuzz_do_poke(struct hf_fuzz_move *mv)
{
	const u_int i = mv->step->word;

	store(mv, hf_oracle_bound[i],
	    hf_oracle_bound[i + 1] - hf_oracle_bound[i], 1u << i);
}

/*
 * One store across the end of the page; with the next one missing, half of it
 * may be.
 */
void
hf_fuzz_do_straddle(struct hf_fuzz_move *mv)
{
	const u_int last = 1u << (HF_ORACLE_PARTS - 1);
	struct hf_oracle_cell *c = &mv->me->cell[mv->step->first];
	const uint64_t value = hf_fuzz_stamp();
	bool can, both;

	if (mv->step->first == HF_FUZZ_PAGES - 1)
		return;
	can = hf_fuzz_can(mv, mv->step->first, VM_PROT_WRITE);
	both = can && hf_fuzz_can(mv, mv->step->first + 1, VM_PROT_WRITE);
	hf_expect_eq(copyout(hf_fuzz_page_of(value),
			 (void *)(mv->end - sizeof(value)), 2 * sizeof(value)),
	    both ? 0 : EFAULT);
	if (can)
		hf_oracle_store(c, value, last);
	if (both)
		hf_oracle_store(c + 1, value, 1);
	else if (can)
		hf_oracle_forget(c, last);
}

/* The next step meets an allocation that fails. */
void
hf_fuzz_do_starve(struct hf_fuzz_move *mv)
{
	static const char *const points[] = { "vm_page_alloc", "vm_slab",
		"pmap.table" };

	hf_failpoint_arm(points[mv->step->word], mv->step->number, 1);
}

/* Memory is so short that all goes that can. */
void
hf_fuzz_do_pageout(struct hf_fuzz_move *mv)
{
	hf_pageout_unhold();
	hf_test_scan_inactive();
	hf_pageout_hold();
}
