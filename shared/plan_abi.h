/* SPDX-License-Identifier: BSD-2-Clause */
/* plan_abi.h: the run plan, PVH module 0 (QEMU: -initrd), host to guest. */

/*
 * Text, one setting a line, LF; '#' starts a comment line; at most
 * HF_PLAN_MAX bytes.  The first line is HF_PLAN_MAGIC.
 *
 *   holdfast-plan 1
 *   nonce 0123456789abcdef     16 hex digits, repeated in every record
 *   seed 42                    decimal u64; scenarios derive their randomness
 *   cpus 2                     CPUs to start at the most (default: all)
 *   param name=value           read by scenarios with hf_plan_param()
 *   run page.alloc_basic       a scenario id; run in this order
 *
 * An unknown setting or scenario id is refused: HF_EXIT_NO_PLAN.
 */
#ifndef HF_SHARED_PLAN_ABI_H
#define HF_SHARED_PLAN_ABI_H

#define HF_PLAN_MAGIC "holdfast-plan 1"
#define HF_PLAN_MAX   (256 * 1024)

#endif
