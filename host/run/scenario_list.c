/* SPDX-License-Identifier: BSD-2-Clause */
/* scenario_list.c: read section hf_scenarios of a guest ELF. */
#include "run/scenario_list.h"

#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "run/record.h"

/* A guest has a handful; more are refused. */
#define SEGMENTS_MAX 16

struct segment {
	uint64_t base, len_bytes; /* what the file holds of it */
	const char *bytes;
	bool executable;
};

struct reader {
	const char *image;
	size_t image_bytes;
	Elf *elf;
	size_t nsegments;
	struct segment segments[SEGMENTS_MAX];
	const char *name;
	struct hf_err *err;
};

#define ALL_FLAGS                                                    \
	(HF_NEEDS_MMU | HF_NEEDS_SMP | HF_NEEDS_DISK | HF_NEEDS_RW | \
	    HF_NEEDS_DEFAULT_IMAGE | HF_IS_BENCH | HF_IS_HIDDEN |    \
	    HF_ENDS_GUEST | HF_NEEDS_SECOND_DISK)

const char *
scenario_flag_name(uint32_t flags)
{
	switch (flags & -flags) {
	case HF_NEEDS_MMU:
		return ("mmu");
	case HF_NEEDS_SMP:
		return ("smp");
	case HF_NEEDS_DISK:
		return ("disk");
	case HF_NEEDS_RW:
		return ("rw");
	case HF_NEEDS_DEFAULT_IMAGE:
		return ("default-image");
	case HF_IS_BENCH:
		return ("bench");
	case HF_IS_HIDDEN:
		return ("hidden");
	case HF_ENDS_GUEST:
		return ("ends-guest");
	case HF_NEEDS_SECOND_DISK:
		return ("second-disk");
	}
	return (NULL);
}

static const struct segment *
find_segment(const struct reader *rd, uint64_t va)
{
	for (size_t i = 0; i < rd->nsegments; i++) {
		const struct segment *seg = &rd->segments[i];

		if (va >= seg->base && va - seg->base < seg->len_bytes)
			return (seg);
	}
	return (NULL);
}

/* The string at guest address va, or NULL when it is not a good one. */
static const char *
find_string(const struct reader *rd, uint64_t va)
{
	const struct segment *seg = find_segment(rd, va);
	const char *s;

	if (seg == NULL)
		return (NULL);
	s = seg->bytes + (va - seg->base);
	if (memchr(s, '\0', seg->len_bytes - (va - seg->base)) == NULL)
		return (NULL);
	return (s);
}

static bool
code_valid(const struct reader *rd, uint64_t va)
{
	const struct segment *seg = find_segment(rd, va);

	return (seg != NULL && seg->executable);
}

/* NULL, or what is wrong with the entry. */
static const char *
decode_entry(
    const struct reader *rd, const struct hf_scenario *in, struct scenario *out)
{
	if (in->magic != HF_SCENARIO_MAGIC)
		return ("bad magic number");
	if (in->reserved != 0 || (in->flags & ~(uint32_t)ALL_FLAGS) != 0)
		return ("a flag that this holdfast does not know");
	if (in->timeout_ms > SCENARIO_TIMEOUT_MAX_MS)
		return ("a timeout of more than an hour");
	out->id = find_string(rd, in->id);
	out->title = find_string(rd, in->title);
	out->requirements = find_string(rd, in->requirements);
	out->flags = in->flags;
	out->timeout_ms = in->timeout_ms;
	if (out->id == NULL || out->title == NULL || out->requirements == NULL)
		return ("a string outside the segments of the file");
	if (!record_id_valid(out->id))
		return ("the id is not of the form area.behaviour");
	if (!code_valid(rd, in->run))
		return ("its code is not in an executable segment");
	return (NULL);
}

static int
compare_ids(const void *a, const void *b)
{
	const struct scenario *x = a, *y = b;

	return (strcmp(x->id, y->id));
}

/* The compiler may have emitted them in any order. */
static int
sort_entries(struct scenario_list *l, const struct reader *rd)
{
	qsort(l->owned, l->nscenarios, sizeof(*l->owned), compare_ids);
	for (size_t i = 1; i < l->nscenarios; i++) {
		if (strcmp(l->scenarios[i - 1].id, l->scenarios[i].id) == 0)
			return (
			    err_user(rd->err, "%s: two scenarios are called %s",
				rd->name, l->scenarios[i].id));
	}
	return (0);
}

static int
read_entries(
    struct scenario_list *l, const struct reader *rd, const GElf_Shdr *sh)
{
	struct hf_scenario entry;
	const char *why;

	if (sh->sh_type != SHT_PROGBITS || sh->sh_offset > rd->image_bytes ||
	    sh->sh_size > rd->image_bytes - sh->sh_offset)
		return (
		    err_user(rd->err, "%s: section %s lies outside the file",
			rd->name, HF_SCENARIO_SECTION));
	if (sh->sh_size == 0 || sh->sh_size % sizeof(entry) != 0)
		return (err_user(rd->err,
		    "%s: section %s is %llu bytes long, no multiple of %zu",
		    rd->name, HF_SCENARIO_SECTION,
		    (unsigned long long)sh->sh_size, sizeof(entry)));
	l->nscenarios = sh->sh_size / sizeof(entry);
	l->owned = calloc(l->nscenarios, sizeof(*l->owned));
	hf_check_memory(l->owned != NULL);
	l->scenarios = l->owned;
	for (size_t i = 0; i < l->nscenarios; i++) {
		memcpy(&entry, rd->image + sh->sh_offset + i * sizeof(entry),
		    sizeof(entry));
		why = decode_entry(rd, &entry, &l->owned[i]);
		if (why != NULL)
			return (err_user(
			    rd->err, "%s: scenario %zu: %s", rd->name, i, why));
	}
	return (sort_entries(l, rd));
}

/* True: *sh is the section of that name. */
static bool
find_section(
    const struct reader *rd, size_t strings, const char *name, GElf_Shdr *sh)
{
	Elf_Scn *scn = NULL;
	const char *s;

	while ((scn = elf_nextscn(rd->elf, scn)) != NULL) {
		if (gelf_getshdr(scn, sh) == NULL)
			continue;
		s = elf_strptr(rd->elf, strings, sh->sh_name);
		if (s != NULL && strcmp(s, name) == 0)
			return (true);
	}
	return (false);
}

static int
read_params(
    struct scenario_list *l, const struct reader *rd, const GElf_Shdr *sh)
{
	if (sh->sh_type != SHT_PROGBITS || sh->sh_offset > rd->image_bytes ||
	    sh->sh_size > rd->image_bytes - sh->sh_offset || sh->sh_size == 0 ||
	    rd->image[sh->sh_offset + sh->sh_size - 1] != '\0')
		return (err_user(rd->err,
		    "%s: section %s lies outside the file or has no end",
		    rd->name, HF_PARAM_SECTION));
	l->params = rd->image + sh->sh_offset;
	l->params_bytes = sh->sh_size;
	return (0);
}

static int
read_sections(struct scenario_list *l, const struct reader *rd)
{
	GElf_Shdr sh;
	size_t strings;

	if (elf_getshdrstrndx(rd->elf, &strings) != 0)
		return (err_user(rd->err, "%s: no section names: %s", rd->name,
		    elf_errmsg(-1)));
	if (!find_section(rd, strings, HF_SCENARIO_SECTION, &sh))
		return (err_user(rd->err,
		    "%s: no section %s: this is not a holdfast guest", rd->name,
		    HF_SCENARIO_SECTION));
	if (read_entries(l, rd, &sh) != 0)
		return (-1);
	if (find_section(rd, strings, HF_PARAM_SECTION, &sh))
		return (read_params(l, rd, &sh));
	return (0);
}

/* The PT_LOAD segments as far as they lie in the file. */
static int
read_segments(struct reader *rd)
{
	size_t nheaders;
	GElf_Phdr ph;

	if (elf_getphdrnum(rd->elf, &nheaders) != 0)
		return (err_user(rd->err, "%s: damaged ELF file: %s", rd->name,
		    elf_errmsg(-1)));
	for (size_t i = 0; i < nheaders; i++) {
		if (gelf_getphdr(rd->elf, (int)i, &ph) == NULL ||
		    ph.p_type != PT_LOAD || ph.p_offset > rd->image_bytes ||
		    ph.p_filesz > rd->image_bytes - ph.p_offset)
			continue;
		if (rd->nsegments == SEGMENTS_MAX)
			return (err_user(rd->err,
			    "%s: more than %d loadable segments", rd->name,
			    SEGMENTS_MAX));
		rd->segments[rd->nsegments++] =
		    (struct segment){ .base = ph.p_vaddr,
			    .len_bytes = ph.p_filesz,
			    .bytes = rd->image + ph.p_offset,
			    .executable = (ph.p_flags & PF_X) != 0 };
	}
	return (0);
}

int
scenario_list_read(struct scenario_list *l, const void *elf, size_t elf_bytes,
    const char *name, struct hf_err *err)
{
	struct reader rd = {
		.image = elf, .image_bytes = elf_bytes, .name = name, .err = err
	};
	GElf_Ehdr eh;
	int rc;

	memset(l, 0, sizeof(*l));
	hf_check(elf_version(EV_CURRENT) != EV_NONE);
	/* libelf only reads; the prototype lacks the const. */
	rd.elf = elf_memory((char *)(uintptr_t)elf, elf_bytes);
	if (rd.elf == NULL || elf_kind(rd.elf) != ELF_K_ELF ||
	    gelf_getehdr(rd.elf, &eh) == NULL)
		rc = err_user(err, "%s: not an ELF file", name);
	else if (eh.e_ident[EI_CLASS] != ELFCLASS64 ||
	    eh.e_ident[EI_DATA] != ELFDATA2LSB || eh.e_machine != EM_X86_64)
		rc = err_user(err,
		    "%s: an ELF file for another machine (class %d, machine "
		    "%d; "
		    "64-bit x86-64 is needed)",
		    name, eh.e_ident[EI_CLASS], eh.e_machine);
	else if (read_segments(&rd) != 0)
		rc = -1;
	else
		rc = read_sections(l, &rd);
	elf_end(rd.elf);
	if (rc != 0)
		scenario_list_free(l);
	return (rc);
}

void
scenario_list_free(struct scenario_list *l)
{
	free(l->owned);
	memset(l, 0, sizeof(*l));
}

static int
compare_id(const void *id, const void *scenario)
{
	return (strcmp(id, ((const struct scenario *)scenario)->id));
}

const struct scenario *
scenario_list_find(const struct scenario_list *l, const char *id)
{
	return (bsearch(id, l->scenarios, l->nscenarios,
	    sizeof(l->scenarios[0]), compare_id));
}
