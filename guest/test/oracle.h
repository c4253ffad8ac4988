/* SPDX-License-Identifier: BSD-2-Clause */
/* oracle.h: what fork, inheritance, rights, wirings and stores mean. */

/*
 * A model that knows nothing of maps, objects or page tables: a cell is one page of
 * one process's memory, and what it shows is a page that has a value, or shows
 * what the page behind it shows.  fuzz/game.h plays the VM against it.
 *
 * One thing is left open, as the VM leaves it open: a store that sharers make
 * behind a private copy, after it was taken, may or may not be seen through the copy
 * until that is written.  Then every value that was ever there is right.
 */
#ifndef HF_TEST_ORACLE_H
#define HF_TEST_ORACLE_H

#include <sys/param.h>
#include <sys/systm.h>
#include <vm/vm.h>

struct hf_oracle_page;

struct hf_oracle_cell {
	struct hf_oracle_page *page; /* NULL: nothing is mapped */
	bool needs_copy;	     /* a store needs a page of its own first */
	u_int since;		     /* with it: when it began to look there */
	bool private;		     /* copies, rather than stores, are made */
	bool user;		     /* wired by the user ... */
	u_int system;		     /* ... and so often by the system */
	vm_prot_t prot;
	vm_inherit_t inherit;
};

/* A file's page, of which every eight bytes are value; one reference. */
struct hf_oracle_page *hf_oracle_file_page(uint64_t value);
void hf_oracle_page_ref(struct hf_oracle_page *page);
void hf_oracle_page_release(struct hf_oracle_page *page);

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
void hf_oracle_store(struct hf_oracle_cell *c, uint64_t value);
void hf_oracle_own(struct hf_oracle_cell *c);
/* May a load give this?  What it says about the page is learnt. */
bool hf_oracle_load(struct hf_oracle_cell *c, uint64_t value);

/*
 * For who keeps hold of memory that a cell shows: the page that has its value, or
 * the last one where none has; whether a page shows what another has, or did; a
 * store into it, and whether it may have this value.
 */
struct hf_oracle_page *hf_oracle_source(const struct hf_oracle_cell *c);
bool hf_oracle_is_before(
    const struct hf_oracle_page *page, const struct hf_oracle_page *behind);
void hf_oracle_page_store(struct hf_oracle_page *page, uint64_t value);
bool hf_oracle_page_may_be(const struct hf_oracle_page *page, uint64_t value);

/* A store of what a page, or a cell, shows. */
void hf_oracle_copy(struct hf_oracle_cell *c, struct hf_oracle_page *from);
void hf_oracle_page_copy(
    struct hf_oracle_page *page, const struct hf_oracle_cell *from);

/* Whether the cell's stores go to its page, which is there. */
bool hf_oracle_owns(const struct hf_oracle_cell *c);
/* May a cell see stores that another makes without a fault? */
bool hf_oracle_may_see(
    const struct hf_oracle_cell *c, const struct hf_oracle_cell *writer);

static inline bool
hf_oracle_may(const struct hf_oracle_cell *c, vm_prot_t prot)
{
	return (c->page != NULL && (c->prot & prot) == prot);
}

static inline bool
hf_oracle_wired(const struct hf_oracle_cell *c)
{
	return (c->user || c->system > 0);
}

#endif
