/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_pageout_priv.h: between the files of the page daemon. */
#ifndef HF_VM_VM_PAGEOUT_PRIV_H
#define HF_VM_VM_PAGEOUT_PRIV_H

#include <vm/vm_pagequeue.h>

/*
 * One pass of the daemon over the queues.  urgent: many passes have freed
 * nothing, so that having been used protects a clean page no longer.
 */
struct hf_pageout {
	struct vm_domain *vmd;
	u_int target; /* pages to free */
	u_int freed;
	u_int stuck; /* pages that were busy, or whose object was locked */
	u_int moved; /* pages that left ACTIVE */
	bool urgent;
};

/*
 * vm_object_pageout.md 6.2: frees clean pages of a queue, from its head, until
 * the target is met.  The daemon alone.
 */
void hf_pageout_scan(struct hf_pageout *po, int queue);
/* Uses of m since the last look, which are forgotten by it. */
int hf_pageout_references(vm_object_t object, vm_page_t m);

/*
 * 6.3: ages up to `most' pages of ACTIVE; lacking: pages that INACTIVE is short
 * of.  The daemon alone.
 */
void hf_pageout_scan_active(struct hf_pageout *po, u_int most, int lacking);

/* Asks for a pass of the daemon.  The wait lock is held. */
void hf_pageout_want(struct vm_domain *vmd);

/* vm_page_wait.c: nothing can be got back, until free_min is reached. */
void hf_vm_set_exhausted(struct vm_domain *vmd);
void hf_vm_clear_exhausted(struct vm_domain *vmd);

/* vm_pageout_reap.c: frees what hf_pageout_reap_later() was called for. */
void hf_pageout_reap(struct vm_domain *vmd);

#endif
