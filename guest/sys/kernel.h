/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel.h: clocks of the kernel. */

#ifndef HF_SYS_KERNEL_H
#define HF_SYS_KERNEL_H

/*
 * Timeouts are given in ticks of 1/hz second.  Nothing ticks: "hz" is a unit,
 * timeouts are one-shot timers.
 */
extern int hz;

#endif
