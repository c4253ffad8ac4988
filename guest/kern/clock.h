/* SPDX-License-Identifier: BSD-2-Clause */
/* clock.h: time stamps. */

#ifndef HF_KERN_CLOCK_H
#define HF_KERN_CLOCK_H

#include <sys/types.h>

uint64_t hf_tsc(void);	     /* machine: raw counter */
uint64_t hf_uptime_ns(void); /* since kernel entry */
uint64_t hf_ns_from_tsc(uint64_t ticks);
uint64_t hf_tsc_from_ns(uint64_t ns);
uint64_t hf_boot_tsc(void); /* the counter at kernel entry */

/*
 * Machine: a count that the host keeps (abi.h: HF_PORT_EXITS and those behind
 * it); HF_COUNT_NONE when nobody does.
 */
uint32_t hf_host_count(uint16_t port);

#endif
