/* SPDX-License-Identifier: BSD-2-Clause */
/* kvm.c: what /dev/kvm offers, and what to do when it does not. */
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <linux/kvm.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vm/kvm.h"

#define CAP(cap, must, text)                                               \
	{                                                                  \
		.number = cap, .name = #cap, .required = must, .why = text \
	}

static const struct kvm_cap caps[] = {
	CAP(KVM_CAP_USER_MEMORY, true, "guest RAM"),
	CAP(KVM_CAP_IRQCHIP, true, "in-kernel interrupt controllers"),
	CAP(KVM_CAP_EXT_CPUID, true, "CPUID as the host supports it"),
	CAP(KVM_CAP_IRQFD, true, "device interrupts without an exit"),
	CAP(KVM_CAP_IOEVENTFD, true, "device doorbells without an exit"),
	CAP(KVM_CAP_IMMEDIATE_EXIT, true,
	    "stopping a vCPU without a race (Linux 4.13 or newer)"),
	CAP(KVM_CAP_NR_VCPUS, false, "recommended number of vCPUs"),
	CAP(KVM_CAP_MAX_VCPUS, false, "greatest number of vCPUs"),
	CAP(KVM_CAP_TSC_DEADLINE_TIMER, false,
	    "TSC-deadline timer; the LAPIC one-shot timer serves without it"),
	CAP(KVM_CAP_GET_TSC_KHZ, false,
	    "TSC frequency for the guest; measured by it otherwise"),
	CAP(KVM_CAP_SYNC_MMU, false,
	    "guest memory follows the host's page tables"),
	CAP(KVM_CAP_READONLY_MEM, false, "read-only guest memory"),
	CAP(KVM_CAP_SET_GUEST_DEBUG, false, "breakpoints and single steps"),
	CAP(KVM_CAP_BINARY_STATS_FD, false, "KVM's own counters"),
	{ KVM_CAP_PRE_FAULT_MEMORY_, "KVM_CAP_PRE_FAULT_MEMORY", false,
	    "--prefault leaves no second-stage fault, either" },
	CAP(KVM_CAP_DIRTY_LOG_RING, false, "ring of dirtied pages"),
};

const struct kvm_cap *
kvm_caps(size_t *n)
{
	*n = sizeof(caps) / sizeof(caps[0]);
	return (caps);
}

int
kvm_cap_value(int kvm_fd, int number)
{
	int value;

	value = ioctl(kvm_fd, KVM_CHECK_EXTENSION, number);
	return (value < 0 ? 0 : value);
}

/*
 * The name of a group, from /etc/group itself: getgrgid would load name-service
 * modules, which a static program should not.
 */
static const char *
group_name(gid_t gid, char *buf, size_t buf_bytes)
{
	char line[512], *name, *id, *save;
	FILE *f;
	bool found = false;

	f = fopen("/etc/group", "re");
	while (f != NULL && !found && fgets(line, sizeof(line), f) != NULL) {
		name = strtok_r(line, ":", &save);
		if (name == NULL || strtok_r(NULL, ":", &save) == NULL)
			continue;
		id = strtok_r(NULL, ":", &save);
		if (id == NULL || strtoul(id, NULL, 10) != gid)
			continue;
		snprintf(buf, buf_bytes, "%s", name);
		found = true;
	}
	if (f != NULL)
		fclose(f);
	if (!found)
		snprintf(buf, buf_bytes, "gid %u", (unsigned int)gid);
	return (buf);
}

static int
explain_open(const char *path, int error, struct hf_err *err)
{
	struct stat st;
	char group[64];

	switch (error) {
	case ENOENT:
	case ENODEV:
	case ENXIO:
		return (err_user_errno(err, error,
		    "cannot open %s\n"
		    "  KVM is not available here.  On real hardware enable "
		    "VT-x or AMD-V in the\n"
		    "  firmware, then: modprobe kvm_intel (or kvm_amd).  In a "
		    "virtual machine its host\n"
		    "  must allow nested virtualization; in a container add "
		    "--device %s.\n"
		    "  The reason",
		    path, KVM_PATH));
	case EACCES:
	case EPERM:
		if (stat(path, &st) != 0)
			break;
		group_name(st.st_gid, group, sizeof(group));
		return (err_user_errno(err, error,
		    "cannot open %s (mode %04o, owner uid %u, group %s)\n"
		    "  You (uid %u) may not use KVM.  Join its group "
		    "(sudo usermod -aG %s \"$USER\", then\n"
		    "  log in again), or: sudo setfacl -m u:$USER:rw %s.\n"
		    "  The reason",
		    path, st.st_mode & 07777, st.st_uid, group, getuid(),
		    st.st_gid == 0 ? "kvm" : group, path));
	}
	return (err_user_errno(err, error, "cannot open %s", path));
}

static int
check_caps(int fd, const char *path, struct hf_err *err)
{
	size_t i;

	for (i = 0; i < sizeof(caps) / sizeof(caps[0]); i++)
		if (caps[i].required && kvm_cap_value(fd, caps[i].number) == 0)
			return (err_user(err,
			    "%s lacks %s, which holdfast needs for: %s", path,
			    caps[i].name, caps[i].why));
	return (0);
}

int
kvm_open(const char *path, struct hf_err *err)
{
	int error, fd, version;

	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return (explain_open(path, errno, err));
	version = ioctl(fd, KVM_GET_API_VERSION, 0);
	error = errno;
	if (version == KVM_API_VERSION && check_caps(fd, path, err) == 0)
		return (fd);
	close(fd);
	if (version < 0)
		return (err_user_errno(err, error, "%s is not KVM", path));
	if (version != KVM_API_VERSION)
		return (err_user(err, "%s speaks KVM API version %d, not %d",
		    path, version, KVM_API_VERSION));
	return (-1);
}
