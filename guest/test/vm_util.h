/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_util.h: what scenarios of pages and objects need again and again. */

#ifndef HF_TEST_VM_UTIL_H
#define HF_TEST_VM_UTIL_H

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/vmmeter.h>
#include <kern/failpoint.h>
#include <kern/thread.h>
#include <machine/vmparam.h>
#include <vm/vm.h>
#include <vm/vm_param.h>
#include <vm/pmap.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pagequeue.h>
#include <vm/vm_pageout.h>
#include <vm/vm_pager.h>
#include <test/scenario.h>

/* An anonymous object of n pages, write-locked. */
vm_object_t hf_test_object(vm_pindex_t n);
/* Drops the lock and the last reference. */
void hf_test_object_end(vm_object_t object);

/*
 * An anonymous object of one page in front of another.  Neither has a page, and
 * nobody else has a reference to the one behind.  vm_object_deallocate() would
 * have collapsed the two; a collapse that comes late, or has to wait, leaves
 * such a chain.  The caller's reference is to the front.
 */
vm_object_t hf_test_late_chain(void);

/* Another thread has the object locked shared from the first call to the second. */
struct hf_test_look {
	vm_object_t object;
	struct thread *td;
	volatile int looks, over;
};
void hf_test_look(struct hf_test_look *look, vm_object_t object);
void hf_test_look_away(struct hf_test_look *look);

/*
 * A new page, exclusively busied, valid, filled with byte and on no queue.
 * Object write-locked.
 */
vm_page_t hf_test_page(vm_object_t object, vm_pindex_t pindex, int byte);
/* The same, unbusied and on the active queue. */
vm_page_t hf_test_page_resting(
    vm_object_t object, vm_pindex_t pindex, int byte);
/* Contents, by the direct map. */
uint8_t *hf_test_bytes(vm_page_t m);
/* True if bytes [from, to) all have the value. */
bool hf_test_all(vm_page_t m, int from, int to, int byte);

/*
 * Lowers the free count to `level' without taking frames, with the daemon held
 * off; hf_test_free_restore() undoes it.  The gate sees a machine with that
 * little memory.
 */
void hf_test_free_set(u_int level);
void hf_test_free_restore(void);

/*
 * Only so many frames are free, the marks those of a machine of 400 (free_min
 * is 44): the frames beyond are out of reach.  The daemon is at work, unlike
 * after hf_test_free_set().
 */
void hf_test_memory_small(u_int nfree);
void hf_test_memory_restore(void);

/* Waits for a pass of the daemon that begins now, and for its end. */
void hf_test_daemon_pass(void);

/*
 * Makes the daemon look at the whole inactive queue: memory seems so short that
 * it wants everything.  Returns when the scan is over; sleeps.
 */
void hf_test_scan_inactive(void);

/* Takes the very frame at pa from the free lists; NULL if it is not free. */
vm_page_t hf_test_frame_at(vm_paddr_t pa, int req);

/* Returns once n threads sleep on chan. */
void hf_test_await_sleepers(const volatile void *chan, int n);
/* Threads asleep on chan now. */
int hf_test_sleepers(const volatile void *chan);

/* Threads asleep in vm_wait() (not those of the pager process). */
int hf_test_vm_waiters(void);

/*
 * A pmap of the scenario's own, to map pages into without a map.  Sleeps for
 * memory: no object is locked yet.
 */
void hf_test_pmap_begin(pmap_t pmap);
/*
 * Maps a page, or leaves.  As pmap_enter(), but does not wait for memory: the
 * object may be locked.
 */
void hf_test_enter(
    pmap_t pmap, vm_offset_t va, vm_page_t m, vm_prot_t prot, u_int flags);
void hf_test_pmap_end(pmap_t pmap);

#endif
