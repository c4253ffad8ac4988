/* SPDX-License-Identifier: BSD-2-Clause */
/* explore.c: one thread of the model at a time, and who is next. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include "explore_priv.h"
#include "host.h"
#include "rng.h"

#define POINT_NS     100ul   /* what a point takes */
#define POLL_NS	     50000ul /* ... and a round of threads that all poll */
#define START_NS     1000000000ul
#define SLICE	     4096   /* points in a row beside others that could run */
#define TIMEOUTS_MAX 5000   /* in a row without anybody woken */
#define POLLS_MAX    200000 /* in a row without anybody woken */
#define POINTS_MAX   30000000ul

struct slot {
	struct thread *td; /* NULL: free */
	bool asleep;
	uint64_t deadline; /* asleep: 0 for ever */
	uint64_t
	    yielded; /* when it gave way last, in yields; 0: since it ran */
};

int hf_exploring;

/* All under the host's lock. */
static struct hf_explore *x;
static struct slot slots[HF_EXPLORE_SLOTS];
static int running;
static void *gone; /* the host's thread that ended last, not joined */
static bool choosing;
static uint64_t now_ns = START_NS, yields, points;
static u_int in_a_row, timeouts, polls;
static struct hf_rng rng;
static uint32_t chosen_at[HF_EXPLORE_SWITCHES]; /* preemptions by chance */

static void
put_on_record(uint32_t word)
{
	x->hash = (x->hash ^ word) * 0x100000001b3ul; /* FNV-1a */
}

static void
stuck(const char *why)
{
	struct thread *threads[HF_EXPLORE_SLOTS];

	for (int i = 0; i < HF_EXPLORE_SLOTS; i++)
		threads[i] = slots[i].td;
	x->stuck = true;
	hf_explore_report(threads, HF_EXPLORE_SLOTS, why);
	hf_host_abort();
}

static int
slot_of(const struct thread *td)
{
	return (td->td_md.md_slot);
}

/* Bit i: the thread of slot i could run. */
static uint32_t
who_could(void)
{
	uint32_t set = 0;

	for (int i = 0; i < HF_EXPLORE_SLOTS; i++)
		if (slots[i].td != NULL &&
		    (!slots[i].asleep ||
			(slots[i].deadline != 0 &&
			    slots[i].deadline <= now_ns)))
			set |= 1u << i;
	return (set);
}

/* Nobody can run: to the time when somebody can. */
static uint32_t
pass_time(void)
{
	uint64_t first = 0;

	for (int i = 0; i < HF_EXPLORE_SLOTS; i++)
		if (slots[i].td != NULL && slots[i].deadline != 0 &&
		    (first == 0 || slots[i].deadline < first))
			first = slots[i].deadline;
	if (first == 0)
		stuck(
		    "deadlock: every thread sleeps, and nobody will wake one");
	if (++timeouts > TIMEOUTS_MAX)
		stuck("nothing but timeouts, again and again");
	now_ns = MAX(now_ns, first);
	return (who_could());
}

/* Whoever gave way longest ago; of those who have not, the next one. */
static int
waited_longest(uint32_t set)
{
	int best = -1;

	for (int n = 1, i; n <= HF_EXPLORE_SLOTS; n++) {
		i = (running + n) % HF_EXPLORE_SLOTS;
		if ((set & (1u << i)) != 0 &&
		    (best < 0 || slots[i].yielded < slots[best].yielded))
			best = i;
	}
	return (best);
}

static int
nth_of(uint32_t set, uint32_t n)
{
	for (; n > 0; n--)
		set &= set - 1;
	return (__builtin_ctz(set));
}

/* The slot that a schedule wants at this choice, -1: it leaves it alone. */
static int
wish(uint32_t choice, uint32_t others, bool must_leave)
{
	bool take = false;

	for (uint32_t i = 0; i < x->nwanted; i++)
		if (x->wanted[i].choice == choice)
			return ((int)x->wanted[i].slot);
	if (x->preemptions == 0)
		return (-1);
	if (must_leave)
		take = hf_random_below(&rng, 4) == 0;
	else
		for (uint32_t i = 0; i < x->preemptions && !take; i++)
			take = chosen_at[i] == choice;
	if (!take)
		return (-1);
	return (nth_of(others,
	    (uint32_t)hf_random_below(
		&rng, (uint32_t)__builtin_popcount(others))));
}

static int
choose(uint32_t set, int usual, bool must_leave)
{
	uint32_t others = set & ~(1u << usual), choice;
	int slot;

	if (others == 0 || !choosing)
		return (usual);
	choice = x->choices++;
	if (choice < HF_EXPLORE_RECORDED)
		x->others[choice] = (uint16_t)others;
	slot = wish(choice, others, must_leave);
	if (slot < 0 || (others & (1u << slot)) == 0 ||
	    x->ndone == HF_EXPLORE_SWITCHES)
		return (usual);
	x->done[x->ndone++] = (struct hf_switch){ choice, (uint32_t)slot };
	return (slot);
}

/* The thread of this slot goes on; me, -1 at its end, waits for its turn. */
static void
hand_over(int next, int me)
{
	slots[next].yielded = 0;
	in_a_row = 0;
	if (next == me)
		return;
	put_on_record((uint32_t)next | 0x100u);
	running = next;
	hf_host_cond_signal(slots[next].td->td_md.md_cond);
	if (me < 0)
		return;
	while (running != me)
		(void)hf_host_cond_wait(slots[me].td->td_md.md_cond, 0);
	/* So that a thread's end is at one place of the schedule, too. */
	if (gone != NULL) {
		hf_host_thread_join(gone);
		gone = NULL;
	}
}

/* curthread cannot or does not want to go on. */
static void
leave_it_to_others(int me)
{
	uint32_t set = who_could();

	if (set == 0)
		set = pass_time();
	hand_over(choose(set, waited_longest(set), true), me);
}

static void
give_way(int me)
{
	slots[me].yielded = ++yields;
	now_ns += POLL_NS;
	if (++polls > POLLS_MAX)
		stuck("threads poll for ever");
	leave_it_to_others(me);
}

void
hf_explore_point(void)
{
	uint32_t set;
	int me, next;

	if (hf_sleepq_is_locked())
		return;
	hf_host_lock();
	me = slot_of(curthread);
	now_ns += POINT_NS;
	put_on_record((uint32_t)me);
	if (++points > POINTS_MAX)
		stuck("the run does not end");
	set = who_could();
	if (set == (1u << me))
		in_a_row = 0;
	else if (++in_a_row > SLICE)
		give_way(me);
	else if ((next = choose(set, me, false)) != me)
		hand_over(next, me);
	hf_host_unlock();
}

void
hf_explore_yield(void)
{
	hf_host_lock();
	give_way(slot_of(curthread));
	hf_host_unlock();
}

void
hf_explore_sleep(uint64_t deadline_ns)
{
	struct slot *s = &slots[slot_of(curthread)];

	s->asleep = true;
	s->deadline = deadline_ns;
	leave_it_to_others(slot_of(curthread));
	s->asleep = false;
	s->deadline = 0;
}

void
hf_explore_wake(struct thread *td)
{
	slots[slot_of(td)].asleep = false;
	slots[slot_of(td)].deadline = 0;
	timeouts = polls = 0;
}

uint64_t
hf_explore_now_ns(void)
{
	return (now_ns += POINT_NS);
}

void
hf_explore_add(struct thread *td)
{
	int i;

	hf_host_lock();
	for (i = 0; i < HF_EXPLORE_SLOTS && slots[i].td != NULL; i++)
		continue;
	if (i == HF_EXPLORE_SLOTS)
		panic("explore: more than %d threads", HF_EXPLORE_SLOTS);
	slots[i] = (struct slot){ .td = td };
	td->td_md.md_slot = i;
	timeouts = polls = 0;
	hf_host_unlock();
}

void
hf_explore_enter(struct thread *td)
{
	hf_host_lock();
	while (running != slot_of(td))
		(void)hf_host_cond_wait(td->td_md.md_cond, 0);
	if (gone != NULL) {
		hf_host_thread_join(gone);
		gone = NULL;
	}
	hf_host_unlock();
}

void
hf_explore_leave(struct thread *td)
{
	slots[slot_of(td)].td = NULL;
	gone = td->td_md.md_host;
	td->td_md.md_host = NULL;
	timeouts = polls = 0;
	leave_it_to_others(-1);
}

void
hf_explore_start(struct hf_explore *plan)
{
	x = plan;
	x->hash = 0xcbf29ce484222325ul;
	hf_rng_seed(&rng, x->seed);
	for (uint32_t i = 0; i < x->preemptions && x->span > 0; i++)
		chosen_at[i] = (uint32_t)hf_random_below(&rng, x->span);
	hf_exploring = 1;
}

void
hf_explore_begin_choices(void)
{
	uint32_t set;

	/* Whoever has something to do has less of it each time. */
	do {
		hf_explore_yield();
		hf_host_lock();
		set = who_could();
		hf_host_unlock();
	} while (set != (1u << slot_of(curthread)));
	choosing = true;
}
