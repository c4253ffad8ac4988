/* SPDX-License-Identifier: BSD-2-Clause */
/* frame.h: the registers that trap_entry.S pushes. */

#ifndef HF_AMD64_MACHINE_FRAME_H
#define HF_AMD64_MACHINE_FRAME_H

#include <sys/types.h>

struct trapframe {
	uint64_t tf_rdi;
	uint64_t tf_rsi;
	uint64_t tf_rdx;
	uint64_t tf_rcx;
	uint64_t tf_r8;
	uint64_t tf_r9;
	uint64_t tf_rax;
	uint64_t tf_rbx;
	uint64_t tf_r10;
	uint64_t tf_r11;
	uint64_t tf_r12;
	uint64_t tf_r13;
	uint64_t tf_r14;
	uint64_t tf_r15;
	uint64_t tf_rbp;
	uint64_t tf_trapno;
	uint64_t tf_err; /* 0 where the CPU pushes none */
	/* By the CPU (SDM volume 3A, 6.14.2). */
	uint64_t tf_rip;
	uint64_t tf_cs;
	uint64_t tf_rflags;
	uint64_t tf_rsp;
	uint64_t tf_ss;
};

_Static_assert(sizeof(struct trapframe) == 22 * 8, "trap_entry.S");

#define TRAPF_USERMODE(tf) (((tf)->tf_cs & 3) == 3)

#endif
