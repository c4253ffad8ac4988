/* SPDX-License-Identifier: BSD-2-Clause */
/* control.c: what a debugger asks of a machine, on the owner's thread. */
#include "vm/control.h"

#include <sys/ioctl.h>

#include <errno.h>
#include <inttypes.h>

#include "core/lock.h"
#include "vm/vm_priv.h"

/* One that does not come back within this time waits for the host. */
#define CALL_BACK_MS 5000

void
control_observe(
    struct vm *vm, void (*observer)(void *, struct control_event), void *arg)
{
	hf_check(!vm->started);
	vm->observer = observer;
	vm->observer_arg = arg;
}

void
control_hold_at_start(struct vm *vm)
{
	hf_check(!vm->started);
	lock_take(&vm->lock);
	vm->pausing = true;
	lock_drop(&vm->lock);
}

static int
check_debug(const struct vm *vm, struct hf_err *err)
{
	if (ioctl(vm->kvm_fd, KVM_CHECK_EXTENSION, KVM_CAP_SET_GUEST_DEBUG) > 0)
		return (0);
	return (err_user(
	    err, "this KVM cannot debug guests (no KVM_CAP_SET_GUEST_DEBUG)"));
}

unsigned int
vm_find_break(const struct vm *vm, uint64_t address)
{
	unsigned int i = 0;

	while (i < vm->nbreaks && vm->breaks[i] != address)
		i++;
	return (i);
}

/* Lock held: every vCPU takes the breakpoints as they are now. */
static void
spread_breaks(struct vm *vm)
{
	for (unsigned int i = 0; i < vm->nmade; i++) {
		vm->cpus[i].debug_stale = true;
		vcpu_kick(&vm->cpus[i]);
	}
}

int
control_break_set(struct vm *vm, uint64_t address, struct hf_err *err)
{
	bool full = false;

	if (check_debug(vm, err) != 0)
		return (-1);
	lock_take(&vm->lock);
	if (vm_find_break(vm, address) == vm->nbreaks) {
		full = vm->nbreaks == CONTROL_BREAKS_MAX;
		if (!full) {
			vm->breaks[vm->nbreaks++] = address;
			spread_breaks(vm);
		}
	}
	lock_drop(&vm->lock);
	if (full)
		return (err_user(err,
		    "breakpoint at 0x%" PRIx64
		    ": the processor has %d, and all are in use",
		    address, CONTROL_BREAKS_MAX));
	return (0);
}

bool
control_break_clear(struct vm *vm, uint64_t address)
{
	unsigned int i;
	bool found;

	lock_take(&vm->lock);
	i = vm_find_break(vm, address);
	found = i < vm->nbreaks;
	if (found) {
		vm->breaks[i] = vm->breaks[--vm->nbreaks];
		spread_breaks(vm);
	}
	lock_drop(&vm->lock);
	return (found);
}

void
control_break_clear_all(struct vm *vm)
{
	lock_take(&vm->lock);
	vm->nbreaks = 0;
	spread_breaks(vm);
	lock_drop(&vm->lock);
}

/* The vCPU, if it rests in a machine that is paused; NULL: *err. */
static struct vcpu *
resting_cpu(struct vm *vm, unsigned int index, struct hf_err *err)
{
	struct vcpu *cpu = NULL;

	hf_check(vm->paused.cpus != NULL);
	lock_take(&vm->lock);
	if (index >= vm->nmade)
		err_user(err, "there is no CPU %u yet", index);
	else if (!vm->cpus[index].resting)
		err_host(err, "CPU %u waits for the host", index);
	else
		cpu = &vm->cpus[index];
	lock_drop(&vm->lock);
	return (cpu);
}

bool
control_take(struct vm *vm, struct control_event *event)
{
	bool found = false;

	hf_check(vm->paused.cpus != NULL);
	lock_take(&vm->lock);
	for (unsigned int i = 0; i < vm->nmade && !found; i++) {
		struct vcpu *cpu = &vm->cpus[i];

		found = cpu->stopped;
		if (!found)
			continue;
		*event = (struct control_event){ .cpu = i,
			.address = cpu->break_rip };
		cpu->stopped = false;
		vm->nstopped--;
	}
	lock_drop(&vm->lock);
	return (found);
}

/* Lock held.  False: the time has come. */
static bool
wait_for_step(struct vcpu *cpu, int patience_ms)
{
	struct timespec until = pause_patience(patience_ms);
	struct vm *vm = cpu->vm;

	while (cpu->step_asked || !cpu->resting)
		if (vm->stopping ||
		    !lock_wait_until(&vm->rested, &vm->lock, &until))
			return (false);
	return (true);
}

int
control_step(
    struct vm *vm, unsigned int index, int patience_ms, struct hf_err *err)
{
	struct vcpu *cpu;
	unsigned int before;
	bool done, ended;

	if (check_debug(vm, err) != 0 ||
	    (cpu = resting_cpu(vm, index, err)) == NULL)
		return (-1);
	if (vm->paused.cpus[index].waiting)
		return (
		    err_user(err, "CPU %u waits for its startup IPI", index));
	lock_take(&vm->lock);
	before = cpu->nsteps;
	cpu->step_asked = true;
	cpu->resting = false;
	pthread_cond_broadcast(&vm->resumed);
	if (!wait_for_step(cpu, patience_ms) && !vm->stopping) {
		/* Called back, it may have done it at the last moment. */
		cpu->step_asked = false;
		vcpu_kick(cpu);
		wait_for_step(cpu, CALL_BACK_MS);
	}
	done = cpu->nsteps != before;
	ended = vm->stopping;
	if (cpu->resting)
		vcpu_capture(cpu, &vm->paused.cpus[index]);
	else
		vm->paused.cpus[index].valid = false;
	lock_drop(&vm->lock);
	if (ended)
		return (err_user(err, "the machine has ended"));
	if (!done)
		return (err_user(err,
		    "CPU %u has performed no instruction within %d ms: it is "
		    "halted, or waits for the host",
		    index, patience_ms));
	return (0);
}

int
control_set_registers(struct vm *vm, unsigned int index,
    const struct vm_cpu_state *state, struct hf_err *err)
{
	struct vcpu *cpu = resting_cpu(vm, index, err);
	int error;

	if (cpu == NULL)
		return (-1);
	error = vcpu_set_state(cpu, state);
	vcpu_capture(cpu, &vm->paused.cpus[index]);
	if (error != 0)
		return (err_user_errno(err, error,
		    "registers that KVM refuses for CPU %u", index));
	return (0);
}
