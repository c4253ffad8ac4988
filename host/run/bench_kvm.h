/* SPDX-License-Identifier: BSD-2-Clause */
/* bench_kvm.h: KVM's own counts, from class to class of a bench. */
#ifndef HF_RUN_BENCH_KVM_H
#define HF_RUN_BENCH_KVM_H

#include "measure/bench.h"
#include "vm/vm.h"

/* NULL: there is no machine, and nothing is counted. */
struct bench_kvm;

/*
 * Opens the machine's counts; those of its vCPUs, which vm_config.counts has
 * open, are found as the vCPUs come to be.
 */
struct bench_kvm *bench_kvm_new(struct vm *vm);
void bench_kvm_free(struct bench_kvm *);

/* A scenario begins: what was counted until now belongs to no class. */
void bench_kvm_begin(struct bench_kvm *);
/* Adds what grew since the last call, of whichever, to the class. */
void bench_kvm_add(struct bench_kvm *, struct bench_class *);

#endif
