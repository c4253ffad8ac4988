/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_extern.h: what the VM offers to the rest of the kernel. */

#ifndef HF_VM_VM_EXTERN_H
#define HF_VM_VM_EXTERN_H

#include <sys/param.h>
#include <vm/vm.h>

struct pmap;
struct proc;
struct thread;
struct vm_map;
struct vm_map_entry;
struct vmspace;
struct vnode;

/* vm_kern.c: kernel address space. */
vm_offset_t kva_alloc(vm_size_t size);
vm_offset_t kva_alloc_aligned(vm_size_t size, vm_size_t align);
void kva_free(vm_offset_t addr, vm_size_t size);
void kmem_init(vm_offset_t start, vm_offset_t end);
void *kmem_malloc(vm_size_t size, int flags);
void kmem_free(void *addr, vm_size_t size);

/* vm_glue.c */
bool kernacc(void *addr, int len, int rw);
bool useracc(void *addr, int len, int rw);
int vslock(void *addr, size_t len);
void vsunlock(void *addr, size_t len);
int vm_thread_new(struct thread *td, int pages);
void vm_thread_dispose(struct thread *td);

/* vm_init.c: the VM, once pmap_bootstrap() has run; one CPU. */
void vm_mem_init(void);

/* vm_fault*.c */
int vm_fault(vm_map_t map, vm_offset_t vaddr, vm_prot_t fault_type,
    int fault_flags, vm_page_t *m_hold);
void vm_fault_copy_entry(vm_map_t dst_map, vm_map_t src_map,
    vm_map_entry_t dst_entry, vm_map_entry_t src_entry,
    vm_ooffset_t *fork_charge);
void hf_fault_copy_up(vm_map_t map, vm_map_entry_t entry);
int vm_fault_disable_pagefaults(void);
void vm_fault_enable_pagefaults(int save);
int vm_fault_hold_pages(vm_map_t map, vm_offset_t addr, vm_size_t len,
    vm_prot_t prot, vm_page_t *ma, int max_count, int *countp);
int vm_fault_quick_hold_pages(vm_map_t map, vm_offset_t addr, vm_size_t len,
    vm_prot_t prot, vm_page_t *ma, int max_count);
int vm_fault_trap(vm_map_t map, vm_offset_t vaddr, vm_prot_t fault_type,
    int fault_flags, int *signo, int *ucode);
/*
 * Of a fault of the kernel that it can recover from, in a section without
 * faults (TDP_NOFAULTING): the first at an address is taken for a stale TLB
 * entry, which the fault itself has flushed.  True: run the instruction again.
 * False: it has failed.
 */
bool hf_fault_is_spurious(vm_offset_t va);

/* How long faults wait for memory: seconds, and waits until help is called. */
extern int vm_pfault_oom_attempts;
extern int vm_pfault_oom_wait;
/* Asked for memory when faults failed too long; NULL: nobody. */
extern void (*hf_fault_oom_hook)(void);

/* vm_mmap.c */
int vm_mmap_to_errno(int rv);

/* vmspace.c; pinit makes the pmap, NULL means pmap_pinit(). */
struct vmspace *vmspace_alloc(
    vm_offset_t min, vm_offset_t max, int (*pinit)(struct pmap *));
struct vmspace *vmspace_fork(struct vmspace *vm1, vm_ooffset_t *fork_charge);
int vmspace_exec(struct proc *p, vm_offset_t minuser, vm_offset_t maxuser);
int vmspace_unshare(struct proc *p);
void vmspace_exit(struct thread *td);
struct vmspace *vmspace_acquire_ref(struct proc *p);
void vmspace_free(struct vmspace *vm);
void vmspace_exitfree(struct proc *p);

#endif /* !HF_VM_VM_EXTERN_H */
