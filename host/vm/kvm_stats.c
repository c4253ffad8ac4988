/* SPDX-License-Identifier: BSD-2-Clause */
/* kvm_stats.c: KVM's own counts, by KVM_GET_STATS_FD. */
#include <linux/kvm.h>
#include <sys/ioctl.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/err.h"
#include "vm/kvm_stats.h"

#define STATS_MAX      1024 /* more descriptors than that are not believed */
#define NAME_MAX_BYTES 256

struct kvm_stats {
	int fd;
	size_t count;
	size_t name_bytes;
	uint64_t *offset; /* of each value in the descriptor */
	char *names;	  /* count names of name_bytes each */
};

/* Reads the descriptor blocks; keeps those of one value. */
static int
descriptors_read(struct kvm_stats *s, const struct kvm_stats_header *h)
{
	size_t each = sizeof(struct kvm_stats_desc) + h->name_size;
	char *block = malloc(each * h->num_desc);

	hf_check_memory(block != NULL);
	if (pread(s->fd, block, each * h->num_desc, h->desc_offset) !=
	    (ssize_t)(each * h->num_desc)) {
		free(block);
		return (-1);
	}
	s->name_bytes = h->name_size;
	s->names = calloc(h->num_desc, h->name_size);
	s->offset = calloc(h->num_desc, sizeof(*s->offset));
	hf_check_memory(s->names != NULL && s->offset != NULL);
	for (uint32_t i = 0; i < h->num_desc; i++) {
		const struct kvm_stats_desc *d =
		    (const void *)(block + i * each);

		if (d->size != 1)
			continue;
		s->offset[s->count] = h->data_offset + d->offset;
		memcpy(s->names + s->count * s->name_bytes, d->name,
		    s->name_bytes - 1);
		s->count++;
	}
	free(block);
	return (0);
}

struct kvm_stats *
kvm_stats_open(int fd)
{
	struct kvm_stats *s = calloc(1, sizeof(*s));
	struct kvm_stats_header h;

	hf_check_memory(s != NULL);
	s->fd = ioctl(fd, KVM_GET_STATS_FD, NULL);
	if (s->fd < 0 || pread(s->fd, &h, sizeof(h), 0) != (ssize_t)sizeof(h) ||
	    h.num_desc > STATS_MAX || h.name_size < 2 ||
	    h.name_size > NAME_MAX_BYTES || descriptors_read(s, &h) != 0) {
		kvm_stats_close(s);
		return (NULL);
	}
	return (s);
}

void
kvm_stats_close(struct kvm_stats *s)
{
	if (s == NULL)
		return;
	if (s->fd >= 0)
		close(s->fd);
	free(s->offset);
	free(s->names);
	free(s);
}

size_t
kvm_stats_count(const struct kvm_stats *s)
{
	return (s->count);
}

const char *
kvm_stats_name(const struct kvm_stats *s, size_t i)
{
	hf_check(i < s->count);
	return (s->names + i * s->name_bytes);
}

int
kvm_stats_find(const struct kvm_stats *s, const char *name)
{
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(kvm_stats_name(s, i), name) == 0)
			return ((int)i);
	return (-1);
}

uint64_t
kvm_stats_read(const struct kvm_stats *s, size_t i)
{
	uint64_t value;

	hf_check(i < s->count);
	if (pread(s->fd, &value, sizeof(value), (off_t)s->offset[i]) !=
	    (ssize_t)sizeof(value))
		return (0);
	return (value);
}
