/* SPDX-License-Identifier: BSD-2-Clause */
/* control.h: hold a running machine, look into it, change it, step it. */

/*
 * For a debugger.  The owner (vm.h) calls these, between vm_create and vm_stop;
 * vm_pause and vm_resume hold and release all vCPUs.  What is marked "paused"
 * wants to be between those two, where vm_pause's answer has each vCPU's
 * registers and is kept up to date by these calls.
 *
 * Memory: by physical address guestmem_read and guestmem_write (vm/guestmem.h),
 * by virtual address pagetable_read and pagetable_write (debug/pagetable.h) with
 * the registers of a vCPU whose tables are meant.
 *
 * Breakpoints are those of the processor, set in every vCPU: nothing in the
 * guest's memory changes, so none can be left behind, and the guest cannot see
 * them.  While there are any, and while a vCPU steps, the guest's own debug
 * registers do not count; its own #DB (TF) and #BP are its own all the same,
 * but for a #DB in the very instruction that is stepped.
 *
 * A vCPU that comes to a breakpoint has not performed its instruction yet.  It
 * tells the observer and rests, and so do all others, until control_take has
 * taken that event and vm_resume is called; then it performs the instruction
 * and stops there the next time.
 *
 * Lock order: vm.lock is taken and dropped inside; the observer is called
 * without it.
 */
#ifndef HF_VM_CONTROL_H
#define HF_VM_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/err.h"
#include "vm/vm.h"

#define CONTROL_BREAKS_MAX 4 /* the processor's debug registers */

struct control_event {
	unsigned int cpu;
	uint64_t address; /* the breakpoint's */
};

/*
 * Before vm_start: who is told of events, on the vCPU's thread, as soon as they
 * happen.  It may do no more than wake the owner.
 */
void control_observe(
    struct vm *, void (*observer)(void *arg, struct control_event), void *arg);

/*
 * Before vm_start: every vCPU is held before its first instruction, as if by
 * vm_pause; that must be called once vm_start has returned.
 */
void control_hold_at_start(struct vm *);

/*
 * A breakpoint at this virtual (real mode: linear) address, in every vCPU, those included that are
 * made later; at once if paused or not started, else soon.  It may be there
 * already.  0, or -1: *err, when there are CONTROL_BREAKS_MAX others, or this
 * KVM cannot.
 */
int control_break_set(struct vm *, uint64_t address, struct hf_err *err);
/* False: there is none. */
bool control_break_clear(struct vm *, uint64_t address);
void control_break_clear_all(struct vm *);

/* Paused: the next event that nobody has taken.  False: none. */
bool control_take(struct vm *, struct control_event *event);

/*
 * Paused: this vCPU performs one instruction (one turn of a REP), or enters the
 * handler of the fault that it makes; all others are held.  Interrupts wait
 * where KVM can hold them (Linux 5.16), unless the vCPU is halted.  0, or -1:
 * *err, if it has not performed one within patience_ms, as a halted one may,
 * or if it cannot: it waits for its startup IPI, or the machine has ended.
 */
int control_step(
    struct vm *, unsigned int cpu, int patience_ms, struct hf_err *err);

/*
 * Paused: gives this vCPU the registers of state (valid and waiting do not
 * count).  0, or -1: *err, and nothing has changed: KVM refuses such registers,
 * or the vCPU has not come back to rest.
 */
int control_set_registers(struct vm *, unsigned int cpu,
    const struct vm_cpu_state *state, struct hf_err *err);

#endif
