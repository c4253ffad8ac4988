/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_map_tree.c: the search tree over a map's entries. */

/*
 * An AVL tree in address order.  Each node also knows the largest gap that
 * follows an entry of its subtree (max_free); the gap below the first entry
 * belongs to the header, which is not in the tree.  The list prev/next is the
 * same order; new entries are put on it first, so insertion needs no compare.
 *
 * Lock: the map, exclusively to change the tree, any way to search it.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <vm/vm.h>
#include <vm/vm_map.h>
#include <vm/vm_map_priv.h>

static inline int
height(vm_map_entry_t n)
{
	return (n == NULL ? 0 : n->height);
}

static inline vm_size_t
gap_after(vm_map_entry_t n)
{
	return (n->next->start - n->end);
}

/* True if the node's own fields changed. */
static bool
refresh(vm_map_entry_t n)
{
	vm_size_t max_free;
	int h;
	bool changed;

	max_free = gap_after(n);
	h = 0;
	if (n->left != NULL) {
		h = n->left->height;
		if (n->left->max_free > max_free)
			max_free = n->left->max_free;
	}
	if (n->right != NULL) {
		if (n->right->height > h)
			h = n->right->height;
		if (n->right->max_free > max_free)
			max_free = n->right->max_free;
	}
	h++;
	changed = h != n->height || max_free != n->max_free;
	n->height = h;
	n->max_free = max_free;
	return (changed);
}

/* Puts "to" (may be NULL) where "from" hangs. */
static void
replace(vm_map_t map, vm_map_entry_t from, vm_map_entry_t to)
{
	vm_map_entry_t p;

	p = from->parent;
	if (p == NULL)
		map->root = to;
	else if (p->left == from)
		p->left = to;
	else
		p->right = to;
	if (to != NULL)
		to->parent = p;
}

/* Rotates n's right child above it; returns the new top. */
static vm_map_entry_t
rotate_left(vm_map_t map, vm_map_entry_t n)
{
	vm_map_entry_t r;

	r = n->right;
	replace(map, n, r);
	n->right = r->left;
	if (n->right != NULL)
		n->right->parent = n;
	r->left = n;
	n->parent = r;
	refresh(n);
	refresh(r);
	return (r);
}

static vm_map_entry_t
rotate_right(vm_map_t map, vm_map_entry_t n)
{
	vm_map_entry_t l;

	l = n->left;
	replace(map, n, l);
	n->left = l->right;
	if (n->left != NULL)
		n->left->parent = n;
	l->right = n;
	n->parent = l;
	refresh(n);
	refresh(l);
	return (l);
}

/* Restores balance and the derived fields from n up to the root. */
static void
rebalance(vm_map_t map, vm_map_entry_t n)
{
	int balance;

	for (; n != NULL; n = n->parent) {
		refresh(n);
		balance = height(n->left) - height(n->right);
		if (balance > 1) {
			if (height(n->left->left) < height(n->left->right))
				rotate_left(map, n->left);
			n = rotate_right(map, n);
		} else if (balance < -1) {
			if (height(n->right->right) < height(n->right->left))
				rotate_right(map, n->right);
			n = rotate_left(map, n);
		}
	}
}

/* The gap after entry, or its extent, changed: no change of shape. */
void
hf_map_tree_update(vm_map_entry_t entry)
{
	if ((entry->eflags & MAP_ENTRY_HEADER) != 0)
		return;
	while (entry != NULL && refresh(entry))
		entry = entry->parent;
}

/* Adds an entry that the list already has. */
void
hf_map_tree_insert(vm_map_t map, vm_map_entry_t entry)
{
	vm_map_entry_t prev, next;

	prev = entry->prev;
	next = entry->next;
	entry->left = entry->right = entry->parent = NULL;
	entry->height = 0;
	if (map->root == NULL) {
		map->root = entry;
	} else if (prev != &map->header && prev->right == NULL) {
		prev->right = entry;
		entry->parent = prev;
	} else {
		/* next is the leftmost node to the right of prev. */
		next->left = entry;
		entry->parent = next;
	}
	rebalance(map, entry);
}

/* Removes an entry that is still linked to its neighbours but not they to it. */
void
hf_map_tree_remove(vm_map_t map, vm_map_entry_t entry)
{
	vm_map_entry_t s, from;

	if (entry->left != NULL && entry->right != NULL) {
		s = entry->next; /* leftmost on the right, no left child */
		if (s->parent == entry) {
			from = s;
		} else {
			from = s->parent;
			replace(map, s, s->right);
			s->right = entry->right;
			s->right->parent = s;
		}
		s->left = entry->left;
		s->left->parent = s;
		replace(map, entry, s);
	} else {
		from = entry->parent;
		replace(map, entry,
		    entry->left != NULL ? entry->left : entry->right);
	}
	rebalance(map, from);
	hf_map_tree_update(entry->prev);
}

/*
 * TRUE and the entry that contains address, or FALSE and the one before it
 * (the header if none).  Any map lock.
 */
boolean_t
vm_map_lookup_entry(vm_map_t map, vm_offset_t address, vm_map_entry_t *entry)
{
	vm_map_entry_t n, below;

	VM_MAP_ASSERT_RLOCKED(map);
	below = &map->header;
	n = map->root;
	while (n != NULL) {
		if (address < n->start) {
			n = n->left;
		} else if (address >= n->end) {
			below = n;
			n = n->right;
		} else {
			*entry = n;
			return (TRUE);
		}
	}
	*entry = below;
	return (FALSE);
}

/* The lowest entry below n that a gap of length follows; there is one. */
static vm_map_entry_t
lowest_gap(vm_map_entry_t n, vm_size_t length)
{
	for (;;) {
		if (n->left != NULL && n->left->max_free >= length)
			n = n->left;
		else if (gap_after(n) >= length)
			return (n);
		else
			n = n->right;
	}
}

/*
 * The lowest entry above "after" (the header: of all) that is followed by a gap
 * of length bytes; NULL if there is none.
 */
vm_map_entry_t
hf_map_tree_gap(vm_map_t map, vm_map_entry_t after, vm_size_t length)
{
	vm_map_entry_t n;

	if (after == &map->header) {
		if (map->root == NULL || map->root->max_free < length)
			return (NULL);
		return (lowest_gap(map->root, length));
	}
	n = after;
	if (n->right != NULL && n->right->max_free >= length)
		return (lowest_gap(n->right, length));
	for (; n->parent != NULL; n = n->parent) {
		if (n->parent->left != n)
			continue;
		if (gap_after(n->parent) >= length)
			return (n->parent);
		if (n->parent->right != NULL &&
		    n->parent->right->max_free >= length)
			return (lowest_gap(n->parent->right, length));
	}
	return (NULL);
}
