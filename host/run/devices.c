/* SPDX-License-Identifier: BSD-2-Clause */
/* devices.c: the devices of one machine, in the order of its command line. */
#include "run/devices.h"

#include <stdlib.h>
#include <string.h>

#include "abi.h"
#include "run/disk.h"
#include "vm/vm.h"

/* A kind of device is a row. */
static const struct device_kind *const kinds[] = {
	&device_disk,
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

struct devices {
	unsigned int n;
	struct {
		const struct device_kind *kind;
		void *device;
	} row[HF_VIRTIO_MAX];
};

unsigned int
devices_count(const struct run_options *opt, uint32_t flags)
{
	unsigned int n = 0;

	for (size_t k = 0; k < KINDS; k++)
		n += kinds[k]->count(opt, flags);
	return (n);
}

static int
add(struct devices *d, const struct device_kind *kind, unsigned int i,
    const struct run_options *opt, struct device_place *place,
    struct hf_err *err)
{
	unsigned int at = d->n;
	int error;

	if (at == HF_VIRTIO_MAX)
		return (err_user(err,
		    "the machine has room for %d devices, not for more",
		    HF_VIRTIO_MAX));
	place->base = gpa_make(HF_VIRTIO_BASE + HF_VIRTIO_STRIDE * at);
	place->irq = HF_VIRTIO_IRQ_BASE + at;
	place->notify_port = (uint16_t)(HF_PORT_NOTIFY + 4 * at);
	error = vm_irq_setup(place->vm, place->irq);
	if (error != 0)
		return (err_host_errno(
		    err, -error, "cannot set up interrupt %u", place->irq));
	d->row[at].kind = kind;
	d->row[at].device = kind->new (opt, i, place, err);
	if (d->row[at].device == NULL)
		return (-1);
	d->n++;
	return (0);
}

struct devices *
devices_new(const struct run_options *opt, uint32_t flags, struct vm *vm,
    struct bus *bus, struct hf_err *err)
{
	struct device_place place = { .vm = vm, .bus = bus };
	struct devices *d = calloc(1, sizeof(*d));

	hf_check_memory(d != NULL);
	for (size_t k = 0; k < KINDS; k++) {
		unsigned int n = kinds[k]->count(opt, flags);

		for (unsigned int i = 0; i < n; i++)
			if (add(d, kinds[k], i, opt, &place, err) != 0) {
				devices_free(d);
				return (NULL);
			}
	}
	return (d);
}

void
devices_announce(const struct devices *d, char *buf, size_t buf_bytes)
{
	for (unsigned int i = 0; i < d->n; i++) {
		size_t used = strlen(buf);
		int n = d->row[i].kind->announce(
		    d->row[i].device, buf + used, buf_bytes - used);

		hf_check(n >= 0 && (size_t)n < buf_bytes - used);
	}
}

void
devices_cut_short(struct devices *d)
{
	for (unsigned int i = 0; d != NULL && i < d->n; i++)
		if (d->row[i].kind->cut_short != NULL)
			d->row[i].kind->cut_short(d->row[i].device);
}

void
devices_free(struct devices *d)
{
	if (d == NULL)
		return;
	while (d->n > 0) {
		d->n--;
		d->row[d->n].kind->free(d->row[d->n].device);
	}
	free(d);
}
