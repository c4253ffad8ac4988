/* SPDX-License-Identifier: BSD-2-Clause */
/* activity.c: read KVM's statistics of each vCPU. */
#include <stdlib.h>

#include "core/err.h"
#include "vm/activity.h"
#include "vm/kvm_stats.h"

enum counter { COUNTER_BLOCKING, COUNTER_EXITS, COUNTER_WAKEUPS, NCOUNTERS };

static const char *const counter_names[NCOUNTERS] = {
	[COUNTER_BLOCKING] = "blocking",
	[COUNTER_EXITS] = "exits",
	[COUNTER_WAKEUPS] = "halt_wakeup",
};

struct activity_reader {
	struct vm *vm;
	bool found;	      /* index[] is filled */
	int index[NCOUNTERS]; /* the same for all vCPUs of a kernel */
};

struct activity_reader *
activity_open(struct vm *vm)
{
	struct activity_reader *r = calloc(1, sizeof(*r));

	hf_check_memory(r != NULL);
	r->vm = vm;
	return (r);
}

/* Whether this vCPU's counters can be read. */
static bool
find_counters(struct activity_reader *r, const struct kvm_stats *s)
{
	bool all = s != NULL;

	if (!all || r->found)
		return (all);
	for (int c = 0; c < NCOUNTERS; c++) {
		r->index[c] = kvm_stats_find(s, counter_names[c]);
		all = all && r->index[c] >= 0;
	}
	r->found = all;
	return (all);
}

static uint64_t
counter(const struct activity_reader *r, const struct kvm_stats *s, int c)
{
	return (kvm_stats_read(s, (size_t)r->index[c]));
}

struct activity
activity_look(struct activity_reader *r)
{
	struct activity a = { .known = true, .all_halted = true };
	const struct kvm_stats *s;

	for (unsigned int i = 0; i < vm_cpu_count(r->vm); i++) {
		if (!vm_cpu_exists(r->vm, i))
			continue;
		s = vm_cpu_stats(r->vm, i);
		if (!find_counters(r, s)) {
			/* On with the loop: it asks the others, too. */
			a.known = false;
			continue;
		}
		a.all_halted =
		    a.all_halted && counter(r, s, COUNTER_BLOCKING) != 0;
		a.events += counter(r, s, COUNTER_EXITS) +
		    counter(r, s, COUNTER_WAKEUPS);
	}
	return (a);
}

void
activity_close(struct activity_reader *r)
{
	free(r);
}
