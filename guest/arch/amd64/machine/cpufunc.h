/* SPDX-License-Identifier: BSD-2-Clause */
/* cpufunc.h: single amd64 instructions as functions. */

#ifndef HF_AMD64_MACHINE_CPUFUNC_H
#define HF_AMD64_MACHINE_CPUFUNC_H

#include <sys/types.h>
#include <sys/cdefs.h>

static inline void
cpu_spinwait(void)
{
	__asm__ __volatile__("pause" : : : "memory");
}

static inline void
disable_intr(void)
{
	__asm__ __volatile__("cli" : : : "memory");
}

static inline void
enable_intr(void)
{
	__asm__ __volatile__("sti" : : : "memory");
}

static inline uint64_t
read_rflags(void)
{
	uint64_t v;

	__asm__ __volatile__("pushfq; popq %0" : "=r"(v));
	return (v);
}

static inline void
write_rflags(uint64_t v)
{
	__asm__ __volatile__("pushq %0; popfq" : : "r"(v) : "memory", "cc");
}

/* Interrupts off; returns what intr_restore() takes. */
static inline register_t
intr_disable(void)
{
	register_t flags = read_rflags();

	disable_intr();
	return (flags);
}

static inline void
intr_restore(register_t flags)
{
	write_rflags(flags);
}

/* sti takes effect after hlt: no wake-up is lost between the two. */
static inline void
hf_sti_hlt(void)
{
	__asm__ __volatile__("sti; hlt" : : : "memory");
}

static inline void
halt(void)
{
	__asm__ __volatile__("hlt" : : : "memory");
}

#define HF_READ_CR(name, cr)                                         \
	static inline uint64_t name(void)                            \
	{                                                            \
		uint64_t v;                                          \
                                                                     \
		__asm__ __volatile__("movq %%" cr ", %0" : "=r"(v)); \
		return (v);                                          \
	}

#define HF_LOAD_CR(name, cr)                                                  \
	static inline void name(uint64_t v)                                   \
	{                                                                     \
		__asm__ __volatile__("movq %0, %%" cr : : "r"(v) : "memory"); \
	}

HF_READ_CR(rcr2, "cr2")
HF_READ_CR(rcr3, "cr3")
HF_LOAD_CR(load_cr3, "cr3")
HF_LOAD_CR(load_cr4, "cr4")

static inline void
invlpg(vm_offset_t va)
{
	__asm__ __volatile__("invlpg (%0)" : : "r"(va) : "memory");
}

static inline uint64_t
rdmsr(uint32_t msr)
{
	uint32_t lo, hi;

	__asm__ __volatile__("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr));
	return ((uint64_t)hi << 32 | lo);
}

static inline void
wrmsr(uint32_t msr, uint64_t v)
{
	__asm__ __volatile__(
	    "wrmsr"
	    :
	    : "c"(msr), "a"((uint32_t)v), "d"((uint32_t)(v >> 32))
	    : "memory");
}

static inline uint64_t
rdtsc(void)
{
	uint32_t lo, hi;

	__asm__ __volatile__("rdtsc" : "=a"(lo), "=d"(hi));
	return ((uint64_t)hi << 32 | lo);
}

static inline void
do_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t regs[4])
{
	__asm__ __volatile__(
	    "cpuid"
	    : "=a"(regs[0]), "=b"(regs[1]), "=c"(regs[2]), "=d"(regs[3])
	    : "a"(leaf), "c"(subleaf));
}

#define HF_IN(name, type)                                                     \
	static inline type name(uint16_t port)                                \
	{                                                                     \
		type v;                                                       \
                                                                              \
		__asm__ __volatile__(#name " %1, %0" : "=a"(v) : "Nd"(port)); \
		return (v);                                                   \
	}

#define HF_OUT(name, type)                                \
	static inline void name(uint16_t port, type v)    \
	{                                                 \
		__asm__ __volatile__(#name " %0, %1"      \
				     :                    \
				     : "a"(v), "Nd"(port) \
				     : "memory");         \
	}

HF_IN(inb, uint8_t)
HF_IN(inl, uint32_t)
HF_OUT(outb, uint8_t)
HF_OUT(outl, uint32_t)

static inline void
outsb(uint16_t port, const void *bytes, size_t count)
{
	__asm__ __volatile__("rep outsb"
			     : "+S"(bytes), "+c"(count)
			     : "d"(port)
			     : "memory");
}

/* Whole pages; REP STOSQ and MOVSQ, the forms every ring 0 is good at. */
static inline void
pagezero(void *page)
{
	size_t count = 4096 / 8;

	__asm__ __volatile__("rep stosq"
			     : "+D"(page), "+c"(count)
			     : "a"(0ul)
			     : "memory");
}

static inline void
pagecopy(const void *from, void *to)
{
	size_t count = 4096 / 8;

	__asm__ __volatile__("rep movsq"
			     : "+S"(from), "+D"(to), "+c"(count)
			     :
			     : "memory");
}

#endif
