/* SPDX-License-Identifier: BSD-2-Clause */
/* bench.c: holdfast bench. */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/common_options.h"
#include "measure/bench.h"
#include "measure/clock.h"
#include "run/bench_collect.h"
#include "run/environment.h"
#include "run/plan.h"
#include "run/runner.h"
#include "vm/kvm.h"

#define ROUNDS_DEFAULT	   10
#define TIMEOUT_DEFAULT_MS 120000
#define CLOCK_NS	   50000000 /* long enough for a few ppm */
#define PREFIX		   "bench."

struct arguments {
	struct run_options run;
	const char *kernel_path, *json_path, *report_path, *raw_path;
	unsigned int rounds, samples;
	bool untraced;
};

#define AT(field) offsetof(struct arguments, field)

static const struct option_spec specs[] = {
	{ .name = "rounds",
	    .kind = OPTION_UINT,
	    .value_name = "N",
	    .offset = AT(rounds),
	    .min = 1,
	    .max = BENCH_ROUNDS_MAX,
	    .help = "fresh guests that measure every class (default 10);\n"
		    "compare needs five or more" },
	{ .name = "samples",
	    .kind = OPTION_UINT,
	    .value_name = "N",
	    .offset = AT(samples),
	    .min = 5,
	    .max = 100000,
	    .help = "samples of a class in a round (default 200)" },
	{ .name = "untraced",
	    .kind = OPTION_FLAG,
	    .offset = AT(untraced),
	    .help = "take no time stamps at the layers' borders" },
	{ .name = "json",
	    .kind = OPTION_TEXT,
	    .value_name = "FILE",
	    .offset = AT(json_path),
	    .help = "write everything measured there, for compare" },
	{ .name = "report",
	    .kind = OPTION_TEXT,
	    .value_name = "FILE.html",
	    .offset = AT(report_path),
	    .help = "write a page with plots there" },
	{ .name = "raw",
	    .kind = OPTION_TEXT,
	    .value_name = "FILE",
	    .offset = AT(raw_path),
	    .help = "write every sample there: class, round, n, ticks, apart" },
	MACHINE_OPTIONS(struct arguments),
	{ 0 },
};

/* Marks the bench scenarios that the patterns name, and the recorder's own. */
static int
choose(const struct scenario_list *l, const struct options_rest *rest,
    bool *chosen, struct hf_err *err)
{
	for (size_t w = 0; w <= rest->nwords; w++) {
		const char *pattern =
		    w < rest->nwords ? rest->words[w] : "recorder";
		size_t n = 0;

		for (size_t i = 0; i < l->nscenarios; i++) {
			const char *id = l->scenarios[i].id;

			if ((l->scenarios[i].flags & HF_IS_BENCH) == 0 ||
			    strncmp(id, PREFIX, strlen(PREFIX)) != 0)
				continue;
			id += strlen(PREFIX);
			if (rest->nwords != 0 && fnmatch(pattern, id, 0) != 0 &&
			    fnmatch(pattern, id - strlen(PREFIX), 0) != 0)
				continue;
			chosen[i] = true;
			n++;
		}
		if (n == 0)
			return (err_user(err,
			    "no bench matches '%s'; see 'holdfast list'",
			    pattern));
	}
	return (0);
}

/* Where the first touch of a frame was, or will be. */
static const char *
first_touch(const struct arguments *a)
{
	struct hf_err err = { 0 };
	bool fills;
	int fd;

	if (!a->run.prefault)
		return ("touched by the guest first");
	fd = kvm_open(KVM_PATH, &err);
	fills = fd >= 0 && kvm_fills_second_stage(fd);
	if (fd >= 0)
		close(fd);
	return (fills ? "prefaulted with the second stage"
		      : "prefaulted without the second stage");
}

static void
describe(const struct arguments *a, const struct environment *env,
    struct bench_environment *e)
{
	struct clock_estimate clock;

	clock_measure(CLOCK_NS, &clock);
	e->tsc_hz = clock.tsc_hz;
	e->tsc_error_ppm = clock.error_ppm;
	e->tsc_varies = !clock_tsc_is_invariant();
	e->memory_bytes = a->run.memory_bytes;
	e->cpus = a->run.ncpus;
	e->seed = a->run.seed;
	snprintf(e->version, sizeof(e->version), "%s", HF_VERSION);
	snprintf(
	    e->accelerator, sizeof(e->accelerator), "%s", env->accelerator);
	snprintf(e->cpu, sizeof(e->cpu), "%s", env->cpu);
	snprintf(e->host_kernel, sizeof(e->host_kernel), "%.80s%s",
	    env->host_kernel,
	    environment_is_virtual()
		? ", in a virtual machine (waits for its CPUs are not seen)"
		: "");
	snprintf(e->backing, sizeof(e->backing), "huge pages %s, %s",
	    machine_hugepage_names[a->run.hugepages], first_touch(a));
	snprintf(e->disk, sizeof(e->disk), "%.120s%s",
	    a->run.disk_path != NULL ? a->run.disk_path : "none",
	    a->run.disk_is_default || a->run.snapshot ? " (snapshot)" : "");
	snprintf(e->options, sizeof(e->options),
	    "rounds %u, samples %u, blk-engine %s%s", a->rounds, a->samples,
	    machine_engine_names[a->run.blk_engine],
	    a->untraced ? ", untraced" : "");
	snprintf(e->build, sizeof(e->build), "%s, %s", HF_COMPILER,
	    a->kernel_path != NULL ? a->kernel_path : "release guest");
}

/* One round: a run of the chosen, with its report kept back unless it fails. */
static enum exitcode
run_round(struct arguments *a, const struct scenario_list *list,
    const bool *chosen, struct hf_err *err)
{
	struct report report;
	enum exitcode status;
	char *text = NULL;
	size_t len = 0;

	if (report_open(&report, REPORT_PRETTY, "/dev/null", err) != 0)
		return (err->status);
	fclose(report.out);
	report.out = open_memstream(&text, &len);
	hf_check(report.out != NULL);
	status = runner_run(&a->run, list, chosen, &report, err);
	if (status != EXITCODE_OK && text != NULL)
		fwrite(text, 1, len, stderr);
	free(text);
	return (status);
}

/* What will not be in the results, and why. */
static void
print_skipped(const struct arguments *a, const struct scenario_list *list,
    const bool *chosen)
{
	for (size_t i = 0; i < list->nscenarios; i++) {
		const struct scenario *s = &list->scenarios[i];
		const char *why =
		    chosen[i] ? runner_skip_reason(s, &a->run) : NULL;

		if (why != NULL)
			fprintf(stderr, "skip       %s: %s\n",
			    s->id + strlen(PREFIX), why);
	}
}

static enum exitcode
measure(struct arguments *a, const struct scenario_list *list,
    const bool *chosen, struct bench_report *r, FILE *raw, struct hf_err *err)
{
	struct bench_collect *c = bench_collect_new(r, raw, stderr);
	struct run_bench sink = { .arg = c,
		.starts = bench_collect_starts,
		.record = bench_collect_record };
	enum exitcode status = EXITCODE_OK;

	a->run.bench = &sink;
	print_skipped(a, list, chosen);
	for (unsigned int i = 1; i <= a->rounds && status == EXITCODE_OK; i++) {
		bench_collect_round(c, i, a->rounds);
		status = run_round(a, list, chosen, err);
		if (status != EXITCODE_OK && err->status == EXITCODE_OK)
			fprintf(stderr,
			    "holdfast: round %u of %u failed, see above; "
			    "nothing of this bench is reported\n",
			    i, a->rounds);
	}
	if (status == EXITCODE_OK && bench_collect_check(c, err) != 0)
		status = err->status;
	bench_collect_free(c);
	return (status);
}

/* Measuring takes minutes: say at once that the result can go nowhere. */
static int
check_writable(const char *option, const char *path, struct hf_err *err)
{
	int fd;

	if (path == NULL)
		return (0);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd >= 0)
			unlink(path);
	}
	if (fd < 0)
		return (err_user_errno(
		    err, errno, "%s: cannot write %s", option, path));
	close(fd);
	return (0);
}

static enum exitcode
write_results(
    const struct arguments *a, const struct bench_report *r, struct hf_err *err)
{
	bench_table_print(r, stdout);
	if (a->json_path != NULL && bench_json_write(r, a->json_path, err) != 0)
		return (err->status);
	if (a->report_path != NULL &&
	    bench_html_write(r, a->report_path, err) != 0)
		return (err->status);
	return (cli_finish_output());
}

static enum exitcode
bench_image(struct arguments *a, const struct environment *env,
    const struct cli_image *image, const struct options_rest *rest,
    struct hf_err *err)
{
	bool *chosen = calloc(image->list.nscenarios, sizeof(*chosen));
	struct bench_report *r = bench_report_new();
	FILE *raw = NULL;
	enum exitcode status;

	hf_check(chosen != NULL);
	a->run.kernel = image->kernel;
	if (check_writable("--json", a->json_path, err) != 0 ||
	    check_writable("--report", a->report_path, err) != 0) {
		free(chosen);
		bench_report_free(r);
		return (cli_fail(err));
	}
	if (a->raw_path != NULL) {
		raw = fopen(a->raw_path, "w");
		if (raw == NULL)
			err_user_errno(
			    err, errno, "--raw: cannot write %s", a->raw_path);
	}
	if (err->status == EXITCODE_OK &&
	    choose(&image->list, rest, chosen, err) == 0) {
		describe(a, env, &r->env);
		status = measure(a, &image->list, chosen, r, raw, err);
		if (status == EXITCODE_OK)
			status = write_results(a, r, err);
	} else
		status = err->status;
	if (raw != NULL && (ferror(raw) | fclose(raw)) != 0) {
		err_user_errno(
		    err, errno, "--raw: cannot write %s", a->raw_path);
		status = err->status;
	}
	if (err->status != EXITCODE_OK)
		cli_fail(err);
	bench_report_free(r);
	free(chosen);
	return (status);
}

static int
bench(int argc, char **argv, const struct cli_builtin *builtin)
{
	struct arguments a = { .run = { .memory_bytes = MACHINE_MEMORY_DEFAULT,
				   .ncpus = MACHINE_CPUS_DEFAULT,
				   .timeout_ms = TIMEOUT_DEFAULT_MS },
		.rounds = ROUNDS_DEFAULT,
		.samples = 200 };
	struct options_rest rest;
	struct cli_image image;
	struct hf_err err = { 0 };
	struct environment env;
	char samples[40], trace[16];
	const char *params[4];
	int status;

	if (!cli_options(&cli_bench, &a, argc, argv, &rest, &status))
		return (status);
	snprintf(samples, sizeof(samples), "samples=%u", a.samples);
	snprintf(trace, sizeof(trace), "trace=%d", !a.untraced);
	params[a.run.nparams++] = samples;
	params[a.run.nparams++] = trace;
	if (a.raw_path != NULL)
		params[a.run.nparams++] = "raw=1";
	environment_read(&env);
	/* then each first touch of a frame is an exit, without exception */
	if (!a.run.prefault && a.run.hugepages == VM_HUGEPAGES_OFF &&
	    (env.second_stage == SECOND_STAGE_EPT ||
		env.second_stage == SECOND_STAGE_NPT))
		params[a.run.nparams++] = "touch_exits=1";
	a.run.params = params;
	a.run.seed = plan_make_seed();
	if (a.run.disk_path == NULL) {
		a.run.disk_path = cli_default_disk();
		a.run.disk_is_default = true;
	}
	if (cli_image_open(
		&image, a.kernel_path, &builtin[CLI_GUEST_RELEASE], &err) != 0)
		return (cli_fail(&err));
	status = (int)bench_image(&a, &env, &image, &rest, &err);
	cli_image_close(&image);
	return (status);
}

const struct cli_command cli_bench = {
	.name = "bench",
	.summary = "measure what the VM's operations cost",
	.usage = "bench [OPTION]... [PATTERN]...\n"
		 "Measures what the VM's operations cost (classes as anon_* or "
		 "wire*; default: all),\nand which layer took the time.",
	.specs = specs,
	.run = bench,
};
