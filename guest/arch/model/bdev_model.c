/* SPDX-License-Identifier: BSD-2-Clause */
/* bdev_model.c: the model has no disk unless a test brings one. */
#include <sys/param.h>
#include <sys/systm.h>
#include <dev/bdev.h>

int __weak_symbol
hf_bdev_root(struct hf_bdev **bdp, char *msg, size_t msg_bytes)
{
	*bdp = NULL;
	snprintf(msg, msg_bytes, "the model has no disk");
	return (ENXIO);
}
