/* SPDX-License-Identifier: BSD-2-Clause */
/* crew_file.c: the file that a crew shares, makes shorter and makes longer. */

#include <sys/proc.h>
#include <sys/vnode.h>
#include <test/file.h>
#include <test/fuzz/crew_priv.h>
#include <test/scenario.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include "filesum.h"

static struct vnode *vp;
static uint64_t disk_bytes; /* that the file has on the disk */

/* Changed with vp locked, in this order; read without, the other way round (A). */
static uint64_t length; /* that the file surely has */
static uint64_t lowest; /* that it had since all met */
/* How often was cut off what lies at a page's beginning, and what is behind CUT? */
#define CUT HF_CREW_CUT
static uint64_t cuts[HF_CREW_FILE][2];

static uint64_t
get(const uint64_t *v)
{
	return (__atomic_load_n(v, __ATOMIC_SEQ_CST));
}

static void
set(uint64_t *v, uint64_t to)
{
	__atomic_store_n(v, to, __ATOMIC_SEQ_CST);
}

static u_int
half_of(const struct hf_crew_thread *t)
{
	return (hf_crew_word(t, HF_CREW_FILE_AT) >= CUT);
}

static uint64_t
offset_of(const struct hf_crew_thread *t, u_int file_page)
{
	return (ptoa(file_page) + hf_crew_word(t, HF_CREW_FILE_AT));
}

static int
transfer(enum uio_rw rw, uint64_t offset, void *at, size_t bytes, ssize_t *left)
{
	return (vn_rdwr(rw, vp, at, (int)bytes, (off_t)offset, UIO_SYSSPACE, 0,
	    NULL, NULL, left, curthread));
}

/* It begins with zeros, on the disk and nowhere else. */
void
hf_crew_file_begin(void)
{
	static const uint8_t zeros[PAGE_SIZE];
	u_int i;

	vp = hf_file_open(HF_SCRATCH_NAME);
	disk_bytes = hf_file_bytes(vp);
	for (i = 0; i < HF_CREW_FILE; i++)
		hf_require_eq(transfer(UIO_WRITE, ptoa(i),
				  __DECONST(void *, zeros), PAGE_SIZE, NULL),
		    0);
	hf_file_drop(vp);
	hf_file_set_size(vp, HF_CREW_BYTES);
	length = lowest = HF_CREW_BYTES;
	bzero(cuts, sizeof(cuts));
}

void
hf_crew_file_map(void)
{
	hf_file_map(vp, hf_crew_at(HF_CREW_ANON), 0, HF_CREW_OWN - HF_CREW_ANON,
	    VM_PROT_RW, HF_FILE_PRIVATE);
	hf_file_map(vp, hf_crew_at(HF_CREW_FILE_AT), 0, HF_CREW_FILE,
	    VM_PROT_RW, HF_FILE_SHARED);
}

void
hf_crew_file_end(void)
{
	hf_file_set_size(vp, disk_bytes);
	hf_file_close(vp);
}

/* What is cut off is counted before it is, so that nobody is sure of it. */
void
hf_crew_truncate(uint64_t bytes)
{
	u_int i;

	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	if (bytes < length) {
		set(&length, bytes);
		set(&lowest, MIN(lowest, bytes));
		for (i = 0; i < HF_CREW_FILE; i++) {
			if (bytes <= ptoa(i))
				set(&cuts[i][0], cuts[i][0] + 1);
			if (bytes <= ptoa(i) + CUT)
				set(&cuts[i][1], cuts[i][1] + 1);
		}
	}
	hf_file_cut_locked(vp, bytes);
	set(&length, bytes);
	VOP_UNLOCK(vp);
}

int
hf_crew_transfer(const struct hf_crew_thread *t, enum uio_rw rw,
    u_int file_page, uint64_t *word, bool *there)
{
	ssize_t left = 0;
	int error;

	error =
	    transfer(rw, offset_of(t, file_page), word, sizeof(*word), &left);
	*there = error == 0 && left == 0;
	return (error);
}

struct hf_crew_since
hf_crew_before(const struct hf_crew_thread *t, u_int page)
{
	const u_int i = hf_crew_file_page(page);
	struct hf_crew_since since = { 0, true };

	if (i < HF_CREW_FILE) {
		since.cuts = get(&cuts[i][half_of(t)]);
		since.inside = get(&length) > offset_of(t, i);
	}
	return (since);
}

bool
hf_crew_is_sure(const struct hf_crew_thread *t, u_int page)
{
	const struct hf_crew_cell *c = &t->cell[page];

	return (c->own ||
	    (c->since.inside &&
		c->since.cuts ==
		    get(&cuts[hf_crew_file_page(page)][half_of(t)])));
}

bool
hf_crew_was_ever_cut(const struct hf_crew_thread *t, u_int page)
{
	const u_int i = hf_crew_file_page(page);

	return (i < HF_CREW_FILE && get(&cuts[i][half_of(t)]) > 0);
}

bool
hf_crew_was_cut(const struct hf_crew_thread *t, u_int file_page)
{
	return (get(&lowest) <= offset_of(t, file_page));
}

bool
hf_crew_may_fail(const struct hf_crew_thread *t, u_int page)
{
	return (!t->cell[page].own &&
	    get(&lowest) <= ptoa(hf_crew_file_page(page)));
}

void
hf_crew_file_settle(void)
{
	lowest = length;
}

/* Is a page all zeros, but for the words of threads?  m: where it is valid. */
static bool
is_blank(const uint64_t *words, vm_page_t m)
{
	u_int i, at;

	for (i = 0; i < PAGE_SIZE / sizeof(*words); i++) {
		at = i * (u_int)sizeof(*words);
		if (words[i] != 0 && (i == 0 || i > hf_crew_size) &&
		    (m == NULL || vm_page_is_valid(m, (int)at, sizeof(*words))))
			return (false);
	}
	return (true);
}

void
hf_crew_file_check(void)
{
	vm_object_t object = hf_file_object(vp);
	vm_page_t m;
	u_int i;

	hf_expect_eq(hf_file_bytes(vp), length);
	hf_expect_eq(object->size, btoc(length));
	for (i = 0; i < HF_CREW_FILE; i++) {
		m = hf_file_page(vp, i);
		if (m == NULL)
			continue;
		hf_expect(is_blank(
		    (const uint64_t *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m)), m));
		if (ptoa(i) < length)
			continue;
		/* Somebody's frame, but no part of the file. */
		hf_expect_eq(m->valid, 0);
		hf_expect_eq(m->dirty, 0);
		/* Let go of while its object was locked, it is the page daemon's. */
		hf_expect(vm_page_wired(m) || vm_page_inactive(m));
		hf_expect(!pmap_page_is_mapped(m));
	}
}

/* Made as long as it was, it has what was stored inside and zeros behind. */
void
hf_crew_file_check_disk(void)
{
	static uint64_t words[PAGE_SIZE / sizeof(uint64_t)];
	const struct hf_crew_thread *t;
	const uint64_t end = length;
	uint64_t word;
	u_int i;

	hf_file_drop(vp);
	hf_file_set_size(vp, HF_CREW_BYTES);
	for (i = 0; i < HF_CREW_FILE; i++) {
		if (!hf_expect_eq(
			transfer(UIO_READ, ptoa(i), words, sizeof(words), NULL),
			0))
			continue;
		hf_expect(is_blank(words, NULL));
		for (t = hf_crew; t < &hf_crew[hf_crew_size]; t++) {
			word = words[t->self + 1];
			if (offset_of(t, i) >= end)
				hf_expect_eq(word, 0);
			else if (hf_crew_is_sure(t, HF_CREW_FILE_AT + i))
				hf_expect_eq(word,
				    hf_crew_pack(
					t->cell[HF_CREW_FILE_AT + i].value));
			else
				hf_expect(word == 0 ||
				    word ==
					hf_crew_pack(
					    t->cell[HF_CREW_FILE_AT + i]
						.value));
		}
	}
}
