/* SPDX-License-Identifier: BSD-2-Clause */
/* hang_facts.c: bits that a hang report must know and that are macros here. */

/*
 * The host reads a stuck guest's structures by the debug information of the
 * image, which has no macros.  Nobody in the guest uses these.
 */
#include <sys/param.h>
#include <sys/blockcount.h>
#include <sys/mutex.h>
#include <sys/rwlock.h>
#include <vm/vm.h>
#include <vm/vm_map.h>
#include <vm/vm_page.h>

enum hf_hang_facts {
	HF_HANG_MTX_FLAGS = MTX_WAITERS,
	HF_HANG_RW_SHARED = HF_SHARED_MODE,
	HF_HANG_RW_FLAGS = HF_LOCK_FLAGS,
	HF_HANG_RW_READER = HF_ONE_READER,
	HF_HANG_COUNT_FLAG = _BLOCKCOUNT_WAITERS_FLAG,
	HF_HANG_PAGE_UNBUSIED = VPB_UNBUSIED,
	HF_HANG_PAGE_FREED = VPB_FREED,
	HF_HANG_PAGE_SHARED = VPB_BIT_SHARED,
	HF_HANG_PAGE_FLAGS = VPB_BIT_FLAGMASK,
	HF_HANG_PAGE_SHIFT = VPB_SHARERS_SHIFT,
	/* The bits of (thread >> 1) that an exclusive word keeps. */
	HF_HANG_PAGE_OWNER = ~VPB_BIT_FLAGMASK & 0x7fffffffu,
	HF_HANG_PAGE_NODUMP = PG_NODUMP, /* a core file is without it */
	HF_HANG_ENTRY_TRANSITION = MAP_ENTRY_IN_TRANSITION
};

static const enum hf_hang_facts hf_hang_facts __used;
