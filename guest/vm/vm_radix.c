/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_radix.c: index to page: look-ups, insertion and removal. */
#include <sys/param.h>
#include <sys/systm.h>
#include <vm/vm.h>
#include <vm/vm_page.h>
#include <vm/vm_radix.h>
#include <vm/uma.h>

#define WIDTH	   6
#define SLOTS	   (1u << WIDTH)
#define MAX_HEIGHT howmany(64, WIDTH)

/* child[] is only defined where map has a bit: nodes are never cleared. */
struct node {
	uint64_t map;
	void *child[SLOTS];
};

static uma_zone_t node_zone;

void
vm_radix_zinit(void)
{
	node_zone = uma_zcreate("radix node", sizeof(struct node), NULL, NULL,
	    NULL, NULL, UMA_ALIGN_PTR, 0);
	hf_uma_zone_set_failpoint(node_zone, "vm_slab");
}

u_long
hf_vm_radix_nodes(void)
{
	return ((u_long)uma_zone_get_cur(node_zone));
}

static u_int
slot_of(vm_pindex_t index, u_int level)
{
	return ((u_int)(index >> (level * WIDTH)) & (SLOTS - 1));
}

/* True if a tree of that height has no place for index. */
static bool
is_beyond(u_int height, vm_pindex_t index)
{
	return (height < MAX_HEIGHT && (index >> (height * WIDTH)) != 0);
}

vm_page_t
vm_radix_lookup(struct vm_radix *rtree, vm_pindex_t index)
{
	struct node *n;
	void *p;
	u_int level, slot;

	p = rtree->rt_root;
	level = rtree->rt_height;
	if (p == NULL || is_beyond(level, index))
		return (NULL);
	while (level > 0) {
		n = p;
		slot = slot_of(index, --level);
		if ((n->map >> slot & 1) == 0)
			return (NULL);
		p = n->child[slot];
	}
	return (p);
}

/* Lowest page at or above index in the subtree; level counts its nodes. */
static vm_page_t
find_ge(void *p, u_int level, vm_pindex_t index)
{
	struct node *n;
	uint64_t map;
	vm_page_t m;
	u_int s, slot;

	if (level == 0)
		return (p);
	n = p;
	slot = slot_of(index, --level);
	for (map = n->map & (~0ul << slot); map != 0; map &= map - 1) {
		s = __builtin_ctzl(map);
		m = find_ge(n->child[s], level, s == slot ? index : 0);
		if (m != NULL)
			return (m);
	}
	return (NULL);
}

static vm_page_t
find_le(void *p, u_int level, vm_pindex_t index)
{
	struct node *n;
	uint64_t map;
	vm_page_t m;
	u_int s, slot;

	if (level == 0)
		return (p);
	n = p;
	slot = slot_of(index, --level);
	map = n->map & (~0ul >> (SLOTS - 1 - slot));
	for (; map != 0; map &= ~(1ul << s)) {
		s = 63 - __builtin_clzl(map);
		m = find_le(n->child[s], level, s == slot ? index : ~0ul);
		if (m != NULL)
			return (m);
	}
	return (NULL);
}

vm_page_t
vm_radix_lookup_ge(struct vm_radix *rtree, vm_pindex_t index)
{
	if (rtree->rt_root == NULL || is_beyond(rtree->rt_height, index))
		return (NULL);
	/* Height 0 holds index 0 alone, which is_beyond() has told apart. */
	return (find_ge(rtree->rt_root, rtree->rt_height, index));
}

vm_page_t
vm_radix_lookup_le(struct vm_radix *rtree, vm_pindex_t index)
{
	if (rtree->rt_root == NULL)
		return (NULL);
	if (is_beyond(rtree->rt_height, index))
		index = ~0ul;
	return (find_le(rtree->rt_root, rtree->rt_height, index));
}

/* Nodes that inserting index takes: above the root, and on the way down. */
static u_int
nodes_needed(struct vm_radix *rtree, vm_pindex_t index, u_int *heightp)
{
	struct node *n;
	u_int height, level, slot;

	height = rtree->rt_height;
	while (is_beyond(height, index))
		height++;
	*heightp = height;
	if (rtree->rt_root == NULL)
		return (height);
	if (height > rtree->rt_height)
		return ((height - rtree->rt_height) + (height - 1));
	n = rtree->rt_root;
	for (level = height; level > 0;) {
		slot = slot_of(index, --level);
		if ((n->map >> slot & 1) == 0)
			return (level);
		n = n->child[slot];
	}
	panic("vm_radix_insert: index %#lx is occupied", index);
}

static void
free_nodes(struct node **nodes, u_int n)
{
	while (n > 0)
		uma_zfree(node_zone, nodes[--n]);
}

int
vm_radix_insert(struct vm_radix *rtree, vm_page_t page)
{
	const vm_pindex_t index = page->pindex;
	struct node *spare[2 * MAX_HEIGHT], *n;
	void **link;
	u_int height, level, need, slot, i;

	need = nodes_needed(rtree, index, &height);
	for (i = 0; i < need; i++) {
		spare[i] = uma_zalloc(node_zone, M_NOWAIT | M_USE_RESERVE);
		if (spare[i] == NULL) {
			free_nodes(spare, i);
			return (ENOMEM);
		}
	}
	/* From here on nothing fails. */
	if (rtree->rt_root == NULL)
		rtree->rt_height = height;
	while (rtree->rt_height < height) {
		n = spare[--need];
		n->map = 1;
		n->child[0] = rtree->rt_root;
		rtree->rt_root = n;
		rtree->rt_height++;
	}
	link = &rtree->rt_root;
	for (level = height; level > 0;) {
		level--;
		slot = slot_of(index, level);
		if (*link == NULL) {
			n = spare[--need];
			n->map = 0;
			*link = n;
		}
		n = *link;
		if ((n->map >> slot & 1) == 0) {
			n->map |= 1ul << slot;
			n->child[slot] = NULL;
		}
		link = &n->child[slot];
	}
	*link = page;
	MPASS(need == 0);
	return (0);
}

/* While the root has nothing but its first child, that child is the root. */
static void
shrink(struct vm_radix *rtree)
{
	struct node *n;

	while (rtree->rt_height > 0) {
		n = rtree->rt_root;
		if (n != NULL && n->map != 1)
			return;
		if (n == NULL) {
			rtree->rt_height = 0;
			return;
		}
		rtree->rt_root = n->child[0];
		rtree->rt_height--;
		uma_zfree(node_zone, n);
	}
}

vm_page_t
vm_radix_remove(struct vm_radix *rtree, vm_pindex_t index)
{
	struct node *path[MAX_HEIGHT], *n;
	vm_page_t m;
	u_int level;

	m = vm_radix_lookup(rtree, index);
	if (m == NULL)
		return (NULL);
	n = rtree->rt_root;
	for (level = rtree->rt_height; level > 0;) {
		path[--level] = n;
		n = n->child[slot_of(index, level)];
	}
	for (level = 0; level < rtree->rt_height; level++) {
		n = path[level];
		n->map &= ~(1ul << slot_of(index, level));
		if (n->map != 0)
			break;
		uma_zfree(node_zone, n);
	}
	if (level == rtree->rt_height)
		rtree->rt_root = NULL;
	shrink(rtree);
	return (m);
}

vm_page_t
vm_radix_replace(struct vm_radix *rtree, vm_page_t newpage)
{
	const vm_pindex_t index = newpage->pindex;
	struct node *n;
	vm_page_t old;
	void **link;
	u_int level;

	old = vm_radix_lookup(rtree, index);
	KASSERT(old != NULL, ("vm_radix_replace: nothing at %#lx", index));
	link = &rtree->rt_root;
	for (level = rtree->rt_height; level > 0;) {
		n = *link;
		link = &n->child[slot_of(index, --level)];
	}
	*link = newpage;
	return (old);
}

static void
free_subtree(struct node *n, u_int level)
{
	uint64_t map;

	for (map = level > 1 ? n->map : 0; map != 0; map &= map - 1)
		free_subtree(n->child[__builtin_ctzl(map)], level - 1);
	uma_zfree(node_zone, n);
}

void
vm_radix_reclaim_allnodes(struct vm_radix *rtree)
{
	if (rtree->rt_root != NULL && rtree->rt_height > 0)
		free_subtree(rtree->rt_root, rtree->rt_height);
	vm_radix_init(rtree);
}

void
vm_radix_wait(void)
{
	vm_wait(NULL);
}
