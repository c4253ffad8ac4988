/* SPDX-License-Identifier: BSD-2-Clause */
/* image.c: the guest image of a command. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "core/self.h"

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
