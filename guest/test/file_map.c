/* SPDX-License-Identifier: BSD-2-Clause */
/* file_map.c: files as memory: mapped, summed up, touched by another thread. */

#include <sys/proc.h>
#include <kern/thread.h>
#include <machine/vmparam.h>
#include <test/file.h>
#include <test/scenario.h>
#include <test/space.h>
#include <vfs/vn_map.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>
#include "filesum.h"

/* Pages held at once while they are summed up. */
#define SUM_PAGES 16

void
hf_file_map(struct vnode *vp, vm_offset_t va, vm_ooffset_t offset,
    u_long npages, vm_prot_t prot, enum hf_file_how how)
{
	vm_object_t object;
	vm_prot_t maxprot;
	int cow, error;

	error = hf_vn_map_rights(vp, prot, how == HF_FILE_SHARED, &maxprot);
	if (error != 0)
		hf_note("no writable shared mapping: %s", hf_errno_name(error));
	hf_require_eq(error, 0);
	(void)hf_space_enter();
	object = vp->v_object;
	vm_object_reference(object);
	cow = MAP_COPY_ON_WRITE;
	if (how == HF_FILE_SHARED) {
		cow = MAP_INHERIT_SHARE;
		if ((prot & VM_PROT_WRITE) != 0) {
			vm_pager_update_writecount(
			    object, va, va + ptoa(npages));
			cow |= MAP_WRITECOUNT;
		}
	}
	hf_space_map_at(va, npages, object, offset, prot, cow);
	if (maxprot != VM_PROT_ALL)
		hf_require_eq(
		    vm_map_protect(hf_space_map(), va, va + ptoa(npages), 0,
			maxprot, VM_MAP_PROTECT_SET_MAXPROT),
		    KERN_SUCCESS);
}

u_long
hf_file_map_all(struct vnode *vp, vm_offset_t va)
{
	u_long npages;

	npages = btoc(hf_file_bytes(vp));
	if (npages != 0)
		hf_file_map(vp, va, 0, npages, VM_PROT_READ, HF_FILE_PRIVATE);
	return (npages);
}

void
hf_file_unmap(vm_offset_t va, u_long npages)
{
	if (npages != 0)
		(void)vm_map_remove(hf_space_map(), va, va + ptoa(npages));
}

bool
hf_file_sum(vm_offset_t va, uint64_t bytes, uint64_t *sum)
{
	vm_page_t ma[SUM_PAGES];
	uint64_t left, s;
	int64_t word;
	bool ok;
	int i, n;

	ok = true;
	for (s = 0, left = bytes; left > 0 && ok; va += ptoa(n)) {
		n = (int)MIN(btoc(left), (u_long)SUM_PAGES);
		if (vm_fault_quick_hold_pages(hf_space_map(), va, ptoa(n),
			VM_PROT_READ, ma, SUM_PAGES) != n)
			return (false);
		for (i = 0; i < n; i++) {
			const uint64_t *w;
			uint64_t here;

			w = (void *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(ma[i]));
			here = MIN(left, (uint64_t)PAGE_SIZE);
			/* One access as a user's, through the mapping. */
			if (fuword64((void *)(va + ptoa(i)), &word) != 0 ||
			    (uint64_t)word != w[0])
				ok = false;
			s = hf_filesum(s, w, howmany(here, 8));
			left -= here;
		}
		vm_page_unhold_pages(ma, n);
	}
	*sum = s ^ bytes;
	return (ok);
}

static void
touch(void *arg)
{
	struct hf_toucher *t;

	t = arg;
	if (t->write < 0)
		t->value = fubyte((void *)t->va);
	else
		t->value = subyte((void *)t->va, t->write);
	atomic_store_rel_int(&t->done, 1);
}

void
hf_toucher_start(struct hf_toucher *t, vm_offset_t va, int write)
{
	t->va = va;
	t->write = write;
	t->value = -1;
	t->done = 0;
	t->td = hf_thread_create_in(curproc, touch, t, "toucher", -1);
}

bool
hf_toucher_asleep(struct hf_toucher *t, const char *wmesg)
{
	while (atomic_load_acq_int(&t->done) == 0) {
		if (hf_is_asleep(t->td, wmesg))
			return (true);
		hf_yield();
	}
	return (false);
}

int
hf_toucher_join(struct hf_toucher *t)
{
	hf_thread_join(t->td);
	return (t->value);
}
