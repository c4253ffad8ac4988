/* SPDX-License-Identifier: BSD-2-Clause */
/* planted.c: scenarios with a mistake that some schedule shows. */

#include <sys/lock.h>
#include <sys/mutex.h>
#include <kern/thread.h>
#include <test/scenario.h>

/* Not in the lock order check, which would find it before the schedule does. */
static struct mtx one, two;
static u_int word, seen[2];

static void
begin(void)
{
	mtx_init(&one, "planted", NULL, MTX_DEF | MTX_NOWITNESS);
	mtx_init(&two, "planted", NULL, MTX_DEF | MTX_NOWITNESS);
	word = 0;
}

static void
two_threads(void (*a)(void *), void (*b)(void *))
{
	struct thread *ta = hf_thread_create(a, NULL, "a", -1);
	struct thread *tb = hf_thread_create(b, NULL, "b", -1);

	hf_thread_join(ta);
	hf_thread_join(tb);
}

static void
one_then_two(void *arg)
{
	mtx_lock(&one);
	mtx_lock(&two);
	word++;
	mtx_unlock(&two);
	mtx_unlock(&one);
}

static void
two_then_one(void *arg)
{
	mtx_lock(&two);
	mtx_lock(&one);
	word++;
	mtx_unlock(&one);
	mtx_unlock(&two);
}

HF_SCENARIO(planted_deadlock, "planted.deadlock", "",
    "two threads take two locks, each in its own order", .flags = HF_IS_HIDDEN)
{
	begin();
	two_threads(one_then_two, two_then_one);
	hf_expect_eq(word, 2);
}

static void
add_unlocked(void *arg)
{
	u_int v;

	mtx_lock(&one);
	v = word;
	mtx_unlock(&one);
	mtx_lock(&one);
	word = v + 1;
	mtx_unlock(&one);
}

HF_SCENARIO(planted_lost_update, "planted.lost_update", "",
    "two threads add without a lock around it", .flags = HF_IS_HIDDEN)
{
	begin();
	two_threads(add_unlocked, add_unlocked);
	hf_expect_eq(word, 2);
}

static void
wait_for_word(void *arg)
{
	u_int v;

	mtx_lock(&one);
	v = word;
	mtx_unlock(&one);
	if (v == 0)
		(void)tsleep(&word, 0, "planted", 0);
}

static void
set_word(void *arg)
{
	mtx_lock(&one);
	word = 1;
	mtx_unlock(&one);
	wakeup(&word);
}

HF_SCENARIO(planted_lost_wakeup, "planted.lost_wakeup", "",
    "a thread looks, lets the lock go and then sleeps", .flags = HF_IS_HIDDEN)
{
	begin();
	two_threads(wait_for_word, set_word);
	hf_expect_eq(word, 1);
}

static void
count_up(void *arg)
{
	for (int i = 1; i <= 2; i++) {
		mtx_lock(&one);
		word = (u_int)i;
		mtx_unlock(&one);
	}
}

static void
look_twice(void *arg)
{
	for (int i = 0; i < 2; i++) {
		mtx_lock(&one);
		seen[i] = word;
		mtx_unlock(&one);
	}
}

HF_SCENARIO(planted_seen_between, "planted.seen_between", "",
    "a word that is looked at twice changes in between: two switches",
    .flags = HF_IS_HIDDEN)
{
	begin();
	two_threads(count_up, look_twice);
	hf_expect(seen[0] != 1 || seen[1] != 2);
}

HF_SCENARIO(planted_none, "planted.none", "",
    "the same lock order in both threads", .flags = HF_IS_HIDDEN)
{
	begin();
	two_threads(one_then_two, one_then_two);
	hf_expect_eq(word, 2);
}
