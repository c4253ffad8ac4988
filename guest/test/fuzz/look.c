/* SPDX-License-Identifier: BSD-2-Clause */
/* look.c: everything that is there, compared with the model. */

#include <sys/proc.h>
#include <test/current.h>
#include <test/fuzz/file.h>
#include <test/fuzz/holds.h>
#include <test/fuzz/look.h>
#include <test/fuzz/moves.h>
#include <test/scenario.h>
#include <vm/vm_check.h>

/* Each frame is read once a look, however many cells show it. */
static struct frame {
	vm_page_t m;
	struct hf_oracle_value value;
	u_int uniform; /* parts that have it all over */
	u_int wired;   /* cells that are wired, and mapped to it */
	/* The last cell that was seen, and one that can store without a fault. */
	const struct hf_oracle_cell *seen, *writer;
} frames[HF_FUZZ_PROCS * HF_FUZZ_PAGES + HF_FUZZ_FILE];
static u_int nframes;

u_int
hf_fuzz_frame_value(vm_page_t m, struct hf_oracle_value *value)
{
	return (hf_fuzz_value_of(
	    (const uint64_t *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m)), value));
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

/* Where a look through a chain of objects ends. */
struct found {
	vm_page_t m;	 /* the topmost valid page; NULL: none */
	vm_page_t empty; /* one above it that some entry has wired */
	bool file;	 /* the last object is a file's */
	bool gap;	 /* a stack may grow there */
};

static void
find_in_chain(vm_object_t object, vm_pindex_t pindex, struct found *at)
{
	vm_object_t behind;
	vm_page_t m;

	VM_OBJECT_RLOCK(object);
	for (;;) {
		m = at->m == NULL ? vm_page_lookup(object, pindex) : NULL;
		if (m != NULL && !vm_page_none_valid(m))
			at->m = m;
		else if (m != NULL && at->empty == NULL &&
		    !hf_vm_page_is_placeholder(m))
			at->empty = m;
		behind = object->backing_object;
		if (behind == NULL)
			break;
		pindex += OFF_TO_IDX(object->backing_object_offset);
		VM_OBJECT_RLOCK(behind);
		VM_OBJECT_RUNLOCK(object);
		object = behind;
	}
	at->file = object->type == OBJT_VNODE;
	VM_OBJECT_RUNLOCK(object);
}

static struct found
find(vm_map_t map, vm_offset_t va)
{
	struct found at = { .m = NULL };
	vm_map_entry_t entry;

	vm_map_lock_read(map);
	if (vm_map_lookup_entry(map, va, &entry)) {
		at.gap = (entry->eflags & MAP_ENTRY_STACK_GAP_DN) != 0;
		if (entry->object.vm_object != NULL)
			find_in_chain(entry->object.vm_object,
			    OFF_TO_IDX(va - entry->start + entry->offset), &at);
	}
	vm_map_unlock_read(map);
	return (at);
}

vm_page_t
hf_fuzz_find_page(vm_map_t map, vm_offset_t va, vm_page_t *empty)
{
	const struct found at = find(map, va);

	*empty = at.empty;
	return (at.m);
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
 * Who can store into a frame is seen by all who are mapped to it.  Nobody needs
 * to copy what nobody else sees, but for a file's.
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

/* The parts of the page that are valid. */
static u_int
valid_parts(vm_page_t m)
{
	u_int i, parts = HF_ORACLE_WHOLE;

	for (i = 0; i < HF_ORACLE_PARTS && !vm_page_all_valid(m); i++)
		if (!vm_page_is_valid(m, (int)hf_oracle_bound[i],
			(int)(hf_oracle_bound[i + 1] - hf_oracle_bound[i])))
			parts &= ~(1u << i);
	return (parts);
}

static void
check_contents(struct hf_oracle_cell *c, struct frame *f)
{
	const u_int parts = valid_parts(f->m);

	hf_expect_eq(f->uniform & parts, parts);
	if (!hf_expect(hf_oracle_load(c, &f->value, parts)))
		hf_fuzz_note_value("its frame has", &f->value);
}

/*
 * What a cell shows of a file was cut away.  It may have copied it before:
 * where that is not the model's to know (wirings copy early), the VM is asked.
 */
static void
settle(struct hf_oracle_cell *c, const struct found *at)
{
	if (at->m != NULL && hf_oracle_gone(c) &&
	    hf_expect(!hf_fuzz_file_has(at->m)))
		hf_oracle_settle(c, &frame_of(at->m)->value, !at->file);
	else if (at->m == NULL && !at->file)
		hf_oracle_settle(c, NULL, true);
}

/* What is wired is resident; and valid, unless it was cut away since. */
static void
check_residence(struct hf_oracle_cell *c, const struct found *at)
{
	if (!hf_oracle_wired(c))
		return;
	if (at->empty == NULL) {
		hf_expect(at->m != NULL);
		c->emptied = false;
	} else if (hf_expect(c->emptied))
		frame_of(at->empty)->wired++;
}

/* Page i of a process. */
static void
look_at(vm_map_t map, struct hf_oracle_cell *c, u_int i)
{
	const vm_offset_t va = hf_fuzz_at(i);
	const pt_entry_t leaf = hf_pmap_leaf(map->pmap, va);
	const struct found at = find(map, va);
	struct frame *f = NULL;

	check_leaf(c, leaf, at.m);
	hf_expect_eq(at.gap, c->gap != 0);
	if (c->page == NULL) {
		hf_expect(at.m == NULL);
		return;
	}
	check_residence(c, &at);
	if (at.m != NULL) {
		f = frame_of(at.m);
		f->wired += hf_oracle_wired(c) && at.empty == NULL;
		check_contents(c, f);
	}
	if (hf_oracle_gone(c) || c->emptied)
		settle(c, &at);
	if (f != NULL) {
		check_sharing(c, leaf, f);
		hf_fuzz_holds_see(c, at.m);
	}
}

/* Pages of the file that no process needs to have mapped. */
static void
check_file(void)
{
	struct frame *f;
	vm_page_t m;
	u_int i, parts;

	hf_fuzz_file_check();
	for (i = 0; i < HF_FUZZ_FILE; i++) {
		m = hf_fuzz_file_resident(i);
		if (m == NULL || vm_page_none_valid(m))
			continue;
		hf_fuzz_holds_see_file(hf_fuzz_file_model(i), m);
		f = frame_of(m);
		parts = valid_parts(m);
		hf_expect_eq(f->uniform & parts, parts);
		if (!hf_expect(hf_oracle_page_may_be(
			hf_fuzz_file_model(i), &f->value, parts)))
			hf_fuzz_note_value("the file's frame has", &f->value);
	}
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
void
hf_fuzz_check_invariants(void)
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
	check_file();
	check_wirings(user);
	hf_fuzz_holds_check();
	hf_fuzz_check_invariants();
}
