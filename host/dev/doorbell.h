/* SPDX-License-Identifier: BSD-2-Clause */
/* doorbell.h: which write rings an eventfd instead of exiting. */
#ifndef HF_DEV_DOORBELL_H
#define HF_DEV_DOORBELL_H

#include <stdbool.h>
#include <stdint.h>

/* A write of value, len_bytes wide, to a port or to guest-physical memory. */
struct doorbell {
	bool is_port;
	uint64_t addr; /* of the port, or guest-physical */
	unsigned int len_bytes;
	uint64_t value;
	int eventfd;
};

#endif
