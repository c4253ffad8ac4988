/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_phys_priv.h: the free lists, for the files of vm_phys and their checkers. */
#ifndef HF_VM_VM_PHYS_PRIV_H
#define HF_VM_VM_PHYS_PRIV_H

#include <vm/vm_phys.h>
#include <vm/vm_pagequeue.h>

/* All under the free lock. */
struct hf_freelist {
	struct pglist fl_pl[VM_NFREEORDER]; /* heads of free blocks */
	u_int fl_cnt[VM_NFREEORDER];
	u_int fl_orders; /* bit k: fl_pl[k] is not empty */
};

extern struct hf_freelist hf_free_queues[VM_NFREELIST][VM_NFREEPOOL];

/* The head has no order afterwards. */
void hf_freelist_remove(struct hf_freelist *fl, vm_page_t m);

/* vm_phys_feed.c */
bool hf_vm_phys_feed(int freelist);
void hf_vm_phys_feed_all(void);
u_long hf_vm_phys_unfed(void);

struct hf_freelist *hf_freelist_of(vm_page_t m, int pool);

#endif
