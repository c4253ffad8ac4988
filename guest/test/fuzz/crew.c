/* SPDX-License-Identifier: BSD-2-Clause */
/* crew.c: threads that play at once; where they meet, all is looked at. */

#include <sys/proc.h>
#include <sys/uio.h>
#include <sys/vnode.h>
#include <kern/thread.h>
#include <test/current.h>
#include <test/file.h>
#include <test/fuzz/crew_priv.h>
#include <test/fuzz/look.h>
#include <test/scenario.h>
#include <vm/vm_page.h>
#include "filesum.h"

#define ROUND 10 /* steps of a thread before all meet */

struct hf_crew_thread hf_crew[HF_CREW_MAX];
u_int hf_crew_size;

static struct vnode *vp;

struct vnode *
hf_crew_file(void)
{
	return (vp);
}

/* The file's shared pages begin with zeros, on the disk and nowhere else. */
static void
begin_file(void)
{
	static const uint8_t zeros[PAGE_SIZE];
	u_int i;

	vp = hf_file_open(HF_SCRATCH_NAME);
	for (i = 0; i < HF_CREW_PAGES - HF_CREW_FILE; i++)
		hf_require_eq(vn_rdwr(UIO_WRITE, vp, __DECONST(void *, zeros),
				  PAGE_SIZE, (off_t)ptoa(i), UIO_SYSSPACE, 0,
				  NULL, NULL, NULL, curthread),
		    0);
	hf_file_drop(vp);
}

/* Everything comes from one process, of which each thread gets a child. */
static void
begin(uint64_t seed, u_int nthreads)
{
	struct proc *home = curproc, *first;
	struct hf_crew_thread *t;
	u_int i;

	begin_file();
	first = hf_space_proc("first");
	hf_space_run(first);
	hf_space_anon_at(hf_crew_at(0), HF_CREW_OWN);
	hf_space_anon_at(hf_crew_at(HF_CREW_OWN), HF_CREW_FILE - HF_CREW_OWN);
	hf_require_eq(vm_map_inherit(hf_space_map(), hf_crew_at(HF_CREW_OWN),
			  hf_crew_at(HF_CREW_FILE), VM_INHERIT_SHARE),
	    KERN_SUCCESS);
	hf_file_map(vp, hf_crew_at(HF_CREW_FILE), 0,
	    HF_CREW_PAGES - HF_CREW_FILE, VM_PROT_RW, HF_FILE_SHARED);
	hf_crew_size = nthreads;
	for (t = hf_crew; t < &hf_crew[nthreads]; t++) {
		*t = (struct hf_crew_thread){ .self = (u_int)(t - hf_crew) };
		hf_rng_seed(&t->rng, seed * HF_CREW_MAX + t->self);
		for (i = 0; i < HF_CREW_PAGES; i++)
			t->cell[i].prot = VM_PROT_RW;
		t->proc = hf_space_fork("crew");
	}
	hf_space_run(home);
	hf_space_end(first);
}

static void
end(void)
{
	u_int i;

	for (i = 0; i < hf_crew_size; i++)
		hf_space_end(hf_crew[i].proc);
	hf_file_close(vp);
}

static void
play(void *arg)
{
	struct hf_crew_thread *t = arg;

	for (; t->steps > 0 && t->bad_line == 0; t->steps--) {
		hf_crew_step(t);
		hf_yield();
	}
}

static void
check_thread(const struct hf_crew_thread *t)
{
	if (!hf_expect_eq(t->bad_line, 0))
		hf_note("thread %u, page %u: %#lx (crew_moves.c)", t->self,
		    t->bad_page, (u_long)t->bad_value);
}

static uint64_t
word_of(vm_page_t m, vm_offset_t offset)
{
	if (m == NULL)
		return (0);
	return (*(uint64_t *)(PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m)) + offset));
}

/* Each thread's words, and how often its frames are wired by all of them. */
static void
check_pages(void)
{
	static vm_page_t pages[HF_CREW_MAX * HF_CREW_PAGES];
	const u_int n = hf_crew_size * HF_CREW_PAGES;
	const struct hf_crew_cell *c;
	struct hf_crew_thread *t;
	u_int i, k, user = 0, wired;

	for (k = 0; k < n; k++) {
		t = &hf_crew[k / HF_CREW_PAGES];
		i = k % HF_CREW_PAGES;
		c = &t->cell[i];
		pages[k] = hf_fuzz_find_page(
		    &t->proc->p_vmspace->vm_map, hf_crew_at(i));
		user += c->user;
		if (i >= HF_CREW_FILE && pages[k] == NULL)
			continue; /* it is on the disk */
		hf_expect_eq(word_of(pages[k], hf_crew_word(t, i) & PAGE_MASK),
		    c->value);
		if (i < HF_CREW_OWN)
			hf_expect_eq(
			    word_of(pages[k], PAGE_SIZE - sizeof(uint64_t)),
			    c->value);
	}
	for (k = 0; k < n; k++) {
		c = &hf_crew[k / HF_CREW_PAGES].cell[k % HF_CREW_PAGES];
		hf_expect(pages[k] != NULL || !c->user);
		if (pages[k] == NULL)
			continue;
		for (wired = i = 0; i < n; i++)
			wired += pages[i] == pages[k] &&
			    hf_crew[i / HF_CREW_PAGES]
				.cell[i % HF_CREW_PAGES]
				.user;
		hf_expect_eq(vm_page_wire_count(pages[k]), wired);
	}
	hf_expect_eq(vm_user_wire_count, user);
}

/* All have met. */
static void
check(void)
{
	u_int i;

	for (i = 0; i < hf_crew_size; i++)
		check_thread(&hf_crew[i]);
	check_pages();
	hf_fuzz_check_invariants();
}

void
hf_crew_play(uint64_t seed, u_int nthreads, u_int nsteps)
{
	const u_int failed = hf_current.failed;
	u_int i, n;

	hf_require(nthreads > 0 && nthreads <= HF_CREW_MAX);
	begin(seed, nthreads);
	for (; nsteps > 0 && hf_current.failed == failed; nsteps -= n) {
		n = MIN(nsteps, ROUND);
		for (i = 0; i < nthreads; i++) {
			hf_crew[i].steps = n;
			hf_crew[i].td = hf_thread_create_in(
			    hf_crew[i].proc, play, &hf_crew[i], "crew", -1);
		}
		for (i = 0; i < nthreads; i++)
			hf_thread_join(hf_crew[i].td);
		check();
	}
	end();
}
