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

/* Counts from now on. */
static void
source_begin(struct source *s, const struct kvm_stats *stats)
{
	s->stats = stats;
	if (stats == NULL)
		return;
	s->last = calloc(kvm_stats_count(s->stats), sizeof(*s->last));
	hf_check(s->last != NULL);
	for (size_t i = 0; i < kvm_stats_count(s->stats); i++)
		s->last[i] = kvm_stats_read(s->stats, i);
}

struct bench_kvm *
bench_kvm_new(struct vm *vm)
{
	struct bench_kvm *k = calloc(1, sizeof(*k));

	hf_check(k != NULL);
	k->n = 1 + vm_cpu_count(vm);
	k->sources = calloc(k->n, sizeof(*k->sources));
	hf_check(k->sources != NULL);
	k->vm = vm;
	k->machine = kvm_stats_open(vm_stats_source(vm));
	source_begin(&k->sources[0], k->machine);
	for (size_t i = 1; i < k->n; i++)
		source_begin(
		    &k->sources[i], vm_cpu_stats(vm, (unsigned int)i - 1));
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

void
bench_kvm_add(struct bench_kvm *k, struct bench_class *c)
{
	for (size_t i = 0; i < k->n; i++) {
		struct source *s = &k->sources[i];

		if (s->stats == NULL) {
			if (i > 0)
				source_begin(s,
				    vm_cpu_stats(k->vm, (unsigned int)i - 1));
			continue;
		}
		for (size_t j = 0; j < kvm_stats_count(s->stats); j++) {
			uint64_t now = kvm_stats_read(s->stats, j);

			/* what shrinks is a level, not a count */
			if (now > s->last[j])
				stat_add(c, kvm_stats_name(s->stats, j),
				    now - s->last[j]);
			s->last[j] = now;
		}
	}
}
