/* SPDX-License-Identifier: BSD-2-Clause */
/* memory.c: the host memory behind guest RAM. */
#include <sys/mman.h>
#include <sys/sysinfo.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "abi.h"
#include "core/units.h"
#include "vm/memory.h"

#define HUGEPAGE_BYTES (UINT64_C(2) << 20)
#define THP_PATH       "/sys/kernel/mm/transparent_hugepage/enabled"

#ifndef MFD_HUGE_2MB
#define MFD_HUGE_2MB (21u << 26)
#endif
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

int
memory_check(const struct vm_config *cfg, struct hf_err *err)
{
	uint64_t unit_bytes, host_bytes;
	struct sysinfo si;
	char a[32], b[32];

	unit_bytes = cfg->hugepages == VM_HUGEPAGES_HUGETLB ? HUGEPAGE_BYTES
							    : VM_PAGE_BYTES;
	units_format_bytes(cfg->memory_bytes, a, sizeof(a));
	if (cfg->memory_bytes < VM_MEMORY_MIN)
		return (err_user(err, "--memory %s: too small, at least %s", a,
		    units_format_bytes(VM_MEMORY_MIN, b, sizeof(b))));
	if (cfg->memory_bytes > VM_MEMORY_MAX)
		return (err_user(err, "--memory %s: too large, at most %s", a,
		    units_format_bytes(VM_MEMORY_MAX, b, sizeof(b))));
	if (cfg->memory_bytes % unit_bytes != 0)
		return (err_user(err, "--memory %s: not a multiple of %s", a,
		    units_format_bytes(unit_bytes, b, sizeof(b))));
	if (sysinfo(&si) == 0) {
		host_bytes =
		    (uint64_t)(si.totalram + si.totalswap) * si.mem_unit;
		if (cfg->memory_bytes > host_bytes)
			return (err_user(err,
			    "--memory %s: too large, this host has %" PRIu64
			    " MiB with swap",
			    a, host_bytes >> 20));
	}
	return (0);
}

/* THP is a system setting: say so instead of not doing it. */
static int
check_thp(struct hf_err *err)
{
	char text[128];
	ssize_t n;
	int fd;

	fd = open(THP_PATH, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return (err_user_errno(err, errno,
		    "--hugepages thp: this kernel has no transparent huge "
		    "pages: %s",
		    THP_PATH));
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	if (strstr(text, "[never]") != NULL)
		return (err_user(err,
		    "--hugepages thp: switched off on this host; to allow it: "
		    "echo madvise | sudo tee %s",
		    THP_PATH));
	return (0);
}

static int
advise(struct memory *mem, const struct vm_config *cfg, struct hf_err *err)
{
	volatile char *p;
	uint64_t off;

	if (cfg->hugepages == VM_HUGEPAGES_THP &&
	    madvise(mem->host, mem->len_bytes, MADV_HUGEPAGE) != 0)
		return (err_user_errno(err, errno, "--hugepages thp"));
	/* EINVAL: a kernel built without THP, which is as good. */
	if (cfg->hugepages == VM_HUGEPAGES_OFF &&
	    madvise(mem->host, mem->len_bytes, MADV_NOHUGEPAGE) != 0 &&
	    errno != EINVAL)
		return (err_host_errno(err, errno, "MADV_NOHUGEPAGE"));
	if (!cfg->prefault)
		return (0);
	if (madvise(mem->host, mem->len_bytes, MADV_POPULATE_WRITE) == 0)
		return (0);
	if (errno != EINVAL)
		return (err_user_errno(err, errno, "--prefault"));
	/* Before Linux 5.14. */
	p = mem->host;
	for (off = 0; off < mem->len_bytes; off += VM_PAGE_BYTES)
		p[off] = 0;
	return (0);
}

static int
map_hugetlb(struct memory *mem, struct hf_err *err)
{
	int error, fd;

	fd = memfd_create(
	    "holdfast-ram", MFD_CLOEXEC | MFD_HUGETLB | MFD_HUGE_2MB);
	if (fd < 0)
		return (err_user_errno(
		    err, errno, "--hugepages hugetlb: memfd_create"));
	mem->host = MAP_FAILED;
	if (ftruncate(fd, mem->len_bytes) == 0)
		mem->host = mmap(NULL, mem->len_bytes, PROT_READ | PROT_WRITE,
		    MAP_SHARED, fd, 0);
	error = errno;
	/* The mapping keeps it. */
	close(fd);
	if (mem->host != MAP_FAILED)
		return (0);
	return (err_user(err,
	    "--hugepages hugetlb: the host has too few free 2 MiB pages; to "
	    "reserve them: sudo sysctl vm.nr_hugepages=%" PRIu64 ": %s",
	    mem->len_bytes / HUGEPAGE_BYTES, strerror(error)));
}

/*
 * Anonymous: a first touch, and the end, cost less than those of a memfd, whose
 * huge pages would need a setting of their own as well (shmem_enabled), off
 * nearly everywhere.
 */
static int
map_anonymous(struct memory *mem, uint64_t align_bytes, struct hf_err *err)
{
	uint64_t slack_bytes = align_bytes - VM_PAGE_BYTES, head_bytes;
	char *p;

	p = mmap(NULL, mem->len_bytes + slack_bytes, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return (err_user_errno(err, errno,
		    "--memory: mapping %" PRIu64 " bytes", mem->len_bytes));
	head_bytes = -(uintptr_t)p % align_bytes;
	if (head_bytes > 0)
		munmap(p, head_bytes);
	mem->host = p + head_bytes;
	if (head_bytes < slack_bytes)
		munmap(
		    p + head_bytes + mem->len_bytes, slack_bytes - head_bytes);
	return (0);
}

/* As cfg wants it. */
static int
map_memory(struct memory *mem, const struct vm_config *cfg, struct hf_err *err)
{
	switch (cfg->hugepages) {
	case VM_HUGEPAGES_OFF:
		return (map_anonymous(mem, VM_PAGE_BYTES, err));
	case VM_HUGEPAGES_THP:
		if (check_thp(err) != 0)
			return (-1);
		return (map_anonymous(mem, HUGEPAGE_BYTES, err));
	case VM_HUGEPAGES_HUGETLB:
		break;
	}
	return (map_hugetlb(mem, err));
}

int
memory_init(struct memory *mem, const struct vm_config *cfg, struct hf_err *err)
{
	struct guestmem_region regions[2];
	uint64_t low_bytes;
	unsigned int n = 1;

	if (memory_check(cfg, err) != 0)
		return (-1);
	mem->len_bytes = cfg->memory_bytes;
	if (map_memory(mem, cfg, err) != 0)
		return (-1);
	if (advise(mem, cfg, err) != 0) {
		munmap(mem->host, mem->len_bytes);
		return (-1);
	}
	low_bytes = mem->len_bytes < HF_MMIO_HOLE_START ? mem->len_bytes
							: HF_MMIO_HOLE_START;
	regions[0].base = gpa_make(0);
	regions[0].len_bytes = low_bytes;
	regions[0].host = mem->host;
	if (mem->len_bytes > low_bytes) {
		regions[1].base = gpa_make(HF_MMIO_HOLE_END);
		regions[1].len_bytes = mem->len_bytes - low_bytes;
		regions[1].host = (char *)mem->host + low_bytes;
		n = 2;
	}
	mem->guestmem = guestmem_new(regions, n);
	return (0);
}

void
memory_fini(struct memory *mem)
{
	if (mem->guestmem == NULL)
		return;
	guestmem_free(mem->guestmem);
	munmap(mem->host, mem->len_bytes);
	mem->guestmem = NULL;
}
