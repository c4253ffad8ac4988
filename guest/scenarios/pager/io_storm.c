/* SPDX-License-Identifier: BSD-2-Clause */
/* io_storm.c: file I/O from and into mappings of files, everything at once. */

#include <kern/plan.h>
#include <kern/thread.h>
#include <test/scenario.h>
#include <test/space.h>
#include <vm/vm_object.h>
#include <vm/vnode_pager.h>
#include "filesum.h"
#include "io.h"

#define FILES  HF_SCRATCH_FILES
#define MOVERS 4
#define PAGES  8 /* of each file, from the front */
#define KEPT   4 /* of these truncation leaves so many */
#define VA(f)  (HF_SPACE_BASE + ptoa(32 * (f)))	     /* shared mapping */
#define VP(f)  (HF_SPACE_BASE + ptoa(32 * (f) + 16)) /* private mapping */
#define VS     (HF_SPACE_BASE + ptoa(256))	     /* the pattern */

/*
 * A page's contents say its index, in whatever file: moving between equal
 * offsets of any two files changes nothing, so every page must be right at any
 * time.
 */
static const char *const names[] = HF_SCRATCH_NAMES;
static struct vnode *files[FILES];
static volatile int stop;

struct mover {
	struct hf_rng rng;
	volatile int rounds;
	int errors; /* that nothing explains */
	struct thread *td;
};

static uint64_t
word_of(int page, int k)
{
	return (((uint64_t)page << 32 | (uint64_t)k) * 0x9e3779b97f4a7c15ull);
}

/* Truncation explains these, of transfers that it can have met. */
static bool
explained(int error, bool truncated)
{
	return (
	    error == 0 || (truncated && (error == EFAULT || error == EFBIG)));
}

static void
mover_main(void *arg)
{
	struct mover *mv = arg;
	struct io io = { 0 };
	int from, n, page, to;

	while (mv->rounds-- > 0) {
		from = (int)hf_random_below(&mv->rng, FILES);
		to = (int)hf_random_below(&mv->rng, FILES);
		page = (int)hf_random_below(&mv->rng, PAGES);
		n = 1 + (int)hf_random_below(&mv->rng, (u_int)(PAGES - page));
		io.how = (enum io_how)hf_random_below(&mv->rng, IO_HOWS);
		io.vp = files[from];
		io.rw =
		    hf_random_below(&mv->rng, 2) == 0 ? UIO_READ : UIO_WRITE;
		io.off = (off_t)ptoa(page) +
		    8 * (off_t)hf_random_below(&mv->rng, 512);
		io.bytes = ptoa(page + n) - (size_t)io.off;
		io.buf = (hf_random_below(&mv->rng, 4) == 0 ? VP(to) : VA(to)) +
		    (vm_offset_t)io.off;
		(void)io_run(&io);
		if (!explained(
			io.error, page + n > KEPT && (from == 0 || to == 0)))
			mv->errors++;
	}
}

/* Locks and unlocks; truncation may make that fail, but not hang. */
static void
locker_main(void *arg)
{
	struct mover *mv = arg;
	vm_offset_t va;

	while (!stop) {
		va = VA(hf_random_below(&mv->rng, FILES)) +
		    ptoa(hf_random_below(&mv->rng, 4));
		if (vm_map_wire(hf_space_map(), va, va + ptoa(4),
			VM_MAP_WIRE_USER) == KERN_SUCCESS &&
		    vm_map_unwire(hf_space_map(), va, va + ptoa(4),
			VM_MAP_WIRE_USER) != KERN_SUCCESS)
			mv->errors++;
		hf_yield();
	}
}

static void
forker_main(void *arg)
{
	while (!stop) {
		hf_space_end(hf_space_fork("child"));
		hf_yield();
	}
}

static void
set_pages(struct vnode *vp, uint64_t bytes)
{
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	vnode_pager_setsize(vp, bytes);
	VOP_UNLOCK(vp);
}

/* Writes back and drops pages, and truncates the first file. */
static void
disturb(struct mover *mv, int movers)
{
	uint64_t bytes = hf_file_bytes(files[0]);
	struct vnode *vp;
	int i, running;

	do {
		vp = files[hf_random_below(hf_scenario_rng(), FILES)];
		vm_object_reference(vp->v_object);
		(void)vm_object_sync(vp->v_object, 0, ptoa(PAGES), TRUE, TRUE);
		vm_object_deallocate(vp->v_object);
		set_pages(files[0], ptoa(KEPT));
		hf_yield();
		set_pages(files[0], bytes);
		hf_yield();
		for (running = i = 0; i < movers; i++)
			running += mv[i].rounds > 0;
	} while (running != 0);
}

static void
prepare(void)
{
	bool stored = true;
	int f, k, page;

	hf_space_anon_at(VS, PAGES);
	for (page = 0; page < PAGES; page++)
		for (k = 0; k < PAGE_SIZE / 8; k++)
			stored = stored &&
			    suword64(
				(void *)(VS + ptoa(page) + 8 * (vm_offset_t)k),
				(int64_t)word_of(page, k)) == 0;
	hf_require(stored);
	for (f = 0; f < FILES; f++) {
		files[f] = hf_file_open(names[f]);
		hf_expect_eq(
		    io_do(files[f], IO_RDWR, UIO_WRITE, 0, VS, ptoa(PAGES)), 0);
		/* What truncation takes comes from the disk again. */
		hf_file_drop(files[f]);
		hf_file_map(
		    files[f], VA(f), 0, PAGES, VM_PROT_RW, HF_FILE_SHARED);
		hf_file_map(
		    files[f], VP(f), 0, PAGES, VM_PROT_RW, HF_FILE_PRIVATE);
	}
}

/* Every word of every page, in the files and in both kinds of mapping. */
static int
wrong_words(int f)
{
	static uint64_t page[PAGE_SIZE / 8];
	int i, k, wrong;

	for (wrong = i = 0; i < 3 * PAGES; i++) {
		int index = i % PAGES;

		if (i < PAGES)
			hf_expect_eq(
			    vn_rdwr(UIO_READ, files[f], page, PAGE_SIZE,
				(off_t)ptoa(index), UIO_SYSSPACE, 0, NULL, NULL,
				NULL, curthread),
			    0);
		else
			hf_expect_eq(
			    copyin((void *)((i < 2 * PAGES ? VA(f) : VP(f)) +
				       ptoa(index)),
				page, PAGE_SIZE),
			    0);
		for (k = 0; k < PAGE_SIZE / 8; k++)
			wrong += page[k] != word_of(index, k);
	}
	return (wrong);
}

static void
close_files(void)
{
	int f;

	for (f = 0; f < FILES; f++) {
		hf_file_unmap(VA(f), PAGES);
		hf_file_unmap(VP(f), PAGES);
		hf_file_drop(files[f]);
		hf_file_expect_idle(files[f]);
		hf_file_close(files[f]);
	}
}

HF_SCENARIO(io_storm, "pager.io_storm", "QH-30 WI-27 VN-17",
    "many threads cross on several files beside locking, truncation and fork",
    .flags = HF_NEEDS_DISK | HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE,
    .timeout_ms = 60000)
{
	static struct mover mv[MOVERS + 2];
	struct thread *forker;
	int f, i;

	prepare();
	stop = 0;
	for (i = 0; i <= MOVERS; i++) {
		hf_rng_seed(&mv[i].rng, hf_random(hf_scenario_rng()));
		mv[i].errors = 0;
		mv[i].rounds =
		    i < MOVERS ? 4 * (int)hf_plan_param_u64("effort", 1) : 0;
		mv[i].td = hf_space_thread(
		    i < MOVERS ? mover_main : locker_main, &mv[i]);
	}
	forker = hf_space_thread(forker_main, NULL);
	disturb(mv, MOVERS);
	for (i = 0; i <= MOVERS; i++) {
		if (i == MOVERS)
			stop = 1;
		hf_thread_join(mv[i].td);
		hf_expect_eq(mv[i].errors, 0);
	}
	hf_thread_join(forker);
	hf_space_check();
	for (f = 0; f < FILES; f++)
		hf_expect_eq(wrong_words(f), 0);
	close_files();
}
