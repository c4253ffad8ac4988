/* SPDX-License-Identifier: BSD-2-Clause */
/* oracle_play.c: random games of the VM against the oracle. */

#include <sys/proc.h>
#include <kern/plan.h>
#include <test/oracle_moves.h>
#include <test/oracle_play.h>
#include <test/scenario.h>
#include <test/script_pager.h>
#include <test/space.h>

#define TURNS  120
#define VERIFY 24 /* turns */

/* IW-4: a page has the wirings of all cells that are mapped to it, no more. */
static bool
check_wirings(void)
{
	vm_page_t page[ORACLE_PROCS * ORACLE_PAGES], m;
	u_int i, k, n, unmapped, count;

	for (n = unmapped = k = 0; k < ORACLE_PROCS; k++) {
		if (hf_oracle_players[k].proc == NULL)
			continue;
		hf_space_run(hf_oracle_players[k].proc);
		for (i = 0; i < ORACLE_PAGES; i++) {
			if (!hf_oracle_wired(&hf_oracle_players[k].cell[i]))
				continue;
			m = hf_space_page(hf_oracle_at(i));
			if (m != NULL)
				page[n++] = m;
			else
				unmapped++;
		}
	}
	for (i = 0; i < n; i++) {
		for (k = count = 0; k < n; k++)
			count += page[k] == page[i];
		if (vm_page_wire_count(page[i]) < count ||
		    vm_page_wire_count(page[i]) > count + unmapped) {
			hf_note("a page has %u wirings, not %u",
			    vm_page_wire_count(page[i]), count);
			return (false);
		}
	}
	return (true);
}

/* Everything, from every process. */
static bool
check_all(void)
{
	struct proc *here = curproc;
	bool ok = true;
	u_long i, k;

	for (k = 0; k < ORACLE_PROCS; k++) {
		if (hf_oracle_players[k].proc == NULL)
			continue;
		hf_space_run(hf_oracle_players[k].proc);
		for (i = 0; i < ORACLE_PAGES; i++)
			ok = hf_oracle_look(&hf_oracle_players[k], i) && ok;
	}
	ok = check_wirings() && ok;
	hf_space_run(here);
	hf_space_check();
	return (ok);
}

/* The first process, and the memory that all others inherit. */
static void
begin_game(struct hf_script *s)
{
	struct hf_oracle_page *file[ORACLE_FILED];
	struct hf_oracle_cell *c;
	u_long i;

	hf_oracle_players[0].proc = hf_space_proc("first");
	hf_space_run(hf_oracle_players[0].proc);
	hf_script_begin(s, ORACLE_FILED);
	vm_object_reference(s->object);
	hf_space_anon_at(hf_oracle_at(0), ORACLE_ANON);
	hf_space_map_at(hf_oracle_at(ORACLE_ANON), ORACLE_FILED, s->object, 0,
	    VM_PROT_RW, MAP_COPY_ON_WRITE);
	hf_space_map_at(hf_oracle_at(ORACLE_ANON + ORACLE_FILED), ORACLE_SHARED,
	    s->object, 0, VM_PROT_RW, MAP_INHERIT_SHARE);
	for (i = 0; i < ORACLE_FILED; i++)
		file[i] = hf_oracle_file_page(
		    (uint64_t)hf_script_byte(i) * 0x0101010101010101ul);
	for (i = 0; i < ORACLE_PAGES; i++) {
		c = &hf_oracle_players[0].cell[i];
		c->private = i >= ORACLE_ANON && i < ORACLE_ANON + ORACLE_FILED;
		c->inherit = i < ORACLE_ANON + ORACLE_FILED ? VM_INHERIT_COPY
							    : VM_INHERIT_SHARE;
		hf_oracle_map(c,
		    i < ORACLE_ANON ? NULL
				    : file[(i - ORACLE_ANON) % ORACLE_FILED]);
	}
	for (i = 0; i < ORACLE_FILED; i++)
		hf_oracle_page_release(file[i]);
}

static void
end_game(struct hf_script *s, struct proc *home)
{
	u_long k;

	hf_space_run(home);
	for (k = 0; k < ORACLE_PROCS; k++)
		if (hf_oracle_players[k].proc != NULL)
			hf_oracle_end(&hf_oracle_players[k]);
	hf_script_end(s);
	hf_expect_eq(vm_user_wire_count, 0);
}

void
hf_oracle_play(bool starved)
{
	static struct hf_script script;
	struct hf_rng *rng = hf_scenario_rng();
	struct proc *home = curproc;
	u_long fired = 0, game, games, turn;
	const bool trace = hf_plan_param_u64("trace", 0) != 0;
	bool ok = true;

	games = hf_plan_param_u64("effort", 1);
	for (game = 0; game < games && ok; game++) {
		if (trace)
			printf("game %lu\n", game);
		begin_game(&script);
		for (turn = 0; turn < TURNS && ok; turn++) {
			ok =
			    hf_oracle_move(rng, starved ? &fired : NULL, trace);
			if (ok && turn % VERIFY == VERIFY - 1)
				ok = check_all();
			if (!ok)
				hf_note("game %lu, turn %lu", game, turn);
		}
		ok = ok && check_all();
		hf_expect(ok);
		end_game(&script, home);
	}
	if (starved)
		hf_expect(fired > 0);
}
