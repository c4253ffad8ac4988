/* SPDX-License-Identifier: BSD-2-Clause */
/* pagetable_priv.h: bits of page tables, for those who walk them from outside. */
#ifndef HF_DEBUG_PAGETABLE_PRIV_H
#define HF_DEBUG_PAGETABLE_PRIV_H

#define CR0_PG	  (1ull << 31)
#define CR4_LA57  (1ull << 12)
#define EFER_LMA  (1ull << 10)
#define ADDR_MASK 0x000ffffffffff000ull

/* SDM volume 3, tables 4-15 to 4-20. */
#define PTE_P  (1ull << 0)
#define PTE_PS (1ull << 7) /* in levels 2 and 3 */

#endif
