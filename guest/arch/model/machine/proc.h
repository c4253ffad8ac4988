/* SPDX-License-Identifier: BSD-2-Clause */
/* machine/proc.h: the model's own part of a thread. */

#ifndef HF_MODEL_MACHINE_PROC_H
#define HF_MODEL_MACHINE_PROC_H

struct mdthread {
	void *md_host;	       /* (c) the host's thread */
	void *md_cond;	       /* (c) what it sleeps on, under the chain lock */
	int md_spinlock_count; /* (t) spin mutexes held */
	u_int md_cpu;	       /* (c) its CPU */
	int md_slot;	       /* (c) the explorer's name for it */
};

#endif
