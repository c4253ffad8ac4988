/* SPDX-License-Identifier: BSD-2-Clause */
/* gdt.c: descriptor tables of each CPU (SDM volume 3A, 3.4, 6.14, 8.2.3). */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <machine/specialreg.h>
#include "cpu.h"

struct gate {
	uint16_t offset_0;
	uint16_t selector;
	uint8_t ist;
	uint8_t type;
	uint16_t offset_16;
	uint32_t offset_32;
	uint32_t reserved;
};
_Static_assert(sizeof(struct gate) == 16, "64-bit gate");

#define GATE_INTERRUPT 0x8e /* present, DPL 0: interrupts off on entry */

struct table_ptr {
	uint16_t limit;
	uint64_t base;
} __packed;

static struct gate idt[256] __aligned(PAGE_SIZE);

void
hf_cpu_init_tables(struct pcpu *pc, struct amd64_cpu *md)
{
	struct table_ptr gdtr;
	uint64_t base = (uint64_t)&md->tss;

	pc->pc_md = md;
	pc->pc_self = pc;
	md->tss.ist[IST_DF - 1] = (uint64_t)(md->df_stack + IST_STACK_BYTES);
	md->tss.ist[IST_NMI - 1] = (uint64_t)(md->nmi_stack + IST_STACK_BYTES);
	md->tss.iobase = sizeof(md->tss);

	md->gdt[0] = 0;
	md->gdt[GSEL_KCODE >> 3] = 0x00af9b000000ffff;
	md->gdt[GSEL_KDATA >> 3] = 0x00cf93000000ffff;
	md->gdt[GSEL_UDATA >> 3] = 0x00cff3000000ffff;
	md->gdt[GSEL_UCODE >> 3] = 0x00affb000000ffff;
	md->gdt[GSEL_TSS >> 3] = (sizeof(md->tss) - 1) |
	    (base & 0xffffff) << 16 | 0x89ull << 40 |
	    ((base >> 24) & 0xff) << 56;
	md->gdt[(GSEL_TSS >> 3) + 1] = base >> 32;

	gdtr.limit = sizeof(md->gdt) - 1;
	gdtr.base = (uint64_t)md->gdt;
	__asm__ __volatile__("lgdt %0" : : "m"(gdtr));
	/* The selectors in use mean the same in the boot table. */
	__asm__ __volatile__("ltr %w0" : : "r"(GSEL_TSS));
	wrmsr(MSR_GSBASE, (uint64_t)pc);
	wrmsr(MSR_KGSBASE, 0);
}

static void
gate_set(u_int vector, u_int ist)
{
	uint64_t entry = hf_vector_stubs[vector];
	struct gate *g = &idt[vector];

	g->offset_0 = (uint16_t)entry;
	g->selector = GSEL_KCODE;
	g->ist = ist;
	g->type = GATE_INTERRUPT;
	g->offset_16 = (uint16_t)(entry >> 16);
	g->offset_32 = (uint32_t)(entry >> 32);
}

/* Vectors that nothing uses stay absent: their use ends in #NP. */
void
hf_idt_build(void)
{
	for (u_int v = 0; v < 32; v++)
		gate_set(v, v == VEC_DF ? IST_DF : v == VEC_NMI ? IST_NMI : 0);
	for (u_int v = 0; v < HF_IOAPIC_PINS; v++)
		gate_set(VEC_PIN0 + v, 0);
	gate_set(VEC_TIMER, 0);
	for (u_int v = VEC_IPI0; v < VEC_IPI0 + 4; v++)
		gate_set(v, 0);
	gate_set(VEC_SPURIOUS, 0);
}

void
hf_idt_load(void)
{
	struct table_ptr idtr = { sizeof(idt) - 1, (uint64_t)idt };

	__asm__ __volatile__("lidt %0" : : "m"(idtr));
}
