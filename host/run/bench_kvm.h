/* SPDX-License-Identifier: BSD-2-Clause */
/* bench_kvm.h: KVM's own counts, from class to class of a bench. */
#ifndef HF_RUN_BENCH_KVM_H
#define HF_RUN_BENCH_KVM_H

#include "measure/bench.h"
#include "vm/vm.h"

struct bench_kvm;

/*
 * Opens and reads all counts of the machine and its vCPUs; before vm_start, as
 * KVM makes this wait for a vCPU that is in the guest.
 */
struct bench_kvm *bench_kvm_new(struct vm *vm);
void bench_kvm_free(struct bench_kvm *);

/* Adds what grew since the last call, or since bench_kvm_new, to the class. */
void bench_kvm_add(struct bench_kvm *, struct bench_class *);

#endif
