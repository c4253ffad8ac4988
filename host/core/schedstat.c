/* SPDX-License-Identifier: BSD-2-Clause */
/* schedstat.c: the first two figures of a schedstat. */
#include "core/schedstat.h"

#include <stdio.h>
#include <unistd.h>

bool
schedstat_read(int fd, uint64_t *ran_ns, uint64_t *waited_ns)
{
	unsigned long long ran, waited;
	char text[128];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	if (n <= 0)
		return (false);
	text[n] = '\0';
	if (sscanf(text, "%llu %llu", &ran, &waited) != 2)
		return (false);
	*ran_ns = ran;
	*waited_ns = waited;
	return (true);
}
