/* SPDX-License-Identifier: BSD-2-Clause */
/* schedstat.h: how long a thread ran, and waited for a CPU. */
#ifndef HF_CORE_SCHEDSTAT_H
#define HF_CORE_SCHEDSTAT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * From an open /proc/.../schedstat, read from its beginning: nanoseconds on a
 * CPU and on a run queue.  False: this kernel does not say, or the thread is
 * gone.
 */
bool schedstat_read(int fd, uint64_t *ran_ns, uint64_t *waited_ns);

#endif
