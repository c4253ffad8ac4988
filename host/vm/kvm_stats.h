/* SPDX-License-Identifier: BSD-2-Clause */
/* kvm_stats.h: KVM's own counts, by KVM_GET_STATS_FD. */
#ifndef HF_VM_KVM_STATS_H
#define HF_VM_KVM_STATS_H

#include <stddef.h>
#include <stdint.h>

struct kvm_stats;

/*
 * The statistics of a machine's or a vCPU's descriptor.  NULL if this kernel
 * has none (KVM_CAP_BINARY_STATS_FD, Linux 5.14).
 */
struct kvm_stats *kvm_stats_open(int fd);
void kvm_stats_close(struct kvm_stats *);

/* How many single-valued counts there are; their names stay as they are. */
size_t kvm_stats_count(const struct kvm_stats *);
const char *kvm_stats_name(const struct kvm_stats *, size_t i);
/* The index of a name, or -1. */
int kvm_stats_find(const struct kvm_stats *, const char *name);

/* The value now; 0 if it cannot be read. */
uint64_t kvm_stats_read(const struct kvm_stats *, size_t i);

#endif
