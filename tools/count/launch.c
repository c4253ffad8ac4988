/* SPDX-License-Identifier: BSD-2-Clause */
/* launch.c: run a command between the markers that plugin.c counts between. */

/*
 * usage: count-launch COMMAND [ARG...]
 * The count covers the child from just before execve(2) to the end of the
 * parent's wait: start, work, exit and tear-down, user and kernel.  Exit
 * status: the command's, or 127 if it cannot be run.
 */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mark.h"

int
main(int argc, char **argv)
{
	int status;
	pid_t child;

	if (argc < 2) {
		fprintf(stderr, "usage: count-launch COMMAND [ARG...]\n");
		return (2);
	}
	child = vfork();
	if (child < 0) {
		perror("vfork");
		return (5);
	}
	if (child == 0) {
		HF_MARK(HF_MARK_START);
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (waitpid(child, &status, 0) < 0) {
		perror("waitpid");
		return (5);
	}
	HF_MARK(HF_MARK_STOP);
	return (WIFEXITED(status) ? WEXITSTATUS(status) : 128);
}
