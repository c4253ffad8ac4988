/* SPDX-License-Identifier: BSD-2-Clause */
/* info.c: holdfast info. */
#include <linux/kvm.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "blk/blk.h"
#include "cli/cli.h"
#include "cli/disks.h"
#include "measure/clock.h"
#include "cli/options.h"
#include "run/environment.h"
#include "vm/kvm.h"
#include "vm/ring0_speed.h"

static const struct option_spec specs[] = { { 0 } };

static void
print_second_stage(const struct environment *e)
{
	printf("vendor module  %s\n",
	    e->vendor_module[0] != '\0'
		? e->vendor_module
		: "cannot tell: no kvm_* module under /sys/module");
	switch (e->second_stage) {
	case SECOND_STAGE_EPT:
	case SECOND_STAGE_NPT:
		printf(
		    "second stage   %s\n", second_stage_name(e->second_stage));
		break;
	case SECOND_STAGE_SHADOW:
		printf("second stage   none: shadow paging, the host emulates "
		       "every change of a guest page table\n");
		break;
	case SECOND_STAGE_UNKNOWN:
		printf(
		    "second stage   cannot tell: EPT, NPT or shadow paging\n");
		break;
	}
}

static void
print_tsc(int kvm_fd)
{
	int vm_fd = kvm_fd >= 0 ? ioctl(kvm_fd, KVM_CREATE_VM, 0ul) : -1;
	int cpu_fd = vm_fd >= 0 ? ioctl(vm_fd, KVM_CREATE_VCPU, 0ul) : -1;
	int khz = cpu_fd >= 0 ? ioctl(cpu_fd, KVM_GET_TSC_KHZ, 0) : 0;

	printf("TSC            %s",
	    clock_tsc_is_invariant() ? "invariant" : "not invariant");
	if (khz > 0)
		printf(", %d.%03d MHz", khz / 1000, khz % 1000);
	putchar('\n');
	if (cpu_fd >= 0)
		close(cpu_fd);
	if (vm_fd >= 0)
		close(vm_fd);
}

static void
print_ring0(int kvm_fd)
{
	struct ring0_speed speed;

	if (!ring0_speed_measure(kvm_fd, &speed))
		printf("ring 0         cannot tell: no guest ran a loop\n");
	else if (speed.emulated)
		printf("ring 0         emulated by the host: %.0f ns an "
		       "instruction, this program needs %.2f\n",
		    speed.guest_ns, speed.host_ns);
	else
		printf("ring 0         run by the processor (%.2f ns an "
		       "instruction)\n",
		    speed.guest_ns);
}

static void
print_caps(int kvm_fd)
{
	const struct kvm_cap *caps;
	size_t n;

	caps = kvm_caps(&n);
	printf("capabilities\n");
	for (size_t i = 0; i < n; i++) {
		int value = kvm_cap_value(kvm_fd, caps[i].number);

		printf("  %-28s %-6d %s%s\n", caps[i].name, value, caps[i].why,
		    value != 0		   ? ""
			: caps[i].required ? " (MISSING, needed)"
					   : " (missing)");
	}
}

static void
print_default_disk(const char *what, unsigned int i)
{
	const char *path = cli_default_disk(i);

	printf("%-14s %s\n", what,
	    path != NULL ? path : "neither beside the program nor installed");
}

static int
info(int argc, char **argv, const struct cli_builtin *builtin)
{
	struct options_rest rest;
	struct environment e;
	struct hf_err kvm_err = { 0 };
	const char *why;
	int kvm_fd, status;

	if (!cli_options(&cli_info, NULL, argc, argv, &rest, &status))
		return (status);
	environment_read(&e);
	kvm_fd = kvm_open(KVM_PATH, &kvm_err);
	printf("holdfast       %s\n", HF_VERSION);
	printf("KVM            %s\n",
	    kvm_fd >= 0 ? KVM_PATH " can be used" : kvm_err.text);
	if (kvm_fd >= 0)
		printf("API version    %d\n",
		    ioctl(kvm_fd, KVM_GET_API_VERSION, 0));
	print_second_stage(&e);
	printf("CPU            %s\n", e.cpu);
	if (kvm_fd >= 0)
		print_ring0(kvm_fd);
	print_tsc(kvm_fd);
	printf("host kernel    %s\n", e.host_kernel);
	why = blk_uring_refusal();
	printf("io_uring       %s\n", why == NULL ? "can be used" : why);
	print_default_disk("default disk", 0);
	print_default_disk("second disk", 1);
	if (kvm_fd >= 0) {
		print_caps(kvm_fd);
		close(kvm_fd);
	}
	status = cli_finish_output();
	/* Not what this machine offers, but what this process may have. */
	if (kvm_fd < 0 && kvm_err.status == EXITCODE_HARNESS)
		cli_fail(&kvm_err);
	return (kvm_fd >= 0 ? status : (int)kvm_err.status);
}

const struct cli_command cli_info = {
	.name = "info",
	.summary = "show what this machine offers",
	.usage = "info\n"
		 "Shows what this machine offers, what is missing and how to "
		 "get it.\nExit status 2: no guest can run here.",
	.specs = specs,
	.run = info,
};
