/* SPDX-License-Identifier: BSD-2-Clause */
/* failures.c: scenarios that do the wrong thing when an allocation fails. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <kern/kalloc.h>
#include <kern/thread.h>
#include <test/scenario.h>

/* Two failure points; all is freed again if neither fails. */
static void
two_pieces(void **first, void **second)
{
	*first = hf_kalloc(100, M_NOWAIT);
	*second = *first != NULL ? hf_kalloc(200, M_NOWAIT) : NULL;
}

HF_SCENARIO(selftest_failed_well, "selftest.failed_well", "",
    "gives back what it has when an allocation fails")
{
	void *a, *b;

	two_pieces(&a, &b);
	hf_expect(b != NULL);
	hf_kfree(b);
	hf_kfree(a);
}

HF_SCENARIO(selftest_failed_leak, "selftest.failed_leak", "",
    "forgets the first piece when the second is not to be had")
{
	void *a, *b;

	two_pieces(&a, &b);
	hf_expect(b != NULL);
	if (b != NULL)
		hf_kfree(a);
	hf_kfree(b);
}

HF_SCENARIO(selftest_failed_own, "selftest.failed_own", "",
    "leaves with the first piece when the second is not to be had")
{
	void *a, *b;

	a = hf_kalloc(100, M_NOWAIT);
	hf_require(a != NULL);
	b = hf_kalloc(200, M_NOWAIT);
	hf_require(b != NULL);
	hf_kfree(b);
	hf_kfree(a);
}

HF_SCENARIO(selftest_failed_leak_left, "selftest.failed_leak_left", "",
    "leaves, too, but with more than it would have had")
{
	void *a, *b;

	a = hf_kalloc(100, M_NOWAIT);
	hf_require(a != NULL);
	b = hf_kalloc(200, M_NOWAIT);
	if (b == NULL)
		for (int i = 0; i < 5; i++)
			(void)hf_kalloc(1000, M_WAITOK);
	hf_require(b != NULL);
	hf_kfree(b);
	hf_kfree(a);
}

HF_SCENARIO(selftest_failed_panic, "selftest.failed_panic", "",
    "panics when the second piece is not to be had")
{
	void *a, *b;

	two_pieces(&a, &b);
	if (a != NULL && b == NULL)
		panic("selftest: no second piece");
	hf_expect(b != NULL);
	hf_kfree(b);
	hf_kfree(a);
}

HF_SCENARIO(selftest_failed_stumble, "selftest.failed_stumble", "",
    "stores to the second piece whether it has it or not")
{
	void *a, *b;

	two_pieces(&a, &b);
	hf_expect(b != NULL);
	*(volatile int *)b = 1;
	hf_kfree(b);
	hf_kfree(a);
}

HF_SCENARIO(selftest_failed_hang, "selftest.failed_hang", "",
    "sleeps for ever when the second piece is not to be had",
    .timeout_ms = 2000)
{
	void *a, *b;

	two_pieces(&a, &b);
	if (a != NULL && b == NULL)
		(void)tsleep(&a, 0, "never", 0);
	hf_expect(b != NULL);
	hf_kfree(b);
	hf_kfree(a);
}

static void
maybe_set(void *arg)
{
	void *p = hf_kalloc(100, M_NOWAIT);

	if (p != NULL)
		*(volatile int *)arg = 1;
	hf_kfree(p);
}

HF_SCENARIO(selftest_failed_wait, "selftest.failed_wait", "",
    "waits for a thread whose allocation has failed", .timeout_ms = 20000)
{
	static volatile int set;
	struct thread *td;

	set = 0;
	td = hf_thread_create(maybe_set, (void *)(uintptr_t)&set, "set", -1);
	while (set == 0)
		hf_yield();
	hf_thread_join(td);
	hf_expect(set != 0);
}
