/* SPDX-License-Identifier: BSD-2-Clause */
/* bench_space.h: memory for bench scenarios, page tables kept alive. */

#ifndef HF_TEST_BENCH_SPACE_H
#define HF_TEST_BENCH_SPACE_H

#include <test/bench.h>
#include <test/space.h>

/*
 * Samples use BENCH_VA; a touched page in each of its 2 MiB regions keeps the
 * page tables, so that a sample pays for its pages and not for tables.
 */
#define BENCH_VA    (HF_SPACE_BASE + (16ul << 20) + PAGE_SIZE)
#define BENCH_PAGES 1022ul /* most pages of a sample, the extra one included */

/* Enters the space and makes the keepers. */
vm_map_t hf_bench_space(void);

/*
 * n pages of anonymous memory at BENCH_VA, and one more behind them that has
 * been written to: the entry has its object.
 */
void hf_bench_anon(u_long n);
/* What hf_bench_anon mapped, or what is left of it. */
void hf_bench_anon_gone(u_long n);

/* One access to each page; the loop is in the sample. */
static inline void
hf_bench_write(u_long n)
{
	for (u_long i = 0; i < n; i++)
		(void)subyte((void *)(BENCH_VA + ptoa(i)), 1);
}

static inline void
hf_bench_read(u_long n)
{
	for (u_long i = 0; i < n; i++)
		(void)fubyte((const void *)(BENCH_VA + ptoa(i)));
}

/* "name_16" for n = 16; the text stays until the next call. */
const char *hf_bench_name(const char *name, u_long n);
/* A class of that name: one call on n pages; the more, the fewer samples. */
struct hf_bench *hf_bench_open_size(const char *name, u_long n);

/* The sizes of classes named NAME_N. */
#define HF_BENCH_SIZES     \
	{                  \
		1, 16, 512 \
	}

#endif
