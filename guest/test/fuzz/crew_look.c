/* SPDX-License-Identifier: BSD-2-Clause */
/* crew_look.c: a crew has met, and everything is looked at. */

#include <sys/proc.h>
#include <test/fuzz/crew_priv.h>
#include <test/fuzz/look.h>
#include <test/scenario.h>
#include <vm/vm_page.h>
#include "fuzz_text.h"

#define CELLS (HF_CREW_MAX * HF_CREW_PAGES)

static struct hf_crew_cell *
cell(u_int k)
{
	return (&hf_crew[k / HF_CREW_PAGES].cell[k % HF_CREW_PAGES]);
}

/* What a thread found wrong while it played. */
static void
check_thread(const struct hf_crew_thread *t)
{
	char text[HF_FUZZ_TEXT_BYTES];

	if (hf_expect(t->bad == NULL))
		return;
	hf_fuzz_step_write(t->bad_step, text);
	hf_note("%s: crew_moves.c:%u: %s: page %u, %#lx", text, t->bad_line,
	    t->bad, t->bad_page, (u_long)t->bad_value);
}

static uint64_t
word_of(vm_page_t m, vm_offset_t offset)
{
	return (*(uint64_t *)(PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m)) + offset));
}

/* Nobody zeroes anything now. */
static void
check_word(struct hf_crew_thread *t, u_int i, uint64_t word)
{
	uint64_t value;

	if (hf_expect(
		hf_crew_is_word(t, i, word) && hf_crew_unpack(word, &value)))
		return;
	hf_note("page %u of thread %u is %#lx, not %lu", i, t->self,
	    (u_long)word, (u_long)t->cell[i].value);
}

/* m: what a thread's page is in memory; NULL: nowhere. */
static void
check_page(struct hf_crew_thread *t, u_int i, vm_page_t m)
{
	if (m == NULL) {
		/* On the disk, or nobody has stored there. */
		hf_expect(hf_crew_file_page(i) < HF_CREW_FILE ||
		    t->cell[i].value == 0);
		return;
	}
	check_word(t, i, word_of(m, hf_crew_word(t, i)));
	if (i < HF_CREW_ANON)
		check_word(t, i, word_of(m, PAGE_SIZE - sizeof(uint64_t)));
	/* What may have been cut off is known again. */
	else if (i >= HF_CREW_FILE_AT)
		t->cell[i].since = hf_crew_before(t, i);
}

/* How often a frame is wired by all of them. */
static void
check_wiring(vm_page_t *wired, u_int n, vm_page_t m)
{
	u_int i, count = 0;

	for (i = 0; i < n; i++)
		count += wired[i] == m;
	hf_expect_eq(vm_page_wire_count(m), count);
}

/* Each thread's words; what is wired is there, though it may be empty. */
static void
check_pages(void)
{
	static vm_page_t pages[CELLS], wired[CELLS];
	const u_int n = hf_crew_size * HF_CREW_PAGES;
	struct hf_crew_thread *t;
	vm_page_t empty;
	u_int i, k, user = 0;

	for (k = 0; k < n; k++) {
		t = &hf_crew[k / HF_CREW_PAGES];
		i = k % HF_CREW_PAGES;
		pages[k] = hf_fuzz_find_page(
		    &t->proc->p_vmspace->vm_map, hf_crew_at(i), &empty);
		check_page(t, i, pages[k]);
		user += cell(k)->user;
		wired[k] = NULL;
		if (cell(k)->user) {
			wired[k] = empty != NULL ? empty : pages[k];
			hf_expect(wired[k] != NULL);
			hf_expect(empty == NULL || hf_crew_was_ever_cut(t, i));
		}
	}
	for (k = 0; k < n; k++) {
		if (pages[k] != NULL)
			check_wiring(wired, n, pages[k]);
		if (wired[k] != NULL)
			check_wiring(wired, n, wired[k]);
	}
	hf_expect_eq(vm_user_wire_count, user);
}

void
hf_crew_look(void)
{
	u_int i;

	for (i = 0; i < hf_crew_size; i++)
		check_thread(&hf_crew[i]);
	check_pages();
	hf_crew_file_check();
	hf_fuzz_check_invariants();
	hf_crew_file_settle();
}
