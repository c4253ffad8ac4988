/* SPDX-License-Identifier: BSD-2-Clause */
/* new_folder.c: write the files of a new folder, all or none. */
#include "cli/new_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/io.h"

int
new_name_check(const char *name, struct hf_err *err)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");

	if (name[0] >= 'a' && name[0] <= 'z' && name[n] == '\0' &&
	    n <= NEW_NAME_MAX)
		return (0);
	return (err_user(err,
	    "name '%s': it is that of a folder and a part of ids: a small "
	    "letter, then small letters, digits and '_', at most %d in all",
	    name, NEW_NAME_MAX));
}

/* The text with the name for each NEW_WORD; the caller frees it. */
static char *
expand(const char *text, const char *name)
{
	const char *at;
	char *out = NULL;
	size_t len;
	FILE *f = open_memstream(&out, &len);

	hf_check_memory(f != NULL);
	while ((at = strstr(text, NEW_WORD)) != NULL) {
		fprintf(f, "%.*s%s", (int)(at - text), text, name);
		text = at + strlen(NEW_WORD);
	}
	fputs(text, f);
	hf_check_memory(fclose(f) == 0);
	return (out);
}

static bool
is_of(const struct new_file *file, const char *kind)
{
	return (
	    strcmp(file->kind, kind) == 0 || strcmp(file->kind, "both") == 0);
}

/* 0, or -errno; a file that was made is there in any case. */
static int
put_file(int folder, const char *name, const char *text)
{
	int rc,
	    fd = openat(
		folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

	if (fd < 0)
		return (-errno);
	rc = io_write_all(fd, text, strlen(text));
	if (close(fd) != 0 && rc == 0)
		rc = -errno;
	return (rc);
}

/* Files before end, by the names that they have got. */
static void
remove_files(int folder, const struct new_file *files,
    const struct new_file *end, const char *kind, const char *name)
{
	for (; files < end; files++) {
		char *path;

		if (!is_of(files, kind))
			continue;
		path = expand(files->name, name);
		unlinkat(folder, path, 0);
		free(path);
	}
}

static int
put_files(int folder, const struct new_file *files, const char *kind,
    const char *name, struct hf_err *err)
{
	for (const struct new_file *f = files; f->kind != NULL; f++) {
		char *path, *text;
		int rc;

		if (!is_of(f, kind))
			continue;
		path = expand(f->name, name);
		text = expand(f->text, name);
		rc = put_file(folder, path, text);
		free(text);
		if (rc != 0) {
			/* A file of that name is another's. */
			remove_files(
			    folder, files, f + (rc != -EEXIST), kind, name);
			err_host_errno(
			    err, -rc, "cannot write %s/%s", name, path);
		}
		free(path);
		if (rc != 0)
			return (-1);
	}
	return (0);
}

int
new_folder_make(const struct new_file *files, const char *kind,
    const char *name, struct hf_err *err)
{
	int folder, rc;

	if (mkdir(name, 0777) != 0) {
		if (errno == EEXIST)
			return (err_user(err,
			    "%s is there already; nothing was changed", name));
		return (err_user_errno(
		    err, errno, "cannot make the folder %s", name));
	}
	folder = open(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0)
		rc = err_host_errno(err, errno, "cannot open %s", name);
	else {
		rc = put_files(folder, files, kind, name, err);
		close(folder);
	}
	if (rc != 0)
		rmdir(name); /* which spares one that is not empty */
	return (rc);
}
