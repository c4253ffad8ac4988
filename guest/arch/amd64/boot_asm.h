/* SPDX-License-Identifier: BSD-2-Clause */
/* boot_asm.h: constants that start.S and C agree on. */

#ifndef HF_AMD64_BOOT_ASM_H
#define HF_AMD64_BOOT_ASM_H

#include <machine/param.h>
#include <machine/specialreg.h>

#ifdef __ASSEMBLER__
#define KERNBASE 0xffffffff80000000
#endif

/* Below 1 MiB, page aligned; only the APs' first instructions live there. */
#define AP_TRAMPOLINE 0x8000

/* Root-table slot of 0xfffff80000000000 (machine/vmparam.h). */
#define DMAP_PML4_SLOT 496

#define GSEL_CODE32 0x18

#define CR0_BOOT  (CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_PG)
#define CR4_BOOT  (CR4_PAE | CR4_PGE)
#define EFER_BOOT (EFER_LME | EFER_NXE)

#endif
