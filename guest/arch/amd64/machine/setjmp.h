/* SPDX-License-Identifier: BSD-2-Clause */
/* setjmp.h: non-local jumps inside the kernel. */

#ifndef HF_AMD64_MACHINE_SETJMP_H
#define HF_AMD64_MACHINE_SETJMP_H

#include <sys/types.h>
#include <sys/cdefs.h>

/* rbx rbp r12 r13 r14 r15 rsp rip */
struct hf_jmpbuf {
	uint64_t jb_reg[8];
};

int hf_setjmp(struct hf_jmpbuf *jb) __returns_twice;
void hf_longjmp(struct hf_jmpbuf *jb, int val) __dead2;

#endif
