/* SPDX-License-Identifier: BSD-2-Clause */
/* memmap.c: from the loader's memory map to a list of usable pages. */

#include <sys/param.h>
#include <kern/memmap.h>

static void
ranges_delete(struct hf_ranges *rs, int at)
{
	for (int i = at; i + 1 < rs->count; i++)
		rs->r[i] = rs->r[i + 1];
	rs->count--;
}

static bool
ranges_insert(struct hf_ranges *rs, int at, uint64_t start, uint64_t end)
{
	if (rs->count == HF_RANGES_MAX)
		return (false);
	for (int i = rs->count; i > at; i--)
		rs->r[i] = rs->r[i - 1];
	rs->r[at].start = start;
	rs->r[at].end = end;
	rs->count++;
	return (true);
}

/* Adds [start, end), swallowing every range that it overlaps or touches. */
static bool
ranges_add(struct hf_ranges *rs, uint64_t start, uint64_t end)
{
	int i;

	for (i = 0; i < rs->count && rs->r[i].end < start; i++)
		continue;
	while (i < rs->count && rs->r[i].start <= end) {
		start = MIN(start, rs->r[i].start);
		end = MAX(end, rs->r[i].end);
		ranges_delete(rs, i);
	}
	return (ranges_insert(rs, i, start, end));
}

bool
hf_ranges_remove(struct hf_ranges *rs, uint64_t start, uint64_t end)
{
	uint64_t tail;

	if (start >= end)
		return (true);
	for (int i = 0; i < rs->count;) {
		if (rs->r[i].end <= start || rs->r[i].start >= end) {
			i++;
			continue;
		}
		tail = rs->r[i].end;
		if (rs->r[i].start < start) {
			rs->r[i].end = start;
			i++;
			if (tail > end && !ranges_insert(rs, i, end, tail))
				return (false);
		} else if (tail > end)
			rs->r[i].start = end;
		else
			ranges_delete(rs, i);
	}
	return (true);
}

static uint64_t
entry_end(const struct pvh_memory *e)
{
	return (e->len_bytes > UINT64_MAX - e->addr ? UINT64_MAX
						    : e->addr + e->len_bytes);
}

bool
hf_memmap_reduce(
    const struct pvh_memory *map, int entries, struct hf_ranges *out)
{
	uint64_t start, end;

	out->count = 0;
	for (int i = 0; i < entries; i++)
		if (map[i].type == PVH_MEMORY_RAM && map[i].len_bytes != 0 &&
		    !ranges_add(out, map[i].addr, entry_end(&map[i])))
			return (false);
	for (int i = 0; i < entries; i++)
		if (map[i].type != PVH_MEMORY_RAM &&
		    !hf_ranges_remove(out, map[i].addr, entry_end(&map[i])))
			return (false);
	for (int i = 0; i < out->count;) {
		start = out->r[i].start;
		end = trunc_page(out->r[i].end);
		if (start > UINT64_MAX - PAGE_MASK || round_page(start) >= end)
			ranges_delete(out, i);
		else {
			out->r[i].start = round_page(start);
			out->r[i].end = end;
			i++;
		}
	}
	return (true);
}

bool
hf_ranges_touch(const struct hf_ranges *rs, uint64_t start, uint64_t bytes)
{
	if (bytes == 0)
		return (false);
	for (int i = 0; i < rs->count; i++)
		if (start < rs->r[i].end &&
		    (start >= rs->r[i].start || bytes > rs->r[i].start - start))
			return (true);
	return (false);
}

bool
hf_ranges_contain(const struct hf_ranges *rs, uint64_t start, uint64_t bytes)
{
	for (int i = 0; i < rs->count; i++)
		if (start >= rs->r[i].start && start < rs->r[i].end)
			return (bytes <= rs->r[i].end - start);
	return (false);
}
