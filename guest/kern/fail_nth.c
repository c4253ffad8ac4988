/* SPDX-License-Identifier: BSD-2-Clause */
/* fail_nth.c: counting the places that may fail, and failing one of them. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <kern/fail_nth.h>
#include <kern/record.h>

#ifdef INVARIANTS

bool hf_fail_nth_on;

static volatile u_int count, kinds[HF_FAIL_KINDS];
static u_int wanted;
static bool only_mark;
static const struct hf_fail_nth_judge *judging;

/* Written by the one thread that comes to the place, then announced. */
static struct hf_fail_point point;
static volatile u_int point_known, point_told;

/* Stacks that were seen, by hash, and the first place of each; 0: free. */
static struct {
	volatile u_int hash, n;
} paths[HF_FAIL_PATHS_MAX];

static u_int
hash_stack(enum hf_fail_kind kind)
{
	uint64_t bt[HF_FAIL_BT_MAX], h = kind + 1;
	int n = hf_backtrace(bt, HF_FAIL_BT_MAX);

	while (n-- > 0)
		h = (h ^ bt[n]) * 0x100000001b3ull; /* FNV-1a, by words */
	return ((u_int)(h ^ h >> 32) | 1);
}

static void
note_path(u_int n, u_int hash)
{
	for (u_int i = 0; i < HF_FAIL_PATHS_MAX; i++) {
		const u_int at = (hash + i) % HF_FAIL_PATHS_MAX;

		if (atomic_cmpset_int(&paths[at].hash, 0, hash)) {
			atomic_store_int(&paths[at].n, n);
			return;
		}
		if (atomic_load_int(&paths[at].hash) == hash)
			return;
	}
}

u_int
hf_fail_nth_paths(u_int n[HF_FAIL_PATHS_MAX])
{
	u_int found = 0;

	for (u_int i = 0; i < HF_FAIL_PATHS_MAX; i++)
		if (atomic_load_int(&paths[i].n) != 0)
			n[found++] = atomic_load_int(&paths[i].n);
	return (found);
}

static void
note_point(u_int n, enum hf_fail_kind kind, const char *file, int line,
    const char *function)
{
	point.n = n;
	point.kind = kind;
	point.file = file;
	point.line = line;
	point.function = function;
	point.nbt = hf_backtrace(point.bt, HF_FAIL_BT_MAX);
	atomic_store_rel_int(&point_known, 1);
}

bool
hf_fail_nth_hit(
    enum hf_fail_kind kind, const char *file, int line, const char *function)
{
	const u_int n = atomic_fetchadd_int(&count, 1) + 1;

	atomic_add_int(&kinds[kind], 1);
	if (wanted == 0)
		note_path(n, hash_stack(kind));
	if (n != wanted)
		return (false);
	note_point(n, kind, file, line, function);
	if (only_mark)
		return (false);
	if (curthread->td_critnest == 0 && curthread->td_intr_nesting == 0)
		hf_fail_nth_report();
	if (kind == HF_FAIL_WAIT)
		(void)hf_pause("failnth", 1);
	return (true);
}

void
hf_fail_nth_start(
    u_int n, bool marks_only, const struct hf_fail_nth_judge *judge)
{
	count = 0;
	for (int i = 0; i < HF_FAIL_KINDS; i++)
		kinds[i] = 0;
	for (int i = 0; i < HF_FAIL_PATHS_MAX; i++)
		paths[i].hash = paths[i].n = 0;
	wanted = n;
	only_mark = marks_only;
	judging = judge;
	point_known = point_told = 0;
	__atomic_store_n(&hf_fail_nth_on, true, __ATOMIC_SEQ_CST);
}

void
hf_fail_nth_stop(void)
{
	__atomic_store_n(&hf_fail_nth_on, false, __ATOMIC_SEQ_CST);
}

u_int
hf_fail_nth_count(void)
{
	return (atomic_load_int(&count));
}

u_int
hf_fail_nth_count_of(enum hf_fail_kind kind)
{
	return (atomic_load_int(&kinds[kind]));
}

const struct hf_fail_point *
hf_fail_nth_point(void)
{
	return (atomic_load_acq_int(&point_known) != 0 ? &point : NULL);
}

const char *
hf_fail_kind_name(enum hf_fail_kind kind)
{
	static const char *const names[] = {
		[HF_FAIL_ALLOC] = "alloc",
		[HF_FAIL_WAIT] = "wait",
		[HF_FAIL_PAGEIN] = "page-in",
		[HF_FAIL_PAGEOUT] = "page-out",
		[HF_FAIL_SUBMIT] = "submit",
		[HF_FAIL_SLEEP] = "sleep",
	};

	return (names[kind]);
}

void
hf_fail_nth_patience(void)
{
	judging->patience();
}

void
hf_fail_nth_give_up(const char *why)
{
	judging->give_up(why);
}

void
hf_fail_nth_report(void)
{
	const struct hf_fail_point *p = hf_fail_nth_point();
	struct record *r;

	if (p == NULL || !atomic_cmpset_int(&point_told, 0, 1))
		return;
	r = hf_record_begin("point");
	hf_record_text(r, "class", hf_fail_kind_name(p->kind));
	hf_record_u64(r, "n", p->n);
	hf_record_text(r, "name", p->function);
	hf_record_text(r, "file", p->file);
	hf_record_u64(r, "line", (u_int)p->line);
	hf_record_hex_list(r, "bt", p->bt, p->nbt);
	hf_record_end(r);
}

#endif
