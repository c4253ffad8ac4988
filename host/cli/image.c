/* SPDX-License-Identifier: BSD-2-Clause */
/* image.c: the guest image and the default disk of a command. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "core/self.h"
#include "run/runner.h"

int
cli_image_open(struct cli_image *image, const char *kernel_path,
    const struct cli_builtin *builtin, struct hf_err *err)
{
	memset(image, 0, sizeof(*image));
	image->kernel.bytes = builtin->bytes;
	image->kernel.len_bytes = builtin->len_bytes;
	image->kernel.name = builtin->name;
	if (self_file_offset(
		builtin->bytes, builtin->len_bytes, &image->kernel.file_offset))
		image->kernel.file = SELF_PATH;
	if (kernel_path != NULL) {
		if (io_file_read("--kernel", kernel_path, &image->file, err) !=
		    0)
			return (-1);
		image->kernel.bytes = image->file.bytes;
		image->kernel.len_bytes = image->file.len_bytes;
		image->kernel.name = kernel_path;
		image->kernel.file = NULL;
	}
	if (kernel_path == NULL)
		snprintf(image->sha256, sizeof(image->sha256), "%s",
		    builtin->sha256);
	else
		sha256_text(image->kernel.bytes, image->kernel.len_bytes,
		    image->sha256);
	if (kernel_path == NULL)
		image->list = builtin->list;
	else if (scenario_list_read(&image->list, image->kernel.bytes,
		     image->kernel.len_bytes, image->kernel.name, err) != 0) {
		io_file_free(&image->file);
		return (-1);
	}
	return (0);
}

void
cli_image_close(struct cli_image *image)
{
	scenario_list_free(&image->list);
	io_file_free(&image->file);
}

int
cli_disk_access(struct run_options *run, struct hf_err *err)
{
	static char path[PATH_MAX];
	const char *comma;
	size_t len;

	comma = run->disk_path != NULL ? strrchr(run->disk_path, ',') : NULL;
	if (comma == NULL ||
	    (strcmp(comma, ",ro") != 0 && strcmp(comma, ",rw") != 0))
		return (0);
	len = (size_t)(comma - run->disk_path);
	if (len == 0 || len >= sizeof(path))
		return (err_user(err,
		    "--disk '%s': no file is named before "
		    "'%s'",
		    run->disk_path, comma));
	run->disk_readonly = strcmp(comma, ",ro") == 0;
	if (run->disk_readonly && run->snapshot)
		return (err_user(err,
		    "--disk '%s' is only read and --snapshot "
		    "has writes: choose one",
		    run->disk_path));
	memcpy(path, run->disk_path, len);
	path[len] = '\0';
	run->disk_path = path;
	return (0);
}
/* Where the image may lie, seen from the folder of the program. */
static const char *const default_disks[] = {
	"default.img",				  /* a build folder */
	HF_DATA_FROM_BIN "/holdfast/default.img", /* installed */
};
const char *
cli_default_disk(void)
{
	static char
	    path[PATH_MAX + sizeof(HF_DATA_FROM_BIN "/holdfast/default.img")];
	ssize_t n;
	char *slash;

	n = readlink(SELF_PATH, path, PATH_MAX - 1);
	if (n <= 0)
		return (NULL);
	path[n] = '\0';
	slash = strrchr(path, '/');
	if (slash == NULL)
		return (NULL);
	for (size_t i = 0; i < sizeof(default_disks) / sizeof(default_disks[0]);
	     i++) {
		strcpy(slash + 1, default_disks[i]);
		/* What is wrong with one that is there is said at its open. */
		if (access(path, F_OK) == 0 || errno != ENOENT)
			return (path);
	}
	return (NULL);
}
