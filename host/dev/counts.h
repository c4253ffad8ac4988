/* SPDX-License-Identifier: BSD-2-Clause */
/* counts.h: ports that tell a guest what its vCPU went through (abi.h). */
#ifndef HF_DEV_COUNTS_H
#define HF_DEV_COUNTS_H

#include <stdint.h>

struct bus;

/* Called on the vCPU's thread; HF_COUNT_NONE: not known here. */
struct counts_ops {
	uint32_t (*exits)(void);
	uint32_t (*host_irqs)(void);
	uint32_t (*run_delay_ns)(void);
};

/* Claims HF_PORT_EXITS and the two behind it; ops must outlive the bus. */
void counts_add(struct bus *, const struct counts_ops *ops);

#endif
