/* SPDX-License-Identifier: BSD-2-Clause */
/* space.h: address spaces for scenarios. */

#ifndef HF_TEST_SPACE_H
#define HF_TEST_SPACE_H

#include <sys/param.h>
#include <sys/systm.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>

struct proc;

/* Where the helpers below map when they are not told where. */
#define HF_SPACE_BASE 0x10000000ul

/*
 * Gives the scenario's process an empty address space, if it has none, and
 * loads it.  Returns its map.  The runner frees it at the scenario's end.
 */
vm_map_t hf_space_enter(void);

/* The map of the current process, which has one. */
vm_map_t hf_space_map(void);

/*
 * npages of memory at va with these rights (max VM_PROT_ALL), the object's
 * reference donated; NULL: anonymous.  The scenario ends if that fails.
 */
void hf_space_map_at(vm_offset_t va, u_long npages, vm_object_t object,
    vm_ooffset_t offset, vm_prot_t prot, int cow);

/* Anonymous read-write memory at va, or at HF_SPACE_BASE or above. */
void hf_space_anon_at(vm_offset_t va, u_long npages);
vm_offset_t hf_space_anon(u_long npages);

/* vm_map_entry of va in the current map; it must exist. */
vm_map_entry_t hf_space_entry(vm_offset_t va);

/* The page that va is mapped to now, NULL if none; the raw leaf. */
vm_page_t hf_space_page(vm_offset_t va);
pt_entry_t hf_space_leaf(vm_offset_t va);

/*
 * A process whose space is vmspace_fork() of the current one. hf_space_run()
 * moves the thread into a process; hf_space_end() ends one that the thread is
 * not in.
 */
struct proc *hf_space_fork(const char *name);
/* A process with an empty space. */
struct proc *hf_space_proc(const char *name);
void hf_space_run(struct proc *p);
void hf_space_end(struct proc *p);
/* Fails for each entry that is wired for the system, and unwires it. */
void hf_space_check_unwired(struct proc *p);

/* Eight bytes of user memory; a failure is a failed expectation. */
uint64_t hf_peek(vm_offset_t va);
void hf_poke(vm_offset_t va, uint64_t value);

/* Expects that no invariant of any map is broken now. */
void hf_space_check(void);

/*
 * A second thread of the current process.  hf_await_sleep() returns when it
 * sleeps with this message (NULL: with any), hf_await() when the word is as
 * wanted; both let others run meanwhile.  What the thread did before is seen
 * then.
 */
struct thread *hf_space_thread(void (*fn)(void *), void *arg);
bool hf_is_asleep(struct thread *td, const char *wmesg);
void hf_await_sleep(struct thread *td, const char *wmesg);
void hf_await(volatile int *word, int wanted);

/* Registers counters and checkers of the maps with the runner; at boot. */
void hf_map_init_checker(void);

#endif
