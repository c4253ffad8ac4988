/* SPDX-License-Identifier: BSD-2-Clause */
/* hangs.c: scenarios that never end. */
#include <sys/param.h>
#include <sys/systm.h>
#include <machine/cpufunc.h>
#include <test/scenario.h>

/* Long enough to begin, short enough for a test suite. */
#define LIMIT_MS 2000

static __noinline void
spin_for_ever(void)
{
	for (;;)
		__asm__ volatile("pause");
}

HF_SCENARIO(selftest_hang, "selftest.hang", "", "loops for ever",
    .timeout_ms = LIMIT_MS)
{
	spin_for_ever();
}

HF_SCENARIO(selftest_hang_off, "selftest.hang_off", "",
    "loops for ever with interrupts off", .timeout_ms = LIMIT_MS)
{
	__asm__ volatile("cli");
	spin_for_ever();
}

HF_SCENARIO(selftest_chatter, "selftest.chatter", "", "prints for ever",
    .timeout_ms = LIMIT_MS)
{
	for (unsigned int i = 0;; i++)
		printf("selftest: line %u\n", i);
}

HF_SCENARIO(
    selftest_halt_off, "selftest.halt_off", "", "halts with interrupts off")
{
	for (;;)
		__asm__ volatile("cli; hlt");
}

HF_SCENARIO(selftest_sleep, "selftest.sleep", "", "sleeps and is never woken")
{
	static int nobody;

	tsleep(&nobody, 0, "ever", 0);
}
