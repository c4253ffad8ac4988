/* SPDX-License-Identifier: BSD-2-Clause */
/* lock_ranks.h: the lock order. */

/*
 * Outer locks first.  A lock's class is its name; locks of a higher rank are
 * taken inside those of a lower one.  Two of one class at once are allowed
 * where it says which of them comes first.  A node is waited for like a lock
 * and is none (lock_nodes.c).  Spin mutexes are inside every lock that blocks.
 *
 * docs/locking.md draws the table, and a test compares the two
 * (tests/unit/locking_doc.py --write draws it anew).
 */
#ifndef HF_KERN_LOCK_RANKS_H
#define HF_KERN_LOCK_RANKS_H

/* R(rank, kind, name, which of two comes first) */
/* clang-format off */
#define HF_LOCK_RANKS(R) \
	R(14, SX, "file offset", "") \
	R(16, NODE, "file range", "") \
	R(19, NODE, "map transition", "in one map, the lower address first") \
	R(20, SX, "vnode", "parent directory before child") \
	R(22, SX, "vm map (user)", "the source of a fork before its copy") \
	R(24, MTX, "mount vnode list", "") \
	R(25, MTX, "memfs", "") \
	R(26, NODE, "object paging", "") \
	R(28, NODE, "page busy", "in one object, the lower index first") \
	R(32, MTX, "buf cache", "") \
	R(34, MTX, "pbuf pool", "") \
	R(36, SX, "phys pager", "") \
	R(38, MTX, "pipe", "") \
	R(42, MTX, "vm map (system)", "") \
	R(44, MTX, "vm map sleep mutex", "") \
	R(46, MTX, "vm map list", "") \
	R(48, MTX, "process", "") \
	R(50, RW, "vm object", "the front object before its backing object") \
	R(52, MTX, "vm object list", "") \
	R(54, MTX, "vnode interlock", "") \
	R(58, MTX, "pmap list", "") \
	R(60, MTX, "pmap", "the lower address first") \
	R(62, MTX, "pmap split", "") \
	R(64, MTX, "pv list", "") \
	R(66, MTX, "pv chunk", "") \
	R(70, MTX, "vm page queue", "") \
	R(74, MTX, "uma zones", "") \
	R(76, MTX, "vm phys free", "") \
	R(80, MTX, "uma zone", "") \
	R(100, SPIN, "vm page busy", "") \
	R(102, SPIN, "vm wait", "") \
	R(110, SPIN, "virtqueue", "") \
	R(112, SPIN, "bdev wait", "") \
	R(114, SPIN, "taskqueue", "") \
	R(122, SPIN, "failpoint", "") \
	R(124, SPIN, "ioapic", "") \
	R(130, SPIN, "report", "") \
	R(132, SPIN, "console", "")
/* clang-format on */

#endif
