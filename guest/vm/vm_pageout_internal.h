/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_pageout_internal.h: between the files of the page daemon. */
#ifndef HF_VM_PAGEOUT_INTERNAL_H
#define HF_VM_PAGEOUT_INTERNAL_H

#include <vm/vm_pagequeue.h>

/* vm_object_pageout.md 6.2; pages freed, at most target.  The daemon alone. */
u_int hf_pageout_scan_inactive(struct vm_domain *vmd, u_int target);

/* vm_pageout_reap.c: frees what hf_pageout_reap_later() was called for. */
void hf_pageout_reap(struct vm_domain *vmd);

#endif
