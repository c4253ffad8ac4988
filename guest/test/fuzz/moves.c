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

bool
hf_fuzz_all_may(const struct hf_fuzz_move *mv, vm_prot_t prot)
{
	const struct hf_oracle_cell *c;

	HF_FUZZ_FOREACH(c, mv)
	if (!hf_oracle_may(c, prot))
		return (false);
	return (true);
}

/* The right signal, too. */
static void
expect_refused(const struct hf_fuzz_move *mv, struct hf_probe p)
{
	const struct hf_oracle_cell *c = &mv->me->cell[mv->step->first];

	hf_expect_fault(
	    p, SIGSEGV, c->page == NULL ? SEGV_MAPERR : SEGV_ACCERR);
	hf_expect_eq(p.addr, mv->start);
}

void
hf_fuzz_do_load(struct hf_fuzz_move *mv)
{
	struct hf_oracle_cell *c = &mv->me->cell[mv->step->first];
	u_int i;

	if (!hf_oracle_may(c, VM_PROT_READ)) {
		expect_refused(mv, hf_probe_read(mv->start));
		return;
	}
	if (!hf_expect_eq(copyin((void *)mv->start, page, sizeof(page)), 0))
		return;
	for (i = 1; i < WORDS && page[i] == page[0]; i++)
		continue;
	hf_expect_eq(i, WORDS);
	if (!hf_expect(hf_oracle_load(c, page[0])))
		hf_note("a load gave %#lx", (u_long)page[0]);
}

void
hf_fuzz_do_store(struct hf_fuzz_move *mv)
{
	struct hf_oracle_cell *c = &mv->me->cell[mv->step->first];
	const uint64_t value = hf_fuzz_stamp();

	if (!hf_oracle_may(c, VM_PROT_WRITE)) {
		expect_refused(mv, hf_probe_write(mv->start, 1));
		return;
	}
	hf_expect_eq(
	    copyout(hf_fuzz_page_of(value), (void *)mv->start, PAGE_SIZE), 0);
	hf_oracle_store(c, value);
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
