/* SPDX-License-Identifier: BSD-2-Clause */
/* pause.c: hold all vCPUs for a look at the guest. */

/*
 * The kick is that of vcpu.c.  A vCPU thread that comes back rests in
 * vcpu_attend; KVM has then completed whatever the instruction before wanted, so
 * its registers are between two instructions.
 */
#include <stdlib.h>
#include <time.h>

#include "core/lock.h"
#include "vm/vm_priv.h"

/* Lock held. */
static bool
must_rest(const struct vcpu *cpu)
{
	const struct vm *vm = cpu->vm;

	return (!cpu->step_asked && !vm->stopping &&
	    (vm->pausing || vm->nstopped > 0));
}

void
vcpu_attend(struct vcpu *cpu)
{
	struct vm *vm = cpu->vm;
	int error;

	lock_take(&vm->lock);
	vcpu_counts_serve(cpu);
	vcpu_debug_interrupted(cpu);
	while (must_rest(cpu)) {
		cpu->resting = true;
		pthread_cond_signal(&vm->rested);
		lock_wait(&vm->resumed, &vm->lock);
		vcpu_counts_serve(cpu);
	}
	cpu->resting = false;
	error = vcpu_debug_apply(cpu);
	/* All that was wanted so far is done; a stop is the caller's to see. */
	__atomic_store_n(&cpu->run->immediate_exit, 0, __ATOMIC_SEQ_CST);
	lock_drop(&vm->lock);
	if (error != 0)
		vcpu_debug_failed(cpu, error);
}

void
vcpu_rest_for_good(struct vcpu *cpu)
{
	lock_take(&cpu->vm->lock);
	cpu->resting = true;
	pthread_cond_signal(&cpu->vm->rested);
	lock_drop(&cpu->vm->lock);
}

/* Lock held. */
static bool
all_rest(const struct vm *vm)
{
	for (unsigned int i = 0; i < vm->nmade; i++)
		if (vm->cpus[i].running && !vm->cpus[i].resting)
			return (false);
	return (true);
}

struct timespec
pause_patience(int ms)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += (ms % 1000) * 1000000l;
	if (t.tv_nsec >= 1000000000l) {
		t.tv_nsec -= 1000000000l;
		t.tv_sec++;
	}
	return (t);
}

const struct vm_end *
vm_pause(struct vm *vm, int patience_ms)
{
	struct timespec until = pause_patience(patience_ms);
	struct vm_end *look = &vm->paused;
	unsigned int i;

	hf_check(look->cpus == NULL);
	*look = (struct vm_end){ .ncpus = vm->ncpus };
	look->cpus = calloc(vm->ncpus, sizeof(*look->cpus));
	hf_check_memory(look->cpus != NULL);
	lock_take(&vm->lock);
	vm->pausing = true;
	for (i = 0; i < vm->nmade; i++)
		vcpu_kick(&vm->cpus[i]);
	while (!all_rest(vm) && lock_wait_until(&vm->rested, &vm->lock, &until))
		;
	for (i = 0; i < vm->ncpus; i++) {
		struct vcpu *cpu = &vm->cpus[i];

		if (i >= vm->nmade)
			look->cpus[i] = (struct vm_cpu_state){ .valid = true,
				.waiting = true };
		else if (cpu->resting || !cpu->running)
			vcpu_capture(cpu, &look->cpus[i]);
	}
	lock_drop(&vm->lock);
	return (look);
}

void
vm_resume(struct vm *vm)
{
	lock_take(&vm->lock);
	vm->pausing = false;
	pthread_cond_broadcast(&vm->resumed);
	lock_drop(&vm->lock);
	free(vm->paused.cpus);
	vm->paused.cpus = NULL;
}
