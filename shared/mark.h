/* SPDX-License-Identifier: BSD-2-Clause */
/* mark.h: the markers that the counting plugin looks for. */

/*
 * A marker is a NOP with a magic displacement, NOPL disp32(%rax,%rax,1):
 * 0f 1f 84 00 disp32 (SDM vol. 2, NOP).  It does nothing on any CPU and counts
 * one instruction.
 */
#ifndef HF_SHARED_MARK_H
#define HF_SHARED_MARK_H

#define HF_MARK_START 0x48463101 /* zero the counters */
#define HF_MARK_STOP  0x48463102 /* print them */
#define HF_MARK_CLASS \
	0x48463103 /* print "class": samples of a new one follow */

#define HF_MARK_STRING(x) #x
#define HF_MARK(disp)                                                     \
	__asm__ volatile(                                                 \
	    ".byte 0x0f, 0x1f, 0x84, 0x00; .long " HF_MARK_STRING(disp):: \
		: "memory")

#endif
