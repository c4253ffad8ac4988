/* SPDX-License-Identifier: BSD-2-Clause */
/* compare.c: fuzzes what "holdfast compare" reads: a report of bench --json. */

/* The input is the file.  What is accepted is printed and compared with itself. */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "measure/bench.h"

static int fd = -1;
static char path[64];
static FILE *nowhere;

static void
prepare(void)
{
	fd = memfd_create("report", MFD_CLOEXEC);
	nowhere = fopen("/dev/null", "w");
	fuzz_must(fd >= 0 && nowhere != NULL);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes)
{
	const struct stats_options opt = { .threshold = 0.05, .alpha = 0.01 };
	struct bench_report *a, *b;
	struct hf_err err = { 0 };

	if (fd < 0)
		prepare();
	fuzz_must(ftruncate(fd, 0) == 0);
	fuzz_must(pwrite(fd, bytes, len_bytes, 0) == (ssize_t)len_bytes);
	a = bench_json_read(path, &err);
	if (a == NULL) {
		fuzz_must(err.status == EXITCODE_USAGE && err.text[0] != '\0');
		return (0);
	}
	b = bench_json_read(path, &err);
	fuzz_must(b != NULL && a->classes == b->classes);
	bench_table_print(a, nowhere);
	fuzz_must(bench_compare_print(a, b, &opt, nowhere) == 0);
	bench_report_free(a);
	bench_report_free(b);
	return (0);
}
