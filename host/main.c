/* SPDX-License-Identifier: BSD-2-Clause */
/* main.c: arguments in, exit status out. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi.h"
#include "core/err.h"
#include "core/io.h"
#include "core/log.h"
#include "core/units.h"
#include "dev/bus.h"
#include "dev/console.h"
#include "dev/debug_exit.h"
#include "vm/vm.h"

extern const char hf_guest_image[], hf_guest_image_end[];

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

static void
print_cpu(unsigned int i, const struct vm_cpu_state *s)
{
	fprintf(stderr,
	    "cpu %u%s rip %016lx rsp %016lx rbp %016lx rflags %08lx\n"
	    "  rax %016lx rbx %016lx rcx %016lx rdx %016lx\n"
	    "  rsi %016lx rdi %016lx r8  %016lx r9  %016lx\n"
	    "  cr0 %08lx cr2 %016lx cr3 %09lx cr4 %08lx efer %04lx cs %x\n",
	    i, s->waiting ? " (never started)" : "", s->rip, s->rsp, s->rbp,
	    s->rflags, s->rax, s->rbx, s->rcx, s->rdx, s->rsi, s->rdi, s->r8,
	    s->r9, s->cr0, s->cr2, s->cr3, s->cr4, s->efer, s->cs.selector);
}

static int
boot(const struct vm_config *base, const struct vm_image *kernel,
    const struct io_file *plan, const char *cmdline, int timeout_ms)
{
	struct vm_config cfg = *base;
	struct hf_err err = { 0 };
	struct vm *vm = NULL;
	const struct vm_end *end;
	struct bus *bus = bus_new();
	struct console *con = console_new(bus, print_console, NULL);
	struct debug_exit *de = debug_exit_new(bus, guest_exit, &vm);
	unsigned int i;
	int status = EXITCODE_DIED;

	cfg.io =
	    (struct vm_io_ops){ .arg = bus, .pio = bus_pio, .mmio = bus_mmio };
	vm = vm_create(&cfg, &err);
	if (vm == NULL ||
	    vm_load(vm, kernel, plan->bytes, plan->len_bytes, cmdline, &err) !=
		0 ||
	    vm_start(vm, &err) != 0) {
		log_error("%s", err.text);
		status = err.status;
	} else {
		vm_wait(vm, timeout_ms);
		vm_stop(vm);
		end = vm_end(vm);
		fprintf(stderr, "end: %s, cpu %u, value %u, errno %d: %s\n",
		    vm_end_name(end->reason), end->cpu, end->guest_value,
		    end->error, end->text);
		if (end->reason == VM_END_GUEST_EXIT &&
		    end->guest_value == HF_EXIT_DONE)
			status = EXITCODE_OK;
		else if (end->reason == VM_END_STOPPED)
			status = EXITCODE_TIMEOUT;
		for (i = 0; status != EXITCODE_OK && i < end->ncpus; i++)
			print_cpu(i, &end->cpus[i]);
	}
	vm_destroy(vm);
	bus_free(bus);
	console_free(con);
	debug_exit_free(de);
	return (status);
}

static const struct option options[] = {
	{ "kernel", required_argument, NULL, 'k' },
	{ "plan", required_argument, NULL, 'p' },
	{ "memory", required_argument, NULL, 'm' },
	{ "cpus", required_argument, NULL, 'c' },
	{ "append", required_argument, NULL, 'a' },
	{ "timeout", required_argument, NULL, 't' },
	{ NULL, 0, NULL, 0 },
};

int
main(int argc, char **argv)
{
	struct vm_config cfg = { .memory_bytes = 64ull << 20, .ncpus = 2 };
	struct vm_image kernel = { .bytes = hf_guest_image,
		.len_bytes = hf_guest_image_end - hf_guest_image,
		.name = "built-in guest" };
	struct io_file file = { 0 }, plan = { 0 };
	struct hf_err err = { 0 };
	const char *cmdline = "";
	uint64_t n, timeout_ms = 60000;
	int c, status;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'k' &&
		    io_file_map("--kernel", optarg, &file, &err) == 0)
			kernel = (struct vm_image){ .bytes = file.bytes,
				.len_bytes = file.len_bytes,
				.name = optarg };
		else if (c == 'p')
			(void)io_file_map("--plan", optarg, &plan, &err);
		else if (c == 'm' &&
		    units_parse_bytes(optarg, &cfg.memory_bytes) != 0)
			err_user(&err, "--memory %s: not a size", optarg);
		else if (c == 'c' && units_parse_u64(optarg, &n) == 0)
			cfg.ncpus = n;
		else if (c == 'a')
			cmdline = optarg;
		else if (c == 't' &&
		    units_parse_duration_ms(optarg, &timeout_ms) != 0)
			err_user(&err, "--timeout %s: not a time", optarg);
		else if (c == '?')
			return (EXITCODE_USAGE);
	}
	if (err.status != EXITCODE_OK) {
		log_error("%s", err.text);
		return (err.status);
	}
	if (optind + 1 != argc || strcmp(argv[optind], "boot") != 0) {
		log_error("usage: holdfast boot [--kernel FILE] [--plan FILE] "
			  "[--memory SIZE] [--cpus N] [--append TEXT] "
			  "[--timeout TIME]");
		return (EXITCODE_USAGE);
	}
	status = boot(&cfg, &kernel, &plan, cmdline, timeout_ms);
	io_file_free(&plan);
	io_file_free(&file);
	return (status);
}
