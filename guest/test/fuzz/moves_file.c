/* SPDX-License-Identifier: BSD-2-Clause */
/* moves_file.c: the file is read, written, cut and grown. */

#include <test/fuzz/file.h>
#include <test/fuzz/moves.h>
#include <test/scenario.h>

/* The parts from one on, and so many; in the file's page, and in that of memory. */
struct piece {
	u_int first, n;
};

static u_int
mask_of(const struct piece *p)
{
	return (hf_oracle_below(p->first + p->n) & ~hf_oracle_below(p->first));
}

static u_int
bytes_of(const struct piece *p)
{
	return (hf_oracle_bound[p->first + p->n] - hf_oracle_bound[p->first]);
}

static int
transfer(const struct hf_fuzz_move *mv, enum uio_rw rw, const struct piece *p,
    ssize_t *resid)
{
	const u_int from = hf_oracle_bound[p->first];

	return (hf_fuzz_file_transfer(rw, (void *)(mv->start + from),
	    UIO_USERSPACE, ptoa(mv->step->number) + from, bytes_of(p), resid));
}

/* Behind the end of file there is nothing to be read, and no need for memory. */
static void
read_piece(const struct hf_fuzz_move *mv, struct piece p)
{
	struct hf_oracle_cell *c = &mv->me->cell[mv->step->first];
	const u_int there = hf_fuzz_file_parts(mv->step->number) & mask_of(&p);
	const bool may =
	    there == 0 || hf_fuzz_can(mv, mv->step->first, VM_PROT_WRITE);
	const u_int bytes = bytes_of(&p);
	ssize_t resid = 0;

	hf_expect_eq(transfer(mv, UIO_READ, &p, &resid), may ? 0 : EFAULT);
	if (!may)
		return;
	for (p.n = 0; (there >> (p.first + p.n) & 1) != 0; p.n++)
		continue;
	hf_expect_eq((u_int)resid, bytes - bytes_of(&p));
	if (there != 0)
		hf_oracle_copy(c, hf_fuzz_file_model(mv->step->number), there);
}

/* Nothing is appended. */
static void
write_piece(const struct hf_fuzz_move *mv, struct piece p)
{
	const struct hf_oracle_cell *c = &mv->me->cell[mv->step->first];
	const u_int parts = mask_of(&p);
	const bool fits =
	    (hf_fuzz_file_parts(mv->step->number) & parts) == parts;
	const bool may = fits && hf_fuzz_can(mv, mv->step->first, VM_PROT_READ);
	ssize_t resid = 0;

	hf_expect_eq(transfer(mv, UIO_WRITE, &p, &resid),
	    !fits     ? EFBIG
		: may ? 0
		      : EFAULT);
	hf_expect_eq((u_int)resid, may ? 0 : bytes_of(&p));
	if (may)
		hf_oracle_page_copy(
		    hf_fuzz_file_model(mv->step->number), c, parts);
}

/* read(2) of a page of the file into memory, which may be mapped to it. */
void
hf_fuzz_do_read(struct hf_fuzz_move *mv)
{
	read_piece(mv, (struct piece){ 0, HF_ORACLE_PARTS });
}

void
hf_fuzz_do_readpart(struct hf_fuzz_move *mv)
{
	read_piece(mv, (struct piece){ mv->step->word, 1 });
}

/* write(2) of a page of memory to the file. */
void
hf_fuzz_do_write(struct hf_fuzz_move *mv)
{
	write_piece(mv, (struct piece){ 0, HF_ORACLE_PARTS });
}

void
hf_fuzz_do_writepart(struct hf_fuzz_move *mv)
{
	write_piece(mv, (struct piece){ mv->step->word, 1 });
}

/* ftruncate(2): the file ends where the part of the page begins. */
void
hf_fuzz_do_truncate(struct hf_fuzz_move *mv)
{
	hf_fuzz_file_resize(
	    mv->step->number * HF_ORACLE_PARTS + mv->step->word);
}
