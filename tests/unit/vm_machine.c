/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_machine.c: a machine on /dev/kvm with a guest of a few bytes. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "core/exitcode.h"
#include "vm_machine.h"

static struct elf_builder builder;

static void
take_text(void *arg, const char *bytes, size_t len_bytes)
{
	struct machine *m = arg;

	if (m->text[0] == '\0') {
		m->exits = vm_count_exits();
		m->host_irqs = vm_count_host_irqs();
		m->delay_ns = vm_count_run_delay_ns();
	}
	strncat(m->text, bytes, len_bytes);
}

static void
take_exit(void *arg, uint32_t value)
{
	vm_guest_exit(((struct machine *)arg)->vm, value);
}

static void
window_read(void *dev, uint64_t off, unsigned int width, void *data)
{
	uint32_t value = off == 0x10 ? 0x1000 : 0x23;

	memcpy(data, &value, width);
}

static void
window_write(void *dev, uint64_t off, unsigned int width, const void *data)
{
	struct machine *m = dev;

	m->nwrites++;
	m->last_off = off;
	m->last_value = 0;
	memcpy(&m->last_value, data, width);
}

static const struct bus_mmio_ops window_ops = { .read = window_read,
	.write = window_write };

static void
start_cpus(void *arg)
{
	vm_cpus_start(((struct machine *)arg)->vm);
}

void
machine_make_with(struct machine *m, unsigned int ncpus, int parts,
    const char *code, const char *code_end)
{
	struct vm_image image;

	memset(m, 0, sizeof(*m));
	m->bus = bus_new();
	m->console = console_new(m->bus, take_text, m);
	m->exit = debug_exit_new(m->bus, take_exit, m);
	ck_assert_int_eq(bus_add_mmio(m->bus, "window", gpa_make(WINDOW),
			     0x1000, &window_ops, m),
	    0);
	m->cfg = (struct vm_config){ .memory_bytes = 16ull << 20,
		.ncpus = ncpus,
		.ioapic = (parts & IOAPIC) != 0,
		.lazy_cpus = (parts & LAZY_CPUS) != 0,
		.counts = (parts & COUNTS) != 0,
		.io = { .arg = m->bus, .pio = bus_pio, .mmio = bus_mmio } };
	m->cpu_start = (struct cpu_start_ops){ .arg = m, .start = start_cpus };
	cpu_start_add(m->bus, &m->cpu_start);
	m->vm = vm_create(&m->cfg, &m->err);
	ck_assert_msg(m->vm != NULL, "%s", m->err.text);
	elf_builder_default(&builder);
	ck_assert_uint_le(code_end - code, sizeof(builder.code));
	memcpy(builder.code, code, code_end - code);
	image = elf_builder_image(&builder);
	ck_assert_int_eq(
	    vm_load(m->vm, &image, "plan\n", 5, "cmd", &m->err), 0);
}

void
machine_make(struct machine *m, unsigned int ncpus, const char *code,
    const char *code_end)
{
	machine_make_with(m, ncpus, IOAPIC, code, code_end);
}

void
machine_start(struct machine *m)
{
	ck_assert_msg(vm_start(m->vm, &m->err) == 0, "%s", m->err.text);
}

const struct vm_end *
machine_finish(struct machine *m)
{
	ck_assert_int_ne(vm_wait(m->vm, WAIT_MS), VM_END_NONE);
	vm_stop(m->vm);
	return (vm_end(m->vm));
}

void
machine_free(struct machine *m)
{
	vm_destroy(m->vm);
	bus_free(m->bus);
	console_free(m->console);
	debug_exit_free(m->exit);
}

unsigned int
open_files(void)
{
	unsigned int n = 0;
	DIR *dir = opendir("/proc/self/fd");

	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return (n);
}

int
machine_main(const char *name, const TTest *const *tests)
{
	if (access("/dev/kvm", R_OK | W_OK) != 0) {
		printf("skipped: /dev/kvm: %s\n", strerror(errno));
		return (EXITCODE_SKIPPED);
	}
	return (unit_main(name, tests));
}
