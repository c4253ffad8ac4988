/* SPDX-License-Identifier: BSD-2-Clause */
/* decode.c: holdfast decode. */
#include "run/decode.h"

#include <stdio.h>

#include "cli/cli.h"
#include "cli/common_options.h"
#include "cli/report_options.h"

struct arguments {
	const char *plan_path, *kernel_path, *vmm;
	struct report_arguments reports;
	unsigned int qemu_status;
};

static bool qemu_status_given;

#define AT(field) offsetof(struct arguments, field)

static const struct option_spec specs[] = {
	{ .name = "plan",
	    .letter = 'p',
	    .kind = OPTION_TEXT,
	    .value_name = "FILE",
	    .offset = AT(plan_path),
	    .help = "the run plan that the guest was given (needed)" },
	REPORT_OPTIONS(AT(reports)),
	{ .name = "qemu-status",
	    .kind = OPTION_UINT,
	    .value_name = "N",
	    .offset = AT(qemu_status),
	    .given = &qemu_status_given,
	    .help = "the exit status of QEMU (124: timeout,\n128 + N: signal N "
		    "ended the run)" },
	{ .name = "vmm",
	    .kind = OPTION_TEXT,
	    .value_name = "TEXT",
	    .offset = AT(vmm),
	    .help = "what the guest ran on, for the report" },
	OPTION_KERNEL(AT(kernel_path)),
	{ 0 },
};

static int
decode_files(
    const struct arguments *a, struct decode_input *in, struct hf_err *err)
{
	struct io_file plan_file;
	struct plan plan;
	struct reports reports;
	int status;

	if (io_file_read("--plan", a->plan_path, &plan_file, err) != 0)
		return (cli_fail(err));
	status = plan_parse(
	    &plan, plan_file.bytes, plan_file.len_bytes, a->plan_path, err);
	io_file_free(&plan_file);
	if (status != 0)
		return (cli_fail(err));
	in->plan = &plan;
	if (report_options_open(&a->reports, &reports, err) != 0)
		status = cli_fail(err);
	else {
		status = (int)decode_log(in, &reports, err);
		if (err->status != EXITCODE_OK)
			cli_fail(err);
	}
	plan_free(&plan);
	return (status);
}

static int
decode_image(const struct arguments *a, const char *log_path,
    const struct cli_builtin *builtin, struct hf_err *err)
{
	struct cli_image image;
	struct decode_input in = { .end = GUEST_END_UNKNOWN,
		.vmm_name = a->vmm != NULL ? a->vmm : "another VMM" };
	int status;

	if (qemu_status_given)
		in.end = decode_qemu_status(a->qemu_status);
	if (in.end == GUEST_END_INTERRUPTED)
		in.signal = (int)a->qemu_status - 128;
	if (io_file_read("console log", log_path, &in.log, err) != 0)
		return (cli_fail(err));
	if (cli_image_open(&image, a->kernel_path, builtin, err) != 0)
		status = cli_fail(err);
	else {
		in.list = &image.list;
		in.elf.bytes = image.kernel.bytes;
		in.elf.len_bytes = image.kernel.len_bytes;
		in.guest_name = image.kernel.name;
		in.guest_sha256 = image.sha256;
		status = decode_files(a, &in, err);
		cli_image_close(&image);
	}
	io_file_free(&in.log);
	return (status);
}

static int
decode(int argc, char **argv, const struct cli_builtin *builtin)
{
	struct arguments a = { 0 };
	struct options_rest rest;
	struct hf_err err = { 0 };
	int status;

	if (!cli_options(&cli_decode, &a, argc, argv, &rest, &status))
		return (status);
	if (a.plan_path == NULL || rest.nwords != 1) {
		err_user(&err, "%s; see 'holdfast decode --help'",
		    a.plan_path == NULL ? "--plan is needed"
					: "one console log is needed");
		return (cli_fail(&err));
	}
	return (decode_image(&a, rest.words[0], builtin, &err));
}

const struct cli_command cli_decode = {
	.name = "decode",
	.summary = "report on a console log from another VMM",
	.usage = "decode --plan FILE [OPTION]... LOG\n"
		 "Reports on a run under another VMM from the log of the "
		 "guest's debug console.",
	.specs = specs,
	.run = decode,
};
