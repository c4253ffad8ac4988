/* SPDX-License-Identifier: BSD-2-Clause */
/* file.c: the file of a game, mappings of it or of nothing, and its moves. */

#include <sys/proc.h>
#include <sys/uio.h>
#include <sys/vnode.h>
#include <test/file.h>
#include <test/fuzz/file.h>
#include <test/fuzz/holds.h>
#include <test/fuzz/moves.h>
#include <test/scenario.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include "filesum.h"

static struct vnode *vp;
static struct hf_oracle_page *file[HF_FUZZ_FILE];
static u_int nparts;	    /* of the file, all pages' together */
static uint64_t disk_bytes; /* that the file has on the disk */

static uint64_t
bytes_of(u_int parts)
{
	return (ptoa(parts / HF_ORACLE_PARTS) +
	    hf_oracle_bound[parts % HF_ORACLE_PARTS]);
}

static u_int
end_of_page(u_int i)
{
	const u_int before = i * HF_ORACLE_PARTS;

	return (nparts <= before ? 0 : MIN(nparts - before, HF_ORACLE_PARTS));
}

u_int
hf_fuzz_file_parts(u_int i)
{
	return (hf_oracle_below(end_of_page(i)));
}

struct hf_oracle_page *
hf_fuzz_file_model(u_int i)
{
	return (file[i]);
}

int
hf_fuzz_file_transfer(enum uio_rw rw, void *at, enum uio_seg where,
    uint64_t offset, u_int bytes, ssize_t *resid)
{
	return (vn_rdwr(rw, vp, at, (int)bytes, (off_t)offset, where, 0, NULL,
	    NULL, resid, curthread));
}

/* The file begins with pages that are known, on the disk and nowhere else. */
void
hf_fuzz_file_begin(void)
{
	uint64_t value;
	u_int i;

	vp = hf_file_open(HF_SCRATCH_NAME);
	disk_bytes = hf_file_bytes(vp);
	for (i = 0; i < HF_FUZZ_FILE; i++) {
		value = hf_fuzz_stamp();
		hf_require_eq(hf_fuzz_file_transfer(UIO_WRITE,
				  __DECONST(void *, hf_fuzz_page_of(value)),
				  UIO_SYSSPACE, ptoa(i), PAGE_SIZE, NULL),
		    0);
		file[i] = hf_oracle_file_page(value);
	}
	hf_file_drop(vp);
	nparts = HF_FUZZ_FILE * HF_ORACLE_PARTS;
	hf_file_set_size(vp, bytes_of(nparts));
}

void
hf_fuzz_file_end(void)
{
	u_int i;

	for (i = 0; i < HF_FUZZ_FILE; i++)
		hf_oracle_page_release(file[i]);
	hf_file_set_size(vp, disk_bytes);
	hf_file_close(vp);
}

/* Who has wired what is to go has an empty page until it is there again. */
static void
empty_cells(u_int i)
{
	struct hf_fuzz_player *pl;
	struct hf_oracle_cell *c;

	for (pl = hf_fuzz_players; pl < &hf_fuzz_players[HF_FUZZ_PROCS]; pl++)
		for (c = pl->cell; c < &pl->cell[HF_FUZZ_PAGES]; c++)
			if (c->page != NULL && hf_oracle_wired(c) &&
			    hf_oracle_source(c) == file[i])
				c->emptied = true;
}

void
hf_fuzz_file_resize(u_int parts)
{
	u_int i;

	nparts = MIN(parts, HF_FUZZ_FILE * HF_ORACLE_PARTS);
	hf_fuzz_holds_cut((u_int)btoc(bytes_of(nparts)));
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	hf_file_cut_locked(vp, bytes_of(nparts));
	VOP_UNLOCK(vp);
	for (i = 0; i < HF_FUZZ_FILE; i++) {
		if (end_of_page(i) == 0)
			empty_cells(i);
		hf_oracle_page_resize(file[i], end_of_page(i));
	}
}

void
hf_fuzz_map(
    struct hf_fuzz_player *pl, u_int first, u_int n, enum hf_fuzz_memory what)
{
	const u_int from = first % HF_FUZZ_FILE;
	u_int i;

	if (what != HF_FUZZ_ANON)
		n = MIN(n, HF_FUZZ_FILE - from);
	if (what == HF_FUZZ_ANON)
		hf_space_anon_at(hf_fuzz_at(first), n);
	else
		hf_file_map(vp, hf_fuzz_at(first), ptoa(from), n, VM_PROT_RW,
		    what == HF_FUZZ_SHARED ? HF_FILE_SHARED : HF_FILE_PRIVATE);
	for (i = 0; i < n; i++) {
		pl->cell[first + i].private = what == HF_FUZZ_PRIVATE;
		pl->cell[first + i].inherit =
		    what == HF_FUZZ_SHARED ? VM_INHERIT_SHARE : VM_INHERIT_COPY;
		hf_oracle_map(&pl->cell[first + i],
		    what != HF_FUZZ_ANON ? file[from + i] : NULL);
	}
}

bool
hf_fuzz_file_has(vm_page_t m)
{
	return (m->object == vp->v_object);
}

bool
hf_fuzz_file_shows(const struct hf_oracle_cell *c)
{
	u_int i;

	for (i = 0; i < HF_FUZZ_FILE; i++)
		if (c->page == file[i])
			return (!c->needs_copy);
	return (false);
}

vm_page_t
hf_fuzz_file_resident(u_int i)
{
	return (hf_file_page(vp, i));
}

void
hf_fuzz_file_check(void)
{
	vm_object_t object = hf_file_object(vp);
	vm_page_t m;
	u_int i;

	hf_expect_eq(hf_file_bytes(vp), bytes_of(nparts));
	hf_expect_eq(object->size, btoc(bytes_of(nparts)));
	for (i = 0; i < HF_FUZZ_FILE; i++) {
		m = hf_fuzz_file_resident(i);
		if (m == NULL || end_of_page(i) > 0)
			continue;
		/* Somebody's frame, but no part of the file. */
		hf_expect_eq(m->valid, 0);
		hf_expect_eq(m->dirty, 0);
		hf_expect(vm_page_wired(m));
		hf_expect(!pmap_page_is_mapped(m));
	}
}
