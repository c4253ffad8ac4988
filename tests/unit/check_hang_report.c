/* SPDX-License-Identifier: BSD-2-Clause */
/* check_hang_report.c: reports of guests whose memory lies. */

/*
 * The real guest image (argument 2) gives addresses and layouts; its memory is made
 * here.  Whatever is in it, a report ends, is text, and has a limit.
 *	HF_FUZZ_STEPS	rounds of noise
 *	HF_FUZZ_SEED	of their choices
 */
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "debug/bad_end.h"
#include "debug/hang_report.h"
#include "debug/types.h"
#include "ram.h"
#include "random.h"
#include "unit.h"

#define RAM_BYTES (8u << 20)
#define KERNBASE  0xffffffff80000000ull
#define DIRECT	  0xfffff80000000000ull
#define HEAP	  (KERNBASE + (4u << 20)) /* behind the image */
#define HEAP_END  (KERNBASE + RAM_BYTES)
#define WILD	  0xfffffeee00001238ull

/* With what is said at the end of what is cut. */
#define REPORT_MAX (HANG_REPORT_BYTES_MAX + 4096)
/* Of all CPUs, registers and stacks come on top. */
#define END_MAX (REPORT_MAX + (1u << 20))

static void *image;
static size_t image_bytes;
static struct symbols *syms;
static struct guestmem *mem;
static uint8_t *ram;
static struct vm_cpu_state cpus[2];
static struct vm_end end;
static uint64_t next_free;

static void
set_word(uint64_t va, uint64_t value)
{
	/* No ck_assert(): it writes to a file each time. */
	if (va < KERNBASE || va > HEAP_END - 8)
		ck_abort_msg("%#lx is not in memory", va);
	memcpy(ram + (va - KERNBASE), &value, sizeof(value));
}

static uint64_t
offset_in(const char *type, const char *path)
{
	struct type_member m;

	ck_assert_msg(types_member(syms, type, path, &m), "%s.%s", type, path);
	return (m.offset);
}

static void
set(uint64_t va, const char *type, const char *path, uint64_t value)
{
	struct type_member m;

	ck_assert_msg(types_member(syms, type, path, &m), "%s.%s", type, path);
	ck_assert(m.bytes <= sizeof(value) && va + m.offset >= KERNBASE);
	memcpy(ram + (va + m.offset - KERNBASE), &value, m.bytes);
}

static uint64_t
variable(const char *name)
{
	uint64_t addr, bytes;

	ck_assert_msg(symbols_object(syms, name, &addr, &bytes), "%s", name);
	return (addr);
}

static uint64_t
allocate(uint64_t bytes)
{
	uint64_t at = next_free;

	next_free += (bytes + 15) & ~15ull;
	ck_assert(next_free <= HEAP_END);
	return (at);
}

/* The n elements of a TAILQ, in the order of the array. */
static void
link_list(uint64_t head, const char *type, const char *link, const uint64_t *e,
    size_t n)
{
	uint64_t from = head, at = offset_in(type, link);

	for (size_t i = 0; i < n; i++) {
		set_word(from, e[i]);
		set_word(e[i] + at + 8, from);
		from = e[i] + at;
	}
	set_word(from, 0);
	set_word(head + 8, from);
}

/*
 * A list that never ends: two elements, and the head is where the second one's
 * link would be.  Each link points back to where it was found.
 */
static void
link_endless(uint64_t head, const char *type, const char *link, uint64_t a)
{
	uint64_t at = offset_in(type, link);

	set_word(head, a);
	set_word(a + at + 8, head);
	set_word(a + at, head - at);
	set_word(head + 8, a + at);
}

/*
 * The image at 2 MiB, mapped at KERNBASE as it is; the direct map shows the
 * same 8 MiB over and over, so that no run of addresses in it has an end.
 */
static void
set_up(void)
{
	const uint64_t rw = 3, large = 1 << 7;
	uint64_t *table;

	ram = ram_new(RAM_BYTES, &mem);
	table = (uint64_t *)(void *)ram;
	for (uint64_t i = 0; i < 512; i++) {
		table[0x3000 / 8 + i] = i % 4 << 21 | rw | large;
		table[0x4000 / 8 + i] = 0x3000 | rw;
	}
	table[0x1000 / 8 + 496] = 0x4000 | rw;
	table[0x1000 / 8 + 511] = 0x2000 | rw;
	table[0x2000 / 8 + 510] = 0x3000 | rw;
	syms = symbols_open(image, image_bytes);
	ck_assert_ptr_nonnull(syms);
	next_free = HEAP;
	for (size_t i = 0; i < 2; i++)
		cpus[i] = (struct vm_cpu_state){ .valid = true,
			.cr0 = 1ull << 31,
			.cr3 = 0x1000,
			.cr4 = 1 << 5,
			.efer = 1 << 10 };
	end = (struct vm_end){
		.reason = VM_END_STOPPED, .ncpus = 2, .cpus = cpus
	};
}

static void
tear_down(void)
{
	symbols_close(syms);
	ram_free(ram, RAM_BYTES, mem);
}

static void
expect_text(const char *text, size_t len, size_t max)
{
	ck_assert_uint_le(len, max);
	ck_assert_uint_gt(len, 0);
	ck_assert_int_eq(text[len - 1], '\n');
	for (size_t i = 0; i < len; i++)
		if (text[i] != '\n' && !isprint((unsigned char)text[i]))
			ck_abort_msg(
			    "byte %#x at %zu", (unsigned char)text[i], i);
}

/* What the report says; the caller frees it. */
static char *
report(void)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	hang_report(f, &end, mem, syms);
	fclose(f);
	expect_text(text, len, REPORT_MAX);
	return (text);
}

/* n threads, asleep; each waits on what is given, or on nothing. */
static void
make_threads(uint64_t *td, size_t n, uint64_t channel)
{
	uint64_t asleep, bytes = types_bytes(syms, "thread");

	ck_assert(types_constant(syms, "TDS_SLEEPING", &asleep));
	for (size_t i = 0; i < n; i++) {
		td[i] = allocate(bytes);
		set(td[i], "thread", "td_tid", 100 + i);
		set(td[i], "thread", "td_state", asleep);
		set(td[i], "thread", "td_wchan", channel);
	}
	link_list(variable("hf_threads"), "thread", "td_all", td, n);
}

START_TEST(a_sound_list_is_told_whole)
{
	uint64_t td[3];
	char *text;

	make_threads(td, 3, 0);
	/* Each waits for the end of the next. */
	for (size_t i = 0; i < 3; i++)
		set(td[i], "thread", "td_wchan", td[(i + 1) % 3]);
	text = report();
	ck_assert_ptr_nonnull(strstr(text,
	    "DEADLOCK:\n"
	    "  thread 100 \"\" waits for the end of thread 101 \"\"\n"
	    "  thread 101 \"\" waits for the end of thread 102 \"\"\n"
	    "  thread 102 \"\" waits for the end of thread 100 \"\"\n"));
	ck_assert_ptr_nonnull(strstr(text, "3 threads:\n"));
	ck_assert_ptr_null(strstr(text, "early"));
	ck_assert_ptr_null(strstr(text, "left out"));
	free(text);
}
END_TEST

/* Objects without end, looked through for each of many threads. */
START_TEST(an_endless_list_of_objects_ends)
{
	uint64_t td[200], object = allocate(types_bytes(syms, "vm_object"));
	char *text;

	make_threads(td, 200, WILD);
	link_endless(variable("vm_object.c:live_list"), "vm_object",
	    "object_list", object);
	set(object, "vm_object", "paging_in_progress.__count", 3);
	text = report();
	ck_assert_ptr_nonnull(strstr(text, "200 threads:\n"));
	/* The last thread is told, whatever the others took. */
	ck_assert_ptr_nonnull(strstr(text, "thread 299 \"\": asleep"));
	ck_assert_ptr_nonnull(strstr(text, "left out"));
	free(text);
}
END_TEST

START_TEST(an_endless_list_of_pages_ends)
{
	uint64_t object = allocate(types_bytes(syms, "vm_object"));
	uint64_t page = allocate(types_bytes(syms, "vm_page"));
	char *text;

	link_list(variable("vm_object.c:live_list"), "vm_object", "object_list",
	    &object, 1);
	link_endless(
	    object + offset_in("vm_object", "memq"), "vm_page", "listq", page);
	set(page, "vm_page", "busy_lock", 0x1234560);
	text = report();
	ck_assert_ptr_nonnull(strstr(text, "busy pages"));
	ck_assert_ptr_nonnull(strstr(text, "left out"));
	free(text);
}
END_TEST

/* A buffer's pages go on and on, and a chain of requests bites its tail. */
START_TEST(endless_requests_end)
{
	uint64_t td[512], page, array = allocate(64), pool = variable("pool");
	uint64_t disk = allocate(types_bytes(syms, "vtblk")), io;
	char *text;

	set_word(variable("vm_page_array"), array);
	set_word(variable("vm_page_array_size"), 1ull << 60);
	page = array + types_bytes(syms, "vm_page") * 2;
	make_threads(td, 512, page);
	/* From the pool up, every word is a page that is not asked for. */
	for (uint64_t va = pool; va + 8 <= HEAP; va += 8)
		set_word(va, array);
	io = pool + offset_in("hf_pbuf", "pb_io");
	set(io, "hf_io", "arg", pool);
	set(io, "hf_io", "link", io);
	/* And the table of devices goes round in a circle. */
	set_word(variable("bdev_table.c:table"), disk);
	set(disk, "hf_bdev", "ops", variable("vtblk_ops"));
	set(disk, "hf_bdev", "softc", disk);
	set(disk, "hf_bdev", "next", disk);
	set(disk, "vtblk", "sc_wait_head", io);
	text = report();
	ck_assert_ptr_nonnull(strstr(text, "512 threads:\n"));
	free(text);
}
END_TEST

/* Each holds locks that all wait for, and has a stack that goes on and on. */
START_TEST(circles_and_stacks_without_number_end)
{
	uint64_t td[512], lock[24], sx = allocate(64), stack, code;
	uint64_t bytes = types_bytes(syms, "hf_held"), class;
	char *text;

	ck_assert(types_constant(syms, "HF_LOCK_SX", &class));
	code = variable("vm_fault");
	make_threads(td, 512, sx);
	for (size_t i = 0; i < 24; i++) {
		lock[i] = allocate(64);
		set(lock[i], "lock_object", "lo_class", class);
	}
	stack = allocate(32 * 1024);
	for (uint64_t at = stack; at < stack + 32 * 1024 - 16; at += 16) {
		set_word(at, at + 16);
		set_word(at + 8, code + 40);
	}
	for (size_t i = 0; i < 512; i++) {
		set(td[i], "thread", "td_blocked", lock[i % 24]);
		set(td[i], "thread", "td_nheld", 24);
		set(td[i], "thread", "td_pcb_store.pcb_rsp", stack);
		for (size_t k = 0; k < 24; k++)
			set(td[i] + offset_in("thread", "td_held") + k * bytes,
			    "hf_held", "h_lock", lock[k]);
	}
	set(stack, "switch_frame", "rbp", stack + 0x100);
	set(stack, "switch_frame", "rip", code);
	text = report();
	ck_assert_ptr_nonnull(strstr(text, "DEADLOCK:\n"));
	ck_assert_ptr_nonnull(strstr(text, "left out"));
	free(text);
}
END_TEST

/* A word that may look like something. */
static uint64_t
tempting(void)
{
	static const uint64_t odd[] = { 0, 1, 4, 8, 0x7fffffff, 0xffffffff,
		~0ull, ~7ull, 1ull << 63, 0x7ffffffffffffff8, 0x800000000000,
		0xffff7ffffffffff8, WILD, KERNBASE, HEAP_END - 1, HEAP_END - 8,
		HEAP_END, DIRECT + RAM_BYTES - 4, 0x4141414141414141 };
	uint64_t r = random64();

	switch (r % 8) {
	case 0:
		return (odd[r / 8 % (sizeof(odd) / sizeof(odd[0]))]);
	case 1:
		return (r);
	case 2:
		return (r / 8 % 64);
	case 3:
		return (DIRECT + (r / 8 % (64ull << 20)));
	case 4: /* the image, code or data */
		return (KERNBASE + 0x200000 + (r / 8 % 0x200000));
	default:
		return (HEAP + (r / 8 % 0x20000 & ~15ull));
	}
}

/* Small lists that are sound, of things that are not. */
static void
make_noise(void)
{
	uint64_t td[8], object[4], page[4];

	for (uint64_t va = KERNBASE + 0x2c0000; va < HEAP + 0x20000; va += 8)
		set_word(va, tempting());
	make_threads(td, 8, 0);
	for (size_t i = 0; i < 4; i++) {
		object[i] = allocate(types_bytes(syms, "vm_object"));
		page[i] = allocate(types_bytes(syms, "vm_page"));
	}
	link_list(variable("vm_object.c:live_list"), "vm_object", "object_list",
	    object, 4);
	link_list(object[1] + offset_in("vm_object", "memq"), "vm_page",
	    "listq", page, 4);
	set_word(variable("vm_page_array"), page[0]);
	for (size_t i = 0; i < 8; i++) {
		set(td[i], "thread", "td_blocked", i < 2 ? tempting() : 0);
		set(td[i], "thread", "td_wchan", tempting());
		set(td[i], "thread", "td_pcb_store.pcb_rsp", tempting());
		set(td[i], "thread", "td_nheld", random64() % 30);
	}
	for (uint64_t n = random64() % 64; n > 0; n--)
		set_word(KERNBASE + 0x2c0000 +
			(random64() % (HEAP + 0x20000 - KERNBASE - 0x2c0000) &
			    ~7ull),
		    tempting());
}

START_TEST(noise_is_survived)
{
	uint64_t n = number_from_env("HF_FUZZ_STEPS", 40);
	struct bad_end b = {
		.end = &end, .mem = mem, .elf = image, .elf_bytes = image_bytes
	};
	char *text;

	rng = number_from_env("HF_FUZZ_SEED", 0x5eed);
	while (n-- > 0) {
		next_free = HEAP;
		make_noise();
		for (size_t i = 0; i < 2; i++) {
			cpus[i].rip = tempting();
			cpus[i].rsp = tempting();
			cpus[i].rbp = tempting();
			cpus[i].cr2 = tempting();
			cpus[i].gs.base = tempting();
			cpus[i].cr3 = random64() % 8 != 0 ? 0x1000 : tempting();
		}
		end.reason = n % 2 != 0 ? VM_END_STOPPED : VM_END_SHUTDOWN;
		end.cpu = (unsigned int)(n % 3);
		text = bad_end_describe(&b);
		expect_text(text, strlen(text), END_MAX);
		free(text);
	}
}
END_TEST

static void
map_image(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY);

	if (fd < 0 || fstat(fd, &st) != 0) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	image_bytes = (size_t)st.st_size;
	image = mmap(NULL, image_bytes, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
}

int
main(int argc, char **argv)
{
	TCase *t = tcase_create("all");

	map_image(argv[argc - 1]);
	tcase_set_timeout(t, 170);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, a_sound_list_is_told_whole);
	tcase_add_test(t, an_endless_list_of_objects_ends);
	tcase_add_test(t, an_endless_list_of_pages_ends);
	tcase_add_test(t, endless_requests_end);
	tcase_add_test(t, circles_and_stacks_without_number_end);
	tcase_add_test(t, noise_is_survived);
	return (unit_run("hang_report", t));
}
