/* SPDX-License-Identifier: BSD-2-Clause */
/* traps.c: faults of the kernel are told by name; W^X and guard pages hold. */

#include <sys/proc.h>
#include <sys/signal.h>
#include <kern/boot.h>
#include <kern/panic.h>
#include <kern/thread.h>
#include <vm/pmap.h>
#include <test/scenario.h>

static void
write_byte(void *va)
{
	*(volatile char *)va = 1;
}

static void
read_byte(void *va)
{
	(void)*(volatile char *)va;
}

static void
jump_to(void *va)
{
	((void (*)(void))va)();
}

static void
divide_by_zero(void *arg)
{
	__asm__ __volatile__("divl %0" : : "r"(0), "a"(1), "d"(0) : "cc");
}

static void
undefined_opcode(void *arg)
{
	__asm__ __volatile__("ud2");
}

static void
not_canonical(void *arg)
{
	(void)*(volatile char *)0x8000000000000000ul;
}

HF_SCENARIO(kern_trap_names, "kern.trap_names", "",
    "an exception in the kernel panics with its name", .flags = HF_NEEDS_MMU)
{
	hf_expect_trap(divide_by_zero, NULL, "divide error");
	/* Which an assertion must not be. */
	hf_expect(hf_panic_was_trap());
	hf_expect_trap(undefined_opcode, NULL, "invalid opcode");
	hf_expect_trap(not_canonical, NULL, "general protection fault");
}

/* One instruction that returns, in the data segment. */
static char ret_in_data[16] = { (char)0xc3 };

HF_SCENARIO(kern_wx, "kern.wx", "",
    "kernel text and constants cannot be written, data cannot be run",
    .flags = HF_NEEDS_MMU)
{
	static const char constant[16] = "constant";
	char on_stack[16] = { (char)0xc3 };

	hf_expect_trap(write_byte, hf_text_start, "write of address");
	hf_expect_trap(
	    write_byte, __DECONST(char *, constant), "write of address");
	hf_expect_trap(jump_to, ret_in_data, "fetch of address");
	hf_expect_trap(jump_to, on_stack, "fetch of address");
	/* The direct map is a second way to the same bytes: no execution. */
	hf_expect_trap(jump_to,
	    (void *)PHYS_TO_DMAP((vm_offset_t)hf_text_start - KERNBASE),
	    "fetch of address");
}

static void
own_guard(void *arg)
{
	vm_offset_t *guard = arg;

	*guard = curthread->td_kstack - 1;
	*(volatile char *)curthread->td_kstack = 1;
}

HF_SCENARIO(kern_stack_guard, "kern.stack_guard", "",
    "the page below a kernel stack is not mapped", .flags = HF_NEEDS_MMU)
{
	struct thread *td;
	vm_offset_t guard = 0;

	hf_expect_trap(
	    read_byte, (void *)(thread0.td_kstack - 1), "read of address");
	td = hf_thread_create(own_guard, &guard, "stack", -1);
	/* The stack exists until the join. */
	while (atomic_load_acq_64((uint64_t *)&guard) == 0)
		hf_yield();
	hf_expect_eq(hf_pmap_leaf(kernel_pmap, guard), 0);
	hf_expect_ne(hf_pmap_leaf(kernel_pmap, guard + 1), 0);
	hf_thread_join(td);
}

HF_SCENARIO(kern_user_touch, "kern.user_touch", "FT-72",
    "the kernel touching user memory outside copyin is fatal",
    .flags = HF_NEEDS_MMU)
{
	hf_expect_trap(read_byte, (void *)0x1234567ul, "0x1234567");
	hf_expect_trap(write_byte, (void *)0x1234567ul, "recovery address");
	hf_expect_trap(read_byte, NULL, "recovery address");
}

HF_SCENARIO(kern_copyin_range, "kern.copyin_range", "FT-08",
    "copyin and its kin refuse what is not user memory, without a panic")
{
	char buf[16];
	int64_t v = 0;

	hf_expect_eq(copyin((void *)VM_MAXUSER_ADDRESS, buf, 1), EFAULT);
	hf_expect_eq(curthread->td_fault_signo, SIGSEGV);
	hf_expect_eq(curthread->td_fault_code, SEGV_MAPERR);
	hf_expect_eq(copyin((void *)(VM_MAXUSER_ADDRESS - 1), buf, 2), EFAULT);
	hf_expect_eq(copyin((void *)UINT64_MAX, buf, 16), EFAULT);
	hf_expect_eq(copyout(buf, (void *)KERNBASE, 16), EFAULT);
	hf_expect_eq(copyin((void *)KERNBASE, buf, 0), 0);
	hf_expect_eq(fubyte((void *)KERNBASE), -1);
	hf_expect_eq(subyte((void *)KERNBASE, 1), -1);
	hf_expect_eq(fuword64((void *)KERNBASE, &v), -1);
	hf_expect_eq(suword64((void *)KERNBASE, 1), -1);
}

HF_SCENARIO(kern_copyin_unmapped, "kern.copyin_unmapped", "FT-08",
    "copyin from an address space with nothing in it is EFAULT",
    .flags = HF_NEEDS_MMU)
{
	char buf[16];

	hf_expect_eq(copyin((void *)0x400010, buf, 16), EFAULT);
	hf_expect_eq(curthread->td_fault_addr, 0x400010);
	hf_expect_eq(fubyte((void *)0x400010), -1);
	hf_expect_eq(copyout(buf, (void *)0x500000, 16), EFAULT);
	hf_expect_eq(curthread->td_fault_addr, 0x500000);
	hf_expect_eq(curthread->td_fault_signo, SIGSEGV);
}
