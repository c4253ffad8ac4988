/* SPDX-License-Identifier: BSD-2-Clause */
/* bench_kvm.c: KVM's own counts, from class to class of a bench. */
#include "run/bench_kvm.h"

#include <stdlib.h>
#include <string.h>

#include "vm/kvm_stats.h"

struct source {
	const struct kvm_stats *stats; /* NULL: not there yet */
	uint64_t *last;		       /* a value each */
};

struct bench_kvm {
	struct vm *vm;
	struct kvm_stats *machine; /* ours; the vCPUs' belong to vm */
	size_t n;
	struct source *sources; /* the machine, then each vCPU */
};

/* Its counts, all from 0, as soon as they are there. */
static void
source_find(struct source *s, const struct kvm_stats *stats)
{
	if (s->stats != NULL || stats == NULL)
		return;
	s->stats = stats;
	s->last = calloc(kvm_stats_count(stats), sizeof(*s->last));
	hf_check_memory(s->last != NULL);
}

struct bench_kvm *
bench_kvm_new(struct vm *vm)
{
	struct bench_kvm *k = calloc(1, sizeof(*k));

	hf_check_memory(k != NULL);
	k->n = 1 + vm_cpu_count(vm);
	k->sources = calloc(k->n, sizeof(*k->sources));
	hf_check_memory(k->sources != NULL);
	k->vm = vm;
	k->machine = kvm_stats_open(vm_stats_source(vm));
	source_find(&k->sources[0], k->machine);
	return (k);
}

void
bench_kvm_free(struct bench_kvm *k)
{
	if (k == NULL)
		return;
	for (size_t i = 0; i < k->n; i++)
		free(k->sources[i].last);
	kvm_stats_close(k->machine);
	free(k->sources);
	free(k);
}

static void
stat_add(struct bench_class *c, const char *name, uint64_t delta)
{
	for (size_t i = 0; i < c->kvm_stats; i++) {
		if (strcmp(c->kvm[i].name, name) == 0) {
			c->kvm[i].delta += delta;
			return;
		}
	}
	if (c->kvm_stats == BENCH_KVM_STATS ||
	    strlen(name) >= sizeof(c->kvm[0].name))
		return;
	strcpy(c->kvm[c->kvm_stats].name, name);
	c->kvm[c->kvm_stats++].delta = delta;
}

/* To class, unless it is NULL: what grew since the last time. */
static void
read_all(struct bench_kvm *k, struct bench_class *class)
{
	for (size_t i = 0; k != NULL && i < k->n; i++) {
		struct source *s = &k->sources[i];

		if (i > 0)
			source_find(
			    s, vm_cpu_stats(k->vm, (unsigned int)i - 1));
		if (s->stats == NULL)
			continue;
		for (size_t j = 0; j < kvm_stats_count(s->stats); j++) {
			uint64_t now = kvm_stats_read(s->stats, j);

			/* what shrinks is a level, not a count */
			if (class != NULL && now > s->last[j])
				stat_add(class, kvm_stats_name(s->stats, j),
				    now - s->last[j]);
			s->last[j] = now;
		}
	}
}

void
bench_kvm_begin(struct bench_kvm *k)
{
	read_all(k, NULL);
}

void
bench_kvm_add(struct bench_kvm *k, struct bench_class *class)
{
	read_all(k, class);
}
