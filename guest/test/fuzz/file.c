/* SPDX-License-Identifier: BSD-2-Clause */
/* file.c: the file of a game, mappings of it or of nothing, and its moves. */

#include <sys/proc.h>
#include <sys/uio.h>
#include <sys/vnode.h>
#include <test/file.h>
#include <test/fuzz/file.h>
#include <test/fuzz/moves.h>
#include <test/scenario.h>
#include <vm/vm_page.h>
#include "filesum.h"

static struct vnode *vp;
static struct hf_oracle_page *file[HF_FUZZ_FILE];

/* read(2) or write(2) of a page of the file, into or from there. */
static int
transfer(enum uio_rw rw, void *at, enum uio_seg where, u_int i)
{
	return (vn_rdwr(rw, vp, at, PAGE_SIZE, ptoa(i), where, 0, NULL, NULL,
	    NULL, curthread));
}

/* The file begins with pages that are known, on the disk and nowhere else. */
void
hf_fuzz_file_begin(void)
{
	uint64_t value;
	u_int i;

	vp = hf_file_open(HF_SCRATCH_NAME);
	for (i = 0; i < HF_FUZZ_FILE; i++) {
		value = hf_fuzz_stamp();
		hf_require_eq(transfer(UIO_WRITE,
				  __DECONST(void *, hf_fuzz_page_of(value)),
				  UIO_SYSSPACE, i),
		    0);
		file[i] = hf_oracle_file_page(value);
	}
	hf_file_drop(vp);
}

void
hf_fuzz_file_end(void)
{
	u_int i;

	for (i = 0; i < HF_FUZZ_FILE; i++)
		hf_oracle_page_release(file[i]);
	hf_file_close(vp);
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

/* read(2) of a page of the file into memory, which may be mapped to it. */
void
hf_fuzz_do_read(struct hf_fuzz_move *mv)
{
	struct hf_oracle_cell *c = &mv->me->cell[mv->step->first];
	const bool may = hf_oracle_may(c, VM_PROT_WRITE);

	hf_expect_eq(transfer(UIO_READ, (void *)mv->start, UIO_USERSPACE,
			 mv->step->number),
	    may ? 0 : EFAULT);
	if (may)
		hf_oracle_copy(c, file[mv->step->number]);
}

/* write(2) of a page of memory to the file. */
void
hf_fuzz_do_write(struct hf_fuzz_move *mv)
{
	const struct hf_oracle_cell *c = &mv->me->cell[mv->step->first];
	const bool may = hf_oracle_may(c, VM_PROT_READ);

	hf_expect_eq(transfer(UIO_WRITE, (void *)mv->start, UIO_USERSPACE,
			 mv->step->number),
	    may ? 0 : EFAULT);
	if (may)
		hf_oracle_page_copy(file[mv->step->number], c);
}
