/* SPDX-License-Identifier: BSD-2-Clause */
/* vm.c: one virtual machine from creation to the account of its end. */
#include <sys/eventfd.h>
#include <sys/ioctl.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/lock.h"
#include "vm/boot.h"
#include "vm/elf_load.h"
#include "vm/kvm.h"
#include "vm/vm_priv.h"

/*
 * Three pages that KVM wants on Intel processors without "unrestricted guest"
 * (KVM API 4.36); in the MMIO hole, clear of our windows and of the APICs, and
 * below the identity page that KVM puts at 0xfffbc000 itself.
 */
#define VM_TSS_GPA 0xfffb0000ul

static int
check_cpus(const struct vm *vm, struct hf_err *err)
{
	int max;

	if (vm->ncpus < 1 || vm->ncpus > VM_CPUS_MAX)
		return (err_user(
		    err, "--cpus %u: must be 1 to %d", vm->ncpus, VM_CPUS_MAX));
	if (vm->ncpus == 1)
		return (0);
	max = kvm_cap_value(vm->kvm_fd, KVM_CAP_MAX_VCPUS);
	if (max > 0 && vm->ncpus > (unsigned int)max)
		return (err_user(err, "--cpus %u: this KVM allows at most %d",
		    vm->ncpus, max));
	return (0);
}

static int
create_machine(struct vm *vm, struct hf_err *err)
{
	int run_bytes;

	vm->fd = ioctl(vm->kvm_fd, KVM_CREATE_VM, 0);
	if (vm->fd < 0 && errno == EBUSY)
		return (err_user_errno(err, errno,
		    "KVM_CREATE_VM: another hypervisor is using the "
		    "processor's virtualization"));
	if (vm->fd < 0)
		return (err_user_errno(err, errno, "KVM_CREATE_VM"));
	if (ioctl(vm->fd, KVM_SET_TSS_ADDR, VM_TSS_GPA) != 0)
		return (err_host_errno(err, errno, "KVM_SET_TSS_ADDR"));
	run_bytes = ioctl(vm->kvm_fd, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (run_bytes < (int)sizeof(struct kvm_run))
		return (err_host_errno(err, errno, "KVM_GET_VCPU_MMAP_SIZE"));
	vm->run_bytes = run_bytes;
	vm->end_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (vm->end_fd < 0)
		return (err_host_errno(err, errno, "eventfd"));
	return (0);
}

static int
plug_memory(struct vm *vm, struct hf_err *err)
{
	struct kvm_userspace_memory_region slot = { 0 };
	struct guestmem_region r;
	unsigned int i;

	for (i = 0; i < guestmem_nregions(vm->memory.guestmem); i++) {
		r = guestmem_region(vm->memory.guestmem, i);
		slot.slot = i;
		slot.guest_phys_addr = r.base.v;
		slot.memory_size = r.len_bytes;
		slot.userspace_addr = (uintptr_t)r.host;
		if (ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &slot) != 0)
			return (err_user_errno(err, errno,
			    "--memory: KVM refuses %llu bytes at 0x%llx",
			    slot.memory_size, slot.guest_phys_addr));
	}
	return (0);
}

/*
 * Local APICs always; the 8259s and the IOAPIC only where devices interrupt:
 * KVM waits for a grace period when they come and when they go.  After the
 * memory, whose slots would otherwise wait for that, too (6 to 10 ms, measured
 * on Linux 6.18).
 */
static int
create_irqchip(struct vm *vm, bool ioapic, struct hf_err *err)
{
	struct kvm_enable_cap split = { .cap = KVM_CAP_SPLIT_IRQCHIP };

	/* EINVAL: before Linux 4.5. */
	if (!ioapic && ioctl(vm->fd, KVM_ENABLE_CAP, &split) == 0)
		return (0);
	if (ioctl(vm->fd, KVM_CREATE_IRQCHIP, 0) != 0)
		return (err_host_errno(err, errno, "KVM_CREATE_IRQCHIP"));
	return (0);
}

/* Until there are n.  Lock held, or nobody else there yet. */
static int
make_cpus(struct vm *vm, unsigned int n, struct hf_err *err)
{
	for (; vm->nmade < n; vm->nmade++)
		if (vcpu_create(vm, vm->nmade, err) != 0 ||
		    (vm->started &&
			vcpu_announce(&vm->cpus[vm->nmade], err) != 0))
			return (-1);
	if (vm->nmade == vm->ncpus) {
		free(vm->cpuid);
		vm->cpuid = NULL;
	}
	return (0);
}

static int
create_cpus(struct vm *vm, bool lazy, struct hf_err *err)
{
	vm->cpuid = cpuid_template(vm->kvm_fd, vm->ncpus, err);
	if (vm->cpuid == NULL)
		return (-1);
	return (make_cpus(vm, lazy ? 1 : vm->ncpus, err));
}

struct vm *
vm_create(const struct vm_config *cfg, struct hf_err *err)
{
	struct vm *vm;
	unsigned int i;

	vm = calloc(1, sizeof(*vm));
	hf_check_memory(vm != NULL);
	lock_init(&vm->lock);
	pthread_cond_init(&vm->rested, NULL);
	pthread_cond_init(&vm->resumed, NULL);
	vm->io = cfg->io;
	vm->ncpus = cfg->ncpus;
	vm->ioapic = cfg->ioapic;
	vm->counts = cfg->counts;
	vm->prefault = cfg->prefault;
	/* Otherwise the user asked for pages of another kind. */
	vm->maps_image = cfg->hugepages == VM_HUGEPAGES_OFF && !cfg->prefault;
	vm->kvm_fd = vm->fd = vm->end_fd = -1;
	for (i = 0; i < VM_IRQS_MAX; i++)
		vm->irq_fd[i] = -1;
	/* What the user asked for is checked before KVM is. */
	if (memory_check(cfg, err) != 0)
		goto fail;
	vm->kvm_fd =
	    kvm_open(cfg->kvm_path != NULL ? cfg->kvm_path : KVM_PATH, err);
	if (vm->kvm_fd < 0 || check_cpus(vm, err) != 0)
		goto fail;
	vm->cpus = calloc(vm->ncpus, sizeof(*vm->cpus));
	vm->end.cpus = calloc(vm->ncpus, sizeof(*vm->end.cpus));
	hf_check_memory(vm->cpus != NULL && vm->end.cpus != NULL);
	vm->end.ncpus = vm->ncpus;
	if (memory_init(&vm->memory, cfg, err) != 0 ||
	    create_machine(vm, err) != 0 || plug_memory(vm, err) != 0 ||
	    create_irqchip(vm, cfg->ioapic, err) != 0 ||
	    create_cpus(vm, cfg->lazy_cpus, err) != 0)
		goto fail;
	return (vm);
fail:
	vm_destroy(vm);
	return (NULL);
}

int
vm_load(struct vm *vm, const struct vm_image *image, const void *module,
    size_t module_bytes, const char *cmdline, struct hf_err *err)
{
	struct vm_image from = *image;
	struct elf_kernel kernel;
	struct boot_config cfg = { .info = gpa_make(BOOT_INFO_GPA),
		.ncpus = vm->ncpus,
		.ioapic = vm->ioapic,
		.module = module,
		.module_bytes = module_bytes,
		.cmdline = cmdline };

	hf_check(!vm->loaded);
	if (!vm->maps_image)
		from.file = NULL;
	if (elf_load(vm->memory.guestmem, &from, &kernel, err) != 0 ||
	    boot_write(vm->memory.guestmem, &kernel, &cfg, err) != 0)
		return (-1);
	vm->entry = kernel.entry;
	vm->start_info = cfg.info;
	vm->loaded = true;
	return (0);
}

struct guestmem *
vm_guestmem(struct vm *vm)
{
	return (vm->memory.guestmem);
}

int
vm_start(struct vm *vm, struct hf_err *err)
{
	unsigned int i;
	int error = 0;

	hf_check(vm->loaded);
	if (vcpu_set_entry(&vm->cpus[0], vm->entry, vm->start_info, err) != 0 ||
	    (vm->prefault && second_stage_fill(vm, err) != 0))
		return (-1);
	lock_take(&vm->lock);
	vm->started = true;
	/* The boot CPU last: the others are there when it calls them. */
	for (i = vm->nmade; i-- > 0 && error == 0;)
		error = vcpu_start(&vm->cpus[i]);
	lock_drop(&vm->lock);
	if (error == 0)
		return (0);
	vm_stop(vm);
	return (err_host_errno(err, error, "starting a vCPU thread"));
}

void
vm_host_failed(void *arg, const char *why)
{
	struct vm_end end = { .reason = VM_END_HOST };

	snprintf(
	    end.text, sizeof(end.text), "%.*s", (int)sizeof(end.text) - 1, why);
	vm_end_claim(arg, &end);
}

void
vm_cpus_start(struct vm *vm)
{
	struct hf_err err = { 0 };
	unsigned int i;
	int error = 0;

	lock_take(&vm->lock);
	i = vm->nmade;
	if (!vm->stopping && make_cpus(vm, vm->ncpus, &err) != 0)
		error = -1;
	for (; i < vm->nmade && error == 0; i++)
		error = vcpu_start(&vm->cpus[i]);
	lock_drop(&vm->lock);
	if (error > 0)
		err_host_errno(&err, error, "starting a vCPU thread");
	if (error != 0)
		vm_host_failed(vm, err.text);
}

void
vm_end_claim(struct vm *vm, const struct vm_end *end)
{
	struct vm_cpu_state *cpus;
	uint64_t one = 1;
	unsigned int i;
	bool claimed;
	ssize_t n;

	lock_take(&vm->lock);
	claimed = vm->end.reason == VM_END_NONE;
	if (claimed) {
		cpus = vm->end.cpus;
		vm->end = *end;
		vm->end.cpus = cpus;
		vm->end.ncpus = vm->ncpus;
		__atomic_store_n(&vm->stopping, true, __ATOMIC_RELEASE);
		for (i = 0; i < vm->nmade; i++)
			vcpu_kick(&vm->cpus[i]);
		/* Those that rest at a breakpoint. */
		pthread_cond_broadcast(&vm->resumed);
	}
	lock_drop(&vm->lock);
	if (!claimed)
		return;
	/* Without the lock, which is what the woken owner wants next. */
	n = write(vm->end_fd, &one, sizeof(one));
	hf_check(n == sizeof(one));
}

int
vm_end_fd(const struct vm *vm)
{
	return (vm->end_fd);
}

enum vm_end_reason
vm_wait(struct vm *vm, int timeout_ms)
{
	struct pollfd pfd = { .fd = vm->end_fd, .events = POLLIN };
	enum vm_end_reason reason;

	/* EINTR: as good as a timeout; the caller looks at its clock. */
	(void)poll(&pfd, 1, timeout_ms);
	lock_take(&vm->lock);
	reason = vm->end.reason;
	lock_drop(&vm->lock);
	return (reason);
}

void
vm_request_stop(struct vm *vm)
{
	vm_end_claim(vm, &(struct vm_end){ .reason = VM_END_STOPPED });
}

void
vm_guest_exit(struct vm *vm, uint32_t value)
{
	vm_end_claim(vm,
	    &(struct vm_end){ .reason = VM_END_GUEST_EXIT,
		.kvm_exit = KVM_EXIT_IO,
		.guest_value = value });
}

/*
 * Once vm_end_claim has returned nobody kicks any more, so joining and
 * forgetting the threads needs no lock.
 */
void
vm_stop(struct vm *vm)
{
	unsigned int i;

	vm_request_stop(vm);
	if (vm->pausing)
		vm_resume(vm);
	for (i = 0; i < vm->ncpus; i++)
		vcpu_join(&vm->cpus[i]);
}

const struct vm_end *
vm_end_summary(struct vm *vm)
{
	hf_check(vm->end.reason != VM_END_NONE);
	return (&vm->end);
}

const struct vm_end *
vm_end(struct vm *vm)
{
	unsigned int i;

	hf_check(vm->end.reason != VM_END_NONE);
	/* The rest was never asked for, as if it waited for its startup IPI. */
	for (i = vm->nmade; i < vm->ncpus; i++)
		vm->end.cpus[i] =
		    (struct vm_cpu_state){ .valid = true, .waiting = true };
	for (i = 0; i < vm->nmade; i++) {
		hf_check(!vm->cpus[i].running);
		if (!vm->end.cpus[i].valid)
			vcpu_capture(&vm->cpus[i], &vm->end.cpus[i]);
	}
	return (&vm->end);
}

static void
close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void
vm_destroy(struct vm *vm)
{
	unsigned int i;

	if (vm == NULL)
		return;
	if (vm->loaded)
		vm_stop(vm);
	for (i = 0; vm->cpus != NULL && i < vm->ncpus; i++)
		vcpu_destroy(&vm->cpus[i]);
	for (i = 0; i < VM_IRQS_MAX; i++)
		close_fd(vm->irq_fd[i]);
	close_fd(vm->end_fd);
	close_fd(vm->fd);
	close_fd(vm->kvm_fd);
	memory_fini(&vm->memory);
	pthread_cond_destroy(&vm->resumed);
	pthread_cond_destroy(&vm->rested);
	lock_destroy(&vm->lock);
	free(vm->cpuid);
	free(vm->end.cpus);
	free(vm->cpus);
	free(vm);
}

int
vm_stats_source(const struct vm *vm)
{
	return (vm->fd);
}

bool
vm_cpu_exists(struct vm *vm, unsigned int cpu)
{
	bool made;

	lock_take(&vm->lock);
	made = cpu < vm->nmade;
	lock_drop(&vm->lock);
	return (made);
}

unsigned int
vm_cpu_count(const struct vm *vm)
{
	return (vm->ncpus);
}
