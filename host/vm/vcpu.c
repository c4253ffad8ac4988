/* SPDX-License-Identifier: BSD-2-Clause */
/* vcpu.c: one virtual CPU and the thread that runs it. */

/*
 * Calling a vCPU back, for a stop, a pause or a question.  A signal alone is
 * not enough: it may arrive after the thread looked whether it is wanted and
 * before it entered KVM_RUN.  So the kick first sets kvm_run.immediate_exit,
 * with which KVM_RUN returns EINTR at once, and then sends the signal, which
 * ends a KVM_RUN that is already in the guest.  Whichever way the race goes, the
 * thread comes back to vcpu_attend, and nobody but that clears immediate_exit.
 * So one kick is enough for one wish; to repeat it would do harm, as the
 * signals queue up and a thread that handles them gets to nothing else.
 */
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "vm/vm_priv.h"

#define VCPU_SIGNAL	 SIGRTMIN
#define VCPU_STACK_BYTES (256u << 10)
#define VCPU_JUNK	 0x5a5a5a5a5a5a5a5aull
#define CR0_PE		 (1ull << 0)
#define CR0_ET		 (1ull << 4)
#define RFLAGS_FIXED	 (1ull << 1)
#define SEGMENT_CODE	 0xb /* execute, read, accessed */
#define SEGMENT_DATA	 0x3 /* read, write, accessed */
#define SEGMENT_TSS_BUSY 0xb
#define TSS_LIMIT	 0x67

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define VCPU_STACK_DEFAULT 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define VCPU_STACK_DEFAULT 1
#endif
#endif
#ifndef VCPU_STACK_DEFAULT
#define VCPU_STACK_DEFAULT 0
#endif

/* Only there so that the signal interrupts KVM_RUN. */
static void
vcpu_signalled(int signal)
{
}

int
vcpu_create(struct vm *vm, unsigned int index, struct hf_err *err)
{
	struct vcpu *cpu = &vm->cpus[index];
	void *run;

	cpu->vm = vm;
	cpu->index = index;
	cpu->fd = ioctl(vm->fd, KVM_CREATE_VCPU, (unsigned long)index);
	if (cpu->fd < 0)
		return (
		    err_host_errno(err, errno, "KVM_CREATE_VCPU %u", index));
	run = mmap(NULL, vm->run_bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
	    cpu->fd, 0);
	if (run == MAP_FAILED)
		return (err_host_errno(err, errno, "mapping vCPU %u", index));
	cpu->run = run;
	if (index == 0)
		cpuid_add_timing(vm->cpuid, cpu->fd);
	cpuid_for_cpu(vm->cpuid, index);
	if (ioctl(cpu->fd, KVM_SET_CPUID2, vm->cpuid) != 0)
		return (err_host_errno(err, errno, "KVM_SET_CPUID2"));
	return (0);
}

/*
 * KVM delivers INIT and IPIs by a map of all local APICs, which it draws when
 * one of them changes, and not when a vCPU is added: set the new one's state.
 */
int
vcpu_announce(struct vcpu *cpu, struct hf_err *err)
{
	struct kvm_lapic_state lapic;

	if (ioctl(cpu->fd, KVM_GET_LAPIC, &lapic) != 0 ||
	    ioctl(cpu->fd, KVM_SET_LAPIC, &lapic) != 0)
		return (err_host_errno(err, errno, "KVM_SET_LAPIC"));
	return (0);
}

/* A vCPU that vcpu_create gave up half-way is fine, and one never begun. */
void
vcpu_destroy(struct vcpu *cpu)
{
	if (cpu->vm == NULL)
		return;
	hf_check(!cpu->running);
	vcpu_counts_close(cpu);
	if (cpu->run != NULL)
		munmap(cpu->run, cpu->vm->run_bytes);
	if (cpu->fd >= 0)
		close(cpu->fd);
}

static struct kvm_segment
flat_segment(uint16_t selector, uint8_t type)
{
	return ((struct kvm_segment){ .limit = 0xffffffffu,
	    .selector = selector,
	    .type = type,
	    .present = 1,
	    .db = 1,
	    .s = 1,
	    .g = 1 });
}

/*
 * What PVH leaves open is set to junk, a null SS and empty descriptor tables:
 * a kernel that relies on more than it was promised fails here at once (BT-03).
 */
int
vcpu_set_entry(
    struct vcpu *cpu, uint32_t entry, gpa_t start_info, struct hf_err *err)
{
	struct kvm_regs regs;
	struct kvm_sregs sregs;

	if (ioctl(cpu->fd, KVM_GET_SREGS, &sregs) != 0)
		return (err_host_errno(err, errno, "KVM_GET_SREGS"));
	sregs.cs = flat_segment(0x08, SEGMENT_CODE);
	sregs.ds = flat_segment(0x10, SEGMENT_DATA);
	sregs.es = sregs.ds;
	sregs.fs = sregs.ds;
	sregs.gs = sregs.ds;
	sregs.ss = (struct kvm_segment){ .unusable = 1 };
	sregs.tr = (struct kvm_segment){
		.limit = TSS_LIMIT, .type = SEGMENT_TSS_BUSY, .present = 1
	};
	sregs.gdt = (struct kvm_dtable){ 0 };
	sregs.idt = (struct kvm_dtable){ 0 };
	sregs.cr0 = CR0_PE | CR0_ET;
	sregs.cr3 = 0;
	sregs.cr4 = 0;
	sregs.efer = 0;
	if (ioctl(cpu->fd, KVM_SET_SREGS, &sregs) != 0)
		return (err_host_errno(err, errno, "KVM_SET_SREGS"));
	memset(&regs, VCPU_JUNK & 0xff, sizeof(regs));
	regs.rbx = start_info.v;
	regs.rip = entry;
	regs.rflags = RFLAGS_FIXED;
	if (ioctl(cpu->fd, KVM_SET_REGS, &regs) != 0)
		return (err_host_errno(err, errno, "KVM_SET_REGS"));
	return (0);
}

static void *
vcpu_main(void *arg)
{
	struct vcpu *cpu = arg;
	struct vm *vm = cpu->vm;

	vcpu_counts_enter(cpu);
	/* What was wanted of all before it was there. */
	vcpu_attend(cpu);
	while (!__atomic_load_n(&vm->stopping, __ATOMIC_ACQUIRE)) {
		if (ioctl(cpu->fd, KVM_RUN, 0) == 0)
			exits_handle(cpu);
		else if (errno == EINTR)
			vcpu_attend(cpu);
		else if (errno != EAGAIN)
			vm_end_claim(vm,
			    &(struct vm_end){ .reason = VM_END_RUN_FAILED,
				.cpu = cpu->index,
				.error = errno });
	}
	vcpu_counts_leave(cpu);
	vcpu_rest_for_good(cpu);
	return (NULL);
}

int
vcpu_start(struct vcpu *cpu)
{
	struct sigaction action = { .sa_handler = vcpu_signalled,
		.sa_flags = SA_RESTART };
	sigset_t all, old;
	pthread_attr_t attr;
	int error;

	cpu->debug_stale = cpu->vm->nbreaks > 0;
	sigaction(VCPU_SIGNAL, &action, NULL);
	pthread_attr_init(&attr);
	if (!VCPU_STACK_DEFAULT)
		pthread_attr_setstacksize(&attr, VCPU_STACK_BYTES);
	/* Every other signal is for the thread that started us. */
	sigfillset(&all);
	sigdelset(&all, VCPU_SIGNAL);
	sigdelset(&all, SIGSEGV);
	sigdelset(&all, SIGBUS);
	sigdelset(&all, SIGILL);
	sigdelset(&all, SIGFPE);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	error = pthread_create(&cpu->thread, &attr, vcpu_main, cpu);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	cpu->running = error == 0;
	return (error);
}

void
vcpu_kick(struct vcpu *cpu)
{
	__atomic_store_n(&cpu->run->immediate_exit, 1, __ATOMIC_SEQ_CST);
	/* The caller's own vCPU is not in the guest. */
	if (cpu->running && !pthread_equal(cpu->thread, pthread_self()))
		pthread_kill(cpu->thread, VCPU_SIGNAL);
}

void
vcpu_join(struct vcpu *cpu)
{
	int error;

	if (!cpu->running)
		return;
	error = pthread_join(cpu->thread, NULL);
	hf_check(error == 0);
	cpu->running = false;
}
