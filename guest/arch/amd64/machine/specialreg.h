/* SPDX-License-Identifier: BSD-2-Clause */
/* specialreg.h: control registers and MSRs (SDM volumes 3A and 4). */

#ifndef HF_AMD64_MACHINE_SPECIALREG_H
#define HF_AMD64_MACHINE_SPECIALREG_H

#define CR0_PE 0x00000001
#define CR0_MP 0x00000002
#define CR0_TS 0x00000008
#define CR0_ET 0x00000010
#define CR0_NE 0x00000020
#define CR0_WP 0x00010000
#define CR0_PG 0x80000000

#define CR4_PAE	   0x00000020
#define CR4_PGE	   0x00000080
#define CR4_OSFXSR 0x00000200
#define CR4_PCIDE  0x00020000
#define CR4_SMEP   0x00100000
#define CR4_SMAP   0x00200000

#define MSR_APICBASE 0x0000001b
#define MSR_EFER     0xc0000080
#define MSR_FSBASE   0xc0000100
#define MSR_GSBASE   0xc0000101
#define MSR_KGSBASE  0xc0000102

#define EFER_SCE 0x001
#define EFER_LME 0x100
#define EFER_LMA 0x400
#define EFER_NXE 0x800

#define PSL_T  0x00000100
#define PSL_I  0x00000200
#define PSL_D  0x00000400
#define PSL_AC 0x00040000

/* Error code of a page fault (SDM volume 3A, 4.7). */
#define PGEX_P	 0x01
#define PGEX_W	 0x02
#define PGEX_U	 0x04
#define PGEX_RSV 0x08
#define PGEX_I	 0x10
#define PGEX_PK	 0x20

/* In place of a vector: the frame is that of a call of panic(9). */
#define TRAPNO_CALL 0x100

/* Selectors of the GDT that gdt.c builds. */
#define GSEL_KCODE 0x08
#define GSEL_KDATA 0x10
#define GSEL_UDATA 0x1b
#define GSEL_UCODE 0x23
#define GSEL_TSS   0x28

#endif
