/* SPDX-License-Identifier: BSD-2-Clause */
/* machine/setjmp.h: the host's, which its sanitizers know. */

#ifndef HF_MODEL_MACHINE_SETJMP_H
#define HF_MODEL_MACHINE_SETJMP_H

#include <sys/types.h>
#include <sys/cdefs.h>

/* Room for the host's jmp_buf; host.c asserts that it is enough. */
#define HF_MODEL_JMPBUF_BYTES 512
struct hf_jmpbuf {
	uint64_t jb_reg[HF_MODEL_JMPBUF_BYTES / 8];
} __attribute__((__aligned__(16)));

int _setjmp(void *jb) __returns_twice;
#define hf_setjmp(jb) _setjmp((jb)->jb_reg)
void hf_longjmp(struct hf_jmpbuf *jb, int val) __dead2;

#endif
