/* SPDX-License-Identifier: BSD-2-Clause */
/* resource.h: resource limits and usage counters. */

#ifndef HF_SYS_RESOURCE_H
#define HF_SYS_RESOURCE_H

#include <sys/types.h>

#define RLIMIT_DATA    2
#define RLIMIT_STACK   3
#define RLIMIT_MEMLOCK 6
#define RLIMIT_VMEM    10
#define RLIMIT_AS      RLIMIT_VMEM
#define RLIMIT_SWAP    12
#define RLIM_NLIMITS   15
#define RLIM_INFINITY  ((rlim_t)INT64_MAX)

struct rlimit {
	rlim_t rlim_cur;
	rlim_t rlim_max;
};

struct rusage {
	long ru_minflt;
	long ru_majflt;
	long ru_inblock;
	long ru_oublock;
};

#endif
