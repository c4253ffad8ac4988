/* SPDX-License-Identifier: BSD-2-Clause */
/* layer_abi.h: the layers that a sample's time is told apart by. */

/*
 * Exclusive times, so that the layers of a sample add up to its total.  The
 * guest's records and the host's reports use these names.
 */
#ifndef HF_SHARED_LAYER_ABI_H
#define HF_SHARED_LAYER_ABI_H

enum hf_layer {
	HF_LAYER_TRAP,	/* the access, the trap, the way back */
	HF_LAYER_VM,	/* vm_fault, vm_map and what they call; system calls */
	HF_LAYER_PAGER, /* VOP_GETPAGES and VOP_PUTPAGES, file system, driver */
	HF_LAYER_DEVICE, /* from the doorbell to the completion seen */
	HF_LAYERS
};

/* For an array of names. */
#define HF_LAYER_NAMES                                                    \
	{                                                                 \
		[HF_LAYER_TRAP] = "trap", [HF_LAYER_VM] = "vm",           \
		[HF_LAYER_PAGER] = "pager", [HF_LAYER_DEVICE] = "device", \
	}

#endif
