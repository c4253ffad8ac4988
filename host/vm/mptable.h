/* SPDX-License-Identifier: BSD-2-Clause */
/* mptable.h: the MP table that tells the guest of its CPUs and IOAPIC. */

/*
 * Intel MultiProcessor Specification 1.4, chapter 4.  The floating pointer
 * lies in the last KiB of base memory, where the guest must look for it; the
 * table is in the same page (BOOT_RESERVED_START), which the memory map calls
 * reserved.
 */
#ifndef HF_VM_MPTABLE_H
#define HF_VM_MPTABLE_H

#include "vm/guestmem.h"

#define MPTABLE_GPA	    0x9f000ull
#define MPTABLE_POINTER_GPA 0x9fc00ull
#define MPTABLE_LAPIC	    0xfee00000u
#define MPTABLE_IOAPIC	    0xfec00000u

struct mp_pointer {
	char signature[4]; /* "_MP_" */
	uint32_t table;
	uint8_t len_16bytes; /* 1 */
	uint8_t spec_rev;    /* 4 */
	uint8_t checksum;    /* all bytes add up to 0 */
	uint8_t features[5]; /* 0: there is a table; virtual-wire mode */
};

struct mp_header {
	char signature[4]; /* "PCMP" */
	uint16_t len_bytes;
	uint8_t spec_rev;
	uint8_t checksum;
	char oem[8];
	char product[12];
	uint32_t oem_table;
	uint16_t oem_bytes;
	uint16_t nentries;
	uint32_t lapic;
	uint16_t extended_bytes;
	uint8_t extended_checksum;
	uint8_t reserved;
};

enum mp_type { MP_CPU, MP_BUS, MP_IOAPIC, MP_IRQ, MP_LOCAL_IRQ };

struct mp_cpu {
	uint8_t type;
	uint8_t apic_id;
	uint8_t apic_version;
	uint8_t flags; /* 1 usable, 2 boot processor */
	uint32_t signature;
	uint32_t features;
	uint32_t reserved[2];
};

struct mp_bus {
	uint8_t type;
	uint8_t id;
	char name[6];
};

struct mp_ioapic {
	uint8_t type;
	uint8_t id;
	uint8_t version;
	uint8_t flags; /* 1 usable */
	uint32_t addr;
};

/* MP_IRQ and MP_LOCAL_IRQ. */
struct mp_irq {
	uint8_t type;
	uint8_t kind;	/* 0 vectored, 1 NMI, 3 external */
	uint16_t flags; /* 0 as the bus says; 5 active high, edge */
	uint8_t bus;
	uint8_t bus_irq;
	uint8_t apic_id; /* 0xff: every local APIC */
	uint8_t pin;
};

_Static_assert(sizeof(struct mp_pointer) == 16, "MP spec table 4-1");
_Static_assert(sizeof(struct mp_header) == 44, "MP spec table 4-2");
_Static_assert(sizeof(struct mp_cpu) == 20, "MP spec table 4-4");
_Static_assert(sizeof(struct mp_bus) == 8, "MP spec table 4-6");
_Static_assert(sizeof(struct mp_ioapic) == 8, "MP spec table 4-7");
_Static_assert(sizeof(struct mp_irq) == 8, "MP spec tables 4-8, 4-11");

/*
 * CPUs have APIC ids 0..ncpus-1; IOAPIC pin n, if there is one, is ISA
 * interrupt n.
 */
void mptable_write(const struct guestmem *, unsigned int ncpus, bool ioapic);

#endif
