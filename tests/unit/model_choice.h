/* SPDX-License-Identifier: BSD-2-Clause */
/* model_choice.h: which scenarios the model can run, and why not others. */
#ifndef HF_TESTS_UNIT_MODEL_CHOICE_H
#define HF_TESTS_UNIT_MODEL_CHOICE_H

#include <stdlib.h>
#include "scenario_abi.h"

#define MODEL_RAM_BYTES ((size_t)32 << 20)

static inline uint64_t
model_seed(void)
{
	const char *text = getenv("HF_SEED");

	return (text != NULL ? strtoull(text, NULL, 10) : 1);
}

/* NULL, or what this scenario wants that the model has not. */
static inline const char *
model_lacks(uint32_t flags)
{
	if ((flags & HF_IS_BENCH) != 0)
		return ("is a bench");
	if ((flags & HF_IS_HIDDEN) != 0)
		return ("runs only when named, in the guest");
	if ((flags & HF_ENDS_GUEST) != 0)
		return ("ends its guest");
	if ((flags & HF_NEEDS_MMU) != 0)
		return ("needs real page tables");
	/* It names a disk image (guest/arch/model/bdev_model.c). */
	if ((flags & HF_NEEDS_ANY_DISK) != 0 && getenv("HF_MODEL_DISK") == NULL)
		return ("needs a disk: HF_MODEL_DISK names none");
	return (NULL);
}

#endif
