/* SPDX-License-Identifier: BSD-2-Clause */
/* model_time.h: the model's clock. */

#ifndef HF_MODEL_MODEL_TIME_H
#define HF_MODEL_MODEL_TIME_H

#include "explore_priv.h"
#include "host.h"

/* The host's, or the explorer's, which every run reads alike. */
static inline uint64_t
hf_model_now_ns(void)
{
	return (hf_exploring ? hf_explore_now_ns() : hf_host_now_ns());
}

#endif
