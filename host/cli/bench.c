/* SPDX-License-Identifier: BSD-2-Clause */
/* bench.c: holdfast bench. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/common_options.h"
#include "cli/report_options.h"
#include "core/interrupt.h"
#include "core/log.h"
#include "core/replace.h"
#include "core/self.h"
#include "measure/bench.h"
#include "measure/clock.h"
#include "run/bench_collect.h"
#include "run/disk.h"
#include "run/environment.h"
#include "run/plan.h"
#include "run/runner.h"
#include "vm/kvm.h"
#include "vm/ring0_speed.h"

#define ROUNDS_DEFAULT	   10
#define TIMEOUT_DEFAULT_MS 120000
#define CLOCK_NS	   50000000 /* long enough for a few ppm */

struct arguments {
	struct run_options run;
	struct disk_arguments disks;
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
	const struct scenario *recorder;

	if (scenario_list_choose(l, SCENARIO_VIEW_BENCH, rest->words,
		rest->nwords, chosen, err) != 0)
		return (-1);
	recorder = scenario_list_find(l, SCENARIO_BENCH_PREFIX "recorder");
	if (recorder == NULL)
		return (err_user(err,
		    "this guest has no " SCENARIO_BENCH_PREFIX
		    "recorder: nothing can be measured"));
	chosen[recorder - l->scenarios] = true;
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

static bool
ring0_is_emulated(void)
{
	struct hf_err err = { 0 };
	struct ring0_speed speed = { .emulated = false };
	int fd = kvm_open(KVM_PATH, &err);

	if (fd >= 0) {
		(void)ring0_speed_measure(fd, &speed);
		close(fd);
	}
	return (speed.emulated);
}

/* As many as there is room for. */
static void
describe_disks(const struct run_options *run, char *text, size_t room)
{
	char one[DISK_TEXT_BYTES];
	size_t used;

	disk_text(run, 0, one);
	snprintf(text, room, "%.150s", one);
	for (unsigned int i = 1; i < run->ndisks; i++) {
		used = strlen(text);
		disk_text(run, i, one);
		snprintf(text + used, room - used, "; %.150s", one);
	}
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
	snprintf(e->accelerator, sizeof(e->accelerator), "%s%s",
	    env->accelerator,
	    ring0_is_emulated() ? ", ring 0 emulated (slow)" : "");
	snprintf(e->cpu, sizeof(e->cpu), "%s", env->cpu);
	snprintf(e->host_kernel, sizeof(e->host_kernel), "%.80s%s",
	    env->host_kernel,
	    environment_is_virtual()
		? ", in a virtual machine (waits for its CPUs are not seen)"
		: "");
	snprintf(e->backing, sizeof(e->backing), "huge pages %s, %s",
	    machine_hugepage_names[a->run.hugepages], first_touch(a));
	describe_disks(&a->run, e->disk, sizeof(e->disk));
	snprintf(e->options, sizeof(e->options),
	    "rounds %u, samples %u, blk-engine %s%s", a->rounds, a->samples,
	    machine_engine_names[a->run.blk_engine],
	    a->untraced ? ", untraced" : "");
	snprintf(e->build, sizeof(e->build), "%s, %s", HF_COMPILER,
	    a->kernel_path != NULL ? a->kernel_path : "release guest");
}

/*
 * What will not be in the results, and why: out of the report of a round, since
 * some of it only the guest knows (what is on the disk).
 */
static void
print_skipped(const char *text)
{
	static const char mark[] = "\nskip    " SCENARIO_BENCH_PREFIX;
	const char *at = text, *why;

	while ((at = strstr(at, mark)) != NULL) {
		at += strlen(mark);
		why = at + strcspn(at, "\n");
		why += strspn(why, "\n ");
		fprintf(stderr, "skip       %.*s: %.*s\n",
		    (int)strcspn(at, " \n"), at, (int)strcspn(why, "\n"), why);
	}
}

/* One round: a run of the chosen, with its report kept back unless it fails. */
static enum exitcode
run_round(struct arguments *a, const struct scenario_list *list,
    const bool *chosen, bool first, struct hf_err *err)
{
	struct reports reports = { 0 };
	enum exitcode status;
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	hf_check_memory(f != NULL);
	reports_add_stream(&reports, REPORT_PRETTY, f);
	status = runner_run(&a->run, list, chosen, &reports, err);
	if ((status != EXITCODE_OK || interrupt_noted() != 0) && text != NULL)
		fwrite(text, 1, len, stderr);
	else if (first && text != NULL)
		print_skipped(text);
	free(text);
	return (status);
}

/* Whatever is the reason, what was measured until then is reported. */
static void
stopped(struct bench_report *r, unsigned int round, unsigned int rounds,
    const struct hf_err *err)
{
	int signal = interrupt_noted();

	if (signal != 0)
		snprintf(r->stopped, sizeof(r->stopped),
		    "interrupted by %s in round %u of %u",
		    interrupt_name(signal), round, rounds);
	else
		snprintf(r->stopped, sizeof(r->stopped),
		    "round %u of %u failed: %.180s", round, rounds,
		    err->status != EXITCODE_OK ? err->text
					       : "a bench did not pass");
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
	for (unsigned int i = 1; i <= a->rounds && status == EXITCODE_OK; i++) {
		bench_collect_round(c, i, a->rounds);
		status = run_round(a, list, chosen, i == 1, err);
		if (status != EXITCODE_OK || interrupt_noted() != 0) {
			stopped(r, i, a->rounds, err);
			break;
		}
	}
	if (r->stopped[0] != '\0')
		fprintf(stderr, "holdfast: not complete: %s\n", r->stopped);
	else if (bench_collect_check(c, err) != 0) {
		status = err->status;
		snprintf(r->stopped, sizeof(r->stopped), "%.250s", err->text);
	}
	/* A guest that was interrupted is paused, and holds on to it. */
	if (interrupt_noted() == 0)
		bench_collect_free(c);
	return (status);
}

/* The requirements of each class: those of the scenario of its name. */
static void
add_requirements(struct bench_report *r, const struct scenario_list *l)
{
	for (struct bench_class *c = r->first; c != NULL; c = c->next) {
		char id[sizeof(SCENARIO_BENCH_PREFIX) + BENCH_NAME_MAX];
		const struct scenario *s;

		snprintf(id, sizeof(id), SCENARIO_BENCH_PREFIX "%s", c->name);
		s = scenario_list_find(l, id);
		if (s != NULL)
			c->requirements = s->requirements;
	}
}

/* Keeps the first error; the others are told at once. */
static void
note_error(struct hf_err *err, const struct hf_err *one)
{
	if (err->status == EXITCODE_OK)
		*err = *one;
	else
		log_error("%s", one->text);
}

/* Files first: standard output may have a slow reader, or none any more. */
static void
write_results(const struct arguments *a, const struct bench_report *r,
    const char *raw, size_t raw_bytes, struct hf_err *err)
{
	struct hf_err one;

	if (a->json_path != NULL &&
	    bench_json_write(r, a->json_path, &one) != 0)
		note_error(err, &one);
	if (a->report_path != NULL &&
	    bench_html_write(r, a->report_path, &one) != 0)
		note_error(err, &one);
	if (a->raw_path != NULL &&
	    replace_file(a->raw_path, raw, raw_bytes, &one) != 0)
		note_error(err, &one);
	if (r->first != NULL)
		bench_table_print(r, stdout);
}

static int
check_outputs(const struct arguments *a, struct hf_err *err)
{
	const struct {
		const char *what, *path;
	} all[] = { { "--json", a->json_path }, { "--report", a->report_path },
		{ "--raw", a->raw_path } };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].path != NULL &&
		    replace_check(all[i].what, all[i].path, err) != 0)
			return (-1);
	return (0);
}

static enum exitcode
bench_chosen(struct arguments *a, const struct environment *env,
    const struct cli_image *image, const bool *chosen, struct hf_err *err)
{
	struct bench_report *r = bench_report_new();
	char build_id[SELF_BUILD_ID_BYTES], *raw = NULL;
	size_t raw_bytes = 0;
	FILE *f = open_memstream(&raw, &raw_bytes);
	enum exitcode status, written;

	hf_check_memory(f != NULL);
	describe(a, env, &r->env);
	r->build_id = self_build_id(build_id);
	r->guest_sha256 = image->sha256;
	r->command = a->run.command;
	r->options = a->run.options;
	r->noptions = a->run.noptions;
	status = measure(
	    a, &image->list, chosen, r, a->raw_path != NULL ? f : NULL, err);
	fflush(f);
	add_requirements(r, &image->list);
	r->status = interrupt_noted() != 0
	    ? 128 + (unsigned int)interrupt_noted()
	    : (unsigned int)status;
	if (err->status != EXITCODE_OK)
		cli_fail(err);
	*err = (struct hf_err){ 0 };
	write_results(a, r, raw, raw_bytes, err);
	written = cli_finish_output();
	if (err->status != EXITCODE_OK)
		written = exitcode_worst(written, cli_fail(err));
	/* See measure. */
	if (interrupt_noted() == 0) {
		fclose(f);
		free(raw);
		bench_report_free(r);
	}
	return (exitcode_worst(status, written));
}

static enum exitcode
bench_image(struct arguments *a, const struct environment *env,
    const struct cli_image *image, const struct options_rest *rest,
    struct hf_err *err)
{
	bool *chosen = calloc(image->list.nscenarios, sizeof(*chosen));
	enum exitcode status;

	hf_check_memory(chosen != NULL);
	a->run.kernel = image->kernel;
	a->run.kernel_sha256 = image->sha256;
	if (check_outputs(a, err) != 0 ||
	    choose(&image->list, rest, chosen, err) != 0)
		status = (enum exitcode)cli_fail(err);
	else
		status = bench_chosen(a, env, image, chosen, err);
	free(chosen);
	return (status);
}

/* What the command that repeats a bench names in any case. */
static const char *const always[] = { "memory", "cpus", NULL };

static int
bench(int argc, char **argv, const struct cli_builtin *builtin)
{
	const struct arguments defaults = {
		.run = { .memory_bytes = MACHINE_MEMORY_DEFAULT,
		    .ncpus = MACHINE_CPUS_DEFAULT,
		    .timeout_ms = TIMEOUT_DEFAULT_MS },
		.rounds = ROUNDS_DEFAULT,
		.samples = 200
	};
	struct arguments a = defaults;
	struct options_account account;
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
	options_account_make(
	    &account, cli_bench.name, specs, &a, &defaults, always);
	a.run.options = account.options;
	a.run.noptions = account.noptions;
	a.run.command = account.command;
	if (interrupt_catch(&err) != 0 ||
	    plan_make_seed(&a.run.seed, &err) != 0 ||
	    disk_arguments_take(&a.disks, &a.run, &err) != 0 ||
	    disks_check(&a.run, &err) != 0 ||
	    disk_arguments_complete(&a.disks, &a.run, 1, &err) != 0)
		goto fail;
	if (cli_image_open(
		&image, a.kernel_path, &builtin[CLI_GUEST_RELEASE], &err) != 0)
		goto fail;
	status = (int)bench_image(&a, &env, &image, &rest, &err);
	cli_image_close(&image);
	disk_arguments_end(&a.disks, &a.run);
	options_account_free(&account);
	return (status);
fail:
	disk_arguments_end(&a.disks, &a.run);
	options_account_free(&account);
	return (cli_fail(&err));
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
