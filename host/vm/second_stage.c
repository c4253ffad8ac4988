/* SPDX-License-Identifier: BSD-2-Clause */
/* second_stage.c: filling the second stage before the guest touches memory. */
#include <linux/kvm.h>
#include <sys/ioctl.h>

#include <errno.h>

#include "vm/kvm.h"
#include "vm/vm_priv.h"

#ifndef KVM_PRE_FAULT_MEMORY
struct kvm_pre_fault_memory {
	__u64 gpa, size, flags, padding[5];
};
#define KVM_PRE_FAULT_MEMORY _IOWR(KVMIO, 0xd5, struct kvm_pre_fault_memory)
#endif

bool
kvm_fills_second_stage(int kvm_fd)
{
	return (kvm_cap_value(kvm_fd, KVM_CAP_PRE_FAULT_MEMORY_) > 0);
}

int
second_stage_fill(struct vm *vm, struct hf_err *err)
{
	if (!kvm_fills_second_stage(vm->kvm_fd))
		return (0);
	for (unsigned int i = 0; i < guestmem_nregions(vm->memory.guestmem);
	     i++) {
		struct guestmem_region r =
		    guestmem_region(vm->memory.guestmem, i);
		struct kvm_pre_fault_memory range = { .gpa = r.base.v,
			.size = r.len_bytes };

		/* KVM moves the range on by what is done. */
		while (range.size > 0)
			if (ioctl(vm->cpus[0].fd, KVM_PRE_FAULT_MEMORY,
				&range) != 0 &&
			    errno != EINTR && errno != EAGAIN)
				return (err_user_errno(err, errno,
				    "--prefault: KVM_PRE_FAULT_MEMORY"));
	}
	return (0);
}
