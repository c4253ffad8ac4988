/* SPDX-License-Identifier: BSD-2-Clause */
/* cpu.h: what the amd64 files share among themselves and with boot. */

#ifndef HF_AMD64_CPU_H
#define HF_AMD64_CPU_H

#include <sys/cpuset.h>
#include <kern/sched.h>
#include <machine/frame.h>
#include <machine/pcb.h>
#include <machine/pcpu.h>
#include "mpinfo.h"

/* Vectors.  0-31 exceptions; then one for each IOAPIC pin. */
#define VEC_NMI	       2
#define VEC_DF	       8
#define VEC_PF	       14
#define VEC_PIN0       0x30
#define HF_IOAPIC_PINS 24
#define VEC_TIMER      0xe0
#define VEC_IPI0       0xf0 /* + enum hf_ipi */
#define VEC_SPURIOUS   0xff

/* SDM volume 3A, 8.7: the 64-bit task state segment. */
struct amd64_tss {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7];
	uint64_t reserved2;
	uint16_t reserved3;
	uint16_t iobase;
} __attribute__((__packed__));

#define IST_DF		1
#define IST_NMI		2
#define IST_STACK_BYTES 4096

struct amd64_cpu {
	uint64_t gdt[7];
	struct amd64_tss tss;
	uint64_t timer_armed_tsc; /* this CPU; 0: not armed */
	u_int timer_ready;	  /* 0: the timer is not in its mode yet */
	uint8_t df_stack[IST_STACK_BYTES] __attribute__((__aligned__(16)));
	uint8_t nmi_stack[IST_STACK_BYTES] __attribute__((__aligned__(16)));
};

/* CPUID leaf 1 of the boot CPU, from the start; asking is an exit. */
extern uint32_t hf_cpuid_1[4];

/*
 * Per-CPU set-up, in this order: hf_cpu_init_tables (GDT, TSS, %gs; after it
 * curthread works), then hf_idt_load, then hf_apic_init_cpu.
 */
void hf_cpu_init_tables(struct pcpu *pc, struct amd64_cpu *md);
void hf_idt_build(void);
void hf_idt_load(void);

/* trap_entry.S: address of each vector's stub. */
extern const uint64_t hf_vector_stubs[256];

void hf_trap(struct trapframe *tf);
void hf_trap_fatal(struct trapframe *tf, const char *why) __dead2;

/*
 * While hf_trap_floor is set, a fault in the page at va stores the entry and
 * returns: the least a handler can do, for bench.trap_floor.  Set and cleared
 * by the thread that faults there.
 */
struct hf_trap_floor {
	vm_offset_t va;
	uint64_t *slot;
	uint64_t pte;
	u_long hits;
};
extern struct hf_trap_floor *hf_trap_floor;

/* apic.c */
void hf_apic_init(void); /* once, after page tables are final */
void hf_apic_init_cpu(void);
u_int hf_apic_id(void);
void hf_apic_eoi(void);
void hf_apic_ipi(u_int apic_id, u_int vector);
void hf_apic_init_sipi(u_int apic_id, u_int page, bool send_init);
void hf_apic_timer_arm(uint64_t deadline_tsc, uint64_t now_tsc);
void hf_apic_timer_mode(void);
void hf_apic_ref_start(void);
uint64_t hf_apic_ref_measure(uint32_t min_ns);

/* ioapic.c */
void hf_ioapic_interrupt(u_int pin);

/* ipi.c */
void hf_ipi_interrupt(u_int ipi);

/* smp.c */
void hf_ap_init(u_int index) __dead2;
extern const char hf_ap_trampoline[], hf_ap_trampoline_end[];

/* switch.S: saves the running context, runs "to"; returns when resumed. */
void hf_switch(struct pcb *from, struct pcb *to);
void hf_thread_entry(void);

/* machdep.c */
void hf_console_init(void);
void hf_panic_frame(struct trapframe *tf) __dead2; /* from panic(9) */

/* Loads the address space of "to" if it is another, then hf_switch()es. */
struct thread;
void hf_cpu_switch(struct thread *from, struct thread *to);

/*
 * Fills a new thread's context; with hf_cpu_thread_frame(), hf_switch() starts
 * hf_thread_start().
 */
void hf_cpu_thread_setup(struct thread *td);

/* support.S */
int hf_copy_onfault(
    void *to, const void *from, size_t len, const void **onfault);
int hf_fetch8_onfault(
    const void *from, void *to, size_t zero, const void **onfault);
int hf_fetch64_onfault(
    const void *from, void *to, size_t zero, const void **onfault);

#endif
