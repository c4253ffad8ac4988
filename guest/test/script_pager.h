/* SPDX-License-Identifier: BSD-2-Clause */
/* script_pager.h: a pager that does what a scenario tells it to. */

#ifndef HF_TEST_SCRIPT_PAGER_H
#define HF_TEST_SCRIPT_PAGER_H

#include <sys/lock.h>
#include <sys/mutex.h>
#include <vm/vm.h>
#include <vm/vm_object.h>

/*
 * Stands in for the swap and vnode pagers where a scenario wants to see errors,
 * to hold a page-in up, or to look at what is asked for.  Page i is filled with
 * hf_script_byte(i).  One script at a time; its pages are managed.
 */
struct hf_script {
	vm_object_t object;	/* with one reference, the caller's */
	vm_pindex_t fail_index; /* this page is an error ... */
	int fail_times;		/* ... so often; < 0: for ever */
	int fail_code;		/* VM_PAGER_ERROR or another */
	struct mtx mtx;		/* (m) a leaf: orders sleeping and release */
	volatile bool hold;	/* page-ins sleep until hf_script_release() */
	volatile int waiting;	/* (m) page-ins asleep now */
	volatile int calls;	/* page-ins asked for */
	int behind, ahead;	/* wished for by the last one */
	vm_pindex_t last_index; /* its page */
	volatile u_int
	    marked;	  /* times the object was told that it may be dirty */
	int ended;	  /* the object was destroyed ... */
	int ended_locked; /* ... with sx locks (a map's) held */
};

#define hf_script_byte(pindex) (0x40 + (int)((pindex)&0x3f))

void hf_script_begin(struct hf_script *s, vm_pindex_t npages);
/* The same, mapped read-write at va as hf_space_map_at() does. */
void hf_script_map(struct hf_script *s, vm_offset_t va, vm_pindex_t npages);
void hf_script_release(struct hf_script *s);
/* After the last reference to the object is gone. */
void hf_script_end(struct hf_script *s);

#endif
