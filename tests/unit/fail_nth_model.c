/* SPDX-License-Identifier: BSD-2-Clause */
/* fail_nth_model.c: run --fail-nth, with the model instead of guests. */

/*
 * usage: fail_nth_model [--fail-nth all|paths|all/K|paths/K|N] [--seed N]
 * [PATTERN]... As holdfast run --fail-nth: each run is a process of its own.  A
 * pattern is an id, its beginning up to a dot, or one of fnmatch(3).  A line a
 * scenario, the account of each bad point, how many places of each kind failed,
 * and "N passed, N failed, N skipped", in runs.
 */
#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <link.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/io.h"
#include "guest/arch/model/boot_model.h"
#include "guest/arch/model/host.h"
#include "run/fail_nth.h"
#include "run/record.h"
#include "run/verdict.h"
#include "model_choice.h"

#define NONCE "0123456789abcdef"

/* Sanitizers are slow, and so is a busy machine.  For who does not even say so. */
#define STUCK_S	   40
#define TIMEOUT_MS 90000

static uint64_t seed = 1;
static const char *self; /* argv[0] */
static struct io_file self_file;

/* What the parent hears of a run. */
struct listener {
	struct record_stream stream;
	struct verdict verdict;
	FILE *text;
};

static void
on_record(void *arg, const struct record *rec)
{
	struct listener *l = arg;

	verdict_record(&l->verdict, rec, 0);
}

static void
on_violation(void *arg, const char *why)
{
	struct listener *l = arg;

	verdict_violate(&l->verdict, why);
}

static void
on_text(void *arg, const char *text, size_t len_bytes)
{
	struct listener *l = arg;

	fprintf(l->text, "%.*s\n", (int)len_bytes, text);
}

static void __attribute__((__noreturn__))
child(const char *id, const char *const *params, size_t nparams, int fd)
{
	char lines[400] = "";
	const char *why;
	size_t used = 0;

	for (size_t i = 0; i < nparams; i++)
		used += (size_t)snprintf(lines + used, sizeof(lines) - used,
		    "param %s\n", params[i]);
	setenv("HF_PARAMS", lines, 1);
	setenv("HF_MODEL_VERBOSE", "1", 1);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	hf_model_tell_faults();
	hf_model_end_after(STUCK_S);
	hf_model_boot(MODEL_RAM_BYTES, seed);
	(void)hf_model_scenario_run(id, &why);
	hf_host_exit(0);
}

/* Everything the run says; false: out of time. */
static bool
listen(struct listener *l, int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char bytes[4096];
	ssize_t n;

	for (;;) {
		if (poll(&p, 1, TIMEOUT_MS) == 0)
			return (false);
		n = read(fd, bytes, sizeof(bytes));
		if (n <= 0)
			return (true);
		record_stream_feed(&l->stream, bytes, (size_t)n);
	}
}

/* In a build with sanitizers: what they find ends a run, and they say where. */
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

const char *
__asan_default_options(void)
{
	return ("detect_leaks=0");
}

const char *
__ubsan_default_options(void)
{
	return ("halt_on_error=1:print_stacktrace=1");
}

/*
 * Where the guest's code was when a sanitizer stopped it: the first such line of the
 * stack, "    #2 0x55d0c0de in f guest/vm/f.c:12".  0: none did.
 */
static uint64_t
stopped_at(const char *text)
{
	const char *p = strstr(text, "ERROR: AddressSanitizer");
	const char *line, *end;

	if (p == NULL)
		p = strstr(text, "runtime error: ");
	while (p != NULL && (line = strstr(p, "\n    #")) != NULL) {
		end = line + 1 + strcspn(line + 1, "\n");
		p = strstr(line, "0x");
		if (p != NULL && p < end &&
		    memmem(line, (size_t)(end - line), "guest/", 6) != NULL)
			return (strtoull(p, NULL, 16));
		p = end;
	}
	return (0);
}

/* How it ended; the reason is the last "panic:" or the signal. */
static enum guest_end
end_of(int status, bool in_time, const char *text, char *why, size_t room)
{
	const char *panic = NULL;

	if (!in_time ||
	    (WIFEXITED(status) && WEXITSTATUS(status) == HF_MODEL_STUCK))
		return (GUEST_END_TIMEOUT);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return (GUEST_END_DONE);
	for (const char *p = text; (p = strstr(p, "panic: ")) != NULL; p++)
		panic = p + 7;
	if (panic == NULL && (panic = strstr(text, "ERROR: ")) == NULL)
		panic = strstr(text, "runtime error: ");
	if (panic != NULL)
		snprintf(why, room, "%.*s", (int)strcspn(panic, "\n"), panic);
	else if (WIFSIGNALED(status))
		snprintf(why, room, "%s", strsignal(WTERMSIG(status)));
	else
		snprintf(why, room, "exit status %d", WEXITSTATUS(status));
	return (GUEST_END_DIED);
}

static bool
run_process(void *arg, const char *const *params, size_t nparams,
    struct scenario_result *out)
{
	struct listener l;
	struct record_sink sink = { .arg = &l,
		.record = on_record,
		.violation = on_violation,
		.text = on_text };
	char *text, why[400] = "";
	size_t text_bytes;
	enum guest_end end;
	int fds[2], status;
	bool in_time;
	pid_t pid;

	if (pipe(fds) != 0 || (pid = fork()) < 0) {
		perror("fail_nth_model");
		exit(1);
	}
	if (pid == 0) {
		close(fds[0]);
		child(out->id, params, nparams, fds[1]);
	}
	close(fds[1]);
	record_stream_init(&l.stream, NONCE, &sink);
	verdict_init(&l.verdict, &out, 1);
	l.verdict.hello = true;
	l.text = open_memstream(&text, &text_bytes);
	in_time = listen(&l, fds[0]);
	if (!in_time)
		kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	close(fds[0]);
	record_stream_finish(&l.stream);
	fclose(l.text);
	end = end_of(status, in_time, text, why, sizeof(why));
	if (verdict_finish(&l.verdict, end, why[0] != '\0' ? why : NULL, 0) ==
	    0)
		verdict_not_begun(
		    out, &l.verdict, end, why[0] != '\0' ? why : NULL);
	if (out->died_at == 0)
		out->died_at = stopped_at(text);
	if (end != GUEST_END_DONE) {
		out->dump = text;
		text = NULL;
	}
	free(text);
	return (true);
}

static int
first_object(struct dl_phdr_info *info, size_t size, void *arg)
{
	*(uint64_t *)arg = info->dlpi_addr;
	return (1);
}

static uint64_t
base_address(void)
{
	uint64_t base = 0;

	dl_iterate_phdr(first_object, &base);
	return (base);
}

static bool
in_scenario(void *arg, uint64_t addr)
{
	return (fail_nth_in_scenario(
	    self_file.bytes, self_file.len_bytes, addr - base_address()));
}

static char *
stack_of(void *arg, const struct result_point *p)
{
	return (fail_nth_stack(
	    self_file.bytes, self_file.len_bytes, base_address(), p));
}

static bool
chosen(const char *id, char **words, int nwords)
{
	for (int i = 0; i < nwords; i++) {
		size_t len = strlen(words[i]);

		if (fnmatch(words[i], id, 0) == 0 ||
		    (strncmp(words[i], id, len) == 0 && id[len] == '.'))
			return (true);
	}
	return (false);
}

static void
print_bad(const struct scenario_result *res)
{
	for (size_t i = 0; i < res->nfailures; i++)
		printf("  %s:%" PRIu64 ": %s\n    got %s\n",
		    res->failures[i].file, res->failures[i].line,
		    res->failures[i].text, res->failures[i].got);
	for (size_t i = 0; i < res->nnotes; i++)
		printf("  note: %s\n", res->notes[i]);
	if (res->dump != NULL)
		printf("%s\n", res->dump);
}

/* Runs: good, bad, and those that show nothing. */
static uint64_t totals[3];
static struct fail_totals fails;

static void
do_scenario(const char *id, const struct fail_nth_choice *choice)
{
	static const struct fail_nth_ops ops = { .run = run_process,
		.stack = stack_of,
		.in_scenario = in_scenario };
	struct scenario_result res = {
		.id = id, .title = "", .requirements = ""
	};
	uint64_t good, own, bad, idle;
	char command[200], *kinds;

	snprintf(command, sizeof(command), "%s --seed %" PRIu64, self, seed);
	fail_nth_scenario(&ops, choice, command, &res);
	own = result_value(&res, "fail_own");
	good = result_value(&res, "fail_held") + own;
	bad = result_value(&res, "fail_bad");
	idle = result_value(&res, "fail_given_up") +
	    result_value(&res, "fail_stumbled") +
	    result_value(&res, "fail_not_reached");
	if (res.verdict == HF_VERDICT_SKIP && idle == 0)
		idle = 1;
	else if (res.verdict != HF_VERDICT_PASS && bad == 0 &&
	    res.verdict != HF_VERDICT_SKIP)
		bad = 1;
	kinds = fail_totals_text(&res.fails);
	printf("%-4s %s: %" PRIu64 " points by %" PRIu64 " paths, %" PRIu64
	       " runs: %" PRIu64 " held, %" PRIu64 " own, %" PRIu64
	       " given up, %" PRIu64 " stumbled, %" PRIu64
	       " not reached, %" PRIu64 " bad%s%s%s\n",
	    verdict_name(res.verdict), id, result_value(&res, "fail_points"),
	    result_value(&res, "fail_paths"), result_value(&res, "fail_runs"),
	    result_value(&res, "fail_held"), own,
	    result_value(&res, "fail_given_up"),
	    result_value(&res, "fail_stumbled"),
	    result_value(&res, "fail_not_reached"), bad,
	    kinds != NULL ? kinds + strcspn(kinds, ":") : "",
	    res.reason != NULL ? "; " : "",
	    res.reason != NULL ? res.reason : "");
	free(kinds);
	if (bad > 0)
		print_bad(&res);
	fflush(stdout);
	fail_totals_add(&fails, &res.fails);
	totals[0] += good;
	totals[1] += bad;
	totals[2] += idle;
	result_reset(&res);
}

int
main(int argc, char **argv)
{
	struct fail_nth_choice choice = { .every = 1 };
	struct hf_err err;
	const char *id;
	uint32_t flags;
	char *made;
	int at = 1;

	self = argv[0];
	for (; at + 1 < argc && strncmp(argv[at], "--", 2) == 0; at += 2) {
		if (strcmp(argv[at], "--seed") == 0)
			seed = strtoull(argv[at + 1], NULL, 10);
		else if (strcmp(argv[at], "--fail-nth") != 0 ||
		    fail_nth_parse(argv[at + 1], &choice, &err) != 0) {
			fprintf(stderr, "fail_nth_model: bad %s\n", argv[at]);
			return (2);
		}
	}
	if (at == argc) {
		fprintf(stderr, "fail_nth_model: which scenarios?\n");
		return (2);
	}
	/* Each run is a fork, which finds the memory filled and the disk read. */
	hf_model_prepare(MODEL_RAM_BYTES);
	if (io_file_read("program", "/proc/self/exe", &self_file, &err) != 0)
		return (1);
	for (unsigned int i = 0; (id = hf_model_scenario_id(i, &flags)) != NULL;
	     i++) {
		if (!chosen(id, argv + at, argc - at))
			continue;
		if (model_lacks(flags) == NULL && (flags & HF_NEEDS_SMP) == 0)
			do_scenario(id, &choice);
		else
			totals[2]++;
	}
	made = fail_totals_text(&fails);
	printf("made to fail: %s\n", made != NULL ? made : "nothing");
	free(made);
	printf("%" PRIu64 " passed, %" PRIu64 " failed, %" PRIu64 " skipped\n",
	    totals[0], totals[1], totals[2]);
	return (totals[1] == 0 && totals[0] > 0 ? 0 : 1);
}
