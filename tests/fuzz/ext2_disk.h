/* SPDX-License-Identifier: BSD-2-Clause */
/* ext2_disk.h: the disk of the ext2 target: an image that its input damages. */
#ifndef HF_TESTS_FUZZ_EXT2_DISK_H
#define HF_TESTS_FUZZ_EXT2_DISK_H

#include <dev/bdev.h>
#include "fuzz.h"

struct fuzz_disk {
	struct hf_bdev bd;
	uint8_t *bytes; /* as many as the disk has */
	unsigned int shift;
	unsigned int fail; /* the next ios fail, so many */
	bool no_writes;	   /* none may come */
	bool changed;	   /* since it was made */
};

/* One byte says what kind of disk; then patches, a count before them. */
void fuzz_disk_make(struct fuzz_disk *d, struct fuzz_input *in);
/* One more patch: a place and what is there from now on. */
void fuzz_disk_patch(struct fuzz_disk *d, struct fuzz_input *in);
void fuzz_disk_free(struct fuzz_disk *d);

#endif
