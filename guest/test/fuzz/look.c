/* SPDX-License-Identifier: BSD-2-Clause */
/* look.c: everything that is there, compared with the model. */

#include <sys/proc.h>
#include <test/current.h>
#include <test/fuzz/file.h>
#include <test/fuzz/holds.h>
#include <test/fuzz/look.h>
#include <test/scenario.h>
#include <vm/vm_check.h>

#define WORDS (PAGE_SIZE / sizeof(uint64_t))

/* Each frame is read once a look, however many cells show it. */
static struct frame {
	vm_page_t m;
	bool uniform;
	uint64_t value;
	u_int wired; /* cells that are wired, and mapped to it */
	/* The last cell that was seen, and one that can store without a fault. */
	const struct hf_oracle_cell *seen, *writer;
} frames[HF_FUZZ_PROCS * HF_FUZZ_PAGES];
static u_int nframes;

bool
hf_fuzz_frame_value(vm_page_t m, uint64_t *value)
{
	const uint64_t *w = (const uint64_t *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m));
	uint64_t differ = 0;
	u_int i;

	*value = w[0];
	for (i = 0; i < WORDS; i += 8)
		differ |= (w[i] ^ *value) | (w[i + 1] ^ *value) |
		    (w[i + 2] ^ *value) | (w[i + 3] ^ *value) |
		    (w[i + 4] ^ *value) | (w[i + 5] ^ *value) |
		    (w[i + 6] ^ *value) | (w[i + 7] ^ *value);
	return (differ == 0);
}

static struct frame *
frame_of(vm_page_t m)
{
	struct frame *f;

	for (f = frames; f < &frames[nframes]; f++)
		if (f->m == m)
			return (f);
	nframes++;
	f->m = m;
	f->wired = 0;
	f->seen = f->writer = NULL;
	f->uniform = hf_fuzz_frame_value(m, &f->value);
	return (f);
}

static vm_page_t
find_in_chain(vm_object_t object, vm_pindex_t pindex)
{
	vm_object_t behind;
	vm_page_t m;

	VM_OBJECT_RLOCK(object);
	for (;;) {
		m = vm_page_lookup(object, pindex);
		if (m != NULL && !vm_page_none_valid(m))
			break;
		m = NULL;
		behind = object->backing_object;
		if (behind == NULL)
			break;
		pindex += OFF_TO_IDX(object->backing_object_offset);
		VM_OBJECT_RLOCK(behind);
		VM_OBJECT_RUNLOCK(object);
		object = behind;
	}
	VM_OBJECT_RUNLOCK(object);
	return (m);
}

vm_page_t
hf_fuzz_find_page(vm_map_t map, vm_offset_t va)
{
	vm_map_entry_t entry;
	vm_page_t m = NULL;

	vm_map_lock_read(map);
	if (vm_map_lookup_entry(map, va, &entry) &&
	    entry->object.vm_object != NULL)
		m = find_in_chain(entry->object.vm_object,
		    OFF_TO_IDX(va - entry->start + entry->offset));
	vm_map_unlock_read(map);
	return (m);
}

/* What the page table permits is permitted, and needs no fault before it. */
static void
check_leaf(const struct hf_oracle_cell *c, pt_entry_t leaf, vm_page_t m)
{
	if ((leaf & X86_PG_V) == 0)
		return;
	hf_expect(hf_oracle_may(c, VM_PROT_READ));
	hf_expect((leaf & X86_PG_U) != 0);
	if ((leaf & X86_PG_RW) != 0)
		hf_expect(hf_oracle_may(c, VM_PROT_WRITE));
	hf_expect((leaf & X86_PG_NX) != 0);
	hf_expect_eq(leaf & PG_FRAME, m != NULL ? VM_PAGE_TO_PHYS(m) : 0);
}

/*
 * Who can store into a frame is seen by all who are mapped to it.  Nobody needs to
 * copy what nobody else sees, but for a file's.
 */
static void
check_sharing(const struct hf_oracle_cell *c, pt_entry_t leaf, struct frame *f)
{
	if (f->writer != NULL)
		hf_expect(hf_oracle_may_see(c, f->writer));
	if ((leaf & (X86_PG_V | X86_PG_RW)) == (X86_PG_V | X86_PG_RW)) {
		if (f->seen != NULL)
			hf_expect(hf_oracle_may_see(f->seen, c));
		if (hf_fuzz_file_has(f->m))
			hf_expect(hf_fuzz_file_shows(c));
		f->writer = c;
	}
	f->seen = c;
}

/* What a frame that is not uniform has where it differs first. */
static void
note_odd_word(const struct frame *f)
{
	const uint64_t *w =
	    (const uint64_t *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(f->m));
	u_int i;

	for (i = 0; i < WORDS - 1 && w[i] == f->value; i++)
		continue;
	hf_note("its frame has %#lx, and %#lx at byte %lu", (u_long)f->value,
	    (u_long)w[i], i * sizeof(*w));
}

static void
check_contents(struct hf_oracle_cell *c, struct frame *f)
{
	if (!hf_expect(f->uniform))
		note_odd_word(f);
	if (!hf_expect(hf_oracle_load(c, f->value)))
		hf_note("its frame has %#lx", (u_long)f->value);
}

/* Page i of a process. */
static void
look_at(vm_map_t map, struct hf_oracle_cell *c, u_int i)
{
	const vm_offset_t va = hf_fuzz_at(i);
	const pt_entry_t leaf = hf_pmap_leaf(map->pmap, va);
	vm_page_t m = hf_fuzz_find_page(map, va);
	struct frame *f;

	check_leaf(c, leaf, m);
	if (c->page == NULL) {
		hf_expect(m == NULL);
		return;
	}
	/* What is wired is resident. */
	hf_expect(m != NULL || !hf_oracle_wired(c));
	if (m == NULL)
		return;
	f = frame_of(m);
	f->wired += hf_oracle_wired(c);
	check_contents(c, f);
	check_sharing(c, leaf, f);
	hf_fuzz_holds_see(c, m);
}

/* IW-4 with equality, IW-5; all wirings of these pages are known. */
static void
check_wirings(u_int user)
{
	struct frame *f;

	for (f = frames; f < &frames[nframes]; f++)
		hf_expect_eq(vm_page_wire_count(f->m),
		    f->wired + hf_fuzz_holds_of(f->m));
	hf_expect_eq(vm_user_wire_count, user);
}

/* Those of pages want the daemon to rest: they are checked after a game. */
static void
check_invariants(void)
{
	const char *why;

	hf_space_check();
	why = hf_pmap_check();
	if (!hf_expect(why == NULL))
		hf_note("%s", why);
	why = hf_vm_object_check();
	if (!hf_expect(why == NULL))
		hf_note("%s", why);
}

void
hf_fuzz_look(void)
{
	const u_int failed = hf_current.failed;
	struct hf_fuzz_player *pl;
	u_int i, user = 0;

	nframes = 0;
	for (pl = hf_fuzz_players; pl < &hf_fuzz_players[HF_FUZZ_PROCS]; pl++)
		for (i = 0; i < HF_FUZZ_PAGES && pl->proc != NULL; i++) {
			look_at(&pl->proc->p_vmspace->vm_map, &pl->cell[i], i);
			user += pl->cell[i].user;
			if (hf_current.failed != failed) {
				hf_note("page %u of process %lu", i,
				    (u_long)(pl - hf_fuzz_players));
				return;
			}
		}
	check_wirings(user);
	hf_fuzz_holds_check();
	check_invariants();
}
