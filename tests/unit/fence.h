/* SPDX-License-Identifier: BSD-2-Clause */
/* fence.h: before others, in front of virtqueue.c: a fence is a place of the test's. */
#ifndef HF_TESTS_UNIT_FENCE_H
#define HF_TESTS_UNIT_FENCE_H

void at_fence(void);

#define __atomic_thread_fence(order) (at_fence(), __atomic_thread_fence(order))

#endif
