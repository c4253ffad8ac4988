/* SPDX-License-Identifier: BSD-2-Clause */
/* mptable.c: the MP table that tells the guest of its CPUs and IOAPIC. */
#include <string.h>

#include "core/err.h"
#include "vm/mptable.h"
#include "vm/vm.h"

#define MP_SPEC_REV	4
#define MP_LAPIC_REV	0x14 /* KVM's local APIC */
#define MP_IOAPIC_REV	0x11 /* KVM's IOAPIC */
#define MP_ISA_IRQS	16
#define MP_EDGE_HIGH	5
#define MP_ALL_LAPICS	0xff
#define MP_CPU_FEATURES 0x201 /* FPU, APIC: informative only */

struct mp_table {
	struct mp_header header;
	unsigned char entries[0x800];
};

_Static_assert(MPTABLE_GPA + sizeof(struct mp_table) <= MPTABLE_POINTER_GPA,
    "the table ends below its pointer");
_Static_assert(VM_CPUS_MAX * sizeof(struct mp_cpu) +
	    (2 + MP_ISA_IRQS + 2) * sizeof(struct mp_irq) <=
	sizeof(((struct mp_table *)0)->entries),
    "room for every CPU");

static uint8_t
checksum(const void *bytes, size_t len_bytes)
{
	const uint8_t *p = bytes;
	uint8_t sum = 0;

	while (len_bytes-- > 0)
		sum += *p++;
	return (-sum);
}

static void
add_entry(struct mp_table *table, const void *entry, size_t len_bytes)
{
	memcpy((char *)table + table->header.len_bytes, entry, len_bytes);
	table->header.len_bytes += len_bytes;
	table->header.nentries++;
}

static void
add_cpus(struct mp_table *table, unsigned int ncpus)
{
	struct mp_cpu cpu = { .type = MP_CPU,
		.apic_version = MP_LAPIC_REV,
		.features = MP_CPU_FEATURES };
	unsigned int i;

	for (i = 0; i < ncpus; i++) {
		cpu.apic_id = i;
		cpu.flags = i == 0 ? 3 : 1;
		add_entry(table, &cpu, sizeof(cpu));
	}
}

static void
add_interrupts(struct mp_table *table, uint8_t ioapic_id)
{
	struct mp_irq irq = {
		.type = MP_IRQ, .flags = MP_EDGE_HIGH, .apic_id = ioapic_id
	};
	struct mp_irq lint0 = { .type = MP_LOCAL_IRQ,
		.kind = 3,
		.apic_id = MP_ALL_LAPICS,
		.pin = 0 };
	struct mp_irq lint1 = { .type = MP_LOCAL_IRQ,
		.kind = 1,
		.apic_id = MP_ALL_LAPICS,
		.pin = 1 };
	unsigned int i;

	for (i = 0; i < MP_ISA_IRQS; i++) {
		irq.bus_irq = i;
		irq.pin = i;
		add_entry(table, &irq, sizeof(irq));
	}
	add_entry(table, &lint0, sizeof(lint0));
	add_entry(table, &lint1, sizeof(lint1));
}

void
mptable_write(const struct guestmem *gm, unsigned int ncpus, bool with_ioapic)
{
	struct mp_bus isa = { .type = MP_BUS, .name = "ISA   " };
	struct mp_ioapic ioapic = { .type = MP_IOAPIC,
		.version = MP_IOAPIC_REV,
		.flags = 1,
		.addr = MPTABLE_IOAPIC };
	struct mp_pointer *pointer;
	struct mp_table *table;

	hf_check(ncpus >= 1 && ncpus <= VM_CPUS_MAX);
	/* Written before any vCPU runs, into memory that is zero. */
	table = guestmem_ptr(gm, gpa_make(MPTABLE_GPA), sizeof(*table));
	pointer =
	    guestmem_ptr(gm, gpa_make(MPTABLE_POINTER_GPA), sizeof(*pointer));
	hf_check_memory(table != NULL && pointer != NULL);
	memcpy(table->header.signature, "PCMP", 4);
	table->header.len_bytes = sizeof(table->header);
	table->header.spec_rev = MP_SPEC_REV;
	memcpy(table->header.oem, "HOLDFAST", 8);
	memcpy(table->header.product, "VMM         ", 12);
	table->header.lapic = MPTABLE_LAPIC;
	ioapic.id = ncpus;
	add_cpus(table, ncpus);
	add_entry(table, &isa, sizeof(isa));
	if (with_ioapic) {
		add_entry(table, &ioapic, sizeof(ioapic));
		add_interrupts(table, ioapic.id);
	}
	table->header.checksum = checksum(table, table->header.len_bytes);

	memcpy(pointer->signature, "_MP_", 4);
	pointer->table = MPTABLE_GPA;
	pointer->len_16bytes = 1;
	pointer->spec_rev = MP_SPEC_REV;
	pointer->checksum = checksum(pointer, sizeof(*pointer));
}
