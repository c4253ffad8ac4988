/* SPDX-License-Identifier: BSD-2-Clause */
/* elf_place.c: file contents of checked segments into guest RAM. */
#include "vm/elf_place.h"

#include <fcntl.h>
#include <unistd.h>

#include "core/err.h"

#define PAGE_MASK ((uint64_t)VM_PAGE_BYTES - 1)

void
elf_place_begin(struct elf_place *p, const struct guestmem *gm,
    const struct vm_image *image)
{
	*p = (struct elf_place){ .gm = gm, .image = image, .fd = -1 };
	if (image->file != NULL && (image->file_offset & PAGE_MASK) == 0)
		p->fd = open(image->file, O_RDONLY | O_CLOEXEC);
}

static void
copy(const struct elf_place *p, uint64_t gpa, uint64_t off, uint64_t len_bytes)
{
	bool done = guestmem_write(p->gm, gpa_make(gpa),
	    (const char *)p->image->bytes + off, len_bytes);

	hf_check(done);
}

/* Maps the pages collected so far. */
static void
flush(struct elf_place *p)
{
	if (p->len_bytes > 0 &&
	    !guestmem_map_private(p->gm, gpa_make(p->gpa), p->len_bytes, p->fd,
		p->image->file_offset + p->off))
		copy(p, p->gpa, p->off, p->len_bytes);
	p->len_bytes = 0;
}

void
elf_place_add(struct elf_place *p, gpa_t gpa, uint64_t off, uint64_t len_bytes)
{
	uint64_t first = (gpa.v + PAGE_MASK) & ~PAGE_MASK;
	uint64_t last = (gpa.v + len_bytes) & ~PAGE_MASK;

	if (p->fd < 0 || first >= last || ((gpa.v - off) & PAGE_MASK) != 0) {
		copy(p, gpa.v, off, len_bytes);
		return;
	}
	copy(p, gpa.v, off, first - gpa.v);
	copy(p, last, off + (last - gpa.v), gpa.v + len_bytes - last);
	off += first - gpa.v;
	if (p->gpa + p->len_bytes != first || p->off + p->len_bytes != off) {
		flush(p);
		p->gpa = first;
		p->off = off;
	}
	p->len_bytes += last - first;
}

void
elf_place_end(struct elf_place *p)
{
	flush(p);
	if (p->fd >= 0)
		close(p->fd);
}
