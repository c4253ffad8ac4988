/* SPDX-License-Identifier: BSD-2-Clause */
/* irq.c: interrupts into and doorbells out of the guest, without exits. */
#include <sys/eventfd.h>
#include <sys/ioctl.h>

#include <errno.h>
#include <unistd.h>

#include "vm/vm_priv.h"

/*
 * KVM_IRQFD (KVM API 4.75): each count of the eventfd is one pulse on the
 * IOAPIC pin, which the guest therefore programs as edge-triggered.
 */
int
vm_irq_setup(struct vm *vm, unsigned int irq)
{
	struct kvm_irqfd irqfd = { .gsi = irq };
	int error, fd;

	hf_check(irq < VM_IRQS_MAX);
	if (vm->irq_fd[irq] >= 0)
		return (-EEXIST);
	fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (fd < 0)
		return (-errno);
	irqfd.fd = fd;
	if (ioctl(vm->fd, KVM_IRQFD, &irqfd) != 0) {
		error = errno;
		close(fd);
		return (-error);
	}
	vm->irq_fd[irq] = fd;
	return (0);
}

void
vm_irq_raise(void *arg, unsigned int irq)
{
	struct vm *vm = arg;
	uint64_t one = 1;
	ssize_t n;

	hf_check(irq < VM_IRQS_MAX && vm->irq_fd[irq] >= 0);
	do
		n = write(vm->irq_fd[irq], &one, sizeof(one));
	while (n < 0 && errno == EINTR);
	/* EAGAIN: 2^64-2 counts that KVM did not consume. */
	hf_check(n == sizeof(one));
}

/* KVM_IOEVENTFD (KVM API 4.59). */
static int
doorbell(struct vm *vm, const struct doorbell *bell, uint32_t flags)
{
	struct kvm_ioeventfd io = { .datamatch = bell->value,
		.addr = bell->addr,
		.len = bell->len_bytes,
		.fd = bell->eventfd,
		.flags = KVM_IOEVENTFD_FLAG_DATAMATCH | flags };

	if (bell->is_port)
		io.flags |= KVM_IOEVENTFD_FLAG_PIO;
	return (ioctl(vm->fd, KVM_IOEVENTFD, &io) == 0 ? 0 : -errno);
}

int
vm_doorbell_add(void *vm, const struct doorbell *bell)
{
	return (doorbell(vm, bell, 0));
}

void
vm_doorbell_remove(void *vm, const struct doorbell *bell)
{
	int error = doorbell(vm, bell, KVM_IOEVENTFD_FLAG_DEASSIGN);

	hf_check(error == 0);
}
