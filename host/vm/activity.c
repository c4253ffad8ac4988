/* SPDX-License-Identifier: BSD-2-Clause */
/* activity.c: read KVM's statistics of each vCPU. */
#include <sys/ioctl.h>
#include <linux/kvm.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vm/activity.h"
#include "vm/vm_private.h"

/* More than any kernel has; a larger table is not believed. */
#define STATS_MAX     1024
#define STAT_NAME_MAX 256

enum counter { COUNTER_BLOCKING, COUNTER_EXITS, COUNTER_WAKEUPS, NCOUNTERS };

static const char *const counter_names[NCOUNTERS] = {
	[COUNTER_BLOCKING] = "blocking",
	[COUNTER_EXITS] = "exits",
	[COUNTER_WAKEUPS] = "halt_wakeup",
};

struct activity_reader {
	bool known;
	bool searched; /* offsets are set */
	unsigned int ncpus;
	off_t offsets[NCOUNTERS]; /* the same for all vCPUs of a kernel */
	int fds[];
};

/* Finds the counters in the descriptors; false unless all are there. */
static bool
find_counters(struct activity_reader *r, int fd)
{
	struct kvm_stats_header h;
	union {
		struct kvm_stats_desc desc;
		char bytes[sizeof(struct kvm_stats_desc) + STAT_NAME_MAX];
	} d;
	unsigned int found = 0;
	size_t desc_bytes;

	if (pread(fd, &h, sizeof(h), 0) != sizeof(h) ||
	    h.num_desc > STATS_MAX || h.name_size > STAT_NAME_MAX ||
	    h.name_size == 0)
		return (false);
	desc_bytes = sizeof(d.desc) + h.name_size;
	for (uint32_t i = 0; i < h.num_desc; i++) {
		if (pread(fd, &d, desc_bytes,
			(off_t)(h.desc_offset + i * desc_bytes)) !=
		    (ssize_t)desc_bytes)
			return (false);
		d.bytes[desc_bytes - 1] = '\0';
		for (int c = 0; c < NCOUNTERS; c++) {
			if (strcmp(d.desc.name, counter_names[c]) != 0)
				continue;
			r->offsets[c] = h.data_offset + d.desc.offset;
			found |= 1u << c;
		}
	}
	return (found == (1u << NCOUNTERS) - 1);
}

struct activity_reader *
activity_open(struct vm *vm)
{
	struct activity_reader *r;

	r = calloc(1, sizeof(*r) + vm->ncpus * sizeof(r->fds[0]));
	hf_check(r != NULL);
	r->known = true;
	for (; r->ncpus < vm->ncpus && r->known; r->ncpus++) {
		r->fds[r->ncpus] =
		    ioctl(vm->cpus[r->ncpus].fd, KVM_GET_STATS_FD, 0);
		r->known = r->fds[r->ncpus] >= 0;
	}
	return (r);
}

struct activity
activity_look(struct activity_reader *r)
{
	struct activity a = { .all_halted = true };
	uint64_t value[NCOUNTERS];

	if (r->known && !r->searched)
		r->known = find_counters(r, r->fds[0]);
	r->searched = true;
	a.known = r->known;
	for (unsigned int i = 0; i < r->ncpus && a.known; i++) {
		for (int c = 0; c < NCOUNTERS; c++)
			a.known = a.known &&
			    pread(r->fds[i], &value[c], sizeof(value[c]),
				r->offsets[c]) == sizeof(value[c]);
		if (!a.known)
			break;
		a.all_halted = a.all_halted && value[COUNTER_BLOCKING] != 0;
		a.events += value[COUNTER_EXITS] + value[COUNTER_WAKEUPS];
	}
	return (a);
}

void
activity_close(struct activity_reader *r)
{
	if (r == NULL)
		return;
	for (unsigned int i = 0; i < r->ncpus; i++) {
		if (r->fds[i] >= 0)
			close(r->fds[i]);
	}
	free(r);
}
