/* SPDX-License-Identifier: BSD-2-Clause */
/* ptrace.h: how a debugger gets at another process's memory. */

#ifndef HF_SYS_PTRACE_H
#define HF_SYS_PTRACE_H

#include <sys/types.h>

struct proc;
struct thread;
struct uio;

/*
 * Moves memory of p, from address uio_offset on, to (UIO_READ) or from
 * (UIO_WRITE) the uio, as far as uio_resid.  The caller keeps p from going away
 * and holds no lock; p's address space may change or end meanwhile.  Sleeps,
 * and faults for curthread; p's stack does not grow.
 *
 * Reading wants READ access.  Writing does too, and needs no right to write.
 * Private memory gets a copy of its own, as at a store; p itself still cannot
 * write it if it could not before.  In shared memory the page itself is
 * written, if the mapping could ever be made writable.  Locked memory stays
 * locked, its copy included.  What is written is dirty.
 *
 * 0; ENOMEM; EFAULT: p's memory or the uio's permits no more.  The uio says how
 * far it came.  EFAULT, too, if p has no address space (any more).
 */
int proc_rwmem(struct proc *p, struct uio *uio);

/*
 * The same with len bytes of kernel memory; how many were moved, -1 if none
 * could be. Not one byte is no error if none was asked for.
 */
ssize_t proc_readmem(
    struct thread *td, struct proc *p, vm_offset_t va, void *buf, size_t len);
ssize_t proc_writemem(
    struct thread *td, struct proc *p, vm_offset_t va, void *buf, size_t len);

#endif
