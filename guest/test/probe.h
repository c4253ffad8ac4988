/* SPDX-License-Identifier: BSD-2-Clause */
/* probe.h: one access to user memory, and what became of it. */

#ifndef HF_TEST_PROBE_H
#define HF_TEST_PROBE_H

#include <sys/types.h>
#include <sys/signal.h>

struct hf_probe {
	bool ok;	  /* the access was made */
	int value;	  /* the byte read or written */
	int signo;	  /* otherwise: the signal it deserves ... */
	int code;	  /* ... its code ... */
	vm_offset_t addr; /* ... and si_addr */
};

/* A byte, in the current process, as the process itself would access it. */
struct hf_probe hf_probe_read(vm_offset_t va);
struct hf_probe hf_probe_write(vm_offset_t va, int byte);
/* An instruction fetch: through the rights of the mapping, nothing is run. */
struct hf_probe hf_probe_exec(vm_offset_t va);

/* Expectations about the next access. */
#define hf_expect_read(va, byte)                                          \
	do {                                                              \
		struct hf_probe p_ = hf_probe_read(va);                   \
		hf_expect_at(__FILE__, __LINE__, "reads at " #va, p_.ok); \
		HF_EXPECT_CMP("byte at " #va " == " #byte, HF_CMP_EQ,     \
		    (unsigned)p_.value, (unsigned)(byte));                \
	} while (0)
#define HF_EXPECT_FAULT(text, probe, sig, c)                                  \
	do {                                                                  \
		struct hf_probe p_ = (probe);                                 \
		hf_expect_at(__FILE__, __LINE__, text " fails", !p_.ok);      \
		HF_EXPECT_CMP("signal of " text, HF_CMP_EQ, p_.signo, (sig)); \
		HF_EXPECT_CMP("code of " text, HF_CMP_EQ, p_.code, (c));      \
	} while (0)
#define hf_expect_fault(probe, sig, c) HF_EXPECT_FAULT(#probe, probe, sig, c)
#define hf_expect_segv_map(probe) \
	HF_EXPECT_FAULT(#probe, probe, SIGSEGV, SEGV_MAPERR)
#define hf_expect_segv_acc(probe) \
	HF_EXPECT_FAULT(#probe, probe, SIGSEGV, SEGV_ACCERR)
#define hf_expect_bus(probe) HF_EXPECT_FAULT(#probe, probe, SIGBUS, BUS_OBJERR)

#endif
