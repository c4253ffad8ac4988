/* SPDX-License-Identifier: BSD-2-Clause */
/* run.c: a scenario over the model, once, by a schedule. */

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "guest/arch/model/boot_model.h"
#include "guest/arch/model/host.h"
#include "tests/unit/model_choice.h"
#include "run.h"

#define TIMEOUT_S 120 /* sanitizers are slow, and so are busy machines */

/* Shared with the process that runs the scenario. */
struct shared {
	struct hf_explore x;
	int finished;
	enum hf_model_verdict verdict;
	char why[256];
};
static struct shared *shared;

static void
prepare(const struct schedule *s)
{
	if (shared == NULL)
		shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		err(3, "memory");
	memset(shared, 0, sizeof(*shared));
	memcpy(shared->x.wanted, s->switches, sizeof(shared->x.wanted));
	shared->x.nwanted = s->nswitches;
	shared->x.preemptions = s->preemptions;
	shared->x.span = s->span;
	shared->x.seed = s->seed;
}

static void
child(const char *id, int out)
{
	const struct rlimit none = { 0, 0 };
	const char *why;

	(void)setrlimit(RLIMIT_CORE, &none);
	if (dup2(out, STDERR_FILENO) < 0)
		_exit(3);
	alarm(TIMEOUT_S);
	hf_explore_start(&shared->x);
	hf_model_boot(MODEL_RAM_BYTES, 1);
	hf_explore_begin_choices();
	shared->verdict = hf_model_scenario_run(id, &why);
	snprintf(shared->why, sizeof(shared->why), "%s", why);
	shared->finished = 1;
	hf_host_exit(0);
}

static char *
take_output(FILE *f)
{
	long size;
	char *text;

	if (fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0)
		err(3, "output");
	rewind(f);
	text = calloc(1, (size_t)size + 1);
	if (text == NULL || fread(text, 1, (size_t)size, f) != (size_t)size)
		err(3, "output");
	return (text);
}

/* Why it ended is the first thing that it wrote. */
static void
take_first_line(struct run *r)
{
	size_t len = strcspn(r->output, "\n");

	snprintf(r->why, sizeof(r->why), "%.*s", (int)len, r->output);
	len += r->output[len] != '\0';
	memmove(r->output, r->output + len, strlen(r->output + len) + 1);
}

static void
judge(struct run *r, int status)
{
	static const enum outcome by_verdict[] = {
		[HF_MODEL_PASS] = RUN_PASSED,
		[HF_MODEL_FAIL] = RUN_FAILED,
		[HF_MODEL_SKIP] = RUN_SKIPPED,
	};

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && shared->finished) {
		r->outcome = by_verdict[shared->verdict];
		snprintf(r->why, sizeof(r->why), "%s", shared->why);
	} else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
		r->outcome = RUN_HUNG;
		snprintf(r->why, sizeof(r->why),
		    "a thread comes to no point for %d s", TIMEOUT_S);
	} else {
		r->outcome = shared->x.stuck ? RUN_STUCK : RUN_DIED;
		take_first_line(r);
	}
}

void
run_scenario(const char *id, const struct schedule *s, struct run *r)
{
	FILE *out = tmpfile();
	int status;
	pid_t pid;

	if (out == NULL)
		err(3, "temporary file");
	free(r->output);
	prepare(s);
	hf_model_prepare(MODEL_RAM_BYTES);
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		err(3, "fork");
	if (pid == 0)
		child(id, fileno(out));
	if (waitpid(pid, &status, 0) != pid)
		err(3, "wait");
	r->output = take_output(out);
	fclose(out);
	r->x = &shared->x;
	judge(r, status);
}
