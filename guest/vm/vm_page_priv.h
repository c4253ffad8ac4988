/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_page_priv.h: what the files of vm_page share among themselves. */
#ifndef HF_VM_VM_PAGE_PRIV_H
#define HF_VM_VM_PAGE_PRIV_H

#include <kern/fail_nth.h>
#include <vm/vm_page.h>

/* Who may wait for a frame is not told that there is none. */
static inline enum hf_fail_kind
hf_vm_page_fail_kind(int req)
{
	return ((req & VM_ALLOC_WAITOK) != 0 ? HF_FAIL_WAIT : HF_FAIL_ALLOC);
}

/*
 * m belongs to object from now, or to none.  The object is locked, or m is the
 * caller's alone; who looks without a lock loads m->object atomically.
 */
static inline void
hf_vm_page_set_object(vm_page_t m, vm_object_t object)
{
	__atomic_store_n(&m->object, object, __ATOMIC_RELAXED);
}

/*
 * The same for its place there: a thread that waits for the page looks without
 * a lock.
 */
static inline void
hf_vm_page_set_pindex(vm_page_t m, vm_pindex_t pindex)
{
	__atomic_store_n(&m->pindex, pindex, __ATOMIC_RELAXED);
}

/* vm_page_busy.c */
void hf_vm_page_sleep_init(void);
/* Wakes everybody who sleeps on chan; any context. */
void hf_vm_sleepers_wake(const volatile void *chan);
/*
 * Sleeps on chan if still(arg) holds; the test and the sleep are atomic
 * against hf_vm_sleepers_wake(chan).
 */
void hf_vm_sleep_while(const volatile void *chan, bool (*still)(void *),
    void *arg, const char *wmesg);
/* Whoever has m exclusively busied, this thread has now; never free between. */
void hf_vm_page_busy_claim(vm_page_t m);
/* The busy lock becomes "freed"; sleepers are woken. */
void hf_vm_page_busy_free(vm_page_t m);

/* vm_page_identity.c: vm_page_insert() after a known predecessor. */
int hf_vm_page_insert_after(
    vm_page_t m, vm_object_t object, vm_pindex_t pindex, vm_page_t mpred);
/* Out of the object's list and tree; keeps object and OBJREF. */
void hf_vm_page_object_remove(vm_page_t m);

/*
 * vm_page_emptied.c: m is invalid, exclusively busied, not mapped, its object
 * write-locked.  These end the busy lock, and may free m.
 * disown: m leaves its object; its last wiring frees it.
 * settle: its range was emptied; `leave': no entry can reach it any more.
 */
void hf_vm_page_disown(vm_page_t m);
void hf_vm_page_settle(vm_page_t m, bool leave);
/*
 * An entry's wiring of a page that may be invalid goes, and with the last one
 * the page.  Object write-locked.  False, nothing done: m is busy.
 */
bool hf_vm_page_unwire_settle(vm_page_t m, uint8_t queue);
/*
 * Frees m if it is emptied and nobody wires it any more.  False: perhaps, but a
 * lock is taken.  let_go: then the page daemon will.
 */
bool hf_vm_page_reap(vm_page_t m);
void hf_vm_page_let_go(vm_page_t m);

/* vm_page_queue.c: off the queues for good, before the page is freed. */
void hf_vm_page_unqueue(vm_page_t m);
/*
 * Moves the page at a queue's head to its tail; NULL when the queue is empty.
 * Wired pages that are in the way go off the queue.  Of a queue without
 * markers.
 */
vm_page_t hf_vm_page_rotate(uint8_t queue);
/*
 * Where an unwired page goes ("release" of vm_page.md 8.1).  The page queue
 * lock is held; the page still has the wiring that the caller will drop.
 */
void hf_vm_page_release_toq(vm_page_t m, uint8_t nqueue, bool noreuse);

/*
 * vm_page_wire.c: op(m) with new wirings through mappings barred; false and
 * nothing done if m is wired.  Object write-locked, m busied and managed.
 */
bool hf_vm_page_try_unwired(vm_page_t m, void (*op)(vm_page_t));

/*
 * vm_page_alloc.c: the fields of a page fresh from the buddy lists.
 * hf_vm_page_alloc_undo() takes back what is set here; nothing more may have
 * been done by then.  hf_vm_page_alloc_done() comes when nothing can fail any
 * more: it hands the page out, with what its next owner is told about its
 * contents.
 */
void hf_vm_page_alloc_init(vm_page_t m, int req);
void hf_vm_page_alloc_undo(vm_page_t m, u_long n, int req);
void hf_vm_page_alloc_done(vm_page_t m, int req, u_int busy);
/*
 * The memory type of n frames from m on: reserve, before anything that cannot
 * be undone, what setting it needs; false: no memory.  Then set, or unreserve.
 */
bool hf_vm_page_memattr_reserve(vm_page_t m, u_long n, vm_memattr_t memattr);
void hf_vm_page_memattr_unreserve(vm_page_t m, u_long n, vm_memattr_t memattr);
void hf_vm_page_memattr_set(vm_page_t m, u_long n, vm_memattr_t memattr);
/* The busy lock that a request wants. */
u_int hf_vm_page_busy_word(int req);
/* Notes where a page without object was asked for. */
void hf_vm_page_set_site(vm_page_t m);
/* Object write-locked: the wait of VM_ALLOC_WAITFAIL, if the request has it. */
void hf_vm_page_alloc_waitfail(vm_object_t object, int req);
/* What a gate failure costs: the deficit, and the daemon is woken. */
void hf_vm_page_alloc_failed(int req, u_int n);

/*
 * With "param junk=1" fresh and freed pages get different contents, unless they
 * are known to be zero.  Dear where ring 0 is emulated, so off by default.
 */
extern bool hf_vm_junk;
#define HF_JUNK_FRESH 0xa5
#define HF_JUNK_FREED 0xdf
void hf_vm_page_fill(vm_page_t m, int byte);

static inline bool
vm_page_is_managed(vm_page_t m)
{
	return ((m->oflags & VPO_UNMANAGED) == 0);
}

#endif
