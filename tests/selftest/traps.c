/* SPDX-License-Identifier: BSD-2-Clause */
/* traps.c: scenarios that die of an exception, with registers that are known. */
#include <sys/param.h>
#include <sys/systm.h>
#include <kern/thread.h>
#include <machine/cpufunc.h>
#include <machine/vmparam.h>
#include <test/scenario.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <arch/amd64/pmap_priv.h>

/* A hole in the kernel's half that nothing ever maps. */
#define NOWHERE 0xfffffeee00001000ul

/*
 * Sets registers to values that selftest.sh looks for, then does it with %rax
 * as given.
 */
#define DIE(insn, rax)                                        \
	__asm__ volatile("movabs $0xb1b1b1b1, %%rbx\n\t"      \
			 "movabs $0xc1c1c1c1, %%rcx\n\t"      \
			 "movabs $0x8181818181, %%r8\n\t"     \
			 "movabs $0xcccc0c0c, %%r12\n\t"      \
			 "movabs $0xffff0f0f, %%r15\n\t" insn \
			 :                                    \
			 : "a"(rax)                           \
			 : "rbx", "rcx", "rdx", "r8", "r12", "r15", "memory")

static const char constant[16] = "constant";
static char ret_in_data[16] = { (char)0xc3 };

/* Bit 51 is reserved where physical addresses are shorter (SDM 3A, 4.1.4). */
#define PTE_RESERVED (1ul << 51)

HF_SCENARIO(selftest_die_null, "selftest.die_null", "", "reads through NULL")
{
	DIE("movq 0x10(%%rax), %%rdx", 0ul);
}

HF_SCENARIO(selftest_die_unmapped, "selftest.die_unmapped", "",
    "writes where nothing is mapped")
{
	DIE("movb $1, (%%rax)", NOWHERE);
}

HF_SCENARIO(
    selftest_die_readonly, "selftest.die_readonly", "", "writes to a constant")
{
	DIE("movb $1, (%%rax)", constant);
}

HF_SCENARIO(selftest_die_reserved, "selftest.die_reserved", "",
    "reads a page whose entry has a reserved bit")
{
	static char page[PAGE_SIZE] __aligned(PAGE_SIZE);
	uint32_t regs[4];

	do_cpuid(0x80000008, 0, regs);
	if ((regs[0] & 0xff) > 51)
		hf_skip("bit 51 of an address is a good one here");
	*pmap_pte(kernel_pmap, (vm_offset_t)page) |= PTE_RESERVED;
	invlpg((vm_offset_t)page);
	DIE("movq (%%rax), %%rdx", page);
}

/*
 * Noinline: the caller of a bad jump is what is looked for.  An empty asm after
 * a call keeps it from becoming a jump.
 */
static __noinline void
call_at(const void *to)
{
	DIE("call *%%rax", to);
}

HF_SCENARIO(selftest_die_jump_0, "selftest.die_jump_0", "", "calls 0")
{
	call_at(NULL);
	__asm__ volatile("");
}

HF_SCENARIO(selftest_die_jump_unmapped, "selftest.die_jump_unmapped", "",
    "calls where nothing is mapped")
{
	call_at((const void *)NOWHERE);
	__asm__ volatile("");
}

HF_SCENARIO(
    selftest_die_jump_data, "selftest.die_jump_data", "", "calls what is data")
{
	call_at(ret_in_data);
	__asm__ volatile("");
}

HF_SCENARIO(selftest_die_noncanonical, "selftest.die_noncanonical", "",
    "reads an address that is none")
{
	DIE("movq (%%rax), %%rdx", 0x8000000000000000ul);
}

HF_SCENARIO(selftest_die_divide, "selftest.die_divide", "", "divides by zero")
{
	DIE("xorl %%edx, %%edx; movl $0, %%ecx; divl %%ecx", 7ul);
}

HF_SCENARIO(selftest_die_undefined, "selftest.die_undefined", "",
    "executes what is no instruction")
{
	DIE("ud2", 0ul);
}

/* Every level keeps 256 bytes. */
static __noinline int
deeper(int level)
{
	volatile char room[256];

	room[level & 0xff] = (char)level;
	if (level < 0)
		return (0);
	level = deeper(level + 1) + room[0];
	__asm__ volatile("" : "+r"(level));
	return (level);
}

static void
deeper_main(void *arg)
{
	deeper(0);
	__asm__ volatile("");
}

HF_SCENARIO(selftest_die_overflow, "selftest.die_overflow", "",
    "calls itself until its stack is full")
{
	deeper(0);
	__asm__ volatile("");
}

HF_SCENARIO(selftest_die_overflow_thread, "selftest.die_overflow_thread", "",
    "lets another thread call itself until its stack is full")
{
	hf_thread_join(hf_thread_create(deeper_main, NULL, "deep", -1));
}

HF_SCENARIO(selftest_die_tables, "selftest.die_tables", "",
    "clears the kernel's part of its page tables")
{
	uint64_t *root = (uint64_t *)PHYS_TO_DMAP(rcr3() & ~0xffful);

	root[511] = 0;
	load_cr3(rcr3());
	panic("selftest: nobody will read this");
}

static volatile int spinner_spins;

static __noinline void
spin_for_ever(void)
{
	spinner_spins = 1;
	for (;;)
		cpu_spinwait();
}

static void
spinner_main(void *arg)
{
	spin_for_ever();
}

HF_SCENARIO(selftest_die_other_cpu, "selftest.die_other_cpu", "",
    "panics while another CPU is busy", .flags = HF_NEEDS_SMP)
{
	hf_smp_wait();
	(void)hf_thread_create(
	    spinner_main, NULL, "spinner", curcpu == 0 ? 1 : 0);
	while (spinner_spins == 0)
		hf_yield();
	panic("selftest: beside a spinner");
}
