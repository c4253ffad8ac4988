/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_pageout.h: the page daemon, and writing runs of pages through a pager. */
#ifndef HF_VM_VM_PAGEOUT_H
#define HF_VM_VM_PAGEOUT_H

#include <sys/param.h>
#include <sys/vmmeter.h>
#include <vm/vm.h>
#include <vm/vm_page.h>

#define vm_pageout_page_count 32 /* pages written in one go, at the most */

/* Pages the daemon is to free beyond its target: the sum over domains. */
u_int vm_pageout_deficit(void);

/* Starts the daemon's thread in pageproc; before, vm_wait() panics. */
void vm_pageout_init(void);
/* Wakes the daemon; counted in v_pdwakeups.  Any context. */
void pagedaemon_wakeup(int domain);
/* The daemon frees emptied pages soon.  Not with the wait lock. */
void hf_pageout_reap_later(void);
/*
 * While held, the daemon counts its wakeups but touches no page: scenarios
 * that count frames need it out of the way.  Nests; may sleep.
 */
void hf_pageout_hold(void);
void hf_pageout_unhold(void);
/*
 * The daemon has looked a dozen times while somebody waited and got nothing
 * back: whoever may fail should.  False again as soon as free_min is reached.
 */
bool hf_vm_exhausted(void);
/* vm_object_pageout.md 6.5 */
int vm_pageout_flush(vm_page_t *mc, int count, int flags, int mreq,
    int *prunlen, boolean_t *eio);

#endif
