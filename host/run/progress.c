/* SPDX-License-Identifier: BSD-2-Clause */
/* progress.c: judge successive looks at an idle guest. */
#include "run/progress.h"
#include "core/monotonic.h"

bool
progress_stalled(struct progress *p, const struct activity *a,
    uint64_t console_bytes, uint64_t now_ns)
{
	bool same = a->known && a->all_halted && a->events == p->activity &&
	    console_bytes == p->console_bytes;

	p->activity = a->events;
	p->console_bytes = console_bytes;
	if (!same) {
		p->idle_since_ns = 0;
		return (false);
	}
	if (p->idle_since_ns == 0)
		p->idle_since_ns = now_ns;
	return (now_ns - p->idle_since_ns >= PROGRESS_WINDOW_MS * NS_PER_MS);
}
