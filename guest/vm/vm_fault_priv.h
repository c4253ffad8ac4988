/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_fault_priv.h: the state of one fault, shared by the vm_fault files. */

#ifndef HF_VM_VM_FAULT_PRIV_H
#define HF_VM_VM_FAULT_PRIV_H

#include <vm/vm.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>

struct vnode;

/*
 * What a step of the fault came to.  KERN_ codes are below, so that the two are
 * never mixed up.
 */
enum fault_status {
	FAULT_SUCCESS = 10000, /* the page is mapped */
	FAULT_CONTINUE,	       /* not here: look further down */
	FAULT_SOFT,	       /* fs->m was resident */
	FAULT_HARD,	       /* fs->m came from the pager */
	FAULT_RESTART,	       /* everything was let go: begin again */
	FAULT_FAILURE	       /* everything was let go: fs->rv is the result */
};

struct faultstate {
	/* The caller's arguments. */
	vm_map_t orig_map;
	vm_offset_t vaddr;
	vm_prot_t fault_type;
	int fault_flags;
	vm_page_t *m_hold;

	/* Kept over a restart. */
	bool oom_started;
	uint64_t oom_start_ns;
	int nera;	  /* read-ahead window, -1: not decided yet */
	struct vnode *vp; /* locked and used, or NULL */

	/* This attempt. */
	vm_map_t map; /* locked shared iff lookup_still_valid */
	vm_map_entry_t entry;
	u_int map_generation;
	bool lookup_still_valid;
	boolean_t wired;
	vm_prot_t prot; /* what the mapping may grant */
	vm_prot_t type; /* what it must grant */
	vm_object_t first_object;
	vm_pindex_t first_pindex;
	bool have_refs; /* a reference to and a pip of first_object */
	/* With have_refs: the entry's front object is others', too ... */
	bool needs_copy;
	/* ... and what the search passed. */
	vm_page_t awaited_m; /* wired; busy; gets what is found behind it */
	bool passed_shared;  /* an object that others put pages into */
	vm_object_t object;
	vm_pindex_t pindex;
	vm_page_t first_m; /* busy, invalid: keeps the slot in first_object */
	vm_page_t m;	   /* busy, in object at pindex */
	vm_page_t m_cow;   /* busy, in a lower object: m is its copy */
	bool m_fresh;	   /* m was allocated here and no pager saw it */
	bool first_zero;   /* first_m is known to be all zeros */
	bool m_copy;	   /* m is a copy that is not marked valid yet */
	vm_offset_t e_start, e_end; /* the entry's, when the map was unlocked */
	bool random;		    /* its advice */
	int rbehind, rahead;	    /* of a hard fault */
	bool prefault;
	int rv; /* of FAULT_FAILURE */
};

/*
 * A fault flag of our own: VM_PROT_COPY in fault_type is not the caller's, but
 * asks for a wired entry's shadow (hf_fault_below()).
 */
#define HF_FAULT_SHADOW 0x100

/* Pages tried before and after a soft fault. */
#define PFBAK 4
#define PFFOR 4

/* vm_fault.c */
void vm_fault_unlock_map(struct faultstate *fs);
void vm_fault_unlock_vp(struct faultstate *fs);
void hf_fault_take_refs(struct faultstate *fs);
void hf_fault_page_drop(vm_page_t *mp);
void hf_fault_awaited_drop(struct faultstate *fs);
void vm_fault_deallocate(struct faultstate *fs);
enum fault_status hf_fault_fail(struct faultstate *fs, int rv);

/* vm_fault_object.c */
bool vm_fault_object_needs_getpages(vm_object_t object);
enum fault_status vm_fault_object(struct faultstate *fs);
enum fault_status hf_fault_wait_memory(struct faultstate *fs);
bool vm_fault_next(struct faultstate *fs);
void hf_fault_fill_awaited(struct faultstate *fs);
void vm_fault_zerofill(struct faultstate *fs);

/* vm_fault_pager.c */
enum fault_status vm_fault_getpages(struct faultstate *fs);

/* vm_fault_cow.c */
enum fault_status hf_fault_below(struct faultstate *fs);
void hf_fault_cow_commit(struct faultstate *fs);

/* vm_fault_prefault.c */
void vm_fault_prefault(
    const struct faultstate *fs, int backward, int forward, bool obj_locked);
void vm_fault_dontneed(const struct faultstate *fs, int ahead);

#endif
