/* SPDX-License-Identifier: BSD-2-Clause */
/* crew_moves.c: what a thread of the crew can do. */

/*
 * Expectations are for the scenario's own thread: what is wrong is noted in the thread
 * and told when all have met.
 */
#include <sys/mman.h>
#include <sys/proc.h>
#include <sys/uio.h>
#include <sys/vnode.h>
#include <test/fuzz/crew_priv.h>
#include <vm/vm_extern.h>
#include <vm/vm_page.h>

#define LAST (PAGE_SIZE - sizeof(uint64_t))

/* A range of the thread's pages. */
struct range {
	u_int first, n;
	vm_offset_t start, end;
};

static bool
bad(struct hf_crew_thread *t, u_int line, u_int page, uint64_t value)
{
	if (t->bad_line == 0) {
		t->bad_page = page;
		t->bad_value = value;
		t->bad_line = line;
	}
	return (false);
}

#define WANT(t, cond, page, value) \
	((cond) ? true : bad(t, __LINE__, page, (uint64_t)(value)))

static u_int
draw(struct hf_crew_thread *t, u_int below)
{
	return ((u_int)hf_random_below(&t->rng, below));
}

static struct range
draw_range(struct hf_crew_thread *t)
{
	struct range r;

	r.first = draw(t, HF_CREW_PAGES);
	r.n = 1 + draw(t, MIN(HF_CREW_PAGES - r.first, 3));
	r.start = hf_crew_at(r.first);
	r.end = r.start + ptoa(r.n);
	return (r);
}

static vm_map_t
map_of(const struct hf_crew_thread *t)
{
	return (&t->proc->p_vmspace->vm_map);
}

/* All of the range, or the first page that does not allow it. */
static bool
all_allow(const struct hf_crew_thread *t, const struct range *r, vm_prot_t prot)
{
	u_int i;

	for (i = r->first; i < r->first + r->n; i++)
		if ((t->cell[i].prot & prot) != prot)
			return (false);
	return (true);
}

/* What is stored next.  Others may see it before the store has returned. */
static uint64_t
next_stamp(struct hf_crew_thread *t)
{
	const uint64_t value = t->stamp + 1;

	__atomic_store_n(&t->stamp, value, __ATOMIC_SEQ_CST);
	return (value);
}

static void
store(struct hf_crew_thread *t)
{
	const u_int i = draw(t, HF_CREW_PAGES);
	const bool may = (t->cell[i].prot & VM_PROT_WRITE) != 0;
	const uint64_t value = next_stamp(t);
	int error;

	error = suword64((void *)hf_crew_word(t, i), (int64_t)value);
	if (WANT(t, (error == 0) == may, i, error) && may)
		t->cell[i].value = value;
	if (may && i < HF_CREW_OWN)
		(void)WANT(t,
		    suword64((void *)(hf_crew_at(i) + LAST), (int64_t)value) ==
			0,
		    i, value);
}

/* What others have stored there is theirs, and not older than what was seen. */
static void
load_others(struct hf_crew_thread *t, u_int i)
{
	const u_int k = i - HF_CREW_OWN;
	struct hf_crew_thread *o;
	int64_t word;

	for (o = hf_crew; o < &hf_crew[hf_crew_size]; o++) {
		if (o == t)
			continue;
		if (!WANT(t, fuword64((void *)hf_crew_word(o, i), &word) == 0,
			i, o->self))
			return;
		(void)WANT(t,
		    (uint64_t)word <=
			__atomic_load_n(&o->stamp, __ATOMIC_SEQ_CST),
		    i, word);
		(void)WANT(t, (uint64_t)word >= t->seen[k][o->self], i, word);
		t->seen[k][o->self] = (uint64_t)word;
	}
}

static void
load_at(struct hf_crew_thread *t, u_int i, vm_offset_t va)
{
	const bool may = t->cell[i].prot != VM_PROT_NONE;
	int64_t word = 0;
	int error;

	error = fuword64((void *)va, &word);
	if (WANT(t, (error == 0) == may, i, error) && may)
		(void)WANT(t, (uint64_t)word == t->cell[i].value, i, word);
}

static void
load(struct hf_crew_thread *t)
{
	const u_int i = draw(t, HF_CREW_PAGES);

	load_at(t, i, hf_crew_word(t, i));
	if (i < HF_CREW_OWN)
		load_at(t, i, hf_crew_at(i) + LAST);
	else if (t->cell[i].prot != VM_PROT_NONE)
		load_others(t, i);
}

static void
protect(struct hf_crew_thread *t)
{
	static const vm_prot_t prots[] = { VM_PROT_NONE, VM_PROT_READ,
		VM_PROT_RW, VM_PROT_RW };
	const struct range r = draw_range(t);
	const vm_prot_t prot = prots[draw(t, nitems(prots))];
	int rv;
	u_int i;

	rv = vm_map_protect(
	    map_of(t), r.start, r.end, prot, 0, VM_MAP_PROTECT_SET_PROT);
	(void)WANT(t, rv == KERN_SUCCESS, r.first, rv);
	for (i = r.first; i < r.first + r.n; i++)
		t->cell[i].prot = prot;
}

static void
wire(struct hf_crew_thread *t)
{
	const struct range r = draw_range(t);
	const bool on = draw(t, 2) != 0;
	const bool may = !on || all_allow(t, &r, VM_PROT_READ);
	int rv;
	u_int i;

	rv = on ? vm_map_wire(map_of(t), r.start, r.end, VM_MAP_WIRE_USER)
		: vm_map_unwire(map_of(t), r.start, r.end, VM_MAP_WIRE_USER);
	if (!WANT(t, rv == (may ? KERN_SUCCESS : KERN_INVALID_ADDRESS), r.first,
		rv))
		return;
	for (i = r.first; i < r.first + r.n && may; i++)
		t->cell[i].user = on;
}

/* A device stores into what is held: the thread's own word only. */
static void
hold(struct hf_crew_thread *t)
{
	const struct range r = draw_range(t);
	const vm_prot_t prot = draw(t, 2) != 0 ? VM_PROT_WRITE : VM_PROT_READ;
	const bool may = all_allow(t, &r, prot);
	vm_page_t ma[HF_CREW_PAGES];
	uint64_t *word, value;
	int count;
	u_int i, k;

	count = vm_fault_quick_hold_pages(
	    map_of(t), r.start, r.end - r.start, prot, ma, HF_CREW_PAGES);
	if (!WANT(t, count == (may ? (int)r.n : -1), r.first, count) || !may)
		return;
	value = next_stamp(t);
	for (k = 0; k < r.n; k++) {
		i = r.first + k;
		word = (uint64_t *)(PHYS_TO_DMAP(VM_PAGE_TO_PHYS(ma[k])) +
		    (hf_crew_word(t, i) & PAGE_MASK));
		(void)WANT(
		    t, atomic_load_64(word) == t->cell[i].value, i, *word);
		if (prot != VM_PROT_WRITE)
			continue;
		atomic_store_64(word, value);
		if (i < HF_CREW_OWN)
			atomic_store_64(word + LAST / sizeof(*word), value);
		hf_vm_page_dirty_stored(ma[k]);
		t->cell[i].value = value;
	}
	vm_page_unhold_pages(ma, count);
}

/* The child has what its parent has, and what it stores is its own. */
static void
fork(struct hf_crew_thread *t)
{
	const u_int i = draw(t, HF_CREW_OWN);
	const bool may = (t->cell[i].prot & VM_PROT_WRITE) != 0;
	struct proc *child;

	child = hf_space_fork("child");
	hf_space_run(child);
	load_at(t, i, hf_crew_at(i));
	load_at(t, i, hf_crew_at(i) + LAST);
	(void)WANT(t, (suword64((void *)hf_crew_at(i), -1) == 0) == may, i, 0);
	hf_space_run(t->proc);
	load_at(t, i, hf_crew_at(i));
	hf_space_end(child);
}

static void
advise(struct hf_crew_thread *t)
{
	static const int advice[] = { MADV_DONTNEED, MADV_WILLNEED };
	const struct range r = draw_range(t);

	(void)WANT(t,
	    vm_map_madvise(map_of(t), r.start, r.end, advice[draw(t, 2)]) == 0,
	    r.first, 0);
}

static void
sync(struct hf_crew_thread *t)
{
	const struct range r = draw_range(t);
	const bool invalidate = draw(t, 2) != 0;
	int rv, want = KERN_SUCCESS;
	u_int i;

	for (i = r.first; i < r.first + r.n && invalidate; i++)
		if (t->cell[i].user)
			want = KERN_INVALID_ARGUMENT;
	rv = vm_map_sync(map_of(t), r.start, r.end, !invalidate, invalidate);
	(void)WANT(t, rv == want, r.first, rv);
}

/* New memory in place of old; what is locked goes, too. */
static void
renew(struct hf_crew_thread *t)
{
	const u_int i = draw(t, HF_CREW_OWN);
	int rv;

	rv = vm_map_fixed(map_of(t), NULL, 0, hf_crew_at(i), PAGE_SIZE,
	    VM_PROT_RW, VM_PROT_ALL, 0);
	if (WANT(t, rv == KERN_SUCCESS, i, rv))
		t->cell[i] = (struct hf_crew_cell){ .prot = VM_PROT_RW };
}

/* read(2) and write(2) of the thread's word of the file. */
static void
transfer(struct hf_crew_thread *t)
{
	const u_int i = HF_CREW_FILE + draw(t, HF_CREW_PAGES - HF_CREW_FILE);
	const enum uio_rw rw = draw(t, 2) != 0 ? UIO_READ : UIO_WRITE;
	const uint64_t value = rw == UIO_WRITE ? next_stamp(t) : 0;
	uint64_t word = value;
	int error;

	error = vn_rdwr(rw, hf_crew_file(), &word, sizeof(word),
	    (off_t)(hf_crew_word(t, i) - hf_crew_at(HF_CREW_FILE)),
	    UIO_SYSSPACE, 0, NULL, NULL, NULL, curthread);
	if (!WANT(t, error == 0, i, error))
		return;
	if (rw == UIO_WRITE)
		t->cell[i].value = value;
	else
		(void)WANT(t, word == t->cell[i].value, i, word);
}

void
hf_crew_step(struct hf_crew_thread *t)
{
	static void (*const moves[])(struct hf_crew_thread *) = { store, store,
		store, load, load, load, protect, wire, wire, hold, hold, fork,
		advise, sync, renew, transfer };

	moves[draw(t, nitems(moves))](t);
}
