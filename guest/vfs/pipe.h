/* SPDX-License-Identifier: BSD-2-Clause */
/* pipe.h: bytes from one process straight into another's memory. */

/*
 * A pipe without a buffer.  The sender's pages are held for reading, in
 * batches, and the sender sleeps; the receiver copies out of them through its
 * CPU's quick frame, so that no other mapping of them is made.  What the sender
 * stores meanwhile may be received; what it unmaps is received as it was.
 */
#ifndef HF_VFS_PIPE_H
#define HF_VFS_PIPE_H

#include <sys/param.h>
#include <sys/lock.h>
#include <sys/mutex.h>

struct uio;
struct vm_page;

#define HF_PIPE_PAGES 16 /* held at once */

/*
 * Locks: p p_lock; b p_lock to change while p_reading is not set, no lock for
 * the reader that has set it.
 */
struct hf_pipe {
	struct mtx p_lock;
	bool p_writing; /* (p) some writer has its turn */
	bool p_reading; /* (p) some reader copies out of the batch */
	bool p_closed;	/* (p) nobody comes to the other side any more */
	struct vm_page *p_ma[HF_PIPE_PAGES]; /* (b) */
	vm_offset_t p_offset;		     /* (b) of the next byte in them */
	size_t p_left; /* (p) bytes not read yet; 0: no batch */
};

void hf_pipe_init(struct hf_pipe *p);
/* All threads have left it. */
void hf_pipe_destroy(struct hf_pipe *p);

/* Wakes everybody; what is read already stays read. */
void hf_pipe_close(struct hf_pipe *p);

/*
 * Sends memory of the current process (UIO_USERSPACE), all of it; returns when
 * it has been read.  0; EFAULT, the memory cannot be read; EPIPE, closed.  The
 * uio says how far it came.  Writers take turns.  No lock held; sleeps.
 */
int hf_pipe_write(struct hf_pipe *p, struct uio *uio);

/*
 * Receives at least a byte and at most one batch, into any memory.  0; the uio
 * is as it was if the pipe is closed.  EFAULT: what could not be stored is
 * still in the pipe.  No lock held; sleeps.
 */
int hf_pipe_read(struct hf_pipe *p, struct uio *uio);

#endif
