/* SPDX-License-Identifier: BSD-2-Clause */
/* vmcost.c: what Linux's VM costs, one operation at a time, from ring 3. */

/*
 * usage: vmcost FILE [SAMPLES]
 * FILE: at least 16 MiB on the file system to measure; its first pages are
 * overwritten.  Prints a line a class:
 *
 *   class NAME per=PAGES samples=N tsc_min=T tsc_median=T
 *
 * T is TSC ticks of one sample between LFENCE;RDTSC;LFENCE, with the empty
 * bracket subtracted.  Under QEMU -icount shift=0 a tick is an instruction.
 * Around each sample stand the markers of mark.h, so that the plugin
 * can tell REP iterations apart; MARK_CLASS comes before a class's first one.
 * The first sample of each class warms up and is not in the figures.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mark.h"

#define PAGE	    4096ul
#define FILE_PAGES  4096ul /* 16 MiB */
#define SAMPLES_MAX 1000

static const char *path;
static int fd;
static volatile uint8_t *area; /* the mapping of the current sample */
static size_t mapped;	       /* its length, in pages */
static size_t pages;	       /* those that the operation is about */
static volatile uint8_t sink;
static pid_t child;
static int child_held = -1; /* closing it lets the child end */

static void
die(const char *what)
{
	fprintf(stderr, "vmcost: %s: %s\n", what, strerror(errno));
	exit(5);
}

/*
 * Samples are mapped at a fixed place whose page tables a touched page of
 * another kind keeps alive in each 2 MiB (shared memory: its VMA never merges
 * with a sample's), so that a sample pays for its pages and not for tables.
 */
#define KEEP_STEP  (2ul << 20)
#define KEEP_STEPS 3

static uint8_t *arena;

static void
arena_make(void)
{
	uint8_t *p = mmap(NULL, (KEEP_STEPS + 1) * KEEP_STEP, PROT_NONE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		die("mmap");
	arena = (uint8_t *)(((uintptr_t)p + KEEP_STEP - 1) & ~(KEEP_STEP - 1));
	munmap(p, (KEEP_STEPS + 1) * KEEP_STEP);
	for (size_t i = 1; i < KEEP_STEPS; i++) {
		uint8_t *keep = arena + i * KEEP_STEP - PAGE;

		if (i == 2) /* behind the largest sample */
			keep = arena + i * KEEP_STEP + KEEP_STEP / 2;
		p = mmap(keep, PAGE, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
		if (p != keep)
			die("mmap of the arena");
		*keep = 1;
	}
}

static void
map(int prot, int flags, int file, off_t offset)
{
	uint8_t *at = arena + (pages > 64 ? KEEP_STEP : KEEP_STEP / 2);
	void *p = mmap(
	    at, mapped * PAGE, prot, flags | MAP_FIXED_NOREPLACE, file, offset);

	if (p != at)
		die("mmap");
	area = p;
}

static void
unmap(void)
{
	if (area != NULL && munmap((void *)area, mapped * PAGE) != 0)
		die("munmap");
	area = NULL;
}

static void
write_all(void)
{
	for (size_t i = 0; i < pages; i++)
		area[i * PAGE] = 1;
}

static void
read_all(void)
{
	for (size_t i = 0; i < pages; i++)
		sink = area[i * PAGE];
}

static void
anon(void)
{
	map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	madvise((void *)area, mapped * PAGE, MADV_NOHUGEPAGE);
}

/*
 * One page more, already written: the VMA has its anon_vma, so that a sample
 * is a page fault and nothing else.
 */
static void
near_make(void (*make)(void))
{
	mapped = pages + 1;
	make();
	area[pages * PAGE] = 1;
}

static void
anon_near(void)
{
	near_make(anon);
}

static void
anon_near_was_read(void)
{
	anon_near();
	read_all();
}

static void
anon_written(void)
{
	anon();
	write_all();
}
static void
anon_readonly(void)
{
	anon_written();
	mprotect((void *)area, pages * PAGE, PROT_READ);
}
static void
anon_locked(void)
{
	anon_written();
	mlock((void *)area, pages * PAGE);
}

/* Another process keeps a share of every page until cow_end. */
static void
cow(void)
{
	int hold[2];
	char c;

	anon_written();
	if (pipe(hold) != 0)
		die("pipe");
	child = fork();
	if (child < 0)
		die("fork");
	if (child == 0) {
		close(hold[1]);
		(void)!read(hold[0], &c, 1);
		_exit(0);
	}
	close(hold[0]);
	child_held = hold[1];
}

static void
cow_end(void)
{
	close(child_held);
	waitpid(child, NULL, 0);
	unmap();
}

/* The other owner is gone before the write. */
static void
cow_sole(void)
{
	anon_written();
	child = fork();
	if (child < 0)
		die("fork");
	if (child == 0)
		_exit(0);
	waitpid(child, NULL, 0);
}

static void
do_write(void)
{
	write_all();
}
static void
do_read(void)
{
	read_all();
}
static void
do_munmap(void)
{
	munmap((void *)area, pages * PAGE);
}
static void
do_ro(void)
{
	mprotect((void *)area, pages * PAGE, PROT_READ);
}
static void
do_rw(void)
{
	mprotect((void *)area, pages * PAGE, PROT_READ | PROT_WRITE);
}
static void
do_mlock(void)
{
	mlock((void *)area, pages * PAGE);
}
static void
do_munlock(void)
{
	munlock((void *)area, pages * PAGE);
}
static void
do_dontneed(void)
{
	madvise((void *)area, pages * PAGE, MADV_DONTNEED);
}
static void
do_msync(void)
{
	if (msync((void *)area, pages * PAGE, MS_SYNC) != 0)
		die("msync");
}
static void
do_nothing(void)
{
}

static void
do_fork(void)
{
	child = fork();
	if (child == 0)
		_exit(0);
}

static void
fork_end(void)
{
	waitpid(child, NULL, 0);
	unmap();
}

static void
advise_cache(int advice, off_t offset, off_t len)
{
	if (posix_fadvise(fd, offset, len, advice) != 0)
		die("posix_fadvise");
}

/* Pages of the file that are in the page cache and not mapped. */
static void
file_map(int flags, off_t offset)
{
	for (size_t i = 0; i < pages; i++) {
		char c;

		if (pread(fd, &c, 1, offset + (off_t)(i * PAGE)) != 1)
			die("pread");
	}
	map(PROT_READ | PROT_WRITE, flags, fd, offset);
}

static off_t
next_offset(void)
{
	static unsigned long n;

	/* stride of 37 pages: no two samples are neighbours */
	return ((off_t)(64 + n++ * 37 % (FILE_PAGES - 1024)) * (off_t)PAGE);
}

static void
file_shared(void)
{
	file_map(MAP_SHARED, next_offset());
}
static void
file_private(void)
{
	file_map(MAP_PRIVATE, next_offset());
}
static void
file_private_near(void)
{
	near_make(file_private);
}

static void
file_private_was_read(void)
{
	file_private_near();
	read_all();
}
static void
file_shared_written(void)
{
	file_shared();
	write_all();
}
static void
file_shared_cleaned(void)
{
	file_shared_written();
	do_msync();
}

static void
file_cold(void)
{
	off_t at = next_offset();

	if (fdatasync(fd) != 0)
		die("fdatasync");
	advise_cache(POSIX_FADV_DONTNEED, 0, 0);
	map(PROT_READ, MAP_SHARED, fd, at);
	madvise((void *)area, pages * PAGE,
	    pages == 1 ? MADV_RANDOM : MADV_SEQUENTIAL);
}

struct cost_class {
	const char *name;
	size_t pages;
	void (*prepare)(void);
	void (*op)(void);
	void (*finish)(void);
};

static void
gone(void)
{
	area = NULL;
}
static const struct cost_class classes[] = {
	{ "empty_bracket", 1, do_nothing, do_nothing, do_nothing },
	{ "anon_write_first_touch", 1, anon_near, do_write, unmap },
	{ "anon_read_first_touch", 1, anon, do_read, unmap },
	{ "anon_write_after_read", 1, anon_near_was_read, do_write, unmap },
	{ "cow_break_copy", 1, cow, do_write, cow_end },
	{ "cow_reuse_sole_owner", 1, cow_sole, do_write, unmap },
	{ "munmap_resident_1", 1, anon_written, do_munmap, gone },
	{ "munmap_resident_16", 16, anon_written, do_munmap, gone },
	{ "munmap_resident_512", 512, anon_written, do_munmap, gone },
	{ "mprotect_rw_ro_1", 1, anon_written, do_ro, unmap },
	{ "mprotect_rw_ro_16", 16, anon_written, do_ro, unmap },
	{ "mprotect_rw_ro_512", 512, anon_written, do_ro, unmap },
	{ "mprotect_ro_rw_1", 1, anon_readonly, do_rw, unmap },
	{ "madv_dontneed_1", 1, anon_written, do_dontneed, unmap },
	{ "madv_dontneed_16", 16, anon_written, do_dontneed, unmap },
	{ "mlock_resident_1", 1, anon_written, do_mlock, unmap },
	{ "mlock_resident_16", 16, anon_written, do_mlock, unmap },
	{ "mlock_resident_512", 512, anon_written, do_mlock, unmap },
	{ "mlock_fresh_1", 1, anon, do_mlock, unmap },
	{ "mlock_fresh_16", 16, anon, do_mlock, unmap },
	{ "munlock_1", 1, anon_locked, do_munlock, unmap },
	{ "munlock_16", 16, anon_locked, do_munlock, unmap },
	{ "fork_1_page", 1, anon_written, do_fork, fork_end },
	{ "fork_512_pages", 512, anon_written, do_fork, fork_end },
	{ "file_minor_read", 1, file_shared, do_read, unmap },
	{ "file_private_write_first_touch", 1, file_private_near, do_write,
	    unmap },
	{ "file_private_write_after_read", 1, file_private_was_read, do_write,
	    unmap },
	{ "file_shared_write_first_touch", 1, file_shared, do_write, unmap },
	{ "file_shared_rewrite_after_writeback", 1, file_shared_cleaned,
	    do_write, unmap },
	{ "msync_sync_1p", 1, file_shared_written, do_msync, unmap },
	{ "msync_sync_64p", 64, file_shared_written, do_msync, unmap },
	{ "file_major_random_4k", 1, file_cold, do_read, unmap },
	{ "file_major_seq", 256, file_cold, do_read, unmap },
};

static inline uint64_t
tsc(void)
{
	uint32_t lo, hi;

	__asm__ volatile("lfence; rdtsc; lfence"
			 : "=a"(lo), "=d"(hi)
			 :
			 : "memory");
	return ((uint64_t)hi << 32 | lo);
}

static int
by_value(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;

	return ((a > b) - (a < b));
}

static void
run(const struct cost_class *c, unsigned samples, uint64_t *empty)
{
	static uint64_t t[SAMPLES_MAX];

	for (unsigned i = 0; i <= samples; i++) {
		uint64_t t0, t1;

		pages = mapped = c->pages;
		c->prepare();
		if (i == 1)
			HF_MARK(HF_MARK_CLASS);
		HF_MARK(HF_MARK_START);
		t0 = tsc();
		c->op();
		t1 = tsc();
		HF_MARK(HF_MARK_STOP);
		c->finish();
		if (i > 0)
			t[i - 1] = t1 - t0 > *empty ? t1 - t0 - *empty : 0;
	}
	qsort(t, samples, sizeof(t[0]), by_value);
	printf("class %s per=%zu samples=%u tsc_min=%llu tsc_median=%llu\n",
	    c->name, c->pages, samples, (unsigned long long)t[0],
	    (unsigned long long)t[samples / 2]);
	if (c == &classes[0])
		*empty = t[samples / 2];
}

int
main(int argc, char **argv)
{
	unsigned samples =
	    argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 101;
	uint64_t empty = 0;
	static char block[1 << 16];

	if (argc < 2 || samples == 0 || samples > SAMPLES_MAX) {
		fprintf(stderr, "usage: vmcost FILE [1..%d]\n", SAMPLES_MAX);
		return (2);
	}
	path = argv[1];
	fd = open(path, O_RDWR | O_CREAT, 0644);
	if (fd < 0)
		die(path);
	memset(block, 0x5a, sizeof(block));
	for (size_t n = 0; n < FILE_PAGES * PAGE; n += sizeof(block))
		if (write(fd, block, sizeof(block)) != (ssize_t)sizeof(block))
			die("write");
	if (fsync(fd) != 0)
		die("fsync");
	arena_make();
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		run(&classes[i], samples, &empty);
	return (0);
}
