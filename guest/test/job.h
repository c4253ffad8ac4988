/* SPDX-License-Identifier: BSD-2-Clause */
/* job.h: one call on the map by a second thread, which may have to wait. */

#ifndef HF_TEST_JOB_H
#define HF_TEST_JOB_H

#include <test/script_pager.h>
#include <test/space.h>

struct thread;

struct hf_job {
	int (*call)(const struct hf_job *); /* one of hf_job_... below */
	vm_offset_t start, end;
	int flags;	/* of a wiring */
	vm_prot_t prot; /* access of a fault at start; new protection */
	/* The rest is not for the caller to set. */
	vm_map_t map; /* of the process that started it */
	struct thread *td;
	volatile int done;
	volatile int rv;
};

/*
 * One on npages at va, as in
 *	struct hf_job j = HF_JOB(hf_job_wire, VA, 3, .flags = VM_MAP_WIRE_USER);
 */
#define HF_JOB(fn, va, npages, ...)                                      \
	{                                                                \
		.call = (fn), .start = (va), .end = (va) + ptoa(npages), \
		__VA_ARGS__                                              \
	}

/* The calls; what they return goes to rv. */
int hf_job_fault(const struct hf_job *j);
int hf_job_wire(const struct hf_job *j);
int hf_job_unwire(const struct hf_job *j);
int hf_job_remove(const struct hf_job *j);
int hf_job_protect(const struct hf_job *j);

/* Starts the thread, in the current process. */
void hf_job_start(struct hf_job *j);
/* ... and returns when it sleeps with this message. */
void hf_job_start_asleep(struct hf_job *j, const char *wmesg);
/* ... and returns when it sleeps in the script's pager, until the release. */
void hf_job_start_held(struct hf_job *j, struct hf_script *s);

/* Waits for the end; what the call returned. */
int hf_job_join(struct hf_job *j);

#endif
