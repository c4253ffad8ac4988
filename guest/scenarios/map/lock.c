/* SPDX-License-Identifier: BSD-2-Clause */
/* lock.c: the map's lock, its timestamp, and waiting on it. */

#include <kern/plan.h>
#include <kern/thread.h>
#include <test/scenario.h>
#include <test/space.h>

HF_SCENARIO(map_timestamp, "map.timestamp", "MP-02",
    "each exclusive locking counts one, nothing else counts")
{
	vm_map_t map;
	u_int before;
	int i;

	map = hf_space_enter();
	before = map->timestamp;
	for (i = 0; i < 10; i++) {
		vm_map_lock(map);
		hf_expect(vm_map_locked(map));
		vm_map_unlock(map);
	}
	hf_expect_eq(map->timestamp, before + 10);
	vm_map_lock_read(map);
	hf_expect(!vm_map_locked(map));
	hf_expect_eq(vm_map_trylock(map), 0);
	hf_expect(vm_map_trylock_read(map) != 0);
	vm_map_unlock_read(map);
	hf_expect_eq(map->timestamp, before + 10);
	hf_expect_eq(vm_map_lock_upgrade(map), 0);
	hf_expect_eq(map->timestamp, before + 11);
	vm_map_lock_downgrade(map);
	hf_expect_eq(map->timestamp, before + 11);
	vm_map_unlock_read(map);
	hf_expect(vm_map_trylock(map) != 0);
	hf_expect_eq(map->timestamp, before + 12);
	vm_map_unlock(map);
}

struct shared {
	vm_map_t map;
	volatile int stage;
	volatile int result;
};

/* A second reader, which becomes a writer when the main thread gave up. */
static void
reader(void *arg)
{
	struct shared *sh = arg;

	vm_map_lock_read(sh->map);
	sh->stage = 1;
	hf_await(&sh->stage, 2);
	/* Both want the lock alone: only one of the two can have it first. */
	sh->result = vm_map_lock_upgrade(sh->map);
	if (sh->result == 0)
		vm_map_unlock(sh->map);
	sh->stage = 3;
}

HF_SCENARIO(map_upgrade_lost, "map.upgrade_lost", "MP-03",
    "of two readers that upgrade, the second fails and holds nothing")
{
	struct shared sh = { .map = hf_space_enter() };
	struct thread *td;
	u_int before;
	int rv;

	td = hf_space_thread(reader, &sh);
	hf_await(&sh.stage, 1);
	vm_map_lock_read(sh.map);
	before = sh.map->timestamp;
	sh.stage = 2;
	rv = vm_map_lock_upgrade(sh.map);
	if (rv == 0)
		vm_map_unlock(sh.map);
	hf_await(&sh.stage, 3);
	hf_thread_join(td);
	/* Exactly one was first, unless it was over before the other began. */
	hf_expect(rv == 0 || sh.result == 0);
	hf_expect_eq(hf_locks_held(), 0);
	hf_expect_eq(sh.map->timestamp, before + (rv == 0) + (sh.result == 0));
	vm_map_lock(sh.map);
	hf_expect(vm_map_locked(sh.map));
	vm_map_unlock(sh.map);
}

static void
sleeper(void *arg)
{
	struct shared *sh = arg;
	int i, rounds;

	rounds = (int)hf_plan_param_u64("effort", 1) * 200;
	for (i = 0; i < rounds; i++) {
		vm_map_lock(sh->map);
		/* From the unlocking on, a wakeup must not be lost. */
		sh->stage = 1;
		if (vm_map_unlock_and_wait(sh->map, 0) != 0)
			sh->result++;
		sh->stage = 2;
		hf_await(&sh->stage, 0);
	}
	sh->stage = 3;
}

HF_SCENARIO(map_wakeup, "map.wakeup", "MP-04",
    "a wakeup after the lock was dropped always arrives", .timeout_ms = 20000)
{
	struct shared sh = { .map = hf_space_enter() };
	struct thread *td;
	u_long rounds;

	td = hf_space_thread(sleeper, &sh);
	for (rounds = 0; sh.stage != 3;) {
		if (sh.stage == 1) {
			/* Locked: so the sleeper has let go of it. */
			vm_map_lock(sh.map);
			vm_map_unlock(sh.map);
			vm_map_wakeup(sh.map);
			hf_await(&sh.stage, 2);
			rounds++;
			sh.stage = 0;
		}
		hf_yield();
	}
	hf_thread_join(td);
	hf_expect_eq(sh.result, 0);
	hf_expect_eq(rounds, hf_plan_param_u64("effort", 1) * 200);
}

HF_SCENARIO(map_wait_timeout, "map.wait_timeout", "MP-04",
    "a wait with a limit ends without a wakeup, and says so")
{
	vm_map_t map;

	map = hf_space_enter();
	vm_map_lock(map);
	hf_expect(vm_map_unlock_and_wait(map, 1) != 0);
	hf_expect_eq(hf_locks_held(), 0);
}

static void
busy_waiter(void *arg)
{
	struct shared *sh = arg;
	u_int before;

	vm_map_lock(sh->map);
	before = sh->map->timestamp;
	vm_map_wait_busy(sh->map);
	sh->result = sh->map->busy == 0 && vm_map_locked(sh->map) &&
	    sh->map->timestamp != before;
	sh->stage = 2;
	vm_map_unlock(sh->map);
}

HF_SCENARIO(map_busy, "map.busy", "MP-05",
    "wait_busy sleeps until the last of two wirings is over")
{
	struct shared sh = { .map = hf_space_enter() };
	struct thread *td;

	vm_map_lock(sh.map);
	vm_map_busy(sh.map);
	vm_map_busy(sh.map);
	vm_map_unlock(sh.map);
	td = hf_space_thread(busy_waiter, &sh);
	hf_await_sleep(td, "mbusy");
	vm_map_lock(sh.map);
	vm_map_unbusy(sh.map);
	vm_map_unlock(sh.map);
	hf_expect_eq(sh.stage, 0);
	vm_map_lock(sh.map);
	hf_expect_eq(sh.map->busy, 1);
	vm_map_unbusy(sh.map);
	vm_map_unlock(sh.map);
	hf_await(&sh.stage, 2);
	hf_thread_join(td);
	hf_expect_eq(sh.result, 1);
}
