/* SPDX-License-Identifier: BSD-2-Clause */
/* disks.c: --disk, --snapshot and --faulty, and the images used without. */
#include "cli/disks.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/self.h"

/* Of the first disks. */
static const char *const default_images[] = { "default.img", "second.img" };

#define DEFAULT_IMAGES (sizeof(default_images) / sizeof(default_images[0]))
#define INSTALLED      HF_DATA_FROM_BIN "/holdfast/"
#define NAME_MAX_BYTES 16

const char *
cli_default_disk(unsigned int i)
{
	static char paths[DEFAULT_IMAGES]
			 [PATH_MAX + sizeof(INSTALLED) + NAME_MAX_BYTES];
	/* In a build folder; installed. */
	static const char *const places[] = { "", INSTALLED };
	char *path, *slash;
	ssize_t n;

	if (i >= DEFAULT_IMAGES)
		return (NULL);
	path = paths[i];
	n = readlink(SELF_PATH, path, PATH_MAX - 1);
	if (n <= 0)
		return (NULL);
	path[n] = '\0';
	slash = strrchr(path, '/');
	if (slash == NULL)
		return (NULL);
	for (size_t k = 0; k < sizeof(places) / sizeof(places[0]); k++) {
		stpcpy(stpcpy(slash + 1, places[k]), default_images[i]);
		/* What is wrong with one that is there is said at its open. */
		if (access(path, F_OK) == 0 || errno != ENOENT)
			return (path);
	}
	return (NULL);
}

/* "FILE,ro" is only read, "FILE,rw" is what FILE is without. */
static int
take_disk(struct run_disk *disk, const char *text, struct hf_err *err)
{
	static const char *const modes[] = { ",ro", ",rw", ",snapshot" };
	const char *comma = strrchr(text, ',');
	size_t len = strlen(text);
	char *path;

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (comma != NULL && strcmp(comma, modes[i]) == 0) {
			len = (size_t)(comma - text);
			disk->readonly = i == 0;
			disk->snapshot = i == 2;
		}
	if (comma != NULL && len == 0)
		return (err_user(err,
		    "--disk '%s': no file is named before '%s'", text, comma));
	path = strndup(text, len);
	hf_check_memory(path != NULL);
	disk->path = path;
	return (0);
}

/* A plan without the name of a disk is for the first. */
static int
take_faults(struct run_options *run, const char *text, struct hf_err *err)
{
	static const char name[] = "vtbd";
	const char *colon = strchr(text, ':'), *plan = text;
	unsigned int i = 0;

	if (strncmp(text, name, strlen(name)) == 0) {
		i = (unsigned int)(unsigned char)text[strlen(name)] - '0';
		plan = text + strlen(name) + 2;
		if (i >= RUN_DISKS_MAX || colon != plan - 1)
			return (err_user(err,
			    "--faulty '%s': no disk has that name (vtbd0 to "
			    "vtbd%d, then ':' and the plan)",
			    text, RUN_DISKS_MAX - 1));
	}
	if (run->disks[i].faults != NULL)
		return (err_user(
		    err, "--faulty '%s': vtbd%u has a plan already", text, i));
	run->disks[i].faults = plan;
	return (0);
}

/* For all that are not only read. */
static int
take_snapshot(
    const struct disk_arguments *a, struct run_options *run, struct hf_err *err)
{
	unsigned int nwritable = 0;

	for (unsigned int i = 0; i < run->ndisks; i++)
		if (!run->disks[i].readonly) {
			run->disks[i].snapshot = true;
			nwritable++;
		}
	if (run->ndisks > 0 && nwritable == 0)
		return (err_user(err,
		    "--disk '%s' is only read and --snapshot has writes: "
		    "choose one",
		    a->disk.text[0]));
	return (0);
}

int
disk_arguments_take(
    struct disk_arguments *a, struct run_options *run, struct hf_err *err)
{
	for (unsigned int i = 0; i < RUN_DISKS_MAX; i++) {
		a->opened[i].fd = -1;
		run->disks[i].opened = &a->opened[i];
	}
	if (a->disk.n > RUN_DISKS_MAX)
		return (err_user(err,
		    "--disk '%s': a machine has %d disks at the most",
		    a->disk.text[RUN_DISKS_MAX], RUN_DISKS_MAX));
	for (size_t i = 0; i < a->disk.n; i++) {
		if (take_disk(&run->disks[i], a->disk.text[i], err) != 0)
			return (-1);
		run->ndisks++;
	}
	for (size_t i = 0; i < a->faulty.n; i++)
		if (take_faults(run, a->faulty.text[i], err) != 0)
			return (-1);
	return (a->snapshot ? take_snapshot(a, run, err) : 0);
}

int
disk_arguments_complete(const struct disk_arguments *a, struct run_options *run,
    unsigned int n, struct hf_err *err)
{
	const char *path;

	while (
	    run->ndisks < n && (path = cli_default_disk(run->ndisks)) != NULL) {
		run->disks[run->ndisks].path = path;
		run->disks[run->ndisks].is_default = true;
		run->ndisks++;
	}
	/* That the first is not asked for by anything is no mistake. */
	for (unsigned int i = 1; i < RUN_DISKS_MAX; i++)
		if (run->disks[i].faults != NULL && i >= run->ndisks)
			return (err_user(err,
			    "--faulty: there is no vtbd%u; disks of this "
			    "machine: %u",
			    i, run->ndisks));
	return (0);
}

void
disk_arguments_end(struct disk_arguments *a, struct run_options *run)
{
	for (unsigned int i = 0; i < RUN_DISKS_MAX; i++) {
		if (run->disks[i].opened == NULL)
			continue;
		blk_opened_close(&a->opened[i]);
		if (i < run->ndisks && !run->disks[i].is_default)
			free((char *)(uintptr_t)run->disks[i].path);
	}
}
