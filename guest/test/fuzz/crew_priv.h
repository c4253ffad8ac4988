/* SPDX-License-Identifier: BSD-2-Clause */
/* crew_priv.h: a thread of the crew, and what it knows. */
#ifndef HF_TEST_FUZZ_CREW_PRIV_H
#define HF_TEST_FUZZ_CREW_PRIV_H

#include <test/fuzz/crew.h>
#include <test/space.h>
#include "rng.h"

#define HF_CREW_OWN    6 /* pages, private; the shared ones follow */
#define HF_CREW_SHARED 6 /* three of nobody, three of the file */
#define HF_CREW_PAGES  (HF_CREW_OWN + HF_CREW_SHARED)
#define HF_CREW_FILE   (HF_CREW_OWN + 3)

struct hf_crew_cell {
	vm_prot_t prot;
	bool user; /* wired */
	uint64_t
	    value; /* of the first and the last word; of one's own, if shared */
};

struct hf_crew_thread {
	u_int self; /* its number */
	struct proc *proc;
	struct thread *td;
	struct hf_rng rng;
	u_int steps; /* of this round */
	uint64_t stamp;
	struct hf_crew_cell cell[HF_CREW_PAGES];
	/* The newest of others' values that it has seen. */
	uint64_t seen[HF_CREW_SHARED][HF_CREW_MAX];
	/* Where it found something wrong first, and what it was about. */
	u_int bad_line, bad_page;
	uint64_t bad_value;
};

extern struct hf_crew_thread hf_crew[HF_CREW_MAX];
extern u_int hf_crew_size;

/* The file's pages, of which the last three are shared. */
struct vnode *hf_crew_file(void);

static inline vm_offset_t
hf_crew_at(u_int page)
{
	return (HF_SPACE_BASE + ptoa(page));
}

/* Where a thread's word is in a page; of its own pages that is the first one. */
static inline vm_offset_t
hf_crew_word(const struct hf_crew_thread *t, u_int page)
{
	return (hf_crew_at(page) +
	    (page < HF_CREW_OWN ? 0 : (t->self + 1) * sizeof(uint64_t)));
}

/* What the thread's seed has it do, in its process. */
void hf_crew_step(struct hf_crew_thread *t);

#endif
