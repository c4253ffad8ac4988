/* SPDX-License-Identifier: BSD-2-Clause */
/* guest_vm_state.h: pages, objects, maps and requests that are in the middle. */
#ifndef HF_DEBUG_GUEST_VM_STATE_H
#define HF_DEBUG_GUEST_VM_STATE_H

#include <stdio.h>

#include "debug/guest_threads.h"

/* The page, object or map that address is in; 0: in none. */
uint64_t vm_state_page_at(const struct guest_view *v, uint64_t address);
uint64_t vm_state_object_at(const struct guest_view *v, uint64_t address);
uint64_t vm_state_map_at(const struct guest_view *v, uint64_t address);

/* "page 3 of object 0x... (inode 12)" */
void vm_state_print_page(FILE *f, const struct guest_view *v, uint64_t page);
/* "object 0x... (inode 12)" */
void vm_state_print_object(
    FILE *f, const struct guest_view *v, uint64_t object);

/* The thread that has the page exclusively busy; NULL: it is not known. */
const struct guest_thread *vm_state_page_owner(
    const struct guest_view *v, const struct guest_threads *t, uint64_t page);

/* Called for each entry of a map that is in transition. */
typedef void vm_state_entry_fn(
    void *arg, uint64_t start, uint64_t end, uint64_t thread);
/* NULL, or why not all entries could be seen. */
const char *vm_state_transitions(
    const struct guest_view *v, uint64_t map, vm_state_entry_fn *fn, void *arg);

/* One line for each; nothing when there is none. */
void vm_state_print_busy(
    FILE *f, const struct guest_view *v, const struct guest_threads *t);
void vm_state_print_maps(
    FILE *f, const struct guest_view *v, const struct guest_threads *t);

#endif
