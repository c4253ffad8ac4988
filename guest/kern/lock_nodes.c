/* SPDX-License-Identifier: BSD-2-Clause */
/* lock_nodes.c: what is waited for like a lock and is none, in the lock order. */

/*
 * A thread holds map transitions, paging in progress, busy pages and file
 * ranges across sleeps, and others wait for them.  So they can close a cycle as
 * any lock can.  Each has a rank in lock_ranks.h.  They are checked when a
 * thread is about to sleep for one of them, or for an sx.  An inversion is
 * reported the first time that a thread would have to wait, whether or not
 * there is a cycle that time.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/lock.h>
#include <kern/lock_order.h>

#ifdef INVARIANTS

static const char *const names[HF_NODES] = {
	[HF_NODE_RANGE] = "file range",
	[HF_NODE_TRANSITION] = "map transition",
	[HF_NODE_PAGING] = "object paging",
	[HF_NODE_BUSY] = "page busy",
};

static bool (*busy_probe)(const void *page);

void
hf_node_set_busy_probe(bool (*is_mine)(const void *page))
{
	busy_probe = is_mine;
}

void
hf_node_acquired(enum hf_node node, u_int n)
{
	struct hf_nodes_held *h = &curthread->td_nodes;

	/* An interrupt's are not those of the thread below. */
	if (curthread->td_intr_nesting != 0)
		return;
	h->n_count[node] += n;
	h->n_pc[node] = __builtin_return_address(0);
}

void
hf_node_released(enum hf_node node, u_int n)
{
	struct hf_nodes_held *h = &curthread->td_nodes;

	if (curthread->td_intr_nesting != 0)
		return;
	h->n_count[node] -= MIN(n, h->n_count[node]);
}

void
hf_node_busied(const void *page, const void *pc)
{
	struct hf_nodes_held *h = &curthread->td_nodes;
	u_int i = h->n_busy_next++ % HF_BUSY_NOTED;

	h->n_busy[i] = page;
	h->n_busy_pc[i] = pc;
}

void
hf_node_busy_handed_over(const void *page)
{
	struct hf_nodes_held *h = &curthread->td_nodes;

	for (u_int i = 0; i < HF_BUSY_NOTED; i++)
		if (h->n_busy[i] == page)
			h->n_busy[i] = NULL;
}

void
hf_node_busy_foreach(
    void (*fn)(const void *page, const void *pc, void *arg), void *arg)
{
	struct hf_nodes_held *h = &curthread->td_nodes;

	for (u_int i = 0; i < HF_BUSY_NOTED; i++)
		if (h->n_busy[i] != NULL && busy_probe(h->n_busy[i]))
			fn(h->n_busy[i], h->n_busy_pc[i], arg);
}

static void
note_pc(const void *page, const void *pc, void *arg)
{
	*(const void **)arg = pc;
}

/* Where curthread took what it has of the node; NULL: it has nothing. */
static const void *
held_since(enum hf_node node)
{
	struct hf_nodes_held *h = &curthread->td_nodes;
	const void *pc = NULL;

	if (node == HF_NODE_BUSY)
		hf_node_busy_foreach(note_pc, &pc);
	else if (h->n_count[node] != 0)
		pc = h->n_pc[node];
	return (pc);
}

/* Panics if curthread has something of a node with a rank above this one. */
static void
check_nodes(const char *wanted, uint16_t rank)
{
	const void *pc;

	for (int n = 0; n < HF_NODES; n++)
		if (hf_lock_rank(names[n]) > rank &&
		    (pc = held_since((enum hf_node)n)) != NULL)
			hf_lock_out_of_order(wanted, names[n], pc);
}

void
hf_lock_check_sleep(const struct lock_object *lo)
{
	uint16_t rank = hf_lock_rank_of(lo);

	if (rank != 0)
		check_nodes(lo->lo_name, rank);
}

void
hf_lock_check_alone(const struct lock_object *lo)
{
	struct thread *td = curthread;
	const struct lock_object *held;

	for (int i = 0; i < td->td_nheld; i++) {
		held = td->td_held[i].h_lock;
		if (held != lo && hf_lock_rank_of(held) == hf_lock_rank_of(lo))
			hf_lock_out_of_order(
			    lo->lo_name, held->lo_name, td->td_held[i].h_pc);
	}
}

void
hf_node_check(enum hf_node node, const struct lock_object *dropped)
{
	struct thread *td = curthread;
	const struct lock_object *held;
	uint16_t rank = hf_lock_rank(names[node]);

	for (int i = 0; i < td->td_nheld; i++) {
		held = td->td_held[i].h_lock;
		if (held != dropped && hf_lock_rank_of(held) > rank)
			hf_lock_out_of_order(
			    names[node], held->lo_name, td->td_held[i].h_pc);
	}
	check_nodes(names[node], rank);
}

static void
print_busy(const void *page, const void *pc, void *arg)
{
	printf("  page busy %p, taken at %p\n", page, pc);
}

void
hf_nodes_print(struct thread *td)
{
	for (int n = 0; n < HF_NODE_BUSY; n++)
		if (td->td_nodes.n_count[n] != 0)
			printf("  %u of %s, the last taken at %p\n",
			    td->td_nodes.n_count[n], names[n],
			    td->td_nodes.n_pc[n]);
	if (td == curthread)
		hf_node_busy_foreach(print_busy, NULL);
}

#endif
