/* SPDX-License-Identifier: BSD-2-Clause */
/* explore.h: places where a schedule explorer may let another thread go on. */

/*
 * Locks, busy pages, sleep queues and failpoints name themselves here.  On a
 * machine that is nothing; in the model an explorer decides there who runs
 * (arch/model/explore.h).
 */
#ifndef HF_KERN_EXPLORE_H
#define HF_KERN_EXPLORE_H

#include <sys/cdefs.h>

#ifdef HF_MODEL
extern int hf_exploring;
void hf_explore_point(void);

#define HF_EXPLORE_POINT() \
	(__predict_false(hf_exploring) ? hf_explore_point() : (void)0)
#else
#define HF_EXPLORE_POINT() ((void)0)
#endif

#endif
