/* SPDX-License-Identifier: BSD-2-Clause */
/* model_run.c: scenarios over the model in a given order, for tools/mutate. */

/*
 * usage: model-run [-1] [-t SECONDS] [-r FOLDER] < ids
 *
 * Reads scenario ids, one a line ("id" or "id seconds", its own time limit), and
 * runs each in a process of its own.  A line for each: "pass|fail|skip|hang ID
 * MS WHY".  -1 stops at the first that fails or hangs; -t is the time limit where
 * the line has none.  Without ids (-l) it lists those that the model can run.
 * -r, in a build with -fsanitize-coverage=trace-pc: writes FOLDER/ID, the places
 * of the program (offsets, 32 bits each) that the scenario came by.
 */
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "guest/arch/model/boot_model.h"
#include "guest/arch/model/host.h"
#include "model_choice.h"

#define WHY_MAX 256

/* Of the child, for the parent. */
struct outcome {
	enum hf_model_verdict verdict;
	char why[WHY_MAX];
};

extern char __executable_start[], etext[];
/* One byte for each of the program's text; NULL: nobody wants to know. */
static unsigned char *reached;
static struct outcome *outcome;

void __sanitizer_cov_trace_pc(void);

__attribute__((no_sanitize_coverage)) void
__sanitizer_cov_trace_pc(void)
{
	char *at = __builtin_return_address(0);

	if (reached != NULL)
		reached[at - __executable_start] = 1;
}

static void *
shared(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED) {
		perror("model-run: mmap");
		exit(2);
	}
	return (p);
}

static double
now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (at.tv_sec + at.tv_nsec / 1e9);
}

static void
child(const char *id)
{
	const char *why;

	hf_model_boot(MODEL_RAM_BYTES, model_seed());
	outcome->verdict = hf_model_scenario_run(id, &why);
	snprintf(outcome->why, WHY_MAX, "%s", why);
	hf_host_exit(0);
}

/* True when it ended by itself; the wait ends with a pipe that it closes. */
static bool
await(pid_t pid, int end, double seconds, int *status)
{
	struct pollfd fd = { .fd = end };
	bool ended;

	ended = poll(&fd, 1, (int)(seconds * 1000)) > 0;
	if (!ended)
		kill(pid, SIGKILL);
	waitpid(pid, status, 0);
	return (ended);
}

/* One scenario; the name of what came of it. */
static const char *
run(const char *id, double seconds)
{
	static const char *const names[] = { "pass", "fail", "skip" };
	int ends[2], status;
	bool ended;
	pid_t pid;

	memset(outcome, 0, sizeof(*outcome));
	if (pipe(ends) != 0 || (pid = fork()) < 0) {
		perror("model-run: fork");
		exit(2);
	}
	if (pid == 0) {
		close(ends[0]);
		child(id);
	}
	close(ends[1]);
	ended = await(pid, ends[0], seconds, &status);
	close(ends[0]);
	if (!ended)
		return ("hang");
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return (names[outcome->verdict]);
	snprintf(outcome->why, WHY_MAX, "died, status %#x", status);
	return ("fail");
}

/* What was come by goes to a file, and is forgotten. */
static void
write_reached(const char *folder, const char *id)
{
	const size_t bytes = etext - __executable_start;
	char path[PATH_MAX];
	uint32_t i;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, id);
	f = fopen(path, "wb");
	if (f == NULL) {
		perror(path);
		exit(2);
	}
	for (i = 0; i < bytes; i++)
		if (reached[i] != 0)
			fwrite(&i, sizeof(i), 1, f);
	if (fclose(f) != 0) {
		perror(path);
		exit(2);
	}
	memset(reached, 0, bytes);
}

static void
list(void)
{
	const char *id, *why;
	uint32_t flags;

	for (unsigned int i = 0; (id = hf_model_scenario_id(i, &flags)) != NULL;
	     i++) {
		why = model_lacks(flags);
		printf("%s %s\n", id, why != NULL ? why : "");
	}
}

static bool
known(const char *wanted)
{
	const char *id;
	uint32_t flags;

	for (unsigned int i = 0; (id = hf_model_scenario_id(i, &flags)) != NULL;
	     i++)
		if (strcmp(id, wanted) == 0)
			return (true);
	return (false);
}

/* Those of standard input; false at the first red when that is the end. */
static int
run_all(bool first_red, double limit, const char *folder)
{
	char line[256], id[HF_SCENARIO_ID_MAX];
	const char *what;
	double seconds, start;
	int red = 0;

	while (fgets(line, sizeof(line), stdin) != NULL) {
		seconds = limit;
		if (sscanf(line, "%63s %lf", id, &seconds) < 1)
			continue;
		if (!known(id)) {
			fprintf(stderr, "model-run: no scenario %s\n", id);
			return (2);
		}
		start = now();
		what = run(id, seconds);
		printf("%s %s %.0f %s\n", what, id, (now() - start) * 1000,
		    outcome->why);
		fflush(stdout);
		if (folder != NULL)
			write_reached(folder, id);
		if (what[0] != 'f' && what[0] != 'h')
			continue;
		red = 1;
		if (first_red)
			break;
	}
	return (red);
}

int
main(int argc, char **argv)
{
	const char *folder = NULL;
	bool first_red = false;
	double limit = 120;
	int option;

	while ((option = getopt(argc, argv, "1lt:r:")) != -1)
		switch (option) {
		case '1':
			first_red = true;
			break;
		case 't':
			limit = atof(optarg);
			break;
		case 'r':
			folder = optarg;
			break;
		case 'l':
			list();
			return (0);
		default:
			fprintf(stderr, "usage: see model_run.c\n");
			return (2);
		}
	outcome = shared(sizeof(*outcome));
	if (folder != NULL)
		reached = shared(etext - __executable_start);
	return (run_all(first_red, limit, folder));
}
