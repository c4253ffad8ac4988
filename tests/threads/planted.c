/* SPDX-License-Identifier: BSD-2-Clause */
/* planted.c: scenarios with a race that the thread sanitizer must report. */

#include <kern/thread.h>
#include <test/scenario.h>

static u_int plain;
static volatile u_int word;

static void
both(void (*other)(void *), void (*mine)(void *))
{
	struct thread *td = hf_thread_create(other, NULL, "racer", -1);

	mine(NULL);
	hf_thread_join(td);
	hf_expect(true);
}

static void
add_plain(void *arg)
{
	plain++;
}

HF_SCENARIO(racy_plain, "racy.plain", "", "a word that both change")
{
	both(add_plain, add_plain);
}

static void
add_volatile(void *arg)
{
	word++;
}

static void
read_past_volatile(void *arg)
{
	plain = *__DECONST(u_int *, &word);
}

HF_SCENARIO(racy_mixed, "racy.mixed", "",
    "a volatile word that the other reads as if it were not")
{
	both(add_volatile, read_past_volatile);
}

static void
publish(void *arg)
{
	plain = 5;
	word = 1;
}

static void
wait_and_read(void *arg)
{
	while (word == 0)
		hf_yield();
	hf_expect_eq(plain, 5);
}

HF_SCENARIO(racy_publish, "racy.publish", "",
    "a volatile word, which orders nothing, says that another can be read")
{
	word = 0;
	both(publish, wait_and_read);
}

static void
publish_in_order(void *arg)
{
	plain = 5;
	atomic_store_rel_int(&word, 1);
}

static void
await_and_read(void *arg)
{
	while (atomic_load_acq_int(&word) == 0)
		hf_yield();
	hf_expect_eq(plain, 5);
}

HF_SCENARIO(clean_publish, "clean.publish", "", "the same in order")
{
	word = 0;
	both(publish_in_order, await_and_read);
}

HF_SCENARIO(clean_volatile, "clean.volatile", "", "volatile words alone")
{
	both(add_volatile, add_volatile);
}
