/* SPDX-License-Identifier: BSD-2-Clause */
/* crew_moves.c: what a thread of the crew can do. */

/*
 * Expectations are for the scenario's own thread: what is wrong is noted in the
 * thread and told when all have met.
 */
#include <sys/mman.h>
#include <sys/proc.h>
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
bad(struct hf_crew_thread *t, const char *text, u_int line, u_int page,
    uint64_t value)
{
	if (t->bad == NULL) {
		t->bad_page = page;
		t->bad_value = value;
		t->bad_line = line;
		t->bad = text;
	}
	return (false);
}

#define WANT(t, cond, page, value) \
	((cond) ? true : bad(t, #cond, __LINE__, page, (uint64_t)(value)))

static struct range
range_of(const struct hf_fuzz_step *step)
{
	return ((struct range){ .first = step->first,
	    .n = step->n,
	    .start = hf_crew_at(step->first),
	    .end = hf_crew_at(step->first + step->n) });
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

/* A page of it was perhaps cut away. */
static bool
any_may_fail(const struct hf_crew_thread *t, const struct range *r)
{
	u_int i;

	for (i = r->first; i < r->first + r->n; i++)
		if (hf_crew_may_fail(t, i))
			return (true);
	return (false);
}

/* What is stored next.  Others may see it before the store has returned. */
static uint64_t
next_stamp(struct hf_crew_thread *t)
{
	const uint64_t value = t->stamp + 1;

	__atomic_store_n(&t->stamp, value, __ATOMIC_SEQ_CST);
	return (value);
}

/*
 * Before a private page is stored to, it shows any of the thread's own of the
 * file.
 */
static bool
is_any_word(const struct hf_crew_thread *t, u_int page, uint64_t word)
{
	uint64_t value;

	return (hf_crew_unpack(word, &value) ? value <= t->stamp
					     : hf_crew_was_ever_cut(t, page));
}

bool
hf_crew_is_word(struct hf_crew_thread *t, u_int page, uint64_t word)
{
	struct hf_crew_cell *c = &t->cell[page];
	uint64_t value;

	if (page < HF_CREW_OWN && !c->own)
		return (is_any_word(t, page, word));
	if (word == hf_crew_pack(c->value))
		return (true);
	if (hf_crew_is_sure(t, page))
		return (false);
	if (word == 0)
		c->value = 0;
	/* Or half of it is zeroed just now. */
	return (word == 0 || !hf_crew_unpack(word, &value));
}

static void
stored(struct hf_crew_thread *t, u_int page, uint64_t value,
    struct hf_crew_since before)
{
	struct hf_crew_cell *c = &t->cell[page];

	c->value = value;
	c->since = before;
	c->own = page < HF_CREW_FILE_AT;
}

static int
store_word(vm_offset_t va, uint64_t value)
{
	return (suword64((void *)va, (int64_t)hf_crew_pack(value)));
}

static void
store(struct hf_crew_thread *t, const struct hf_fuzz_step *step)
{
	const u_int i = step->first;
	const bool may = (t->cell[i].prot & VM_PROT_WRITE) != 0;
	const uint64_t value = next_stamp(t);
	const struct hf_crew_since before = hf_crew_before(t, i);
	int error;

	error = store_word(hf_crew_at(i) + hf_crew_word(t, i), value);
	if (error != 0 || !may) {
		(void)WANT(t, error != 0, i, value);
		(void)WANT(t, !may || hf_crew_may_fail(t, i), i, error);
		return;
	}
	stored(t, i, value, before);
	if (i < HF_CREW_ANON)
		(void)WANT(
		    t, store_word(hf_crew_at(i) + LAST, value) == 0, i, value);
}

/*
 * What others have stored there is theirs, and not older than what was seen.
 * What was cut off is gone for good.
 */
static void
load_other(struct hf_crew_thread *t, u_int i, const struct hf_crew_thread *o)
{
	uint64_t *seen = &t->seen[i][o->self], value;
	int64_t word;

	if (fuword64((void *)(hf_crew_at(i) + hf_crew_word(o, i)), &word) != 0)
		(void)WANT(t, hf_crew_may_fail(t, i), i, o->self);
	else if (!hf_crew_unpack((uint64_t)word, &value))
		(void)WANT(t, hf_crew_was_ever_cut(o, i), i, word);
	else if (value == 0 && *seen != 0)
		*seen += WANT(t, hf_crew_was_ever_cut(o, i), i, *seen);
	else {
		(void)WANT(t,
		    value <= __atomic_load_n(&o->stamp, __ATOMIC_SEQ_CST), i,
		    value);
		(void)WANT(t, value >= *seen, i, value);
		*seen = value;
	}
}

static void
load_at(struct hf_crew_thread *t, u_int i, u_int offset)
{
	const bool may = t->cell[i].prot != VM_PROT_NONE;
	int64_t word = 0;
	int error;

	error = fuword64((void *)(hf_crew_at(i) + offset), &word);
	if (error == 0 && WANT(t, may, i, error))
		(void)WANT(t, hf_crew_is_word(t, i, (uint64_t)word), i, word);
	else if (error != 0)
		(void)WANT(t, !may || hf_crew_may_fail(t, i), i, error);
}

static void
load(struct hf_crew_thread *t, const struct hf_fuzz_step *step)
{
	const u_int i = step->first;
	const struct hf_crew_thread *o;

	load_at(t, i, hf_crew_word(t, i));
	if (i < HF_CREW_ANON)
		load_at(t, i, LAST);
	else if (i >= HF_CREW_OWN && t->cell[i].prot != VM_PROT_NONE)
		for (o = hf_crew; o < &hf_crew[hf_crew_size]; o++)
			if (o != t)
				load_other(t, i, o);
}

static void
protect(struct hf_crew_thread *t, const struct hf_fuzz_step *step)
{
	static const vm_prot_t prots[] = { VM_PROT_NONE, VM_PROT_READ,
		VM_PROT_RW };
	const struct range r = range_of(step);
	const vm_prot_t prot = prots[step->word];
	int rv;
	u_int i;

	rv = vm_map_protect(
	    map_of(t), r.start, r.end, prot, 0, VM_MAP_PROTECT_SET_PROT);
	(void)WANT(t, rv == KERN_SUCCESS, r.first, rv);
	for (i = r.first; i < r.first + r.n; i++)
		t->cell[i].prot = prot;
}

static void
set_user(struct hf_crew_thread *t, const struct range *r, bool on)
{
	u_int i;

	for (i = r->first; i < r->first + r->n; i++)
		t->cell[i].user = on;
}

/* Which of two reasons not to comes first is the order of the pages. */
static void
wire(struct hf_crew_thread *t, const struct hf_fuzz_step *step)
{
	const struct range r = range_of(step);
	const bool may = all_allow(t, &r, VM_PROT_READ);
	int rv;

	rv = vm_map_wire(map_of(t), r.start, r.end, VM_MAP_WIRE_USER);
	if (rv == KERN_SUCCESS && WANT(t, may, r.first, rv))
		set_user(t, &r, true);
	else if (rv == KERN_INVALID_ADDRESS)
		(void)WANT(t, !may, r.first, rv);
	else if (rv != KERN_SUCCESS)
		(void)WANT(t, rv == KERN_OUT_OF_BOUNDS && any_may_fail(t, &r),
		    r.first, rv);
}

static void
unwire(struct hf_crew_thread *t, const struct hf_fuzz_step *step)
{
	const struct range r = range_of(step);
	int rv;

	rv = vm_map_unwire(map_of(t), r.start, r.end, VM_MAP_WIRE_USER);
	if (WANT(t, rv == KERN_SUCCESS, r.first, rv))
		set_user(t, &r, false);
}

/* A device stores into what is held: the thread's own word only. */
static void
hold(struct hf_crew_thread *t, const struct hf_fuzz_step *step)
{
	const struct range r = range_of(step);
	const vm_prot_t prot = step->word != 0 ? VM_PROT_WRITE : VM_PROT_READ;
	const bool may = all_allow(t, &r, prot);
	struct hf_crew_since before[HF_CREW_PAGES];
	vm_page_t ma[HF_CREW_PAGES];
	uint64_t *word, value;
	int count;
	u_int i, k;

	for (k = 0; k < r.n; k++)
		before[k] = hf_crew_before(t, r.first + k);
	count = vm_fault_quick_hold_pages(
	    map_of(t), r.start, r.end - r.start, prot, ma, HF_CREW_PAGES);
	if (count != (int)r.n) {
		(void)WANT(t, count == -1 && (!may || any_may_fail(t, &r)),
		    r.first, count);
		return;
	}
	(void)WANT(t, may, r.first, count);
	value = next_stamp(t);
	for (k = 0; k < r.n; k++) {
		i = r.first + k;
		word = (uint64_t *)(PHYS_TO_DMAP(VM_PAGE_TO_PHYS(ma[k])) +
		    hf_crew_word(t, i));
		(void)WANT(t, hf_crew_is_word(t, i, atomic_load_64(word)), i,
		    atomic_load_64(word));
		if (prot != VM_PROT_WRITE)
			continue;
		atomic_store_64(word, hf_crew_pack(value));
		if (i < HF_CREW_ANON)
			atomic_store_64(
			    word + LAST / sizeof(*word), hf_crew_pack(value));
		hf_vm_page_dirty_stored(ma[k]);
		stored(t, i, value, before[k]);
	}
	vm_page_unhold_pages(ma, count);
}

/* The child has what its parent has, and what it stores is its own. */
static void
child(struct hf_crew_thread *t, const struct hf_fuzz_step *step)
{
	const u_int i = step->first % HF_CREW_OWN;
	const u_int last = i < HF_CREW_ANON ? LAST : hf_crew_word(t, i);
	const bool may = (t->cell[i].prot & VM_PROT_WRITE) != 0;
	struct proc *child;
	int error;

	child = hf_space_fork("child");
	hf_space_run(child);
	load_at(t, i, hf_crew_word(t, i));
	load_at(t, i, last);
	error = store_word(hf_crew_at(i) + hf_crew_word(t, i), UINT32_MAX);
	(void)WANT(
	    t, error == 0 ? may : !may || hf_crew_may_fail(t, i), i, error);
	hf_space_run(t->proc);
	load_at(t, i, hf_crew_word(t, i));
	hf_space_end(child);
}

static void
advise(struct hf_crew_thread *t, const struct hf_fuzz_step *step)
{
	static const int advice[] = { MADV_DONTNEED, MADV_WILLNEED };
	const struct range r = range_of(step);

	(void)WANT(t,
	    vm_map_madvise(map_of(t), r.start, r.end, advice[step->word]) == 0,
	    r.first, 0);
}

static void
sync(struct hf_crew_thread *t, const struct hf_fuzz_step *step)
{
	const struct range r = range_of(step);
	const bool invalidate = step->word == 1;
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
renew(struct hf_crew_thread *t, const struct hf_fuzz_step *step)
{
	const u_int i = step->first % HF_CREW_ANON;
	int rv;

	rv = vm_map_fixed(map_of(t), NULL, 0, hf_crew_at(i), PAGE_SIZE,
	    VM_PROT_RW, VM_PROT_ALL, 0);
	if (WANT(t, rv == KERN_SUCCESS, i, rv))
		t->cell[i] =
		    (struct hf_crew_cell){ .prot = VM_PROT_RW, .own = true };
}

/* read(2) of the thread's word of the file. */
static void
read(struct hf_crew_thread *t, const struct hf_fuzz_step *step)
{
	const u_int f = step->number, i = HF_CREW_FILE_AT + f;
	uint64_t word = 0;
	bool there;
	int error;

	error = hf_crew_transfer(t, UIO_READ, f, &word, &there);
	if (WANT(t, error == 0, i, error) && there)
		(void)WANT(t, hf_crew_is_word(t, i, word), i, word);
	else
		(void)WANT(t, hf_crew_was_cut(t, f), i, 0);
}

/* write(2): nothing is appended. */
static void
write(struct hf_crew_thread *t, const struct hf_fuzz_step *step)
{
	const u_int f = step->number, i = HF_CREW_FILE_AT + f;
	const uint64_t value = next_stamp(t);
	const struct hf_crew_since before = hf_crew_before(t, i);
	uint64_t word = hf_crew_pack(value);
	bool there;
	int error;

	error = hf_crew_transfer(t, UIO_WRITE, f, &word, &there);
	if (error == 0 && WANT(t, there, i, value))
		stored(t, i, value, before);
	else if (error != 0)
		(void)WANT(
		    t, error == EFBIG && hf_crew_was_cut(t, f), i, error);
}

/* ftruncate(2).  The words: where the page begins, behind the first word in it. */
static void
truncate(struct hf_crew_thread *t, const struct hf_fuzz_step *step)
{
	static const uint64_t parts[] = { 0, HF_CREW_CUT };

	hf_crew_truncate(
	    MIN(ptoa(step->number) + parts[step->word], HF_CREW_BYTES));
}

/* No thread does that: it ends a round. */
static void
meet(struct hf_crew_thread *t, const struct hf_fuzz_step *step)
{
	panic("thread %u: step %u", t->self, step->kind);
}

void
hf_crew_step(struct hf_crew_thread *t, const struct hf_fuzz_step *step)
{
	static void (*const moves[])(
	    struct hf_crew_thread *, const struct hf_fuzz_step *) = {
#define X(name, weight, args, below, words) name,
		HF_CREW_STEPS(X)
#undef X
	};

	moves[step->kind - HF_FUZZ_KINDS](t, step);
	if (t->bad != NULL && t->bad_step == NULL)
		t->bad_step = step;
}
