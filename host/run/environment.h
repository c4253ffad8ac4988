/* SPDX-License-Identifier: BSD-2-Clause */
/* environment.h: what this machine's KVM really is, from the host itself. */
#ifndef HF_RUN_ENVIRONMENT_H
#define HF_RUN_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

enum second_stage {
	SECOND_STAGE_UNKNOWN, /* the host does not tell */
	SECOND_STAGE_EPT,
	SECOND_STAGE_NPT,
	SECOND_STAGE_SHADOW /* the host says that it has neither */
};

struct environment {
	char vendor_module[32]; /* "kvm_intel", "kvm_amd", ...; "": none seen */
	enum second_stage second_stage;
	char accelerator[80]; /* both in words */
	char host_kernel[160];
	char cpu[64]; /* CPUID brand string */
};

/* Reads all of it; nothing is guessed, and nothing fails. */
void environment_read(struct environment *e);

/*
 * Whether this host is a guest itself (CPUID.1:ECX[31]): its kernel does not
 * know when its own CPUs are taken away.
 */
bool environment_is_virtual(void);

/*
 * The CPU's name from CPUID 80000002h to 80000004h, without blanks around it;
 * "unknown CPU" where there is none.
 */
typedef void environment_cpuid_fn(unsigned int leaf, unsigned int regs[4]);
void environment_brand(environment_cpuid_fn *ask, char *out, size_t out_bytes);

const char *second_stage_name(enum second_stage s);

#endif
