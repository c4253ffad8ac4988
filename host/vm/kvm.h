/* SPDX-License-Identifier: BSD-2-Clause */
/* kvm.h: what /dev/kvm offers, and what to do when it does not. */
#ifndef HF_VM_KVM_H
#define HF_VM_KVM_H

#include <stdbool.h>
#include <stddef.h>

#include "core/err.h"

#define KVM_PATH "/dev/kvm"

/* A capability that we use. */
struct kvm_cap {
	int number; /* KVM_CAP_* */
	const char *name;
	bool required;
	const char *why; /* what it is for, what is lost without it */
};

/* All of them; *n says how many. */
const struct kvm_cap *kvm_caps(size_t *n);

/* Linux 6.11; KVM_CAP_PRE_FAULT_MEMORY where the headers are old. */
#define KVM_CAP_PRE_FAULT_MEMORY_ 236

/* KVM_CHECK_EXTENSION: 0 when there is no such capability. */
int kvm_cap_value(int kvm_fd, int number);

/* Whether --prefault also gives the second stage its entries. */
bool kvm_fills_second_stage(int kvm_fd);

/*
 * Opens path (KVM_PATH) and checks the API version and every required
 * capability.  The descriptor, or -1: *err says what is missing and how to get
 * it.
 */
int kvm_open(const char *path, struct hf_err *err);

#endif
