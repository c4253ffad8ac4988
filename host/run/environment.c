/* SPDX-License-Identifier: BSD-2-Clause */
/* environment.c: vendor module, second stage, host kernel, CPU. */
#include "run/environment.h"

#include <cpuid.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define CPUID_EXTENDED_MAX 0x80000000u
#define CPUID_BRAND_FIRST  0x80000002u
#define CPUID_BRAND_LAST   0x80000004u
#define CPUID_HYGON_ECX	   0x656e6975u /* "uine" */

/* First byte of a module parameter; '\0' when there is no such thing. */
static char
read_parameter(const char *path)
{
	char c = '\0';
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return ('\0');
	if (read(fd, &c, 1) != 1)
		c = '\0';
	close(fd);
	return (c);
}

static void
ask_cpu(unsigned int leaf, unsigned int regs[4])
{
	__cpuid(leaf, regs[0], regs[1], regs[2], regs[3]);
}

void
environment_brand(environment_cpuid_fn *ask, char *out, size_t out_bytes)
{
	unsigned int r[13] = { 0 };
	const char *p = (const char *)r;

	snprintf(out, out_bytes, "unknown CPU");
	ask(CPUID_EXTENDED_MAX, r);
	if (r[0] < CPUID_BRAND_LAST)
		return;
	for (unsigned int i = 0; i <= CPUID_BRAND_LAST - CPUID_BRAND_FIRST; i++)
		ask(CPUID_BRAND_FIRST + i, r + 4 * i);
	while (*p == ' ')
		p++;
	if (*p != '\0')
		snprintf(out, out_bytes, "%s", p);
	for (size_t n = strlen(out); n > 0 && out[n - 1] == ' '; n--)
		out[n - 1] = '\0';
}

const char *
second_stage_name(enum second_stage s)
{
	switch (s) {
	case SECOND_STAGE_EPT:
		return ("EPT");
	case SECOND_STAGE_NPT:
		return ("NPT");
	case SECOND_STAGE_SHADOW:
		return ("shadow paging");
	case SECOND_STAGE_UNKNOWN:
		break;
	}
	return ("second stage unknown");
}

/* "AuthenticAMD" or "HygonGenuine": CPUID leaf 0, ECX. */
static bool
is_amd(void)
{
	unsigned int a, b, c, d;

	return (__get_cpuid(0, &a, &b, &c, &d) != 0 &&
	    (c == signature_AMD_ecx || c == CPUID_HYGON_ECX));
}

/*
 * A module of another KVM: "kvm_" and anything.  kvm_pvm has no second stage to
 * ask about; of others nothing is known.
 */
static void
find_other_module(struct environment *e)
{
	DIR *d = opendir("/sys/module");
	const struct dirent *entry;

	while (d != NULL && (entry = readdir(d)) != NULL) {
		if (strncmp(entry->d_name, "kvm_", 4) != 0)
			continue;
		snprintf(e->vendor_module, sizeof(e->vendor_module), "%.31s",
		    entry->d_name);
		if (strcmp(entry->d_name, "kvm_pvm") == 0)
			e->second_stage = SECOND_STAGE_SHADOW;
	}
	if (d != NULL)
		closedir(d);
}

static void
read_module(struct environment *e)
{
	static const struct {
		const char *module, *path;
		enum second_stage stage;
	} modules[] = {
		{ "kvm_intel", "/sys/module/kvm_intel/parameters/ept",
		    SECOND_STAGE_EPT },
		{ "kvm_amd", "/sys/module/kvm_amd/parameters/npt",
		    SECOND_STAGE_NPT },
	};

	size_t n = sizeof(modules) / sizeof(modules[0]);
	/* The likelier one first. */
	size_t first = is_amd() ? 1 : 0;

	for (size_t tried = 0; tried < n; tried++) {
		size_t i = (first + tried) % n;
		char c = read_parameter(modules[i].path);

		if (c == '\0')
			continue;
		snprintf(e->vendor_module, sizeof(e->vendor_module), "%s",
		    modules[i].module);
		e->second_stage = c == 'Y' || c == '1' ? modules[i].stage
						       : SECOND_STAGE_SHADOW;
		return;
	}
	find_other_module(e);
}

void
environment_read(struct environment *e)
{
	struct utsname u;

	memset(e, 0, sizeof(*e));
	read_module(e);
	snprintf(e->accelerator, sizeof(e->accelerator), "KVM (%s, %s)",
	    e->vendor_module[0] != '\0' ? e->vendor_module
					: "vendor module unknown",
	    second_stage_name(e->second_stage));
	if (uname(&u) == 0)
		snprintf(e->host_kernel, sizeof(e->host_kernel), "%s %s",
		    u.sysname, u.release);
	environment_brand(ask_cpu, e->cpu, sizeof(e->cpu));
}

bool
environment_is_virtual(void)
{
	unsigned int a, b, c, d;

	return (__get_cpuid(1, &a, &b, &c, &d) != 0 && (c & (1u << 31)) != 0);
}
