/* SPDX-License-Identifier: BSD-2-Clause */
/* ext2_index.c: a large directory's names by hash, in memory. */

/*
 * Without it a walk through a directory of n names, which looks up each, takes
 * n * n steps.  Open addressing; a slot has the hash and the place of an entry,
 * the name itself stays on the disk.  Nothing here writes directories, so an
 * index holds as long as its vnode.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <kern/kalloc.h>
#include <vfs/ext2/ext2_index.h>

struct slot {
	uint32_t hash;
	uint32_t off; /* of the entry, + 1; 0: empty */
};

/*
 * Slots that an entry may lie from where its hash says.  Other names stay far
 * below; an image with thousands of equal ones is not to hold anybody up.
 */
#define PROBES_MAX 512

#define CHUNK_SLOTS (PAGE_SIZE / sizeof(struct slot))
#define CHUNKS_MAX  256 /* 1 MiB, 131,072 slots */

struct ext2_index {
	u_long nslots; /* a power of two */
	u_long nused;
	struct slot *chunks[CHUNKS_MAX];
};

static uint32_t
hash_name(const char *name, size_t len)
{
	uint32_t h = 0x811c9dc5u; /* FNV-1a, 32 bits */

	for (; len > 0; len--, name++)
		h = (h ^ (uint8_t)*name) * 0x01000193u;
	return (h);
}

static struct slot *
slot_at(const struct ext2_index *ix, u_long i)
{
	return (&ix->chunks[i / CHUNK_SLOTS][i % CHUNK_SLOTS]);
}

struct ext2_index *
ext2_index_new(u_long names)
{
	struct ext2_index *ix;
	u_long i, n;

	/* At most three quarters full. */
	for (n = CHUNK_SLOTS; n / 4 * 3 < names; n *= 2)
		continue;
	if (n > CHUNKS_MAX * CHUNK_SLOTS)
		return (NULL);
	ix = hf_kalloc(sizeof(*ix), M_NOWAIT | M_ZERO);
	if (ix == NULL)
		return (NULL);
	ix->nslots = n;
	for (i = 0; i < n / CHUNK_SLOTS; i++) {
		ix->chunks[i] = hf_kalloc(PAGE_SIZE, M_NOWAIT | M_ZERO);
		if (ix->chunks[i] == NULL) {
			ext2_index_free(ix);
			return (NULL);
		}
	}
	return (ix);
}

void
ext2_index_free(struct ext2_index *ix)
{
	u_long i;

	if (ix == NULL)
		return;
	for (i = 0; i < CHUNKS_MAX && ix->chunks[i] != NULL; i++)
		hf_kfree(ix->chunks[i]);
	hf_kfree(ix);
}

bool
ext2_index_add(
    struct ext2_index *ix, const char *name, size_t len, uint32_t off)
{
	struct slot *s;
	u_long i;
	u_int probes;

	KASSERT(ix->nused < ix->nslots / 4 * 3,
	    ("ext2_index_add: more than %lu names", ix->nused));
	i = ext2_index_slot(ix, name, len);
	for (probes = 0; (s = slot_at(ix, i))->off != 0; probes++) {
		if (probes == PROBES_MAX)
			return (false);
		i = (i + 1) & (ix->nslots - 1);
	}
	ix->nused++;
	*s = (struct slot){ hash_name(name, len), off + 1 };
	return (true);
}

u_long
ext2_index_slot(const struct ext2_index *ix, const char *name, size_t len)
{
	return (hash_name(name, len) & (ix->nslots - 1));
}

bool
ext2_index_next(const struct ext2_index *ix, const char *name, size_t len,
    u_long *slot, uint32_t *off)
{
	const struct slot *s;
	uint32_t hash;

	hash = hash_name(name, len);
	for (;;) {
		s = slot_at(ix, *slot);
		if (s->off == 0)
			return (false);
		*slot = (*slot + 1) & (ix->nslots - 1);
		if (s->hash == hash) {
			*off = s->off - 1;
			return (true);
		}
	}
}
