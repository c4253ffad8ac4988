/* SPDX-License-Identifier: BSD-2-Clause */
/* pcpu.h: amd64 per-CPU data, addressed by %gs. */

#ifndef HF_AMD64_MACHINE_PCPU_H
#define HF_AMD64_MACHINE_PCPU_H

#include <sys/types.h>
#include <sys/cdefs.h>

struct thread;
struct pmap;
struct amd64_cpu;

/* Only the CPU itself writes, unless said otherwise. */
struct pcpu {
	struct thread *pc_curthread;
	struct pcpu *pc_self;
	struct thread *pc_idlethread;
	u_int pc_cpuid;
	u_int pc_apic_id;
	struct pmap *pc_curpmap;  /* pmap_activate() */
	vm_offset_t pc_qmap_addr; /* pmap_quick_enter_page()'s page */
	u_int pc_qmap_busy;	  /* and whether it is in use */
	u_int pc_idle;		  /* in the idle loop; others read */
	struct amd64_cpu *pc_md;  /* descriptor tables, stacks, timer */
	uint64_t pc_switches;
	uint64_t pc_interrupts; /* taken, exceptions left out; others read */
} __aligned(64);

_Static_assert(offsetof(struct pcpu, pc_curthread) == 0, "trap_entry.S");

extern struct pcpu hf_pcpu[];

/* Pasted at once, so that a field may be named like a macro (curthread). */
#define PCPU_GET(member)	PCPU_GET_FIELD(pc_##member)
#define PCPU_SET(member, value) PCPU_SET_FIELD(pc_##member, value)
#define PCPU_PTR(member)	(&PCPU_GET_FIELD(pc_self)->pc_##member)

#define PCPU_FIELD_TYPE(field) __typeof__(((struct pcpu *)0)->field)

#define PCPU_GET_FIELD(field)                                              \
	__extension__({                                                    \
		PCPU_FIELD_TYPE(field) pcpu_v_;                            \
		__asm__ __volatile__("mov %%gs:%c1, %0"                    \
				     : "=r"(pcpu_v_)                       \
				     : "i"(offsetof(struct pcpu, field))); \
		pcpu_v_;                                                   \
	})

#define PCPU_SET_FIELD(field, value)                                  \
	do {                                                          \
		PCPU_FIELD_TYPE(field) pcpu_v_ = (value);             \
		__asm__ __volatile__(                                 \
		    "mov %0, %%gs:%c1"                                \
		    :                                                 \
		    : "r"(pcpu_v_), "i"(offsetof(struct pcpu, field)) \
		    : "memory");                                      \
	} while (0)

/* Stays the same wherever the thread runs: not volatile. */
static inline struct thread *
hf_curthread(void)
{
	struct thread *td;

	__asm__("mov %%gs:0, %0" : "=r"(td));
	return (td);
}
#define curthread hf_curthread()

#endif
