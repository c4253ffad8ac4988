/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_pagequeue.h: the memory domain: free count, watermarks, paging queues. */
#ifndef HF_VM_VM_PAGEQUEUE_H
#define HF_VM_VM_PAGEQUEUE_H

#include <sys/param.h>
#include <sys/lock.h>
#include <sys/mutex.h>
#include <vm/vm_page.h>

TAILQ_HEAD(pglist, vm_page);

struct vm_pagequeue {
	struct pglist pq_pl; /* (q) */
	/* (q) linked pages, markers excluded; counts are read without it */
	volatile u_int pq_cnt;
	const char *pq_name; /* (c) */
};

/*
 * There is one domain.  (a) atomic, (c) constant after boot, (q) the page
 * queue lock, (f) the free lock, (w) the wait lock (spin), (d) the page
 * daemon's alone.
 */
struct vm_domain {
	struct mtx vmd_queue_mtx; /* "vm page queue" */
	struct mtx vmd_wait_mtx;  /* "vm wait", spin */
	struct vm_pagequeue vmd_pagequeues[PQ_COUNT];
	/* The INACTIVE page before which noreuse pages go (q). */
	struct vm_page vmd_inacthead; /* marker (q) */
	struct vm_page vmd_scan;      /* marker of the daemon's scan (q) */

	volatile u_int vmd_free_count;	     /* (a) */
	volatile u_int vmd_pageout_deficit;  /* (a) */
	u_int vmd_page_count;		     /* (c) */
	u_int vmd_free_target;		     /* (c) */
	u_int vmd_free_reserved;	     /* (c) */
	u_int vmd_free_min;		     /* (c) */
	u_int vmd_free_severe;		     /* (c) */
	u_int vmd_inactive_target;	     /* (c) */
	u_int vmd_background_launder_target; /* (c) */
	u_int vmd_pageout_free_min;	     /* (c) */
	u_int vmd_pageout_wakeup_thresh;     /* (c) */
	u_int vmd_interrupt_free_min;	     /* (c) */

	volatile u_int vmd_waiting; /* (w) VMD_WAIT_: who sleeps for frames */
	volatile u_int vmd_reap;    /* (a) emptied pages wait for the daemon */
	volatile u_int vmd_pageout_wanted; /* (w) the daemon was asked to run */
	bool vmd_pageout_ready;		   /* (w) the daemon exists */
	bool vmd_pageout_scanning;	   /* (w) */
	u_int vmd_pageout_held;		   /* (w) hf_pageout_hold() depth */

	/* (d) What the daemon remembers of earlier passes. */
	u_int vmd_fruitless;	   /* passes that freed nothing, in a row */
	uint64_t vmd_fruitless_ns; /* when the last of them was counted */
	uint64_t vmd_active_ns;	   /* when ACTIVE was last looked at */
};

#define VMD_WAIT_MIN	0x1 /* until free_min */
#define VMD_WAIT_SEVERE 0x2 /* until free_severe */
#define VMD_WAIT_PAGER	0x4 /* the pager process, until pageout_free_min */
/* Nobody's: the daemon can get nothing back; over when free_min is reached. */
#define VMD_EXHAUSTED 0x8

extern struct vm_domain vm_dom[1];
#define VM_DOMAIN(n) (&vm_dom[(n)])

#define vm_pagequeue_lock()   mtx_lock(&vm_dom[0].vmd_queue_mtx)
#define vm_pagequeue_unlock() mtx_unlock(&vm_dom[0].vmd_queue_mtx)
#define vm_pagequeue_assert_locked() \
	mtx_assert(&vm_dom[0].vmd_queue_mtx, MA_OWNED)

/* Lowers the free count by n if the class of req allows it. */
bool vm_domain_allocate(struct vm_domain *vmd, int req, u_int n);
/* Raises the free count by n and wakes whoever waited for that. */
void vm_domain_freecnt_inc(struct vm_domain *vmd, u_int n);

/* What those who wait for a mark (one VMD_WAIT_ bit) sleep on. */
const void *hf_vm_wait_channel(u_int kind);

/* The watermarks of vm_page.md 1.3 for a machine of npages frames. */
void hf_vm_domain_set_watermarks(
    struct vm_domain *vmd, u_int npages, u_int nfree);
/* They become those of vm_cnt, by which everybody else goes. */
void hf_vm_domain_publish(const struct vm_domain *vmd);

static inline bool
vm_paging_needed(struct vm_domain *vmd, u_int free_count)
{
	return (free_count < vmd->vmd_pageout_wakeup_thresh);
}

#endif
