/* SPDX-License-Identifier: BSD-2-Clause */
/* oracle.h: what fork, inheritance, rights, wirings and stores mean. */

/*
 * A model that knows nothing of maps, objects or page tables.  A cell is one
 * page of one process's memory, and it shows a page.  That page has a value, or
 * shows what the page behind it shows.  fuzz/game.h plays the VM against it.
 *
 * A page is in parts, each of which has one value all over.  A file may end
 * between any two of them; where its last sector ends, another begins.
 *
 * One thing is left open, as the VM leaves it open.  When sharers store behind
 * a private copy after it was taken, the store may or may not be seen through
 * the copy, until the copy is written.  Then every value that was ever there is
 * right.
 */
#ifndef HF_TEST_ORACLE_H
#define HF_TEST_ORACLE_H

#include <sys/param.h>
#include <sys/systm.h>
#include <vm/vm.h>

struct hf_oracle_page;

#define HF_ORACLE_PARTS 6
#define HF_ORACLE_WHOLE ((1u << HF_ORACLE_PARTS) - 1) /* all of them */

/* Part i is the bytes from bound i on, up to the next bound. */
extern const u_int hf_oracle_bound[HF_ORACLE_PARTS + 1];

/* Each part's eight bytes, all over it. */
struct hf_oracle_value {
	uint64_t part[HF_ORACLE_PARTS];
};

struct hf_oracle_cell {
	struct hf_oracle_page *page; /* NULL: nothing is mapped */
	bool needs_copy;	     /* a store needs a page of its own first */
	u_int since;		     /* with it: when it began to look there */
	bool private;		     /* copies, rather than stores, are made */
	bool user;		     /* wired by the user ... */
	u_int system;		     /* ... and so often by the system */
	bool emptied;		     /* since then its page was cut away */
	bool stack;		     /* grows into the gap below it, */
	u_int gap;		     /* of which this cell is one: its number,
				      * or 0; nothing is mapped */
	vm_prot_t prot;
	vm_inherit_t inherit;
};

/* A file's page, of which every eight bytes are value; one reference. */
struct hf_oracle_page *hf_oracle_file_page(uint64_t value);
void hf_oracle_page_release(struct hf_oracle_page *page);
/* Another reference, of who holds the page. */
void hf_oracle_page_hold(struct hf_oracle_page *page);
void hf_oracle_page_unhold(struct hf_oracle_page *page);

/*
 * Maps the cell read-write to a file's page, or (NULL) to zeros of its own.
 * Private, and what a child inherits, as the cell says.
 */
void hf_oracle_map(struct hf_oracle_cell *c, struct hf_oracle_page *page);
void hf_oracle_unmap(struct hf_oracle_cell *c);

/* The child's cell; it is not mapped before. */
void hf_oracle_fork(struct hf_oracle_cell *from, struct hf_oracle_cell *to);

void hf_oracle_protect(struct hf_oracle_cell *c, vm_prot_t prot);
/* A store (by whoever may), or what makes one possible without a fault. */
void hf_oracle_store(struct hf_oracle_cell *c, uint64_t value, u_int parts);
void hf_oracle_own(struct hf_oracle_cell *c);
/* Whether the last store into these parts came to be is not known. */
void hf_oracle_forget(struct hf_oracle_cell *c, u_int parts);
/* May a load give this?  What it says about the page is learnt. */
bool hf_oracle_load(
    struct hf_oracle_cell *c, const struct hf_oracle_value *seen, u_int parts);

/*
 * Files are cut and grow: so many parts of the page are there from now on.
 * What is cut reads as zeros when it is back.  If nothing is there, neither the
 * page nor a cell that shows it can be accessed.
 */
void hf_oracle_page_resize(struct hf_oracle_page *page, u_int end);
bool hf_oracle_page_gone(const struct hf_oracle_page *page);
bool hf_oracle_gone(const struct hf_oracle_cell *c);
/*
 * The cell shows what is gone, but is known to have a page of its own, from
 * before: with this, or (NULL) zeros.  apart: nothing is behind that any more.
 */
void hf_oracle_settle(
    struct hf_oracle_cell *c, const struct hf_oracle_value *seen, bool apart);

/*
 * For who keeps hold of memory that a cell shows.  The page that has its value,
 * or the last one if none has; whether a page shows, or showed, what another
 * has; a store into a page, and whether it may have this value.
 */
struct hf_oracle_page *hf_oracle_source(const struct hf_oracle_cell *c);
bool hf_oracle_is_before(
    const struct hf_oracle_page *page, const struct hf_oracle_page *behind);
void hf_oracle_page_store(
    struct hf_oracle_page *page, uint64_t value, u_int parts);
bool hf_oracle_page_may_be(const struct hf_oracle_page *page,
    const struct hf_oracle_value *seen, u_int parts);
/* A page of its own that has what this one has now. */
struct hf_oracle_page *hf_oracle_page_copy_of(
    const struct hf_oracle_page *from);

/*
 * The cell's contents may go, until it is stored to: they are what they are, or
 * zeros. Not what other cells see, too, nor what a file is behind.  Who has
 * wired or holds it keeps the frame; what is in that counts as not stored all
 * the same.
 */
void hf_oracle_free(struct hf_oracle_cell *c);

/* A store of what a page, or a cell, shows. */
void hf_oracle_copy(
    struct hf_oracle_cell *c, const struct hf_oracle_page *from, u_int parts);
void hf_oracle_page_copy(struct hf_oracle_page *page,
    const struct hf_oracle_cell *from, u_int parts);

/* Whether the cell's stores go to its page, which is there. */
bool hf_oracle_owns(const struct hf_oracle_cell *c);
/* May a cell see stores that another makes without a fault? */
bool hf_oracle_may_see(
    const struct hf_oracle_cell *c, const struct hf_oracle_cell *writer);

/* The parts before that one. */
static inline u_int
hf_oracle_below(u_int part)
{
	return ((1u << part) - 1);
}

static inline bool
hf_oracle_may(const struct hf_oracle_cell *c, vm_prot_t prot)
{
	return (c->page != NULL && (c->prot & prot) == prot);
}

/* And what is there to be accessed. */
static inline bool
hf_oracle_can(const struct hf_oracle_cell *c, vm_prot_t prot)
{
	return (hf_oracle_may(c, prot) && !hf_oracle_gone(c));
}

static inline bool
hf_oracle_wired(const struct hf_oracle_cell *c)
{
	return (c->user || c->system > 0);
}

#endif
