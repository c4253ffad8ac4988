/* SPDX-License-Identifier: BSD-2-Clause */
/* ext2_feature.c: what may be read, what may be written, and what to do else. */

/*
 * An incompatible feature that we do not know means that we cannot read; a
 * read-only compatible one that we must not write.  Neither may we write
 * where the file system says itself that it wants checking first: a store
 * could land in a block that belongs to somebody else.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <vfs/ext2/ext2fs.h>

#define INCOMPAT_KNOWN 0x0002u /* filetype */
/* sparse_super large_file dir_nlink extra_isize */
#define RO_COMPAT_KNOWN 0x0063u

#define INCOMPAT_NEEDS_RECOVERY 0x0004u
#define INCOMPAT_JOURNAL_DEV	0x0008u
#define RO_COMPAT_ORPHANS	0x10000u

/* s_state */
#define STATE_CLEAN  1
#define STATE_ERRORS 2

struct feature {
	uint32_t bit;
	const char *name;
};

/* Names as mke2fs(8) and dumpe2fs(8) spell them. */
static const struct feature incompat_names[] = { { 0x0001, "compression" },
	{ 0x0002, "filetype" }, { 0x0004, "needs_recovery" },
	{ 0x0008, "journal_dev" }, { 0x0010, "meta_bg" }, { 0x0040, "extent" },
	{ 0x0080, "64bit" }, { 0x0100, "mmp" }, { 0x0200, "flex_bg" },
	{ 0x0400, "ea_inode" }, { 0x1000, "dirdata" },
	{ 0x2000, "metadata_csum_seed" }, { 0x4000, "large_dir" },
	{ 0x8000, "inline_data" }, { 0x10000, "encrypt" },
	{ 0x20000, "casefold" }, { 0, NULL } };

static const struct feature ro_compat_names[] = { { 0x0001, "sparse_super" },
	{ 0x0002, "large_file" }, { 0x0004, "btree_dir" },
	{ 0x0008, "huge_file" }, { 0x0010, "uninit_bg" },
	{ 0x0020, "dir_nlink" }, { 0x0040, "extra_isize" },
	{ 0x0080, "has_snapshot" }, { 0x0100, "quota" }, { 0x0200, "bigalloc" },
	{ 0x0400, "metadata_csum" }, { 0x0800, "replica" },
	{ 0x1000, "read-only" }, { 0x2000, "project" },
	{ 0x4000, "shared_blocks" }, { 0x8000, "verity" },
	{ 0x10000, "orphan_present" }, { 0, NULL } };

/* A message that grows; what does not fit is cut. */
struct text {
	char *buf;
	size_t bytes, used;
};

static void __printflike(2, 3) add(struct text *t, const char *fmt, ...)
{
	va_list ap;

	if (t->used >= t->bytes)
		return;
	va_start(ap, fmt);
	t->used +=
	    (size_t)vsnprintf(t->buf + t->used, t->bytes - t->used, fmt, ap);
	va_end(ap);
}

/* The name of every feature in bits. */
static void
add_features(struct text *t, uint32_t bits, const struct feature *table)
{
	const struct feature *f;
	const char *comma;
	uint32_t bit;

	for (comma = ""; bits != 0; bits &= ~bit, comma = ", ") {
		bit = bits & -bits;
		for (f = table; f->name != NULL && f->bit != bit; f++)
			continue;
		if (f->name != NULL)
			add(t, "%s%s", comma, f->name);
		else
			add(t, "%sa feature of no known name (bit %#x)", comma,
			    bit);
	}
}

/* What helps against these. */
static void
add_advice(struct text *t, uint32_t incompat)
{
	if ((incompat & INCOMPAT_JOURNAL_DEV) != 0) {
		add(t, ": this is the journal of another file system");
		return;
	}
	if ((incompat & INCOMPAT_NEEDS_RECOVERY) != 0)
		add(t, ": run e2fsck, which replays the journal");
	if ((incompat & ~INCOMPAT_NEEDS_RECOVERY) != 0)
		add(t, "%s make the image with mke2fs -t ext2",
		    (incompat & INCOMPAT_NEEDS_RECOVERY) != 0 ? ", and" : ":");
}

bool
ext2_features_ok(const struct ext2_super *sb, char *msg, size_t msg_bytes)
{
	struct text t = { msg, msg_bytes, 0 };
	uint32_t incompat, ro_compat;

	if (sb->s_rev_level == EXT2_GOOD_OLD_REV)
		return (true);
	incompat = sb->s_feature_incompat & ~INCOMPAT_KNOWN;
	ro_compat = sb->s_feature_ro_compat & ~RO_COMPAT_KNOWN;
	if (incompat == 0)
		return (true);
	add(&t, "ext2: cannot be read for ");
	add_features(&t, incompat, incompat_names);
	if (ro_compat != 0) {
		add(&t, ", nor written for ");
		add_features(&t, ro_compat, ro_compat_names);
	}
	add_advice(&t, incompat);
	return (false);
}

/* What the superblock says about the state the file system was left in. */
static void
add_state(struct text *t, const struct ext2_super *sb)
{
	bool new_rev;

	new_rev = sb->s_rev_level != EXT2_GOOD_OLD_REV;
	if ((sb->s_state & STATE_ERRORS) != 0)
		add(t, "the file system has errors: run e2fsck");
	else if ((sb->s_state & STATE_CLEAN) == 0)
		add(t, "the file system was not unmounted: run e2fsck");
	else if (new_rev &&
	    (sb->s_last_orphan != 0 ||
		(sb->s_feature_ro_compat & RO_COMPAT_ORPHANS) != 0))
		add(t, "the file system has orphans: run e2fsck");
}

bool
ext2_may_be_written(const struct ext2_super *sb, char *why, size_t why_bytes)
{
	struct text t = { why, why_bytes, 0 };
	uint32_t ro_compat;

	add_state(&t, sb);
	ro_compat = sb->s_rev_level == EXT2_GOOD_OLD_REV
	    ? 0
	    : sb->s_feature_ro_compat & ~(RO_COMPAT_KNOWN | RO_COMPAT_ORPHANS);
	if (ro_compat != 0) {
		add(&t, "%sit may only be read for ", t.used != 0 ? "; " : "");
		add_features(&t, ro_compat, ro_compat_names);
	}
	return (t.used == 0);
}
