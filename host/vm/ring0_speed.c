/* SPDX-License-Identifier: BSD-2-Clause */
/* ring0_speed.c: time a counting loop in a guest of one page, and here. */
#include "vm/ring0_speed.h"
#include "core/monotonic.h"

#include <sys/ioctl.h>
#include <sys/mman.h>

#include <linux/kvm.h>
#include <string.h>
#include <unistd.h>

#define PAGE_BYTES 4096u
#define LOOPS	   4000u /* 8 ms where an instruction takes a microsecond */
#define TRIES	   3

struct loop_guest {
	int vm_fd, cpu_fd;
	void *page;
	struct kvm_run *run;
	size_t run_bytes;
};

/* Real mode: "dec %ecx; jnz" LOOPS times, then HLT. */
static const uint8_t code[] = { 0x66, 0x49, 0x75, 0xfc, 0xf4 };

static void
guest_close(struct loop_guest *g)
{
	if (g->run != NULL)
		munmap(g->run, g->run_bytes);
	if (g->cpu_fd >= 0)
		close(g->cpu_fd);
	if (g->vm_fd >= 0)
		close(g->vm_fd);
	if (g->page != NULL)
		munmap(g->page, PAGE_BYTES);
}

static bool
guest_open(struct loop_guest *g, int kvm_fd)
{
	struct kvm_userspace_memory_region region = { .memory_size =
							  PAGE_BYTES };
	void *p;
	int bytes;

	p = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return (false);
	g->page = p;
	memcpy(p, code, sizeof(code));
	region.userspace_addr = (uint64_t)(uintptr_t)p;
	g->vm_fd = ioctl(kvm_fd, KVM_CREATE_VM, 0ul);
	if (g->vm_fd < 0 ||
	    ioctl(g->vm_fd, KVM_SET_USER_MEMORY_REGION, &region) != 0)
		return (false);
	/* Intel without unrestricted guest needs room for its page table. */
	(void)ioctl(g->vm_fd, KVM_SET_TSS_ADDR, 0xfffbd000ul);
	g->cpu_fd = ioctl(g->vm_fd, KVM_CREATE_VCPU, 0ul);
	bytes = ioctl(kvm_fd, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (g->cpu_fd < 0 || bytes <= 0)
		return (false);
	g->run_bytes = (size_t)bytes;
	p = mmap(NULL, g->run_bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
	    g->cpu_fd, 0);
	if (p == MAP_FAILED)
		return (false);
	g->run = p;
	return (true);
}

/* Nanoseconds from the first instruction to HLT; 0: it did not get there. */
static uint64_t
guest_loop_ns(struct loop_guest *g)
{
	struct kvm_regs regs = { .rcx = LOOPS, .rflags = 2 };
	struct kvm_sregs sregs;
	uint64_t start;

	if (ioctl(g->cpu_fd, KVM_GET_SREGS, &sregs) != 0)
		return (0);
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	if (ioctl(g->cpu_fd, KVM_SET_SREGS, &sregs) != 0 ||
	    ioctl(g->cpu_fd, KVM_SET_REGS, &regs) != 0)
		return (0);
	start = monotonic_ns();
	if (ioctl(g->cpu_fd, KVM_RUN, 0) != 0 ||
	    g->run->exit_reason != KVM_EXIT_HLT)
		return (0);
	return (monotonic_ns() - start);
}

static uint64_t
host_loop_ns(void)
{
	uint64_t start = monotonic_ns();
	/* As often again as lets the clock see it. */
	uint32_t n = LOOPS * 64;

	__asm__ __volatile__("1: decl %0; jnz 1b" : "+r"(n) : : "cc");
	return (monotonic_ns() - start);
}

bool
ring0_speed_measure(int kvm_fd, struct ring0_speed *out)
{
	struct loop_guest g = { .vm_fd = -1, .cpu_fd = -1 };
	uint64_t guest = UINT64_MAX, host = UINT64_MAX, t;
	bool ok = guest_open(&g, kvm_fd);

	for (int i = 0; i < TRIES && ok; i++) {
		t = guest_loop_ns(&g);
		ok = t != 0;
		guest = t < guest ? t : guest;
		t = host_loop_ns();
		host = t < host ? t : host;
	}
	guest_close(&g);
	if (!ok)
		return (false);
	out->guest_ns = (double)guest / (2.0 * LOOPS);
	out->host_ns = (double)host / (2.0 * 64 * LOOPS);
	out->emulated = out->guest_ns > RING0_EMULATED_RATIO * out->host_ns;
	return (true);
}
