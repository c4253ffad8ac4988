/* SPDX-License-Identifier: BSD-2-Clause */
/* pressure.c: files larger than memory. */

#include <sys/mman.h>
#include <test/file.h>
#include <test/probe.h>
#include <test/space.h>
#include <test/vm_util.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>

#define VA	0x40000000ul
#define FRAMES	90 /* of the small machine */
#define TOUCHED 128
#define ON_DISK \
	.flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE, .timeout_ms = 60000

static struct vnode *vp;

/* So many of the TOUCHED pages, not in order; how many could not be had. */
static u_int
touch(u_int n)
{
	u_int i, j, bad = 0;

	for (i = j = 0; i < n; i++, j = (j + 53) % TOUCHED)
		bad += !hf_probe_read(VA + ptoa(j)).ok;
	return (bad);
}

static void
begin(const char *path, u_long npages)
{
	vp = hf_file_open(path);
	hf_file_map(vp, VA, 0, npages, VM_PROT_READ, HF_FILE_SHARED);
	/* The tables exist, and the map of the blocks is in memory. */
	hf_file_warm(vp, 0);
	hf_expect(hf_probe_read(VA).ok);
	hf_test_memory_small(FRAMES);
}

static void
end(u_long npages)
{
	hf_expect(!hf_vm_exhausted());
	hf_test_memory_restore();
	hf_file_expect_idle(vp);
	hf_file_unmap(VA, npages);
	hf_file_close(vp);
}

HF_SCENARIO(pressure_random, "pager.pressure_random", "PO-9 PO-13 PO-1",
    "a file larger than memory is read page by page", ON_DISK)
{
	begin("large", TOUCHED);
	hf_expect_eq(
	    vm_map_madvise(hf_space_map(), VA, VA + ptoa(TOUCHED), MADV_RANDOM),
	    0);
	hf_expect_eq(touch(TOUCHED), 0);
	hf_expect_lt(hf_file_object(vp)->resident_page_count, FRAMES);
	end(TOUCHED);
}

HF_SCENARIO(pressure_window, "pager.pressure_window", "PO-9 PO-13",
    "a file larger than memory is read with what lies around each page",
    ON_DISK)
{
	begin("large", TOUCHED);
	hf_expect_eq(touch(TOUCHED / 4), 0);
	hf_expect_lt(hf_file_object(vp)->resident_page_count, FRAMES);
	end(TOUCHED);
}

HF_SCENARIO(pressure_sparse, "pager.pressure_sparse", "PO-9 GP-04",
    "the zero pages of a sparse file larger than memory come and go", ON_DISK)
{
	u_long i, npages;
	int bad = 0;

	vp = hf_file_open("sparse");
	npages = btoc(hf_file_bytes(vp));
	hf_file_close(vp);
	begin("sparse", npages);
	for (i = 0; i < npages; i++)
		bad += !hf_probe_read(VA + ptoa(i)).ok;
	hf_expect_eq(bad, 0);
	hf_expect_lt(hf_file_object(vp)->resident_page_count, FRAMES);
	end(npages);
}

/* All of the pages are where an earlier use has left them. */
static void
fill(void (*how)(vm_page_t m))
{
	vm_object_t object = vp->v_object;
	vm_page_t m;
	u_int i;

	for (i = 0; i < TOUCHED / 2; i++)
		hf_expect(hf_probe_read(VA + ptoa(i)).ok);
	VM_OBJECT_WLOCK(object);
	TAILQ_FOREACH (m, &object->memq, listq) {
		vm_page_xbusy(m);
		how(m);
		vm_page_xunbusy(m);
	}
	VM_OBJECT_WUNLOCK(object);
}

static void
use_much(vm_page_t m)
{
	vm_page_activate(m);
	m->a.act_count = ACT_MAX;
}

/* Somebody wrote it, not the laundry. */
static void
launder_clean(vm_page_t m)
{
	vm_page_launder(m);
}

static void
leave_wired_and_back(vm_page_t m)
{
	vm_page_wire(m);
	vm_page_unwire(m, PQ_UNSWAPPABLE);
}

/* As many others can be locked, whatever queue the clean ones are on. */
static void
expect_given_back(void (*how)(vm_page_t m))
{
	const vm_offset_t middle = VA + ptoa(TOUCHED / 2);
	const vm_offset_t last = VA + ptoa(TOUCHED);

	vp = hf_file_open("large");
	hf_file_map(vp, VA, 0, TOUCHED, VM_PROT_READ, HF_FILE_SHARED);
	fill(how);
	/* Hardly more than the reserve is left beside them. */
	hf_test_memory_small(60);
	hf_expect_eq(vm_map_wire(hf_space_map(), middle, last,
			 VM_MAP_WIRE_USER | VM_MAP_WIRE_NOHOLES),
	    KERN_SUCCESS);
	hf_expect_eq(vm_map_unwire(hf_space_map(), middle, last,
			 VM_MAP_WIRE_USER | VM_MAP_WIRE_NOHOLES),
	    KERN_SUCCESS);
	end(TOUCHED);
}

HF_SCENARIO(pressure_much_used, "pager.pressure_much_used", "PO-32",
    "pages that were used a lot are given back before anybody is refused",
    ON_DISK)
{
	expect_given_back(use_much);
}

HF_SCENARIO(pressure_laundry, "pager.pressure_laundry", "PO-22 PO-32",
    "clean pages in the laundry are given back", ON_DISK)
{
	expect_given_back(launder_clean);
}

HF_SCENARIO(pressure_unswappable, "pager.pressure_unswappable", "PO-22 PO-32",
    "clean pages among those that nothing can write are given back", ON_DISK)
{
	expect_given_back(leave_wired_and_back);
}
