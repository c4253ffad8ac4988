/* SPDX-License-Identifier: BSD-2-Clause */
/* folder.h: what tests look at in a folder. */
#ifndef HF_TESTS_UNIT_FOLDER_H
#define HF_TESTS_UNIT_FOLDER_H

#include <check.h>
#include <dirent.h>
#include <stdio.h>

/* How many entries it has. */
static inline unsigned int
folder_entries(const char *path)
{
	DIR *d = opendir(path);
	unsigned int n = 0;

	ck_assert_ptr_nonnull(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return (n - 2);
}

/* The file has this text and no other. */
static inline void
folder_check_text(const char *path, const char *want)
{
	char text[64] = "";
	FILE *f = fopen(path, "r");

	ck_assert_msg(f != NULL, "%s is not there", path);
	ck_assert_uint_lt(fread(text, 1, sizeof(text) - 1, f), sizeof(text));
	fclose(f);
	ck_assert_str_eq(text, want);
}

#endif
