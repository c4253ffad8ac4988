/* SPDX-License-Identifier: BSD-2-Clause */
/* boot.c: holdfast boot: any PVH kernel, its console on standard output. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi.h"
#include "cli/cli.h"
#include "cli/common_options.h"
#include "core/log.h"
#include "core/monotonic.h"
#include "debug/bad_end.h"
#include "dev/bus.h"
#include "dev/console.h"
#include "dev/debug_exit.h"
#include "run/guest.h"
#include "run/runtime.h"
#include "vm/vm.h"

#define LOOK_MS 100

struct arguments {
	const char *kernel_path, *module_path, *append;
	uint64_t memory_bytes, timeout_ms;
	unsigned int cpus;
};

#define AT(field) offsetof(struct arguments, field)

static const struct option_spec specs[] = {
	{ .name = "kernel",
	    .kind = OPTION_TEXT,
	    .value_name = "FILE",
	    .offset = AT(kernel_path),
	    .help = "PVH kernel (default: the built-in guest)" },
	{ .name = "module",
	    .kind = OPTION_TEXT,
	    .value_name = "FILE",
	    .offset = AT(module_path),
	    .help = "PVH module 0, as a run plan" },
	{ .name = "append",
	    .kind = OPTION_TEXT,
	    .value_name = "TEXT",
	    .offset = AT(append),
	    .help = "kernel command line" },
	OPTION_MEMORY(AT(memory_bytes)),
	OPTION_CPUS(AT(cpus), "virtual CPUs (default 2)"),
	OPTION_TIMEOUT(
	    AT(timeout_ms), NULL, "stop it after this time (default 60s)"),
	{ 0 },
};

static void
print_console(void *arg, const char *bytes, size_t len_bytes)
{
	(void)io_write_all(STDOUT_FILENO, bytes, len_bytes);
}

static void
guest_exit(void *arg, uint32_t value)
{
	struct vm **vm = arg;

	vm_guest_exit(*vm, value);
}

static int
tell_end(struct vm *vm, const struct vm_image *kernel)
{
	const struct vm_end *end = vm_end(vm);
	struct bad_end b = { .end = end,
		.mem = vm_guestmem(vm),
		.elf = kernel->bytes,
		.elf_bytes = kernel->len_bytes };
	char *text;

	if (end->reason == VM_END_GUEST_EXIT &&
	    end->guest_value == HF_EXIT_DONE)
		return (EXITCODE_OK);
	text = bad_end_describe(&b);
	fputs(text, stderr);
	free(text);
	return (
	    end->reason == VM_END_STOPPED ? EXITCODE_TIMEOUT : EXITCODE_DIED);
}

/* Until the end, or for so long as the guest could run. */
static void
wait_for_end(struct vm *vm, uint64_t timeout_ms)
{
	uint64_t began = monotonic_ns(), now = began, before;
	uint64_t limit = timeout_ms * NS_PER_MS;
	struct runtime rt;

	runtime_init(&rt, began);
	while (now - began < limit + rt.lost_ns) {
		before = now;
		if (vm_wait(vm, LOOK_MS) != VM_END_NONE)
			return;
		now = monotonic_ns();
		runtime_waited(&rt, (LOOK_MS + 1) * NS_PER_MS, before, now);
		runtime_look(&rt, now);
	}
}

static int
boot_image(const struct arguments *a, const struct vm_image *kernel,
    const struct io_file *module, struct hf_err *err)
{
	struct vm *vm = NULL;
	struct bus *bus = bus_new();
	struct console *con = console_new(bus, print_console, NULL);
	struct debug_exit *de = debug_exit_new(bus, guest_exit, &vm);
	struct vm_config cfg = { .memory_bytes = a->memory_bytes,
		.ncpus = a->cpus,
		.ioapic = true,
		.io = { .arg = bus, .pio = bus_pio, .mmio = bus_mmio } };
	int status;

	vm = vm_create(&cfg, err);
	if (vm == NULL ||
	    vm_load(vm, kernel, module->bytes, module->len_bytes, a->append,
		err) != 0 ||
	    vm_start(vm, err) != 0)
		status = cli_fail(err);
	else {
		wait_for_end(vm, a->timeout_ms);
		vm_stop(vm);
		status = tell_end(vm, kernel);
	}
	vm_destroy(vm);
	bus_free(bus);
	console_free(con);
	debug_exit_free(de);
	return (status);
}

static int
boot_files(const struct arguments *a, const struct cli_builtin *builtin,
    struct hf_err *err)
{
	struct vm_image kernel = { .bytes = builtin->bytes,
		.len_bytes = builtin->len_bytes,
		.name = "built-in guest" };
	struct io_file file = { 0 }, module = { 0 };
	int status;

	if (a->kernel_path != NULL) {
		if (io_file_read("--kernel", a->kernel_path, &file, err) != 0)
			return (cli_fail(err));
		kernel = (struct vm_image){ .bytes = file.bytes,
			.len_bytes = file.len_bytes,
			.name = a->kernel_path };
	}
	if (a->module_path != NULL &&
	    io_file_read("--module", a->module_path, &module, err) != 0)
		status = cli_fail(err);
	else
		status = boot_image(a, &kernel, &module, err);
	io_file_free(&module);
	io_file_free(&file);
	return (status);
}

static int
boot(int argc, char **argv, const struct cli_builtin *builtin)
{
	struct arguments a = { .append = "",
		.memory_bytes = MACHINE_MEMORY_DEFAULT,
		.timeout_ms = 60000,
		.cpus = MACHINE_CPUS_DEFAULT };
	struct options_rest rest;
	struct hf_err err = { 0 };
	int status;

	if (!cli_options(&cli_boot, &a, argc, argv, &rest, &status))
		return (status);
	if (rest.nwords != 0) {
		err_user(&err, "unexpected argument '%s'", rest.words[0]);
		return (cli_fail(&err));
	}
	return (boot_files(&a, builtin, &err));
}

const struct cli_command cli_boot = {
	.name = "boot",
	.summary = "boot a PVH kernel and show its debug console",
	.usage = "boot [OPTION]...\n"
		 "Boots a PVH kernel with no scenarios in mind.",
	.specs = specs,
	.run = boot,
};
