/* SPDX-License-Identifier: BSD-2-Clause */
/* replay.c: a fuzz target without libFuzzer: the files of its corpus, once each. */

/*
 * usage: fuzz_TARGET FILE|FOLDER...
 *
 * Names the input that the program dies of, or that takes more than LIMIT_S.
 */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"

#define LIMIT_S 60 /* of a sanitizer, on a busy machine */

static const char *current = "";
static unsigned int played;

static void
died(int signal_number)
{
	static const char *const parts[] = { "replay: ", NULL,
		": signal or too slow\n" };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const char *text = parts[i] != NULL ? parts[i] : current;

		if (write(STDERR_FILENO, text, strlen(text)) < 0)
			break;
	}
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

static int
fail(const char *path)
{
	perror(path);
	exit(2);
}

static void
play_file(const char *path, off_t len_bytes)
{
	/* As large as the input, so that a sanitizer sees its end. */
	uint8_t *bytes = malloc(len_bytes > 0 ? (size_t)len_bytes : 1);
	FILE *f = fopen(path, "rb");

	if (f == NULL || bytes == NULL ||
	    fread(bytes, 1, (size_t)len_bytes, f) != (size_t)len_bytes)
		fail(path);
	fclose(f);
	current = path;
	alarm(LIMIT_S);
	LLVMFuzzerTestOneInput(bytes, (size_t)len_bytes);
	alarm(0);
	free(bytes);
	played++;
}

static int
no_dots(const struct dirent *d)
{
	return (d->d_name[0] != '.');
}

static void
play(const char *path)
{
	struct dirent **names;
	struct stat st;
	char *inner;
	int n;

	if (stat(path, &st) != 0)
		fail(path);
	if (!S_ISDIR(st.st_mode)) {
		play_file(path, st.st_size);
		return;
	}
	n = scandir(path, &names, no_dots, alphasort);
	if (n < 0)
		fail(path);
	for (int i = 0; i < n; i++) {
		if (asprintf(&inner, "%s/%s", path, names[i]->d_name) < 0)
			fail(path);
		play(inner);
		free(inner);
		free(names[i]);
	}
	free(names);
}

int
main(int argc, char **argv)
{
	static const int signals[] = { SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE,
		SIGTRAP, SIGALRM };

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], died);
	for (int i = 1; i < argc; i++)
		play(argv[i]);
	/* A corpus that is not there proves nothing. */
	printf("%u passed, %u failed\n", played, played == 0);
	return (played > 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}
