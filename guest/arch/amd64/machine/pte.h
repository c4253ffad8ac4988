/* SPDX-License-Identifier: BSD-2-Clause */
/* machine/pte.h: page-table entries (Intel SDM vol. 3A, 4.5). */

#ifndef HF_AMD64_MACHINE_PTE_H
#define HF_AMD64_MACHINE_PTE_H

#include <stdint.h>

typedef uint64_t pt_entry_t;

#define X86_PG_V   0x001ul /* valid */
#define X86_PG_RW  0x002ul /* writable */
#define X86_PG_U   0x004ul /* reachable from ring 3 */
#define X86_PG_PWT 0x008ul /* memory type index, bit 0 */
#define X86_PG_PCD 0x010ul /* memory type index, bit 1 */
#define X86_PG_A   0x020ul /* accessed; set by the CPU */
#define X86_PG_M   0x040ul /* modified; set by the CPU */
#define X86_PG_PS  0x080ul /* large leaf, in a PD or PDPT entry only */
#define X86_PG_G   0x100ul /* survives a load of CR3 */
#define PG_MANAGED 0x400ul /* soft: a pv entry exists for this leaf */
#define PG_W	   0x800ul /* soft: the mapping is wired */
#define X86_PG_NX  (1ul << 63)

#define PG_FRAME      0x000ffffffffff000ul
#define PG_PS_FRAME   0x000fffffffe00000ul
#define PG_1G_FRAME   0x000fffffc0000000ul
#define PG_CACHE_MASK (X86_PG_PWT | X86_PG_PCD)

/* Entries that point to a lower table. */
#define PG_TABLE_USER	(X86_PG_V | X86_PG_RW | X86_PG_U | X86_PG_A | X86_PG_M)
#define PG_TABLE_KERNEL (X86_PG_V | X86_PG_RW | X86_PG_A)

/* Levels: 0 is the leaf table (PT), 3 the root (PML4). */
#define PG_LEVELS	      4
#define PG_ENTRIES	      512ul
#define PG_LEVEL_SHIFT(level) (12 + 9 * (level))
#define PG_LEVEL_SIZE(level)  (1ul << PG_LEVEL_SHIFT(level))
#define PG_INDEX(va, level)   (((va) >> PG_LEVEL_SHIFT(level)) & 511)

#define PG_ROOT_KERNEL 256 /* first root entry of the kernel half */

#endif
