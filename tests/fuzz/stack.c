/* SPDX-License-Identifier: BSD-2-Clause */
/* stack.c: fuzzes what looks at a dead guest's memory: page tables, stacks, lists. */

/*
 * The input is registers of a CPU, and then what its memory holds: each record
 * a place (in words) and a word.  Names and types are this program's own: a
 * function that is called like the guest's trap entry, and the frame that it
 * leaves.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "debug/backtrace.h"
#include "debug/guest_view.h"
#include "debug/pagetable.h"
#include "fuzz.h"

#define RAM_BYTES  0x8000u
#define HIGH_BASE  0x100000u
#define HIGH_BYTES 0x1000u
#define LONG_MODE  (1ull << 10)
#define PAGING	   (1ull << 31)

/* As in the guest; backtrace.c asks for these members by name. */
struct trapframe {
	uint64_t tf_rip, tf_rsp, tf_rbp, tf_cs, tf_trapno, tf_err;
};

struct link {
	struct {
		struct link *tqe_next, **tqe_prev;
	} entry;
};

void entry_common(struct trapframe *tf);
struct link *fuzz_list(struct link *l);

static volatile uint64_t sink;

__attribute__((noinline, used)) void
entry_common(struct trapframe *tf)
{
	sink += tf->tf_rip;
	sink += tf->tf_rsp;
}

__attribute__((noinline, used)) struct link *
fuzz_list(struct link *l)
{
	return (l->entry.tqe_next);
}

static struct guestmem *ram;
static struct guestmem_region regions[2];
static struct symbols *syms;
static FILE *nowhere;

/* The program's own file. */
static struct symbols *
own_symbols(void)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *bytes;

	fuzz_must(fd >= 0 && fstat(fd, &st) == 0);
	bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	fuzz_must(bytes != MAP_FAILED);
	close(fd);
	return (symbols_open(bytes, (size_t)st.st_size));
}

static void
begin(void)
{
	regions[0].len_bytes = RAM_BYTES;
	regions[1].base = gpa_make(HIGH_BASE);
	regions[1].len_bytes = HIGH_BYTES;
	for (size_t i = 0; i < 2; i++) {
		regions[i].host = calloc(1, regions[i].len_bytes);
		fuzz_must(regions[i].host != NULL);
	}
	ram = guestmem_new(regions, 2);
	syms = own_symbols();
	nowhere = fopen("/dev/null", "w");
	fuzz_must(syms != NULL && nowhere != NULL);
}

/* Place and word, again and again; then where the trap entry is, if 2 is stored. */
static void
fill(struct fuzz_input *in)
{
	uint64_t entry = 0, bytes, at, word;

	(void)symbols_object(syms, "entry_common", &entry, &bytes);
	for (size_t i = 0; i < 2; i++)
		memset(regions[i].host, 0, regions[i].len_bytes);
	while (in->left > 0) {
		at = fuzz_take(in, 2) % ((RAM_BYTES + HIGH_BYTES) / 8) * 8;
		word = fuzz_take(in, 8);
		if (word == 2)
			word = entry + 1;
		if (at < RAM_BYTES)
			memcpy((char *)regions[0].host + at, &word, 8);
		else
			memcpy((char *)regions[1].host + (at - RAM_BYTES),
			    &word, 8);
	}
}

static void
look_at_tables(const struct vm_cpu_state *cpu, uint64_t va)
{
	uint8_t whole[64], byte;
	gpa_t at;

	pagetable_print(nowhere, ram, cpu, va);
	if (pagetable_read(ram, cpu, va, whole, sizeof(whole))) {
		fuzz_must(pagetable_translate(ram, cpu, va, &at));
		fuzz_must(guestmem_read(ram, at, &byte, 1));
		fuzz_must(byte == whole[0]);
	}
}

static void
look_at_stack(const struct vm_cpu_state *cpu)
{
	static struct backtrace_frame frames[BACKTRACE_FRAMES_MAX + 1];
	const struct backtrace_frame guard = { .pc = 0x1234 };
	size_t n;

	frames[BACKTRACE_FRAMES_MAX] = guard;
	n = backtrace_walk_cpu(ram, cpu, syms, frames);
	fuzz_must(n >= 1 && n <= BACKTRACE_FRAMES_MAX);
	fuzz_must(frames[BACKTRACE_FRAMES_MAX].pc == guard.pc);
	/* Their names are another target's, and take their time. */
	backtrace_print(nowhere, NULL, frames, n);
}

/* A list of the guest's, as threads and locks are: it ends, whatever it says. */
static void
look_at_list(const struct vm_cpu_state *cpu, uint64_t head)
{
	struct view_budget budget = { .reads_left = 300 };
	struct guest_view v = {
		.mem = ram, .paging = cpu, .syms = syms, .budget = &budget
	};
	struct view_list l;
	unsigned int n = 0;
	char text[16];

	view_list_begin(&l, &v, head, "link", "entry", 100);
	while (view_list_next(&l) != 0)
		n++;
	fuzz_must(n <= 100);
	fuzz_must(memchr(l.trouble, '\0', sizeof(l.trouble)) != NULL);
	memset(text, 'x', sizeof(text));
	view_text(&v, head, text, sizeof(text));
	fuzz_must(memchr(text, '\0', sizeof(text)) != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes)
{
	struct fuzz_input in = { bytes, len_bytes };
	struct vm_cpu_state cpu = { 0 };
	uint64_t va;

	if (ram == NULL)
		begin();
	cpu.cr0 = (fuzz_take(&in, 1) & 1) != 0 ? PAGING : 0;
	cpu.efer = LONG_MODE;
	cpu.cr4 = fuzz_take(&in, 2);
	cpu.cr3 = fuzz_take(&in, 8);
	cpu.rip = fuzz_take(&in, 8);
	cpu.rsp = fuzz_take(&in, 8);
	cpu.rbp = fuzz_take(&in, 8);
	va = fuzz_take(&in, 8);
	fill(&in);
	look_at_tables(&cpu, va);
	look_at_tables(&cpu, cpu.rsp);
	look_at_stack(&cpu);
	look_at_list(&cpu, va);
	return (0);
}
