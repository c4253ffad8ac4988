/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_map_lock.c: the map's lock, its timestamp, waiting, deferred releases. */

/*
 * User maps are locked by an sx, system maps by a mutex.  Lock order: map,
 * object, page and pmap; map_sleep_mtx is inside the map and outside nothing.
 *
 * The rule of the timestamp: each exclusive locking adds one.  A thread that
 * drops the lock and takes it exclusively again finds saved + 1 if nobody else
 * changed the map meanwhile; if it takes it shared, saved itself.  Only then
 * are entry pointers from before still good.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <kern/failpoint.h>
#include <vm/vm.h>
#include <vm/vm_map.h>
#include <vm/vm_map_priv.h>

/* Makes dropping the lock and falling asleep one step against wakeups. */
static struct mtx map_sleep_mtx;
static bool map_sleep_ready;

/* For the checks of INVARIANTS only. */
static inline __unused struct lock_object *
map_lock_object(vm_map_t map)
{
	return (map->system_map ? &map->system_mtx.lock_object
				: &map->lock.lock_object);
}

/* In an INVARIANTS kernel: panics unless curthread holds the lock as asked. */
void
hf_map_assert(vm_map_t map, int what)
{
	if (map->system_map)
		mtx_assert(&map->system_mtx, MA_OWNED);
	else
		sx_assert(&map->lock, what);
}

/*
 * Takes the lock exclusively and advances the timestamp.  May block.
 */
void
vm_map_lock(vm_map_t map)
{
	if (map->system_map)
		mtx_lock(&map->system_mtx);
	else {
		sx_xlock(&map->lock);
		hf_lock_taken_at(
		    &map->lock.lock_object, __builtin_return_address(0));
	}
	map->timestamp++;
}

/* Queues an unlinked entry of a user map for release at the next unlock. */
void
hf_map_defer(vm_map_entry_t entry)
{
	entry->next = curthread->td_map_def_user;
	curthread->td_map_def_user = entry;
}

/* Releases what this thread deferred.  No map lock held; may sleep. */
static void
vm_map_process_deferred(void)
{
	vm_map_entry_t entry, next;

	entry = curthread->td_map_def_user;
	if (__predict_true(entry == NULL))
		return;
	curthread->td_map_def_user = NULL;
	for (; entry != NULL; entry = next) {
		next = entry->next;
		vm_map_entry_deallocate(entry, FALSE);
	}
}

/* Drops an exclusive lock and keeps the deferred entries for later. */
void
hf_map_unlock_raw(vm_map_t map)
{
	if (map->system_map)
		mtx_unlock(&map->system_mtx);
	else
		sx_xunlock(&map->lock);
}

/*
 * Drops the exclusive lock; on a user map then releases the objects of what was
 * deleted, so no lock that comes before theirs may be held.
 */
void
vm_map_unlock(vm_map_t map)
{
	hf_map_unlock_raw(map);
	if (!map->system_map)
		vm_map_process_deferred();
}

/* Shared lock (exclusive on a system map); the timestamp stays. */
void
vm_map_lock_read(vm_map_t map)
{
	if (map->system_map)
		mtx_lock(&map->system_mtx);
	else {
		sx_slock(&map->lock);
		hf_lock_taken_at(
		    &map->lock.lock_object, __builtin_return_address(0));
	}
}

/* As vm_map_unlock(), for the shared lock. */
void
vm_map_unlock_read(vm_map_t map)
{
	if (map->system_map)
		mtx_unlock(&map->system_mtx);
	else {
		sx_sunlock(&map->lock);
		vm_map_process_deferred();
	}
}

/* Never blocks; nonzero and a new timestamp when it got the lock. */
int
vm_map_trylock(vm_map_t map)
{
	int got;

	got = map->system_map ? mtx_trylock(&map->system_mtx)
			      : sx_try_xlock(&map->lock);
	if (got)
		map->timestamp++;
	return (got);
}

/* Never blocks; nonzero when it got the shared lock. */
int
vm_map_trylock_read(vm_map_t map)
{
	return (map->system_map ? mtx_trylock(&map->system_mtx)
				: sx_try_slock(&map->lock));
}

/*
 * From shared to exclusive.  0: done, the timestamp advanced.  Nonzero: a
 * writer changed the map in between and no lock is held any more.
 */
int
vm_map_lock_upgrade(vm_map_t map)
{
	u_int last_timestamp;

	if (map->system_map) {
		mtx_assert(&map->system_mtx, MA_OWNED);
	} else if (!sx_try_upgrade(&map->lock)) {
		last_timestamp = map->timestamp;
		sx_sunlock(&map->lock);
		vm_map_process_deferred();
		(void)HF_FAILPOINT("map.upgrade");
		sx_xlock(&map->lock);
		if (last_timestamp != map->timestamp) {
			sx_xunlock(&map->lock);
			return (1);
		}
	}
	map->timestamp++;
	return (0);
}

/* From exclusive to shared; the timestamp stays. */
void
vm_map_lock_downgrade(vm_map_t map)
{
	if (map->system_map)
		mtx_assert(&map->system_mtx, MA_OWNED);
	else
		sx_downgrade(&map->lock);
}

/* Nonzero iff curthread holds the lock exclusively. */
int
vm_map_locked(vm_map_t map)
{
	return (map->system_map ? mtx_owned(&map->system_mtx)
				: sx_xlocked(&map->lock));
}

/*
 * Drops the exclusive lock and sleeps until vm_map_wakeup(), or timo ticks
 * (0: for ever); then nonzero.  A wakeup issued after the lock was dropped is
 * never lost.  Returns without the lock; deferred entries stay deferred.
 */
int
vm_map_unlock_and_wait(vm_map_t map, int timo)
{
	VM_MAP_ASSERT_LOCKED(map);
	hf_node_check(HF_NODE_TRANSITION, map_lock_object(map));
	mtx_lock(&map_sleep_mtx);
	hf_map_unlock_raw(map);
	return (
	    msleep(&map->root, &map_sleep_mtx, PDROP | PVM, "vmmaps", timo));
}

/*
 * Wakes all that sleep in vm_map_unlock_and_wait(); any map lock or none.
 */
void
vm_map_wakeup(vm_map_t map)
{
	/* Whoever has dropped the map lock is asleep once this is ours. */
	mtx_lock(&map_sleep_mtx);
	mtx_unlock(&map_sleep_mtx);
	wakeup(&map->root);
}

/* Exclusive lock: one more wiring goes on while the lock is dropped. */
void
vm_map_busy(vm_map_t map)
{
	VM_MAP_ASSERT_LOCKED(map);
	map->busy++;
}

/* Exclusive lock: ends vm_map_busy(); the last one wakes the waiters. */
void
vm_map_unbusy(vm_map_t map)
{
	VM_MAP_ASSERT_LOCKED(map);
	KASSERT(map->busy > 0, ("vm_map_unbusy: not busy"));
	if (--map->busy == 0 && (map->flags & MAP_BUSY_WAKEUP) != 0) {
		vm_map_modflags(map, 0, MAP_BUSY_WAKEUP);
		wakeup(&map->busy);
	}
}

/*
 * Exclusive lock: sleeps until no wiring goes on, dropping the lock.  Returns
 * with it held and the timestamp advanced; entries must be looked up again.
 */
void
vm_map_wait_busy(vm_map_t map)
{
	VM_MAP_ASSERT_LOCKED(map);
	while (map->busy != 0) {
		hf_node_check(HF_NODE_TRANSITION, map_lock_object(map));
		vm_map_modflags(map, MAP_BUSY_WAKEUP, 0);
		if (map->system_map)
			msleep(&map->busy, &map->system_mtx, 0, "mbusy", 0);
		else
			sx_sleep(&map->busy, &map->lock, 0, "mbusy", 0);
	}
	map->timestamp++;
}

static void
hf_map_init_common(vm_map_t map, pmap_t pmap, vm_offset_t min, vm_offset_t max)
{
	KASSERT(min < max && ((min | max) & PAGE_MASK) == 0,
	    ("vm_map_init: bad bounds %#lx %#lx", min, max));
	if (!map_sleep_ready) {
		mtx_init(&map_sleep_mtx, "vm map sleep mutex", NULL, MTX_DEF);
		map_sleep_ready = true;
	}
	map->header.eflags = MAP_ENTRY_HEADER;
	map->header.prev = map->header.next = &map->header;
	map->header.start = max;
	map->header.end = min;
	map->header.object.vm_object = NULL;
	map->nentries = 0;
	map->size = 0;
	map->timestamp = 0;
	map->needs_wakeup = FALSE;
	map->flags = 0;
	map->root = NULL;
	map->pmap = pmap;
	map->anon_loc = 0;
	map->busy = 0;
	hf_map_list_add(map);
}

/* An empty user map over [min, max).  The first call is at boot, alone. */
void
vm_map_init(vm_map_t map, pmap_t pmap, vm_offset_t min, vm_offset_t max)
{
	map->system_map = 0;
	/* Fork locks two; the child's is not yet known to anybody else. */
	sx_init_flags(&map->lock, "vm map (user)", SX_DUPOK);
	hf_map_init_common(map, pmap, min, max);
}

/* The same for a map of the kernel, locked by a mutex. */
void
vm_map_init_system(vm_map_t map, pmap_t pmap, vm_offset_t min, vm_offset_t max)
{
	map->system_map = 1;
	mtx_init(
	    &map->system_mtx, "vm map (system)", NULL, MTX_DEF | MTX_DUPOK);
	hf_map_init_common(map, pmap, min, max);
}
