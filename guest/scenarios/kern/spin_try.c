/* SPDX-License-Identifier: BSD-2-Clause */
/* spin_try.c: spin mutexes that are tried, counters that are waited for. */

#include <sys/blockcount.h>
#include <sys/lock.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <kern/thread.h>
#include <test/scenario.h>

static struct mtx lock;
static volatile int tried;

static void
try_it(void *arg)
{
	tried = mtx_trylock_spin(&lock);
	if (tried)
		mtx_unlock_spin(&lock);
}

HF_SCENARIO(kern_spin_try, "kern.spin_try", "",
    "a spin mutex that is tried is had or not, and nobody spins")
{
	const int depth = curthread->td_critnest;
	struct thread *td;

	mtx_init(&lock, "try", NULL, MTX_SPIN);
	hf_expect_ne(mtx_trylock_spin(&lock), 0);
	hf_expect(mtx_owned(&lock));
	hf_expect_eq(curthread->td_critnest, depth + 1);
	mtx_unlock_spin(&lock);
	hf_expect_eq(curthread->td_critnest, depth);
	td = hf_thread_create(try_it, NULL, "trier", -1);
	hf_thread_join(td);
	hf_expect_eq(tried, 1);
	mtx_destroy(&lock);
}

HF_SCENARIO(kern_blockcount, "kern.blockcount", "",
    "a counter counts up and down, and waiting for zero ends at once there")
{
	blockcount_t count = { 77 };

	blockcount_init(&count);
	hf_expect_eq(blockcount_read(&count), 0);
	blockcount_acquire(&count, 3);
	blockcount_release(&count, 1);
	hf_expect_eq(blockcount_read(&count), 2);
	blockcount_release(&count, 2);
	blockcount_wait_unlocked(&count, "zero");
	hf_expect_eq(blockcount_read(&count), 0);
}
