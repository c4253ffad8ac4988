/* SPDX-License-Identifier: BSD-2-Clause */
/* image_tree.c: the files of the default images, and manifests of any tree. */

#include <sys/stat.h>
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "filesum.h"
#include "image_size.h"

#define PATH_BYTES 4096

/* Every byte of the default images follows from this. */
#define SEED 0x686f6c6466617374ull

static uint64_t
mix(uint64_t *state)
{
	uint64_t z;

	/* splitmix64 (Steele, Lea, Flood 2014) */
	z = (*state += 0x9e3779b97f4a7c15ull);
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return (z ^ (z >> 31));
}

static uint64_t
seed_of(const char *name)
{
	uint64_t s;

	for (s = SEED; *name != '\0'; name++)
		s = (s ^ (unsigned char)*name) * 0x100000001b3ull;
	return (s);
}

static int
create(const char *name)
{
	int fd;

	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0)
		err(1, "%s", name);
	return (fd);
}

/* bytes of the file's generator at off. */
static void
put_random(int fd, const char *name, off_t off, size_t bytes)
{
	uint64_t block[512], state;
	size_t i, n;

	state = seed_of(name) + (uint64_t)off;
	if (lseek(fd, off, SEEK_SET) < 0)
		err(1, "%s: seek", name);
	for (; bytes > 0; bytes -= n) {
		for (i = 0; i < 512; i++)
			block[i] = mix(&state);
		n = bytes < sizeof(block) ? bytes : sizeof(block);
		if (write(fd, block, n) != (ssize_t)n)
			err(1, "%s: write", name);
	}
}

static void
random_file(const char *name, size_t bytes)
{
	int fd;

	fd = create(name);
	put_random(fd, name, 0, bytes);
	if (close(fd) != 0)
		err(1, "%s", name);
}

/* Data at the start, at an odd place and at the end; holes elsewhere. */
static void
sparse_file(const char *name)
{
	int fd;

	fd = create(name);
	put_random(fd, name, 0, 4096);
	put_random(fd, name, 5 * 4096, 2 * 4096);
	put_random(fd, name, 40 * 4096, 4096);
	put_random(fd, name, 120 * 4096 + 1000, 500);
	if (ftruncate(fd, 160 * 4096 + 77) != 0 || close(fd) != 0)
		err(1, "%s", name);
}

static void
text_file(const char *name, const char *text)
{
	int fd;

	fd = create(name);
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text) ||
	    close(fd) != 0)
		err(1, "%s", name);
}

static void
subdir(const char *name)
{
	if (mkdir(name, 0755) != 0)
		err(1, "%s", name);
}

static void
generate_second(void)
{
	random_file(HF_SECOND_NAME, 100123);
	random_file(HF_SCRATCH_NAME, 16 * 4096);
}

static void
generate_default(void)
{
	char name[64];
	int i;

	random_file("size-0", 0);
	random_file("size-1", 1);
	random_file("size-4095", 4095);
	random_file("size-4096", 4096);
	random_file("size-4097", 4097);
	random_file("size-5000", 5000);
	random_file("one-mib", 1 << 20);
	sparse_file("sparse");
	/* 4 KiB blocks: from byte 4,243,456 on through double indirection. */
	random_file("large", (13 << 20) + 12345);
	random_file("write-me", 70000);
	/* The last page holds 904 bytes. */
	random_file(HF_SCRATCH_NAME, 79 * 4096 + 904);
	random_file(HF_SCRATCH2_NAME, 16 * 4096);
	random_file(HF_SCRATCH3_NAME, 16 * 4096);
	text_file("hello.txt", "holdfast pages this file from a real disk.\n");
	subdir("nested");
	subdir("nested/a");
	subdir("nested/a/b");
	subdir("nested/a/b/c");
	text_file("nested/top.txt", "one level down\n");
	text_file("nested/a/b/c/leaf.txt", "four levels down\n");
	random_file("nested/a/b/data", 20000);
	subdir("many");
	for (i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "many/file-%02d", i);
		random_file(name, (size_t)i * 517);
	}
}

/* Sum of an open file; as filesum.h says. */
static uint64_t
sum_file(int fd, const char *name, uint64_t *size)
{
	static uint64_t block[8192];
	uint64_t s;
	ssize_t n;
	size_t fill;

	for (s = 0, *size = 0;; *size += fill) {
		for (fill = 0; fill < sizeof(block); fill += (size_t)n) {
			n = read(
			    fd, (char *)block + fill, sizeof(block) - fill);
			if (n < 0)
				err(1, "%s", name);
			if (n == 0)
				break;
		}
		if (fill == 0)
			break;
		memset((char *)block + fill, 0, sizeof(block) - fill);
		s = hf_filesum(s, block, (fill + 7) / 8);
	}
	return (s ^ *size);
}

static void manifest_dir(const char *path);

static bool
is_scratch(const char *path)
{
	static const char *const names[] = HF_SCRATCH_NAMES;
	int i;

	for (i = 0; i < HF_SCRATCH_FILES; i++)
		if (strcmp(path, names[i]) == 0)
			return (true);
	return (false);
}

static void
manifest_entry(const char *path, const char *name)
{
	char full[PATH_BYTES];
	struct stat st;
	uint64_t size, sum;
	int fd;

	if ((size_t)snprintf(full, sizeof(full), "%s%s%s", path,
		*path == '\0' ? "" : "/", name) >= sizeof(full))
		errx(1, "%s/%s: path too long", path, name);
	if (strcmp(full, HF_MANIFEST_NAME) == 0 || is_scratch(full) ||
	    strcmp(full, "lost+found") == 0)
		return;
	if (lstat(full, &st) != 0)
		err(1, "%s", full);
	if (S_ISDIR(st.st_mode)) {
		manifest_dir(full);
		return;
	}
	if (!S_ISREG(st.st_mode))
		return;
	if (strchr(full, '\n') != NULL)
		errx(1, "%s: a newline in a name does not fit in a manifest",
		    full);
	fd = open(full, O_RDONLY);
	if (fd < 0)
		err(1, "%s", full);
	sum = sum_file(fd, full, &size);
	close(fd);
	printf("%016llx %llu %s\n", (unsigned long long)sum,
	    (unsigned long long)size, full);
}

static void
manifest_dir(const char *path)
{
	struct dirent **list;
	int i, n;

	n = scandir(*path == '\0' ? "." : path, &list, NULL, alphasort);
	if (n < 0)
		err(1, "%s", *path == '\0' ? "." : path);
	for (i = 0; i < n; i++) {
		if (strcmp(list[i]->d_name, ".") != 0 &&
		    strcmp(list[i]->d_name, "..") != 0)
			manifest_entry(path, list[i]->d_name);
		free(list[i]);
	}
	free(list);
}

int
main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "generate") == 0) {
		if (chdir(argv[3]) != 0)
			err(1, "%s", argv[3]);
		if (strcmp(argv[2], "second") == 0)
			generate_second();
		else
			generate_default();
	} else if (argc == 3 && strcmp(argv[1], "manifest") == 0) {
		if (chdir(argv[2]) != 0)
			err(1, "%s", argv[2]);
		printf("%s\n", HF_MANIFEST_MAGIC);
		manifest_dir("");
	} else if (argc == 5 && strcmp(argv[1], "size") == 0) {
		image_size(argv[2], strtoull(argv[3], NULL, 10),
		    strtoull(argv[4], NULL, 10));
	} else {
		fprintf(stderr,
		    "usage: image-tree generate default|second DIR\n"
		    "       image-tree manifest DIR\n"
		    "       image-tree size DIR BLOCK-BYTES MANIFEST-BYTES\n");
		return (2);
	}
	if (fflush(stdout) != 0)
		err(1, "standard output");
	return (0);
}
