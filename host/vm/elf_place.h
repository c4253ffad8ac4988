/* SPDX-License-Identifier: BSD-2-Clause */
/* elf_place.h: file contents of checked segments into guest RAM. */

/*
 * Where the image is in a file (vm_image.file), whole pages are mapped from it
 * privately: nothing is read before the guest touches it, and what it never
 * touches costs nothing.  What is not whole pages is copied, as is everything
 * where there is no such file or it cannot be mapped.
 */
#ifndef HF_VM_ELF_PLACE_H
#define HF_VM_ELF_PLACE_H

#include "vm/guestmem.h"
#include "vm/vm.h"

struct elf_place {
	const struct guestmem *gm;
	const struct vm_image *image;
	int fd; /* of image->file, -1: copy */
	/* Pages to be mapped: one mapping for adjacent segments. */
	uint64_t gpa, off, len_bytes;
};

/*
 * begin, then add for each segment's bytes [off, off + len) of the image, then
 * end.  The ranges must have been checked against image and RAM.
 */
void elf_place_begin(struct elf_place *, const struct guestmem *gm,
    const struct vm_image *image);
void elf_place_add(
    struct elf_place *, gpa_t gpa, uint64_t off, uint64_t len_bytes);
void elf_place_end(struct elf_place *);

#endif
