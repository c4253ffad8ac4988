/* SPDX-License-Identifier: BSD-2-Clause */
/* disk_needs.h: does the disk have what a scenario needs? */

#ifndef HF_TEST_DISK_NEEDS_H
#define HF_TEST_DISK_NEEDS_H

#include <sys/types.h>

/*
 * What the disk lacks for a scenario with these flags (scenario_abi.h), as the
 * reason of a skip; NULL: nothing.  Brings up the disks that they ask for, and
 * mounts and unmounts the first at the first call: nothing of it may be in use.
 * Sleeps.
 */
const char *hf_disk_lacks(uint32_t flags);

#endif
