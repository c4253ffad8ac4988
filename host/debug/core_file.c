/* SPDX-License-Identifier: BSD-2-Clause */
/* core_file.c: lay out and write an ELF core file. */

/*
 * Header, program headers, notes; then RAM, each page at data_at plus its
 * physical address, however often it is mapped: program headers may share
 * bytes of the file.  What is never written stays a hole.
 */
#include "debug/core_file.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/procfs.h>
#include <unistd.h>

#include "core/io.h"
#include "core/replace.h"
#include "debug/guest_view.h"
#include "debug/mapped.h"
#include "debug/types.h"

/* e_phnum is 16 bits wide, and its last value means something else. */
#define RUNS_MAX  (PN_XNUM - 2u)
#define NOTE_NAME "CORE"

struct note {
	Elf64_Nhdr head;
	char name[8]; /* NOTE_NAME, padded */
	struct elf_prstatus status;
} __attribute__((packed, aligned(4)));

struct core {
	const struct bad_end *b;
	struct mapped mapped;
	struct note *notes;
	size_t nnotes;
	uint64_t data_at; /* in the file, of physical address 0 */
	uint8_t *pages;	  /* a byte for each page of RAM: what to do with it */
	uint64_t npages;
};

enum { PAGE_NODUMP = 1, PAGE_WRITTEN = 2 };

static uint64_t
end_of_ram(const struct guestmem *mem)
{
	struct guestmem_region last =
	    guestmem_region(mem, guestmem_nregions(mem) - 1);

	return (last.base.v + last.len_bytes);
}

/* What vm_page_array says of each page; nothing, if it cannot be read. */
static void
find_nodump(struct core *c, struct symbols *syms)
{
	struct view_budget budget = { .reads_left = UINT32_MAX };
	struct type_member flags, phys;
	uint64_t array, n, bytes, nodump;
	struct guest_view v;

	if (!view_init(&v, c->b->end, c->b->mem, syms, &budget) ||
	    !types_member(syms, "vm_page", "flags", &flags) ||
	    !types_member(syms, "vm_page", "phys_addr", &phys) ||
	    phys.bytes != sizeof(uint64_t) || flags.bytes > sizeof(uint64_t))
		return;
	array = view_pointer(&v, "vm_page_array");
	n = view_pointer(&v, "vm_page_array_size");
	bytes = types_bytes(syms, "vm_page");
	nodump = view_constant(&v, "HF_HANG_PAGE_NODUMP");
	for (uint64_t i = 0; i < n && i < c->npages; i++) {
		uint64_t at = array + i * bytes, bits = 0, pa;

		if (view_read(&v, at + flags.offset, &bits, flags.bytes) &&
		    (bits & nodump) != 0 &&
		    view_read(&v, at + phys.offset, &pa, sizeof(pa)) &&
		    pa / MAPPED_PAGE_BYTES < c->npages)
			c->pages[pa / MAPPED_PAGE_BYTES] = PAGE_NODUMP;
	}
}

static bool
is_nodump(void *arg, uint64_t pa)
{
	struct core *c = arg;

	return (c->pages[pa / MAPPED_PAGE_BYTES] == PAGE_NODUMP);
}

/* The order of struct user_regs_struct. */
static void
set_registers(elf_gregset_t regs, const struct vm_cpu_state *s)
{
	const elf_greg_t in_order[ELF_NGREG] = { s->r15, s->r14, s->r13, s->r12,
		s->rbp, s->rbx, s->r11, s->r10, s->r9, s->r8, s->rax, s->rcx,
		s->rdx, s->rsi, s->rdi, UINT64_MAX, s->rip, s->cs.selector,
		s->rflags, s->rsp, s->ss.selector, s->fs.base, s->gs.base,
		s->ds.selector, s->es.selector, s->fs.selector,
		s->gs.selector };

	memcpy(regs, in_order, sizeof(in_order));
}

static void
add_note(struct core *c, const struct vm_cpu_state *s, unsigned int cpu)
{
	/* 0 is nobody. */
	struct elf_prstatus status = { .pr_pid = (int)cpu + 1 };

	if (!s->valid || s->waiting)
		return;
	set_registers(status.pr_reg, s);
	c->notes[c->nnotes++] =
	    (struct note){ .head = { .n_namesz = sizeof(NOTE_NAME),
			       .n_descsz = sizeof(status),
			       .n_type = NT_PRSTATUS },
		    .name = NOTE_NAME,
		    .status = status };
}

static void
make_notes(struct core *c)
{
	const struct vm_end *end = c->b->end;
	struct vm_cpu_state chief = bad_end_chief_state(c->b);

	c->notes = calloc(end->ncpus, sizeof(*c->notes));
	hf_check_memory(c->notes != NULL);
	/* A debugger takes the first frame's address as it is: within the call. */
	if (c->b->panic != NULL && !c->b->panic->trapped)
		chief.rip--;
	add_note(c, &chief, bad_end_chief(c->b));
	for (unsigned int i = 0; i < end->ncpus; i++)
		if (i != bad_end_chief(c->b))
			add_note(c, &end->cpus[i], i);
}

/* 0, or an errno. */
static int
write_at(int fd, const void *bytes, size_t len_bytes, uint64_t at)
{
	if (lseek(fd, (off_t)at, SEEK_SET) < 0)
		return (errno);
	return (-io_write_all(fd, bytes, len_bytes));
}

static int
write_headers(const struct core *c, int fd)
{
	size_t n = c->mapped.nruns + 1;
	Elf64_Phdr *ph = calloc(n, sizeof(*ph));
	uint64_t notes_at = sizeof(Elf64_Ehdr) + n * sizeof(*ph);
	const Elf64_Ehdr head = {
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
		    ELFDATA2LSB, EV_CURRENT, ELFOSABI_NONE },
		.e_type = ET_CORE,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof(head),
		.e_ehsize = sizeof(head),
		.e_phentsize = sizeof(*ph),
		.e_phnum = (Elf64_Half)n,
	};
	int error;

	hf_check_memory(ph != NULL);
	ph[0] = (Elf64_Phdr){ .p_type = PT_NOTE,
		.p_offset = notes_at,
		.p_filesz = c->nnotes * sizeof(*c->notes),
		.p_align = 4 };
	for (size_t i = 1; i < n; i++) {
		const struct mapped_run *r = &c->mapped.runs[i - 1];
		uint64_t bytes = r->pages * MAPPED_PAGE_BYTES;

		ph[i] = (Elf64_Phdr){ .p_type = PT_LOAD,
			.p_flags = PF_R | PF_W | PF_X,
			.p_offset = c->data_at + r->pa,
			.p_vaddr = r->va,
			.p_paddr = r->pa,
			.p_filesz = bytes,
			.p_memsz = bytes,
			.p_align = MAPPED_PAGE_BYTES };
	}
	error = write_at(fd, &head, sizeof(head), 0);
	if (error == 0)
		error = write_at(fd, ph, n * sizeof(*ph), sizeof(head));
	if (error == 0)
		error = write_at(
		    fd, c->notes, c->nnotes * sizeof(*c->notes), notes_at);
	free(ph);
	return (error);
}

static int
write_page(const struct core *c, int fd, uint64_t pa)
{
	static const char zeroes[MAPPED_PAGE_BYTES];
	char page[MAPPED_PAGE_BYTES];
	uint8_t *state = &c->pages[pa / MAPPED_PAGE_BYTES];

	if (*state == PAGE_WRITTEN)
		return (0);
	*state = PAGE_WRITTEN;
	if (!guestmem_read(c->b->mem, gpa_make(pa), page, sizeof(page)) ||
	    memcmp(page, zeroes, sizeof(page)) == 0)
		return (0);
	return (write_at(fd, page, sizeof(page), c->data_at + pa));
}

static int
write_core(int fd, void *arg)
{
	struct core *c = arg;
	int error = write_headers(c, fd);

	for (size_t i = 0; i < c->mapped.nruns; i++) {
		const struct mapped_run *r = &c->mapped.runs[i];

		for (uint64_t k = 0; k < r->pages && error == 0; k++)
			error =
			    write_page(c, fd, r->pa + k * MAPPED_PAGE_BYTES);
	}
	/* The last page of RAM may be a hole. */
	if (error == 0 &&
	    ftruncate(fd, (off_t)(c->data_at + end_of_ram(c->b->mem))) != 0)
		error = errno;
	return (error);
}

int
core_file_write(const char *path, const struct bad_end *b, struct hf_err *err)
{
	struct symbols *syms = symbols_open(b->elf, b->elf_bytes);
	struct core c = { .b = b,
		.npages = end_of_ram(b->mem) / MAPPED_PAGE_BYTES };
	int rc = -1;

	c.pages = calloc(c.npages, sizeof(*c.pages));
	hf_check_memory(c.pages != NULL);
	find_nodump(&c, syms);
	mapped_walk(&c.mapped, b->mem, &b->end->cpus[bad_end_chief(b)],
	    RUNS_MAX, is_nodump, &c);
	make_notes(&c);
	c.data_at = sizeof(Elf64_Ehdr) +
	    (c.mapped.nruns + 1) * sizeof(Elf64_Phdr) +
	    c.nnotes * sizeof(*c.notes);
	c.data_at = (c.data_at + MAPPED_PAGE_BYTES - 1) / MAPPED_PAGE_BYTES *
	    MAPPED_PAGE_BYTES;
	if (c.mapped.nruns == 0)
		err_host(err, "no core file: CPU %u has no page tables",
		    bad_end_chief(b));
	else
		rc = replace_file_by(path, write_core, &c, err);
	free(c.notes);
	mapped_free(&c.mapped);
	free(c.pages);
	symbols_close(syms);
	return (rc);
}
