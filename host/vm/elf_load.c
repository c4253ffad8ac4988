/* SPDX-License-Identifier: BSD-2-Clause */
/* elf_load.c: a guest kernel from an ELF image into guest RAM. */

/*
 * The checks, by the number that starts the message (virtio_blk.md section 12):
 *
 *  1 an ELF file			 7 segments do not overlap in RAM
 *  2 64-bit, little-endian		 8 no segment both writable, executable
 *  3 for x86-64			 9 exactly one Xen note of type 18
 *  4 ET_EXEC				10 ... 4 or 8 bytes, below 4 GiB
 *  5 1..32 program headers, a PT_LOAD	11 ... inside a PT_LOAD of the file
 *  6 segments in the file, in RAM,	12 ... entry in an executable segment
 *    at 1 MiB or above
 */
#include <inttypes.h>
#include <string.h>

#include <gelf.h>
#include <libelf.h>

#include "vm/elf_load.h"
#include "vm/elf_place.h"

#define ELF_SEGMENTS_MAX	 32
#define ELF_LOWEST		 (1ull << 20)
#define XEN_ELFNOTE_PHYS32_ENTRY 18

struct elf_ctx {
	const struct vm_image *image;
	const struct guestmem *gm;
	struct hf_err *err;
	Elf *elf;
	size_t nphdrs;
	GElf_Phdr phdrs[ELF_SEGMENTS_MAX];
	unsigned int nnotes;
	uint64_t entry;
};

#define bad(ctx, number, fmt, ...)                                         \
	err_user((ctx)->err, "%s: ELF check %d: " fmt, (ctx)->image->name, \
	    number __VA_OPT__(, ) __VA_ARGS__)

static int
check_header(struct elf_ctx *ctx)
{
	GElf_Ehdr ehdr;
	const char *ident;

	if (ctx->elf == NULL || elf_kind(ctx->elf) != ELF_K_ELF ||
	    gelf_getehdr(ctx->elf, &ehdr) == NULL)
		return (bad(ctx, 1, "not an ELF file (%zu bytes)",
		    ctx->image->len_bytes));
	ident = (const char *)ehdr.e_ident;
	if (ident[EI_CLASS] != ELFCLASS64 || ident[EI_DATA] != ELFDATA2LSB)
		return (bad(ctx, 2,
		    "class %d data %d, must be 64-bit (%d) little-endian (%d)",
		    ident[EI_CLASS], ident[EI_DATA], ELFCLASS64, ELFDATA2LSB));
	if (ehdr.e_machine != EM_X86_64)
		return (bad(ctx, 3, "for machine %d, not x86-64 (%d)",
		    ehdr.e_machine, EM_X86_64));
	if (ehdr.e_type != ET_EXEC)
		return (bad(ctx, 4, "type %d, must be an executable (%d)",
		    ehdr.e_type, ET_EXEC));
	return (0);
}

static int
check_phdrs(struct elf_ctx *ctx)
{
	size_t i, loads = 0;

	if (elf_getphdrnum(ctx->elf, &ctx->nphdrs) != 0)
		return (bad(
		    ctx, 5, "unreadable program headers: %s", elf_errmsg(-1)));
	if (ctx->nphdrs < 1 || ctx->nphdrs > ELF_SEGMENTS_MAX)
		return (bad(ctx, 5, "%zu program headers, must be 1 to %d",
		    ctx->nphdrs, ELF_SEGMENTS_MAX));
	for (i = 0; i < ctx->nphdrs; i++) {
		if (gelf_getphdr(ctx->elf, i, &ctx->phdrs[i]) == NULL)
			return (bad(ctx, 5, "program header %zu unreadable: %s",
			    i, elf_errmsg(-1)));
		loads += ctx->phdrs[i].p_type == PT_LOAD;
	}
	if (loads == 0)
		return (bad(ctx, 5, "no PT_LOAD segment"));
	return (0);
}

static bool
is_load(const GElf_Phdr *ph)
{
	return (ph->p_type == PT_LOAD && ph->p_memsz > 0);
}

static int
check_range(struct elf_ctx *ctx, size_t i)
{
	const GElf_Phdr *ph = &ctx->phdrs[i];

	if (ph->p_offset > ctx->image->len_bytes ||
	    ph->p_filesz > ctx->image->len_bytes - ph->p_offset)
		return (bad(ctx, 6,
		    "segment %zu: file bytes 0x%" PRIx64 "+0x%" PRIx64
		    " outside the file of 0x%zx bytes",
		    i, ph->p_offset, ph->p_filesz, ctx->image->len_bytes));
	if (ph->p_type != PT_LOAD)
		return (0);
	if (ph->p_filesz > ph->p_memsz)
		return (bad(ctx, 6,
		    "segment %zu: 0x%" PRIx64 " bytes in the file, only "
		    "0x%" PRIx64 " in memory",
		    i, ph->p_filesz, ph->p_memsz));
	if (!is_load(ph))
		return (0);
	if (ph->p_paddr < ELF_LOWEST)
		return (bad(ctx, 6,
		    "segment %zu: physical address 0x%" PRIx64 " below 0x%llx",
		    i, ph->p_paddr, ELF_LOWEST));
	if (!guestmem_valid(ctx->gm, gpa_make(ph->p_paddr), ph->p_memsz))
		return (bad(ctx, 6,
		    "segment %zu: 0x%" PRIx64 "+0x%" PRIx64
		    " outside guest RAM of %" PRIu64
		    " MiB (a larger --memory?)",
		    i, ph->p_paddr, ph->p_memsz,
		    guestmem_bytes(ctx->gm) >> 20));
	return (0);
}

static int
check_segments(struct elf_ctx *ctx)
{
	const GElf_Phdr *a, *b;
	size_t i, j;

	for (i = 0; i < ctx->nphdrs; i++)
		if (ctx->phdrs[i].p_type == PT_LOAD ||
		    ctx->phdrs[i].p_type == PT_NOTE)
			if (check_range(ctx, i) != 0)
				return (-1);
	for (i = 0; i < ctx->nphdrs; i++) {
		a = &ctx->phdrs[i];
		if (!is_load(a))
			continue;
		for (j = i + 1; j < ctx->nphdrs; j++) {
			b = &ctx->phdrs[j];
			if (is_load(b) &&
			    a->p_paddr < b->p_paddr + b->p_memsz &&
			    b->p_paddr < a->p_paddr + a->p_memsz)
				return (bad(ctx, 7,
				    "segments %zu (0x%" PRIx64 "+0x%" PRIx64
				    ") and %zu (0x%" PRIx64 "+0x%" PRIx64
				    ") overlap",
				    i, a->p_paddr, a->p_memsz, j, b->p_paddr,
				    b->p_memsz));
		}
		if ((a->p_flags & (PF_W | PF_X)) == (PF_W | PF_X))
			return (bad(ctx, 8,
			    "segment %zu at 0x%" PRIx64
			    " is both writable and executable",
			    i, a->p_paddr));
	}
	return (0);
}

/* Whether len bytes at off of the file are loaded into memory. */
static bool
in_load(const struct elf_ctx *ctx, uint64_t off, uint64_t len)
{
	const GElf_Phdr *ph;
	size_t i;

	for (i = 0; i < ctx->nphdrs; i++) {
		ph = &ctx->phdrs[i];
		if (is_load(ph) && off >= ph->p_offset &&
		    off - ph->p_offset <= ph->p_filesz &&
		    len <= ph->p_filesz - (off - ph->p_offset))
			return (true);
	}
	return (false);
}

/* desc lies in the file at file_off. */
static int
check_xen_note(
    struct elf_ctx *ctx, const char *desc, size_t desc_bytes, uint64_t file_off)
{
	uint32_t entry32;

	if (++ctx->nnotes > 1)
		return (bad(ctx, 9, "more than one Xen note of type 18"));
	if (desc_bytes == sizeof(ctx->entry)) {
		memcpy(&ctx->entry, desc, sizeof(ctx->entry));
	} else if (desc_bytes == sizeof(entry32)) {
		memcpy(&entry32, desc, sizeof(entry32));
		ctx->entry = entry32;
	} else
		return (
		    bad(ctx, 10, "the Xen note holds %zu bytes, must be 4 or 8",
			desc_bytes));
	if (ctx->entry > UINT32_MAX)
		return (bad(
		    ctx, 10, "entry 0x%" PRIx64 " is above 4 GiB", ctx->entry));
	if (!in_load(ctx, file_off, desc_bytes))
		return (bad(ctx, 11,
		    "the Xen note at file offset 0x%" PRIx64
		    " is in no PT_LOAD segment",
		    file_off));
	return (0);
}

static int
check_note_segment(struct elf_ctx *ctx, const GElf_Phdr *ph)
{
	Elf_Data *data;
	GElf_Nhdr nhdr;
	size_t off = 0, name_off, desc_off;
	const char *bytes;

	data = elf_getdata_rawchunk(ctx->elf, ph->p_offset, ph->p_filesz,
	    ph->p_align == 8 ? ELF_T_NHDR8 : ELF_T_NHDR);
	if (data == NULL)
		return (0);
	bytes = data->d_buf;
	while (
	    (off = gelf_getnote(data, off, &nhdr, &name_off, &desc_off)) > 0) {
		if (nhdr.n_type != XEN_ELFNOTE_PHYS32_ENTRY ||
		    nhdr.n_namesz != sizeof("Xen") ||
		    memcmp(bytes + name_off, "Xen", sizeof("Xen")) != 0)
			continue;
		if (check_xen_note(ctx, bytes + desc_off, nhdr.n_descsz,
			ph->p_offset + desc_off) != 0)
			return (-1);
	}
	return (0);
}

static int
check_notes(struct elf_ctx *ctx)
{
	const GElf_Phdr *ph;
	size_t i;

	for (i = 0; i < ctx->nphdrs; i++) {
		ph = &ctx->phdrs[i];
		if (ph->p_type == PT_NOTE && ph->p_filesz > 0)
			if (check_note_segment(ctx, ph) != 0)
				return (-1);
	}
	if (ctx->nnotes == 0)
		return (
		    bad(ctx, 9, "no Xen note of type 18: not a PVH kernel"));
	for (i = 0; i < ctx->nphdrs; i++) {
		ph = &ctx->phdrs[i];
		if (is_load(ph) && (ph->p_flags & PF_X) != 0 &&
		    ctx->entry >= ph->p_paddr &&
		    ctx->entry - ph->p_paddr < ph->p_memsz)
			return (0);
	}
	return (bad(ctx, 12, "entry 0x%" PRIx64 " is in no executable segment",
	    ctx->entry));
}

/* Cannot fail: everything was checked. */
static void
place_segments(const struct elf_ctx *ctx, struct elf_kernel *out)
{
	const GElf_Phdr *ph;
	struct elf_place place;
	size_t i;

	out->entry = ctx->entry;
	out->start = gpa_make(UINT64_MAX);
	out->end = gpa_make(0);
	elf_place_begin(&place, ctx->gm, ctx->image);
	for (i = 0; i < ctx->nphdrs; i++) {
		ph = &ctx->phdrs[i];
		if (!is_load(ph))
			continue;
		elf_place_add(
		    &place, gpa_make(ph->p_paddr), ph->p_offset, ph->p_filesz);
		if (ph->p_paddr < out->start.v)
			out->start.v = ph->p_paddr;
		if (ph->p_paddr + ph->p_memsz > out->end.v)
			out->end.v = ph->p_paddr + ph->p_memsz;
	}
	elf_place_end(&place);
}

int
elf_load(const struct guestmem *gm, const struct vm_image *image,
    struct elf_kernel *out, struct hf_err *err)
{
	struct elf_ctx ctx = { .image = image, .gm = gm, .err = err };
	int rc;

	elf_version(EV_CURRENT);
	/* libelf reads a native-endian image in place; it is not written. */
	ctx.elf = elf_memory((char *)(uintptr_t)image->bytes, image->len_bytes);
	rc = check_header(&ctx);
	if (rc == 0)
		rc = check_phdrs(&ctx);
	if (rc == 0)
		rc = check_segments(&ctx);
	if (rc == 0)
		rc = check_notes(&ctx);
	if (rc == 0)
		place_segments(&ctx, out);
	elf_end(ctx.elf);
	return (rc);
}
