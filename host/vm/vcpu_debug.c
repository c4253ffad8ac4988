/* SPDX-License-Identifier: BSD-2-Clause */
/* vcpu_debug.c: breakpoints and single steps, on the vCPU's own thread. */

/*
 * A breakpoint stops before its instruction, and would again after a resume: a
 * vCPU that rested at one first steps off it, with the breakpoints out.
 *
 * A step whose instruction goes to a device ends with the device's exit and no
 * KVM_EXIT_DEBUG.  KVM_RUN with immediate_exit then completes the instruction
 * and performs no other.
 */
#include <sys/ioctl.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/lock.h"
#include "vm/vm_priv.h"

#define DB_VECTOR	1
#define DR6_BS		(1ull << 14)
#define DR6_BREAKS	0xfull
#define DR7_FIXED	(1ull << 10)
#define DR7_GLOBAL(n)	(2ull << (2 * (n)))
#define DEBUG_BLOCK_IRQ (1u << 20) /* KVM_GUESTDBG_BLOCKIRQ, Linux 5.16 */

/* The kinds of KVM_SET_GUEST_DEBUG's control that this KVM knows; 0: old. */
static unsigned int
known_controls(const struct vm *vm)
{
	int known =
	    ioctl(vm->kvm_fd, KVM_CHECK_EXTENSION, KVM_CAP_SET_GUEST_DEBUG2);

	return (known > 0 ? (unsigned int)known : 0);
}

static bool
is_halted(const struct vcpu *cpu)
{
	struct kvm_mp_state mp;

	return (ioctl(cpu->fd, KVM_GET_MP_STATE, &mp) == 0 &&
	    mp.mp_state == KVM_MP_STATE_HALTED);
}

/* Lock held. */
static struct kvm_guest_debug
debug_of(const struct vcpu *cpu, enum vcpu_step step)
{
	const struct vm *vm = cpu->vm;
	struct kvm_guest_debug d = { 0 };

	if (step != STEP_NONE) {
		d.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP;
		if (!is_halted(cpu))
			d.control |= known_controls(vm) & DEBUG_BLOCK_IRQ;
	} else if (vm->nbreaks > 0) {
		d.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_HW_BP;
		d.arch.debugreg[7] = DR7_FIXED;
		for (unsigned int i = 0; i < vm->nbreaks; i++) {
			d.arch.debugreg[i] = vm->breaks[i];
			d.arch.debugreg[7] |= DR7_GLOBAL(i);
		}
	}
	return (d);
}

/* As KVM_EXIT_DEBUG tells it: real mode has its segment's base in it. */
static bool
linear_rip(const struct vcpu *cpu, uint64_t *out)
{
	struct kvm_regs regs;
	struct kvm_sregs sregs;

	if (ioctl(cpu->fd, KVM_GET_REGS, &regs) != 0 ||
	    ioctl(cpu->fd, KVM_GET_SREGS, &sregs) != 0)
		return (false);
	*out = sregs.cs.l ? regs.rip : (uint32_t)(sregs.cs.base + regs.rip);
	return (true);
}

/* Whether it is still where it rested at a breakpoint. */
static bool
is_at_break(struct vcpu *cpu)
{
	uint64_t rip;

	cpu->at_break =
	    cpu->at_break && linear_rip(cpu, &rip) && rip == cpu->break_rip;
	return (cpu->at_break);
}

int
vcpu_debug_apply(struct vcpu *cpu)
{
	struct kvm_guest_debug d;
	enum vcpu_step step = STEP_NONE;

	if (cpu->step_asked)
		step = STEP_ASKED;
	else if (is_at_break(cpu))
		step = STEP_OFF;
	if (!cpu->debug_stale && step == cpu->step)
		return (0);
	d = debug_of(cpu, step);
	cpu->step = step;
	cpu->debug_stale = false;
	return (ioctl(cpu->fd, KVM_SET_GUEST_DEBUG, &d) == 0 ? 0 : errno);
}

/* Lock held. */
static void
step_done(struct vcpu *cpu)
{
	if (cpu->step == STEP_ASKED) {
		cpu->step_asked = false;
		cpu->nsteps++;
	}
	cpu->at_break = false;
	cpu->step_by_device = false;
}

void
vcpu_debug_device(struct vcpu *cpu)
{
	cpu->step_by_device = true;
	__atomic_store_n(&cpu->run->immediate_exit, 1, __ATOMIC_SEQ_CST);
}

void
vcpu_debug_interrupted(struct vcpu *cpu)
{
	if (cpu->step_by_device)
		step_done(cpu);
}

/* Not ours: the guest traces itself. */
static void
give_to_guest(struct vcpu *cpu, uint64_t dr6)
{
	struct kvm_debugregs regs;
	struct kvm_guest_debug d;

	lock_take(&cpu->vm->lock);
	d = debug_of(cpu, cpu->step);
	lock_drop(&cpu->vm->lock);
	d.control |= KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_INJECT_DB;
	if (ioctl(cpu->fd, KVM_GET_DEBUGREGS, &regs) == 0) {
		regs.dr6 = dr6;
		ioctl(cpu->fd, KVM_SET_DEBUGREGS, &regs);
	}
	if (ioctl(cpu->fd, KVM_SET_GUEST_DEBUG, &d) != 0)
		vcpu_debug_failed(cpu, errno);
}

void
vcpu_debug_failed(struct vcpu *cpu, int error)
{
	struct vm_end end = {
		.reason = VM_END_HOST, .cpu = cpu->index, .error = error
	};

	snprintf(end.text, sizeof(end.text), "KVM_SET_GUEST_DEBUG: %s",
	    strerror(error));
	vm_end_claim(cpu->vm, &end);
}

void
vcpu_debug_exit(struct vcpu *cpu)
{
	const struct kvm_debug_exit_arch *why = &cpu->run->debug.arch;
	struct control_event event = { .cpu = cpu->index, .address = why->pc };
	struct vm *vm = cpu->vm;
	bool ours, hit;

	hf_check(why->exception == DB_VECTOR);
	lock_take(&vm->lock);
	ours = cpu->step != STEP_NONE && (why->dr6 & DR6_BS) != 0;
	if (ours)
		step_done(cpu);
	hit = !ours && cpu->step == STEP_NONE &&
	    vm_find_break(vm, why->pc) < vm->nbreaks;
	if (hit) {
		cpu->at_break = cpu->stopped = true;
		cpu->break_rip = why->pc;
		vm->nstopped++;
		for (unsigned int i = 0; i < vm->nmade; i++)
			vcpu_kick(&vm->cpus[i]);
	}
	lock_drop(&vm->lock);
	if (hit && vm->observer != NULL)
		vm->observer(vm->observer_arg, event);
	/* One that was cleared meanwhile is nobody's. */
	if (!ours && !hit && (why->dr6 & DR6_BREAKS) == 0)
		give_to_guest(cpu, why->dr6);
	else
		vcpu_attend(cpu);
}
